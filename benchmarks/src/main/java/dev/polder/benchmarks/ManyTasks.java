package dev.polder.benchmarks;

import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.Filters;
import dev.polder.model.Offer;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A framework that fills every offer with {@code /bin/true} until all its tasks are launched. */
final class ManyTasks implements Framework {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final double CPUS_PER_TASK = 0.1;

    private final int tasks;
    private final CountDownLatch unfinished;
    private final Map<String, String> offerOfTask = new ConcurrentHashMap<>();
    private final Map<String, String> containerOfTask = new ConcurrentHashMap<>();
    private volatile long firstAcceptNanos = System.nanoTime();
    private volatile @Nullable TaskStatus failed;
    private boolean begun;
    /** The tasks that are still to be launched; those of a call that was lost with its leader come back. */
    private final Queue<String> waiting = new ArrayDeque<>();

    ManyTasks(int tasks) {
        this.tasks = tasks;
        unfinished = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            waiting.add("t" + i);
        }
    }

    /** Runs some tasks that nobody counts: JVMs that are just started would mostly be compiling. */
    static void warmUp(String masters, int tasks, PrintWriter progress) throws InterruptedException {
        ManyTasks framework = new ManyTasks(tasks);
        try (FrameworkDriver driver = FrameworkDriver.start(framework, FrameworkConfig.named("warm-up"), masters)) {
            framework.await(driver, progress);
            driver.teardown().toCompletableFuture().join();
        }
    }

    /**
     * Waits until every task has finished and the last acknowledgement, which goes out behind the last update, has arrived.
     *
     * @return how many seconds have passed since the first offer was accepted
     */
    double await(SchedulerDriver driver, PrintWriter progress) throws InterruptedException {
        while (!unfinished.await(1, TimeUnit.SECONDS)) {
            progress.println("  " + (tasks - unfinished.getCount()) + " of " + tasks + " finished");
            failIfOneFailed();
            if (System.nanoTime() - firstAcceptNanos > PATIENCE.toNanos()) {
                throw new IllegalStateException("not finished after " + PATIENCE);
            }
        }
        driver.reconcile().toCompletableFuture().join();
        return (System.nanoTime() - firstAcceptNanos) / 1e9;
    }

    Map<String, String> offerOfTask() {
        return offerOfTask;
    }

    Map<String, String> containerOfTask() {
        return containerOfTask;
    }

    @Override
    public void onOffers(SchedulerDriver driver, List<Offer> offers) {
        for (Offer offer : offers) {
            List<TaskInfo> batch = batch(offer);
            if (batch.isEmpty()) {
                driver.decline(offer);
            } else {
                driver.accept(List.of(offer), batch, Filters.refuse(Duration.ZERO))
                        .thenAccept(result -> {
                            if (!result.isAccepted()) {
                                batch.forEach(task -> waiting.add(task.id() + "-again"));
                            }
                        });
            }
        }
    }

    private List<TaskInfo> batch(Offer offer) {
        List<TaskInfo> batch = new ArrayList<>();
        long cpus = offer.resources().scalar("cpus");
        long each = Math.round(CPUS_PER_TASK * 1000);
        for (; cpus >= each && !waiting.isEmpty(); cpus -= each) {
            if (!begun) {
                begun = true;
                firstAcceptNanos = System.nanoTime();
            }
            String id = waiting.remove();
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
        status.containerId().ifPresent(id -> containerOfTask.put(status.taskId().value(), id));
        if (status.state() == TaskState.TASK_FINISHED) {
            unfinished.countDown();
        } else if (status.state().isTerminal()) {
            failed = status;
        }
    }

    private void failIfOneFailed() {
        TaskStatus status = failed;
        if (status != null) {
            throw new IllegalStateException(
                    "task " + status.taskId() + " ended as " + status.state() + ": " + status.message());
        }
    }
}
