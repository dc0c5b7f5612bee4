package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The heap of a member that comes late to a large log of which there is no snapshot: while the leader sends it every
 * entry, and while it reads them from its own disk at the next start. It has no more heap than the goal allows.
 */
final class ReplayCase {
    private static final List<String> FLAGS = List.of("-Xmx256m");
    private static final int ENTRY_BYTES = 64 << 10;
    private static final int OUTSTANDING = 64;
    private static final int LATE = 2;

    private final RaftEffort effort;
    private final Optional<Path> data;
    private final PrintWriter progress;
    private final LongWait waiting;

    ReplayCase(RaftEffort effort, Optional<Path> data, PrintWriter progress) {
        this.effort = effort;
        this.data = data;
        this.progress = progress;
        waiting = new LongWait(progress);
    }

    RaftFigure measure() throws IOException, InterruptedException {
        long entries = effort.installBytes() / ENTRY_BYTES;
        try (Work work = Work.below(data, "replay");
                RaftGroup group = RaftGroup.below(work.directory())) {
            group.start(0, MemberTask.KEEP, RaftGroup.FLAGS);
            group.start(1, MemberTask.KEEP, RaftGroup.FLAGS);
            waiting.tell("writing a log of " + effort.installBytes() + " bytes");
            new LeaderLoad(group).fill(OUTSTANDING, ENTRY_BYTES, entries, new Tries(progress));
            long last = Long.parseLong(group.awaitLeader().ask("applied", LongWait.PATIENCE));
            double sent = heapOfLate(group, last, "sent");
            group.endOne(LATE);
            double read = heapOfLate(group, last, "read from its disk");
            return Samples.percentile(
                    Samples.MEDIAN, List.of(Math.max(sent, read)), LeaderLoad.NAME, 0, "replay_2g_heap_mb", "MB");
        }
    }

    /** Returns how many megabytes were left by a collection at most, until the late one has all. */
    private double heapOfLate(RaftGroup group, long last, String how) throws IOException, InterruptedException {
        MemberJvm late = group.start(LATE, MemberTask.INSTALL, FLAGS);
        long seconds = waiting.await("not every entry was told", () -> {
            late.check();
            return Long.parseLong(late.ask("applied", LongWait.PATIENCE)) >= last;
        });
        Claim.check(late.installedBytes() == 0, "%s bytes came as a snapshot", late.installedBytes());
        double megabytes = Double.parseDouble(late.ask("heap", LongWait.PATIENCE)) / 1e6;
        waiting.tell(how + " in " + seconds + " s with a heap of " + Math.round(megabytes) + " MB");
        return megabytes;
    }
}
