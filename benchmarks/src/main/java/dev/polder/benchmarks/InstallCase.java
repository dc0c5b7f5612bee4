package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The heap of a new member that is sent a large snapshot and reads it: what is left after a collection, at most. It has
 * no more heap than the goal allows.
 */
final class InstallCase {
    private static final List<String> FLAGS = List.of("-Xmx256m");
    /** Together more than the log keeps behind a snapshot, so that a new member cannot do without that. */
    private static final int ENTRIES = 3_600;

    private static final int ENTRY_BYTES = 64 << 10;
    private static final int OUTSTANDING = 64;

    private final RaftEffort effort;
    private final Optional<Path> data;
    private final PrintWriter progress;
    private final LongWait waiting;

    InstallCase(RaftEffort effort, Optional<Path> data, PrintWriter progress) {
        this.effort = effort;
        this.data = data;
        this.progress = progress;
        waiting = new LongWait(progress);
    }

    RaftFigure measure() throws IOException, InterruptedException {
        try (Work work = Work.below(data, "install");
                RaftGroup group = RaftGroup.below(work.directory())) {
            group.start(0, MemberTask.KEEP, RaftGroup.FLAGS);
            group.start(1, MemberTask.KEEP, RaftGroup.FLAGS);
            waiting.tell("writing a log, and a snapshot of " + effort.installBytes() + " bytes");
            new LeaderLoad(group).fill(OUTSTANDING, ENTRY_BYTES, ENTRIES, new Tries(progress));
            MemberJvm leader = group.awaitLeader();
            String saved = leader.ask("save " + effort.installBytes(), LongWait.PATIENCE);
            waiting.await(
                    "the leader's log begins with its first entry",
                    () -> Long.parseLong(leader.ask("floor", LongWait.PATIENCE)) > 0);
            waiting.tell("sending it to a new member");
            MemberJvm newcomer = group.start(2, MemberTask.INSTALL, FLAGS);
            long seconds = waiting.await("not installed", () -> {
                newcomer.check();
                return newcomer.installedBytes() > 0;
            });
            double bytes = Double.parseDouble(newcomer.ask("heap", LongWait.PATIENCE));
            Claim.check(
                    newcomer.installedBytes() == Long.parseLong(saved),
                    "installed %s of %s bytes",
                    newcomer.installedBytes(),
                    saved);
            waiting.tell("sent and read in " + seconds + " s");
            return Samples.percentile(
                    Samples.MEDIAN, List.of(bytes / 1e6), LeaderLoad.NAME, 0, "install_2g_heap_mb", "MB");
        }
    }
}
