package dev.polder.benchmarks;

import dev.polder.isolation.ContainerEnd;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerLimits;
import dev.polder.isolation.ContainerListener;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Containerizer;
import dev.polder.isolation.Limitation;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Many containers at a time: how fast they come and go, and what they cost the node that has them. */
final class ManyContainersCase {
    static final String NAME = "contained-1000";

    private static final long PROBE_PAUSE_MS = 5;
    private static final int PATIENCE_SECONDS = 300;

    private final LaunchEffort effort;
    private final LaunchPlaces places;
    private final PrintWriter progress;

    ManyContainersCase(LaunchEffort effort, LaunchPlaces places, PrintWriter progress) {
        this.effort = effort;
        this.places = places;
        this.progress = progress;
    }

    List<LaunchFigure> measure() throws IOException, InterruptedException {
        int tasks = effort.containers();
        Counting counting = new Counting(tasks);
        try (LaunchPlaces.Open opened = places.open();
                Containerizer containerizer =
                        ContainedLaunches.open(opened.directories(NAME).containers(), counting)) {
            Sandboxes sandboxes = new Sandboxes(opened.files().directory().resolve("sandboxes"));
            long heapBefore = heapBytes();
            LoopProbe probe = new LoopProbe(containerizer);
            double startSeconds;
            double endSeconds;
            long heapRunning;
            Thread probing = new Thread(probe, "bench-loop-probe");
            probing.start();
            try {
                startSeconds = seconds(
                        counting.started, () -> launchAll(containerizer, sandboxes, tasks), "containers that run");
                heapRunning = heapBytes();
                endSeconds =
                        seconds(counting.ended, () -> containerizer.killAll(Duration.ZERO), "containers that ended");
            } finally {
                probing.interrupt();
                probing.join();
            }
            counting.check();
            return List.of(
                    LaunchFigure.of(NAME, tasks, "launches_per_s", tasks / startSeconds, "1/s")
                            .withGoal(">= 300"),
                    LaunchFigure.of(NAME, tasks, "destroys_per_s", tasks / endSeconds, "1/s")
                            .withGoal(">= 300"),
                    LaunchFigure.of(NAME, tasks, "loop_p99_ms", probe.p99Ms(), "ms")
                            .withGoal("<= 10"),
                    LaunchFigure.of(NAME, tasks, "bytes_per_task", (heapRunning - heapBefore) / (double) tasks, "bytes")
                            .withGoal("<= 20000"));
        }
    }

    private static void launchAll(Containerizer containerizer, Sandboxes sandboxes, int tasks) throws IOException {
        for (int i = 0; i < tasks; i++) {
            ContainerSpec spec = ContainedLaunches.container(sandboxes, "/bin/sleep", "100000");
            containerizer.launch(spec);
        }
    }

    private double seconds(CountDownLatch done, LaunchTurns.Launch what, String words)
            throws IOException, InterruptedException {
        long from = System.nanoTime();
        what.run();
        if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(
                    "too few " + words + " after " + PATIENCE_SECONDS + " s: " + done.getCount() + " are missing");
        }
        double seconds = (System.nanoTime() - from) / 1e9;
        progress.println("    " + words + " after " + Math.round(seconds * 1_000) + " ms");
        progress.flush();
        return seconds;
    }

    private static long heapBytes() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    /** How long the containerizer's thread takes to answer somebody who asks now and then. */
    private static final class LoopProbe implements Runnable {
        private static final ContainerLimits ANY =
                new ContainerLimits(1, OptionalLong.empty(), 1, OptionalLong.empty(), OptionalLong.empty());

        private final Containerizer containerizer;
        private final Histogram micros = new Histogram(3);

        LoopProbe(Containerizer containerizer) {
            this.containerizer = containerizer;
        }

        @Override
        public void run() {
            ContainerId nobody = new ContainerId(UUID.randomUUID());
            try {
                while (true) {
                    long from = System.nanoTime();
                    CountDownLatch answered = new CountDownLatch(1);
                    CompletableFuture<Void> unused =
                            containerizer.update(nobody, ANY).whenComplete((nothing, refusal) -> answered.countDown());
                    answered.await();
                    micros.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - from));
                    TimeUnit.MILLISECONDS.sleep(PROBE_PAUSE_MS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        double p99Ms() {
            return micros.getValueAtPercentile(99) / 1e3;
        }
    }

    /** Counts starts and ends. */
    private static final class Counting implements ContainerListener {
        final CountDownLatch started;
        final CountDownLatch ended;
        private final List<String> troubles = new ArrayList<>();

        Counting(int tasks) {
            started = new CountDownLatch(tasks);
            ended = new CountDownLatch(tasks);
        }

        @Override
        public void onStarted(ContainerId id, long pid) {
            started.countDown();
        }

        @Override
        public void onEnded(
                ContainerId id, ContainerEnd end, Optional<Limitation> limitation, Optional<String> remains) {
            if (remains.isPresent() || end instanceof ContainerEnd.NotStarted) {
                synchronized (troubles) {
                    troubles.add(
                            id + ": " + end + remains.map(what -> ", " + what).orElse(""));
                }
            }
            ended.countDown();
        }

        void check() throws IOException {
            synchronized (troubles) {
                if (!troubles.isEmpty()) {
                    throw new IOException(troubles.toString());
                }
            }
        }
    }
}
