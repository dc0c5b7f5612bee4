package dev.polder.raft;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A thread for what takes long; it exists while there is something to do, and a while longer. */
final class BackgroundThread implements Background {
    private static final long IDLE_SECONDS_MAX = 10;
    private static final long CLOSE_SECONDS_MAX = 1;

    private final ThreadPoolExecutor executor;
    private final FailStop failStop;

    BackgroundThread(String name, FailStop failStop) {
        this.failStop = failStop;
        executor = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS_MAX,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(TASKS_MAX),
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                },
                (task, full) -> {
                    if (!full.isShutdown()) {
                        throw new IllegalStateException(
                                name + ": " + full.getQueue().size() + " tasks wait, tasksMax=" + TASKS_MAX);
                    }
                });
        executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                failStop.stop(e);
            }
        });
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            // what does not end by then is a daemon, and ends with the process
            boolean unused = executor.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
