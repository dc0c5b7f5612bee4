package dev.polder.agent;

import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.fetch.FetchProgress;
import dev.polder.isolation.fetch.FetchRequest;
import dev.polder.isolation.fetch.FetchTarget;
import dev.polder.isolation.fetch.Fetcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that make sandboxes and fetch what goes there: directories are made on a disk, users looked up, perhaps over a
 * network, and files come from anywhere. Fetches have threads of their own, as they may take minutes.
 */
final class SandboxPool implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int FETCH_THREADS = 8;
    private static final int WAITING_MAX = 1 << 16;
    private static final long IDLE_SECONDS = 10;

    private final Sandboxes sandboxes;
    private final Fetcher fetcher;
    private final AgentLoop loop;
    /** When full the task is told that there is no sandbox for it. */
    private final ThreadPoolExecutor threads;
    /** When full the task is told that nothing is fetched for it. */
    private final ThreadPoolExecutor fetchThreads;

    private final Map<ContainerId, Future<?>> fetches = new ConcurrentHashMap<>();

    SandboxPool(String nodeName, Path root, Fetcher fetcher, AgentLoop loop) {
        this.sandboxes = new Sandboxes(root);
        this.fetcher = fetcher;
        this.loop = loop;
        this.threads = pool(nodeName + "-sandbox-", THREADS);
        this.fetchThreads = pool(nodeName + "-fetch-", FETCH_THREADS);
    }

    private static ThreadPoolExecutor pool(String names, int size) {
        AtomicInteger made = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size, size, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), work -> {
                    Thread thread = new Thread(work, names + made.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Called by the agent's thread, as is {@link #stop}. */
    void prepare(TaskSpec spec, List<FetchRequest> requests) {
        if (requests.isEmpty()) {
            make(spec, () -> loop.submit(new AgentCommand.SandboxReady(spec.id())));
            return;
        }
        FutureTask<?> fetch = new FutureTask<>(() -> loop.submit(fetch(spec, requests)), null);
        fetches.put(spec.id(), fetch);
        make(spec, () -> {
            try {
                fetchThreads.execute(fetch);
            } catch (RejectedExecutionException e) {
                fetches.remove(spec.id());
                String why = "too many fetches wait: waitingMax=" + WAITING_MAX;
                loop.submit(new AgentCommand.FetchFailed(spec.id(), why));
            }
        });
    }

    private void make(TaskSpec spec, Runnable then) {
        try {
            threads.execute(() -> {
                Optional<String> failure = made(spec);
                if (failure.isPresent()) {
                    fetches.remove(spec.id());
                    loop.submit(new AgentCommand.SandboxFailed(spec.id(), failure.get()));
                } else {
                    then.run();
                }
            });
        } catch (RejectedExecutionException e) {
            fetches.remove(spec.id());
            String why = "too many sandboxes wait to be made: waitingMax=" + WAITING_MAX;
            loop.submit(new AgentCommand.SandboxFailed(spec.id(), Statuses.sandboxFailure(spec.sandbox(), why)));
        }
    }

    private Optional<String> made(TaskSpec spec) {
        try {
            return sandboxes.create(spec);
        } catch (RuntimeException e) {
            return Optional.of(Statuses.sandboxFailure(spec.sandbox(), e.toString()));
        }
    }

    private AgentCommand fetch(TaskSpec spec, List<FetchRequest> requests) {
        try {
            Optional<Account> owner = spec.user() == null ? Optional.empty() : Optional.of(Account.named(spec.user()));
            fetcher.fetch(new FetchTarget(spec.sandbox(), owner), requests, FetchProgress.NONE);
            return new AgentCommand.SandboxReady(spec.id());
        } catch (IOException | RuntimeException e) {
            return new AgentCommand.FetchFailed(spec.id(), String.valueOf(e.getMessage()));
        } finally {
            fetches.remove(spec.id());
        }
    }

    /** Ends a fetch that waits or is under way. */
    void stop(ContainerId id) {
        Future<?> fetch = fetches.remove(id);
        if (fetch != null) {
            fetch.cancel(true);
        }
    }

    /** Makes no further sandbox and fetches nothing more; does not wait for what is being done. */
    @Override
    public void close() {
        threads.shutdownNow();
        fetchThreads.shutdownNow();
    }
}
