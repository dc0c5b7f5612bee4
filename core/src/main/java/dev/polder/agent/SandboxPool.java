package dev.polder.agent;

import dev.polder.isolation.TaskSpec;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that make sandboxes: directories are made on a disk, and users looked up, perhaps over a network. */
final class SandboxPool implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int WAITING_MAX = 1 << 16;
    private static final long IDLE_SECONDS = 10;

    private final Sandboxes sandboxes;
    private final AgentLoop loop;
    private final ThreadPoolExecutor threads;

    SandboxPool(String nodeName, Path root, AgentLoop loop) {
        this.sandboxes = new Sandboxes(root);
        this.loop = loop;
        AtomicInteger made = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                // when full the task is told that there is no sandbox for it
                new ArrayBlockingQueue<>(WAITING_MAX),
                work -> {
                    Thread thread = new Thread(work, nodeName + "-sandbox-" + made.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    void prepare(TaskSpec spec) {
        try {
            threads.execute(() -> loop.submit(make(spec)));
        } catch (RejectedExecutionException e) {
            String why = "too many sandboxes wait to be made: waitingMax=" + WAITING_MAX;
            loop.submit(new AgentCommand.SandboxFailed(spec.id(), Statuses.sandboxFailure(spec.sandbox(), why)));
        }
    }

    private AgentCommand make(TaskSpec spec) {
        Optional<String> failure;
        try {
            failure = sandboxes.create(spec);
        } catch (RuntimeException e) {
            failure = Optional.of(Statuses.sandboxFailure(spec.sandbox(), e.toString()));
        }
        return failure.isPresent()
                ? new AgentCommand.SandboxFailed(spec.id(), failure.get())
                : new AgentCommand.SandboxReady(spec.id());
    }

    /** Makes no further sandbox; does not wait for one that is being made. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
