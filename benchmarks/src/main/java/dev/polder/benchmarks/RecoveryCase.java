package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * From the last write that a leader saw acknowledged to the first one that the next leader sees acknowledged; each writes
 * every millisecond. The leader is killed, or stands still with its connections open, as one whose host is cut off.
 */
final class RecoveryCase {
    private static final int OUTSTANDING = 1;

    private final RaftEffort effort;
    private final Optional<Path> data;
    private final PrintWriter progress;

    RecoveryCase(RaftEffort effort, Optional<Path> data, PrintWriter progress) {
        this.effort = effort;
        this.data = data;
        this.progress = progress;
    }

    /** Ends the leader's process by SIGKILL. */
    List<RaftFigure> measureKills() throws IOException, InterruptedException {
        List<Double> ms = measure("kill", effort.kills(), new Loss() {
            @Override
            public void begin(MemberJvm leader) throws InterruptedException {
                leader.jvm().kill();
            }

            @Override
            public void end(RaftGroup group, MemberJvm leader) throws IOException {
                MemberJvm unused = group.start(group.numberOf(leader), MemberTask.WRITE, RaftGroup.FLAGS);
            }
        });
        return List.of(figure(Samples.MEDIAN, ms, "recovery_p50_ms"), figure(Samples.P99, ms, "recovery_p99_ms"));
    }

    /** Stops the leader's process by SIGSTOP, and has it go on by SIGCONT when another one leads. */
    List<RaftFigure> measureHostLosses() throws IOException, InterruptedException {
        List<Double> ms = measure("loss", effort.losses(), new Loss() {
            @Override
            public void begin(MemberJvm leader) throws IOException, InterruptedException {
                leader.jvm().stop();
            }

            @Override
            public void end(RaftGroup group, MemberJvm leader) throws IOException, InterruptedException {
                leader.jvm().goOn();
            }
        });
        return List.of(figure(Samples.MEDIAN, ms, "host_recovery_p50_ms"));
    }

    private static RaftFigure figure(double share, List<Double> ms, String metric) {
        return Samples.percentile(share, ms, LeaderLoad.NAME, OUTSTANDING, metric, "ms");
    }

    /** How a leader goes, and comes back. */
    private interface Loss {
        void begin(MemberJvm leader) throws IOException, InterruptedException;

        void end(RaftGroup group, MemberJvm leader) throws IOException, InterruptedException;
    }

    private List<Double> measure(String name, int losses, Loss loss) throws IOException, InterruptedException {
        List<Double> ms = new ArrayList<>();
        try (Work work = Work.below(data, name);
                RaftGroup group = RaftGroup.below(work.directory())) {
            group.startAll(MemberTask.WRITE);
            for (int i = 1; i <= losses; i++) {
                MemberJvm leader = settled(group);
                double gapMs;
                try {
                    loss.begin(leader);
                    long lastAtNanos = leader.lastAckAtNanos();
                    MemberJvm next =
                            group.awaitFirstWriteAfter(leader.firstWrite().term());
                    gapMs = (next.firstWrite().atNanos() - lastAtNanos) / 1e6;
                } finally {
                    loss.end(group, leader);
                }
                ms.add(gapMs);
                progress.println("  " + name + " " + i + " of " + losses + ": " + Math.round(gapMs) + " ms");
                progress.flush();
            }
        }
        return ms;
    }

    /** Returns the leader, once all follow it and some time has passed. */
    private MemberJvm settled(RaftGroup group) throws IOException, InterruptedException {
        while (true) {
            MemberJvm leader = group.awaitWritingLeader();
            // with one member less, the next leader would have to wait for it
            group.awaitFollowers(leader.servingTerm());
            // and a JVM that has just come up is busy with itself
            TimeUnit.MILLISECONDS.sleep(effort.settleMs());
            if (group.awaitWritingLeader().equals(leader)) {
                return leader;
            }
        }
    }
}
