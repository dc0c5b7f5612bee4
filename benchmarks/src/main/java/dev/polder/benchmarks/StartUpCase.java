package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** From {@code main} of the last of three JVMs that were started together to the first write that was acknowledged. */
final class StartUpCase {
    private static final int OUTSTANDING = 1;
    private static final int FILL_OUTSTANDING = 2_048;

    private final RaftEffort effort;
    private final Optional<Path> data;
    private final PrintWriter progress;

    StartUpCase(RaftEffort effort, Optional<Path> data, PrintWriter progress) {
        this.effort = effort;
        this.data = data;
        this.progress = progress;
    }

    /** Has all of them begin with nothing, time and again. */
    RaftFigure measureFirst() throws IOException, InterruptedException {
        Samples samples = new Samples();
        for (int round = 1; round <= effort.rounds(); round++) {
            try (Work work = Work.below(data, "first-write-" + round);
                    RaftGroup group = RaftGroup.below(work.directory())) {
                add(samples, "first_write_ms", startUpMs(group), round);
            }
        }
        return samples.medians().get(0);
    }

    /** Has all of them begin with a log of many entries, and no snapshot. */
    RaftFigure measureRestart() throws IOException, InterruptedException {
        Samples samples = new Samples();
        try (Work work = Work.below(data, "restart");
                RaftGroup group = RaftGroup.below(work.directory())) {
            group.startAll(MemberTask.KEEP);
            progress.println("  writing " + effort.entries() + " entries");
            progress.flush();
            new LeaderLoad(group).fill(FILL_OUTSTANDING, RaftMember.ENTRY_BYTES, effort.entries(), new Tries(progress));
            for (int round = 1; round <= effort.rounds(); round++) {
                group.end();
                add(samples, "restart_1m_ms", startUpMs(group), round);
            }
        }
        return samples.medians().get(0);
    }

    private void add(Samples samples, String metric, double ms, int round) {
        samples.add(LeaderLoad.NAME, OUTSTANDING, metric, ms, "ms");
        progress.println("  round " + round + " of " + effort.rounds() + ": " + Math.round(ms) + " ms");
        progress.flush();
    }

    private static double startUpMs(RaftGroup group) throws IOException, InterruptedException {
        group.startAll(MemberTask.WRITE);
        long firstAtNanos = group.awaitFirstWriteAfter(0).firstWrite().atNanos();
        // the last one may come to its main after two have had a write acknowledged
        return (firstAtNanos - group.awaitLastMain()) / 1e6;
    }
}
