package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes and linearizable reads of the log, of the recipes on it, and of ZooKeeper. All their servers run all the time,
 * and one of the three is loaded at a time, in turns.
 */
final class LoadCase {
    private static final int[] OUTSTANDING = {1, 16, 256};

    private final RaftEffort effort;
    private final Optional<Path> data;
    private final PrintWriter progress;
    private final Tries tries;

    LoadCase(RaftEffort effort, Optional<Path> data, PrintWriter progress) {
        this.effort = effort;
        this.data = data;
        this.progress = progress;
        tries = new Tries(progress);
    }

    List<RaftFigure> measure() throws IOException, InterruptedException {
        try (Work work = Work.below(data, "load");
                RaftGroup group = RaftGroup.below(work.directory());
                RaftGroup hosts = RaftGroup.below(work.directory().resolve("recipes"))) {
            // one after the other: nine JVMs that start at once keep each other from it
            group.startAll(MemberTask.LOAD);
            MemberJvm unused = group.awaitLeader();
            hosts.startAll(MemberTask.RECIPES);
            try (RemoteLoad remote = RemoteLoad.connect(hosts);
                    ZooKeeperServers ensemble = ZooKeeperServers.start(work.directory());
                    ZooKeeperLoad client = ZooKeeperLoad.connect(ensemble.awaitLeaderPort())) {
                return measure(List.of(new LeaderLoad(group), remote, client));
            }
        }
    }

    private List<RaftFigure> measure(List<LoadedSystem> systems) throws IOException, InterruptedException {
        if (effort.warmUpMs() > 0) {
            progress.println("  warming up");
            round(systems, effort.warmUpMs(), new Samples());
        }
        Samples samples = new Samples();
        List<LoadedSystem> order = new ArrayList<>(systems);
        for (int round = 1; round <= effort.rounds(); round++) {
            progress.println("  round " + round + " of " + effort.rounds());
            round(order, effort.loadMs(), samples);
            // nobody is always the first
            order.add(order.remove(0));
        }
        return samples.medians();
    }

    private void round(List<LoadedSystem> systems, long millis, Samples samples)
            throws IOException, InterruptedException {
        for (int outstanding : OUTSTANDING) {
            for (LoadedSystem system : systems) {
                LoadResult writes = tries.run(() -> system.write(outstanding, millis));
                LoadResult reads = tries.run(() -> system.read(outstanding, millis));
                samples.addWrites(system.name(), outstanding, writes);
                samples.add(system.name(), outstanding, "reads_per_s", reads.perSecond(), "1/s");
                progress.println(String.format(
                        Locale.ROOT,
                        "    %-13s %3d outstanding: %.0f writes/s, %.0f reads/s",
                        system.name(),
                        outstanding,
                        writes.perSecond(),
                        reads.perSecond()));
                progress.flush();
            }
        }
    }
}
