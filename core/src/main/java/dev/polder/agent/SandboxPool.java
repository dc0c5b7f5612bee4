package dev.polder.agent;

import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.fetch.FetchProgress;
import dev.polder.isolation.fetch.FetchRequest;
import dev.polder.isolation.fetch.FetchTarget;
import dev.polder.isolation.fetch.Fetcher;
import dev.polder.isolation.host.HostDocker;
import dev.polder.isolation.host.HostImages;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that make sandboxes, pull images and fetch what goes into a sandbox: directories are made on a disk, users
 * looked up, perhaps over a network, and files come from anywhere. What is brought has threads of its own, as it may take
 * minutes.
 */
final class SandboxPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxPool.class);
    private static final int THREADS = 2;
    private static final int FETCH_THREADS = 8;
    private static final int WAITING_MAX = 1 << 16;
    private static final long IDLE_SECONDS = 10;

    private final Sandboxes sandboxes;
    private final Sources sources;
    private final AgentLoop loop;
    /** When full the task is told that there is no sandbox for it. */
    private final ThreadPoolExecutor threads;
    /** When full the task is told that nothing is fetched for it. */
    private final ThreadPoolExecutor fetchThreads;

    private final Map<ContainerId, Future<?>> fetches = new ConcurrentHashMap<>();

    /**
     * Where things come from.
     *
     * @param images empty if nothing runs in images here
     * @param docker empty if no Docker engine runs containers here
     */
    record Sources(Fetcher fetcher, Optional<HostImages> images, Optional<HostDocker> docker) {}

    SandboxPool(String nodeName, Path root, Sources sources, AgentLoop loop) {
        this.sandboxes = new Sandboxes(root);
        this.sources = sources;
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
    void prepare(AgentEffect.PrepareSandbox wanted) {
        TaskSpec spec = wanted.spec();
        if (wanted.images().isEmpty()
                && wanted.fetches().isEmpty()
                && wanted.engineImage().isEmpty()) {
            make(spec, () -> loop.submit(new AgentCommand.SandboxReady(spec.id())));
            return;
        }
        FutureTask<?> fetch = new FutureTask<>(() -> loop.submit(bring(wanted)), null);
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

    private AgentCommand bring(AgentEffect.PrepareSandbox wanted) {
        ContainerId id = wanted.spec().id();
        AgentCommand outcome;
        try {
            outcome = pulledAndFetched(wanted);
        } finally {
            if (fetches.remove(id) == null) {
                // stopped meanwhile, when the image was not yet held
                release(id);
            }
        }
        if (!(outcome instanceof AgentCommand.SandboxReady)) {
            release(id);
        }
        return outcome;
    }

    private AgentCommand pulledAndFetched(AgentEffect.PrepareSandbox wanted) {
        TaskSpec spec = wanted.spec();
        try {
            for (TaskImage image : wanted.images()) {
                pull(spec.id(), image);
            }
            if (wanted.engineImage().isPresent()) {
                pull(wanted.engineImage().get());
            }
        } catch (IOException | RuntimeException e) {
            return new AgentCommand.PullFailed(spec.id(), String.valueOf(e.getMessage()));
        }
        try {
            fetch(spec, wanted.fetches());
            return new AgentCommand.SandboxReady(spec.id());
        } catch (IOException | RuntimeException e) {
            return new AgentCommand.FetchFailed(spec.id(), String.valueOf(e.getMessage()));
        }
    }

    private void pull(ContainerId id, TaskImage image) throws IOException {
        HostImages images = sources.images()
                .orElseThrow(() -> new IllegalStateException("no images here, yet there is " + image.reference()));
        images.pull(id, image.reference(), image.cached(), image.credentials());
    }

    private void pull(TaskDocker.Image image) throws IOException {
        HostDocker docker = sources.docker()
                .orElseThrow(() -> new IllegalStateException("no engine here, yet there is " + image.name()));
        docker.pull(image.name(), image.pullAlways());
    }

    private void fetch(TaskSpec spec, List<FetchRequest> requests) throws IOException {
        if (!requests.isEmpty()) {
            Optional<Account> owner = spec.user() == null ? Optional.empty() : Optional.of(Account.named(spec.user()));
            sources.fetcher().fetch(new FetchTarget(spec.sandbox(), owner), requests, FetchProgress.NONE);
        }
    }

    /** Ends what waits to be brought or is under way, and lets go of the images that are here already. */
    void stop(ContainerId id) {
        Future<?> fetch = fetches.remove(id);
        if (fetch != null) {
            fetch.cancel(true);
        }
        if (sources.images().isPresent()) {
            try {
                fetchThreads.execute(() -> release(id));
            } catch (RejectedExecutionException e) {
                LOG.debug("an image stays held until the next start id={}", id, e);
            }
        }
    }

    private void release(ContainerId id) {
        if (sources.images().isPresent()) {
            try {
                sources.images().get().release(id);
            } catch (IOException e) {
                LOG.warn("an image stays held until the next start id={}", id, e);
            }
        }
    }

    /** Makes no further sandbox and fetches nothing more; does not wait for what is being done. */
    @Override
    public void close() {
        threads.shutdownNow();
        fetchThreads.shutdownNow();
    }
}
