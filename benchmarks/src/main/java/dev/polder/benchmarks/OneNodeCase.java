package dev.polder.benchmarks;

import dev.polder.ClusterNode;
import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.Filters;
import dev.polder.model.Offer;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Many short tasks through one node, all of it real: HTTP, log, offers, processes. */
final class OneNodeCase {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final double CPUS_PER_TASK = 0.1;

    private final int tasks;
    private final Optional<Path> data;
    private final PrintWriter progress;

    OneNodeCase(int tasks, Optional<Path> data, PrintWriter progress) {
        this.tasks = tasks;
        this.data = data;
        this.progress = progress;
    }

    List<Figure> measure() throws IOException, InterruptedException {
        Path directory = data.isPresent() ? data.get() : Files.createTempDirectory("polder-bench-");
        try (Recording recording = Recording.start();
                ClusterNode node = ClusterNode.start(
                        config -> config.name("bench").dataDir(directory).resources("cpus:64;mem:65536;disk:65536"))) {
            node.awaitReady(Duration.ofSeconds(30));
            Launching framework = new Launching();
            double seconds;
            try (FrameworkDriver driver = node.startFramework(framework, FrameworkConfig.named("bench"))) {
                while (!framework.finished.await(1, TimeUnit.SECONDS)) {
                    progress.println("  " + (tasks - framework.finished.getCount()) + " of " + tasks + " finished");
                    framework.failIfOneFailed();
                    if (System.nanoTime() - framework.firstAcceptNanos > PATIENCE.toNanos()) {
                        throw new IllegalStateException("not finished after " + PATIENCE);
                    }
                }
                // what is waited for is the last acknowledgement, which goes out behind the last update
                driver.reconcile().toCompletableFuture().join();
                seconds = (System.nanoTime() - framework.firstAcceptNanos) / 1e9;
            }
            Histogram latency = recording.offerToLaunchMicros(framework.offerOfTask, framework.containerOfTask);
            return List.of(
                    new Figure("one-node", "tasks_per_s", tasks / seconds, "1/s"),
                    new Figure("one-node", "offer_to_launch_p50_ms", latency.getValueAtPercentile(50) / 1e3, "ms"),
                    new Figure("one-node", "offer_to_launch_p99_ms", latency.getValueAtPercentile(99) / 1e3, "ms"));
        } finally {
            if (data.isEmpty()) {
                delete(directory);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> content = Files.walk(directory)) {
            for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Fills every offer with tasks until all are launched. */
    private final class Launching implements Framework {
        final CountDownLatch finished = new CountDownLatch(tasks);
        final Map<String, String> offerOfTask = new ConcurrentHashMap<>();
        final Map<String, String> containerOfTask = new ConcurrentHashMap<>();
        volatile long firstAcceptNanos = System.nanoTime();
        private volatile @Nullable TaskStatus failed;
        private int launched;

        @Override
        public void onOffers(SchedulerDriver driver, List<Offer> offers) {
            for (Offer offer : offers) {
                List<TaskInfo> batch = batch(offer);
                if (batch.isEmpty()) {
                    driver.decline(offer);
                } else {
                    driver.accept(List.of(offer), batch, Filters.refuse(Duration.ZERO));
                }
            }
        }

        private List<TaskInfo> batch(Offer offer) {
            List<TaskInfo> batch = new ArrayList<>();
            long cpus = offer.resources().scalar("cpus");
            long each = Math.round(CPUS_PER_TASK * 1000);
            for (; launched < tasks && cpus >= each; cpus -= each) {
                if (launched == 0) {
                    firstAcceptNanos = System.nanoTime();
                }
                String id = "t" + launched++;
                offerOfTask.put(id, offer.id().value());
                batch.add(TaskInfo.builder(id)
                        .name(id)
                        .command("/bin/true")
                        .cpus(CPUS_PER_TASK)
                        .mem(1)
                        .build());
            }
            return batch;
        }

        @Override
        public void onUpdate(SchedulerDriver driver, TaskStatus status) {
            status.containerId()
                    .ifPresent(id -> containerOfTask.put(status.taskId().value(), id));
            if (status.state() == TaskState.TASK_FINISHED) {
                finished.countDown();
            } else if (status.state().isTerminal()) {
                failed = status;
            }
        }

        void failIfOneFailed() {
            TaskStatus status = failed;
            if (status != null) {
                throw new IllegalStateException(
                        "task " + status.taskId() + " ended as " + status.state() + ": " + status.message());
            }
        }
    }
}
