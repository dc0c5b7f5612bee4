package dev.polder.isolation.attach;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.TerminalSize;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The commands that run inside the containers of a node. Any thread may call. One thread looks four times a second which
 * containers have ended, and closes their sessions; it is there from the first session on.
 */
public final class Sessions implements AutoCloseable {
    /** How many may be open. More are refused. */
    public static final int SESSIONS_MAX = 1_024;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long END_MILLIS_MAX = 5_000;

    private final Set<Session> open = ConcurrentHashMap.newKeySet();
    private final Semaphore free = new Semaphore(SESSIONS_MAX);
    private final Thread watcher;
    private boolean started;
    private volatile boolean closed;

    /** None are open. The node's name goes into the thread's. */
    public Sessions(String nodeName) {
        watcher = new Thread(this::watch, requireNonNull(nodeName, "nodeName") + "-sessions");
        watcher.setDaemon(true);
    }

    /**
     * Starts a command with streams. Blocks for some milliseconds.
     *
     * @throws IOException if it cannot be started there: the container has ended, this host lacks a program that is needed,
     *     too many sessions are open
     */
    public Session open(RunningContainer container, ContainerCommand command) throws IOException {
        return register(onClose -> Session.start(container, command, null, onClose));
    }

    /**
     * Starts a command with a terminal. Blocks for some milliseconds.
     *
     * @throws IOException as {@link #open}
     */
    public Session openTerminal(RunningContainer container, ContainerCommand command, TerminalSize size)
            throws IOException {
        requireNonNull(size, "size");
        return register(onClose -> Session.start(container, command, size, onClose));
    }

    private interface Start {
        Session start(Consumer<Session> onClose) throws IOException;
    }

    private Session register(Start start) throws IOException {
        if (!free.tryAcquire()) {
            throw new IOException("too many sessions: " + SESSIONS_MAX + " are open >= sessionsMax=" + SESSIONS_MAX);
        }
        Session session;
        try {
            session = start.start(ended -> {
                free.release();
                open.remove(ended);
            });
        } catch (IOException | RuntimeException e) {
            free.release();
            throw e;
        }
        open.add(session);
        beginToWatch();
        if (closed) {
            session.close();
            throw new IOException("sessions are closed");
        }
        return session;
    }

    private synchronized void beginToWatch() {
        if (!started && !closed) {
            started = true;
            watcher.start();
        }
    }

    private void watch() {
        while (!closed) {
            for (Session session : open) {
                if (!session.container().task().isAlive()) {
                    session.close();
                }
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Closes the sessions of one container. */
    public void end(ContainerId container) {
        List.copyOf(open).stream()
                .filter(session -> session.container().id().equals(container))
                .forEach(Session::close);
    }

    /** Closes all sessions, and ends the thread. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        List.copyOf(open).forEach(Session::close);
        LockSupport.unpark(watcher);
        try {
            watcher.join(END_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
