package dev.polder.raft;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one member's log, and the only way to its end.
 *
 * <pre>
 *   opening ──begin──► running ──stop, close──► stopping ──torn down──► stopped
 *      └────────────────abandon───────────────────────────────────────────┘
 * </pre>
 *
 * <p>What was opened is closed in reverse order: on the log's thread after {@link #begin}, else on the caller's.
 */
final class LogLife implements FailStop {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);
    private static final Duration INTERRUPT_TIMEOUT = Duration.ofSeconds(1);

    private final String member;
    private final LogEvents events;
    private final RaftThread thread;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean stopping;

    LogLife(RaftConfig config, LogEvents events) {
        member = config.memberId();
        this.events = events;
        thread = new RaftThread(config.nodeName() + "-raft", this::stop);
    }

    RaftThread thread() {
        return thread;
    }

    /** Has something closed at the end, before everything that was added earlier. */
    <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    void begin(Runnable first) {
        thread.execute(first);
    }

    @Override
    public boolean stopping() {
        return stopping;
    }

    @Override
    public boolean failed() {
        return failure.get() != null;
    }

    @Override
    public void stop(Throwable cause) {
        failure.compareAndSet(null, cause);
        end();
    }

    private void end() {
        stopping = true;
        thread.end(this::tearDown);
    }

    private void tearDown() {
        Throwable cause = closeAll(failure.get());
        if (cause == null) {
            LOG.info("event=stopped member={}", member);
        } else if (cause instanceof MemberRemovedException && cause.getSuppressed().length == 0) {
            LOG.info("event=stopped member={} cause='{}'", member, cause.getMessage());
        } else {
            LOG.error("event=stopped member={} cause='{}'", member, cause.toString(), cause);
        }
        try {
            events.stopped(cause);
        } catch (RuntimeException | Error e) {
            LOG.error("event=listener_failed member={} call=onStopped", member, e);
        }
    }

    private @Nullable Throwable closeAll(@Nullable Throwable before) {
        Failures failures = Failures.after(before);
        while (!opened.isEmpty()) {
            failures.attempt(opened.pop());
        }
        return failures.first();
    }

    /** Closes what was opened when opening failed. */
    void abandon(Throwable cause) {
        thread.close();
        closeAll(cause);
        awaitEnd(CLOSE_TIMEOUT);
    }

    /**
     * Stops and waits until everything is closed. A listener that never comes back is interrupted; after that this
     * gives up, so that it is bounded. Called by the listener it does not wait.
     */
    void close() {
        end();
        if (thread.isCurrentContext() || awaitEnd(CLOSE_TIMEOUT)) {
            return;
        }
        LOG.warn("event=close_late member={} thread is interrupted", member);
        thread.interrupt();
        if (!awaitEnd(INTERRUPT_TIMEOUT)) {
            LOG.error("event=close_failed member={} the listener does not return, its thread and files stay", member);
        }
    }

    private boolean awaitEnd(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return thread.awaitEnd(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
