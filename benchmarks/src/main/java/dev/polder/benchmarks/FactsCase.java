package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** As many writes as go through the log, with more of them outstanding than anybody waits for. */
final class FactsCase {
    private static final int OUTSTANDING = 2_048;
    /** It gets faster for longer than the loads that are measured one after the other. */
    private static final int WARM_UPS = 4;

    private final RaftEffort effort;
    private final Optional<Path> data;
    private final PrintWriter progress;

    FactsCase(RaftEffort effort, Optional<Path> data, PrintWriter progress) {
        this.effort = effort;
        this.data = data;
        this.progress = progress;
    }

    List<RaftFigure> measure() throws IOException, InterruptedException {
        Samples samples = new Samples();
        try (Work work = Work.below(data, "facts");
                RaftGroup group = RaftGroup.below(work.directory())) {
            group.startAll(MemberTask.LOAD);
            Tries tries = new Tries(progress);
            LeaderLoad load = new LeaderLoad(group);
            for (int i = 0; i < WARM_UPS && effort.warmUpMs() > 0; i++) {
                LoadResult unused = tries.run(() -> load.write(OUTSTANDING, effort.warmUpMs()));
            }
            for (int round = 1; round <= effort.rounds(); round++) {
                double perSecond = tries.run(() -> load.write(OUTSTANDING, effort.loadMs()))
                        .perSecond();
                samples.add(LeaderLoad.NAME, OUTSTANDING, "facts_per_s", perSecond, "1/s");
                progress.println("  round " + round + " of " + effort.rounds() + ": " + Math.round(perSecond) + "/s");
                progress.flush();
            }
        }
        return samples.medians();
    }
}
