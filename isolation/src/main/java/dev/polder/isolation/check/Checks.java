package dev.polder.isolation.check;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.attach.Mark;
import dev.polder.isolation.attach.RunningContainer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the checks of a node's containers, on one thread. Any thread may call.
 *
 * <p>A check is a process. {@value #RUNS_MAX} run at a time; what is due then waits for one of them to end. One that takes
 * too long is killed with all that it has started; so are those that run when their container is no longer to be checked.
 */
public final class Checks implements AutoCloseable {
    /** How many checks there may be. More are refused. */
    public static final int CHECKS_MAX = 131_072;
    /** How many may run at the same time. */
    static final int RUNS_MAX = 64;

    private static final Logger log = LoggerFactory.getLogger(Checks.class);
    private static final long SWEEP_MS = 20;
    private static final long NOT_READY_MS = 100;
    private static final int SWEEPS_MAX = 100;
    private static final long END_MILLIS_MAX = 5_000;

    private final CheckListener listener;
    /** Never full: two messages a check, one a run, and both are bounded. */
    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();

    private final AtomicInteger count = new AtomicInteger();
    private final long startNanos = System.nanoTime();
    private final Thread thread;
    private volatile boolean closed;

    // ---- owned by the thread
    private final Map<ContainerId, List<Watched>> containers = new HashMap<>();
    private final TreeSet<Watched> waiting = new TreeSet<>(
            Comparator.comparingLong((Watched each) -> each.judge.dueMs()).thenComparingLong(each -> each.order));
    private final Set<Watched> running = new HashSet<>();
    private final Map<Mark, Integer> dying = new HashMap<>();
    private long order;

    /** Starts the thread, which the node's name is part of. */
    public Checks(String nodeName, CheckListener listener) {
        this.listener = requireNonNull(listener, "listener");
        thread = new Thread(this::live, requireNonNull(nodeName, "nodeName") + "-checks");
        thread.setDaemon(true);
        thread.start();
    }

    /** Finds out about a container; called on the thread that does checks, may take some milliseconds. */
    @FunctionalInterface
    public interface Finder {
        /**
         * Returns the container.
         *
         * @throws IOException if it has ended, or cannot be found out about; its checks fail then
         */
        RunningContainer find() throws IOException;
    }

    /** One check of one container. */
    private static final class Watched {
        private final ContainerId id;
        private final CheckSpec spec;
        private final Finder finder;
        private final CheckJudge judge;
        private final long order;
        private @Nullable RunningContainer container;
        private @Nullable CheckRun run;
        private long deadlineMs;

        private Watched(ContainerId id, CheckSpec spec, Finder finder, CheckJudge judge, long order) {
            this.id = id;
            this.spec = spec;
            this.finder = finder;
            this.judge = judge;
            this.order = order;
        }
    }

    /**
     * Begins to check a container.
     *
     * @param runningFor how long its task has been running
     * @param isHealthKnown whether its health was told before, by an earlier process; then the grace is over
     * @throws IllegalArgumentException if there are too many checks
     */
    public void start(
            ContainerId id, List<CheckSpec> specs, Finder finder, Duration runningFor, boolean isHealthKnown) {
        if (count.addAndGet(specs.size()) > CHECKS_MAX) {
            int there = count.addAndGet(-specs.size());
            throw new IllegalArgumentException(
                    "too many checks: " + (there + specs.size()) + " > checksMax=" + CHECKS_MAX);
        }
        List<CheckSpec> kept = List.copyOf(specs);
        inbox.add(() -> {
            long nowMs = nowMs();
            List<Watched> all = containers.computeIfAbsent(id, unused -> new ArrayList<>());
            for (CheckSpec spec : kept) {
                CheckJudge judge = new CheckJudge(spec, nowMs - runningFor.toMillis(), nowMs, isHealthKnown);
                Watched watched = new Watched(id, spec, finder, judge, order++);
                all.add(watched);
                waiting.add(watched);
            }
        });
    }

    /** Checks a container no more, and kills the checks of it that run. Unknown: nothing happens. */
    public void stop(ContainerId id) {
        inbox.add(() -> forget(id));
    }

    /** Kills what runs, and ends the thread. Idempotent. */
    @Override
    public void close() {
        closed = true;
        inbox.add(() -> {});
        try {
            thread.join(END_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the thread

    private void live() {
        try {
            while (!closed) {
                Runnable message = inbox.poll(msToWait(), TimeUnit.MILLISECONDS);
                while (message != null && !closed) {
                    message.run();
                    message = inbox.poll();
                }
                sweep();
                endLate();
                startDue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            List.copyOf(containers.keySet()).forEach(this::forget);
            while (!dying.isEmpty()) {
                sweep();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SWEEP_MS));
            }
        }
    }

    private long msToWait() {
        if (!dying.isEmpty()) {
            return SWEEP_MS;
        }
        long nextMs = Long.MAX_VALUE;
        for (Watched each : running) {
            nextMs = Math.min(nextMs, each.deadlineMs);
        }
        if (!waiting.isEmpty() && running.size() < RUNS_MAX) {
            nextMs = Math.min(nextMs, waiting.first().judge.dueMs());
        }
        return nextMs == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, nextMs - nowMs());
    }

    private void startDue() {
        long nowMs = nowMs();
        while (!waiting.isEmpty() && waiting.first().judge.dueMs() <= nowMs && running.size() < RUNS_MAX) {
            start(waiting.pollFirst(), nowMs);
        }
    }

    private void start(Watched watched, long nowMs) {
        try {
            RunningContainer container = watched.container == null ? watched.finder.find() : watched.container;
            watched.container = container;
            if (container.task().isAlive() && !container.task().isAtItsProgram()) {
                watched.judge.postpone(nowMs, NOT_READY_MS);
                waiting.add(watched);
                return;
            }
            CheckRun run = CheckRun.start(watched.spec.kind(), container);
            watched.run = run;
            watched.deadlineMs = watched.judge.deadlineMs(nowMs);
            running.add(watched);
            CompletableFuture<Void> unused = run.ended().thenRun(() -> inbox.add(() -> ended(watched, run)));
        } catch (IOException | RuntimeException e) {
            judge(watched, new CheckResult.Failed(String.valueOf(e.getMessage())));
        }
    }

    private void ended(Watched watched, CheckRun run) {
        if (watched.run == run) {
            running.remove(watched);
            watched.run = null;
            judge(watched, run.result());
        }
    }

    private void endLate() {
        long nowMs = nowMs();
        for (Watched watched : List.copyOf(running)) {
            if (watched.deadlineMs <= nowMs) {
                kill(watched);
                judge(watched, new CheckResult.Failed("it took longer than " + watched.spec.timeout()));
            }
        }
    }

    private void kill(Watched watched) {
        CheckRun run = watched.run;
        running.remove(watched);
        watched.run = null;
        if (run != null) {
            run.kill().ifPresent(mark -> dying.put(mark, 0));
        }
    }

    /** One look at all processes for all that have to go. */
    private void sweep() {
        Set<Mark> found = Mark.killAll(dying.keySet());
        dying.keySet().retainAll(found);
        dying.replaceAll((mark, sweeps) -> sweeps + 1);
        if (dying.values().removeIf(sweeps -> sweeps > SWEEPS_MAX)) {
            log.warn("processes of a check cannot be killed");
        }
    }

    private void judge(Watched watched, CheckResult result) {
        watched.judge.judge(nowMs(), result).ifPresent(event -> tell(watched.id, event));
        if (result instanceof CheckResult.Failed failed) {
            log.debug("check failed id={} why={}", watched.id, failed.why());
        }
        waiting.add(watched);
    }

    private void tell(ContainerId id, CheckEvent event) {
        try {
            listener.onEvent(id, event);
        } catch (RuntimeException e) {
            log.error("the check listener failed", e);
        }
    }

    private void forget(ContainerId id) {
        List<Watched> all = containers.remove(id);
        if (all != null) {
            count.addAndGet(-all.size());
            all.forEach(waiting::remove);
            all.forEach(this::kill);
        }
    }

    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }
}
