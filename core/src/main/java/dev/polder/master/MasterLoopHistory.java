package dev.polder.master;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.polder.raft.history.History;
import dev.polder.wire.proto.MasterSnapshots;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the records of completed tasks in a {@link History}. A thread of its own writes them there: a disk may be slow for
 * as long as it likes, and neither the master's thread nor a change of leader waits for it. Until then they lie in the
 * heap, at most as many as the state knows of, and as many notes of those that are to be removed as the history holds.
 *
 * <pre>
 *  keep, forget ──► waiting (heap) ──thread──► History
 *                       └──────── find ───────────┘
 * </pre>
 *
 * <p>The history is opened once there is something to keep. All that the state knows of waits at that moment; what else
 * the history has is out of date and goes.
 */
public final class MasterLoopHistory implements CompletedTasks, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MasterLoopHistory.class);
    private static final long PATIENCE_MS = 5_000;
    private static final long NONE = Long.MIN_VALUE;

    /** What is to become of a number; each is one of its own. */
    private static final class Change {
        /** Null: it is to be removed. */
        final @Nullable TaskRecord task;

        Change(@Nullable TaskRecord task) {
            this.task = task;
        }
    }

    private record Numbered(long sequence, Change change) {}

    private final String nodeName;
    private final Supplier<History> opening;
    private final Thread thread;

    // all guarded by this
    private final Map<Long, Change> waiting = new LinkedHashMap<>();
    private @Nullable History history;
    private long moving = NONE;
    private boolean begun;
    private boolean closed;

    /**
     * Makes one that keeps all in the heap until it is begun.
     *
     * @param opening opens the history, on this one's thread; may take seconds
     */
    public MasterLoopHistory(String nodeName, Supplier<History> opening) {
        this.nodeName = nodeName;
        this.opening = opening;
        thread = new Thread(this::run, nodeName + "-history");
        thread.setDaemon(true);
    }

    /** Begins to write to the history; the first call counts. */
    public synchronized void begin() {
        if (!begun && !closed) {
            begun = true;
            thread.start();
        }
    }

    /** Returns how many records and removals wait for the history. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** Returns how many records lie in the history. */
    public synchronized int records() {
        return history == null ? 0 : history.size();
    }

    // ---- the master's thread

    @Override
    public synchronized void keep(long sequence, TaskRecord task) {
        waiting.put(sequence, new Change(task));
        notifyAll();
    }

    @Override
    public synchronized void forget(long sequence) {
        if (moving == sequence || (history != null && history.contains(sequence))) {
            waiting.put(sequence, new Change(null));
            notifyAll();
        } else {
            waiting.remove(sequence);
        }
    }

    @Override
    public synchronized void clear() {
        Set<Long> known = new HashSet<>(waiting.keySet());
        if (history != null) {
            for (long sequence : history.numbers()) {
                known.add(sequence);
            }
        }
        known.forEach(this::forget);
    }

    // ---- any thread

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if this is closed: a snapshot that is being written then must not lack what is there
     */
    @Override
    public @Nullable TaskRecord find(long sequence) {
        History written;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the history of node " + nodeName + " is closed");
            }
            Change change = waiting.get(sequence);
            if (change != null) {
                return change.task;
            }
            written = history;
        }
        return written == null ? null : written.get(sequence).map(this::decoded).orElse(null);
    }

    private @Nullable TaskRecord decoded(byte[] record) {
        try {
            return MasterSnapshot.record(MasterSnapshots.Task.parseFrom(record));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            LOG.warn("node={} event=history_record_unreadable cause={}", nodeName, e.toString());
            return null;
        }
    }

    // ---- the thread

    private void run() {
        try {
            if (awaitChange()) {
                History opened = opening.get();
                try (opened) {
                    removeStale(opened);
                    for (Numbered next = next(); next != null; next = next()) {
                        move(next, opened);
                    }
                } finally {
                    forgetHistory();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("node={} event=history_interrupted", nodeName);
        } catch (RuntimeException | Error fault) {
            LOG.error("node={} event=history_stopped cause={}", nodeName, fault.toString(), fault);
        }
    }

    /** Returns false when this is closed. */
    private synchronized boolean awaitChange() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        return !closed;
    }

    /** Waits for the change that has waited longest, and leaves it there; returns null when this is closed. */
    private synchronized @Nullable Numbered next() throws InterruptedException {
        if (!awaitChange()) {
            return null;
        }
        Map.Entry<Long, Change> oldest = waiting.entrySet().iterator().next();
        moving = oldest.getKey();
        return new Numbered(oldest.getKey(), oldest.getValue());
    }

    private void removeStale(History opened) {
        Set<Long> known;
        synchronized (this) {
            known = new HashSet<>(waiting.keySet());
            history = opened;
        }
        for (long sequence : opened.numbers()) {
            if (!known.contains(sequence)) {
                opened.remove(sequence);
            }
        }
    }

    private void move(Numbered next, History opened) {
        TaskRecord task = next.change.task;
        if (task == null) {
            opened.remove(next.sequence);
        } else {
            opened.put(next.sequence, MasterSnapshot.message(task).toByteArray());
        }
        synchronized (this) {
            moving = NONE;
            waiting.remove(next.sequence, next.change); // unless there is news of it since
        }
    }

    /** What is not written any more stays in the heap. */
    private synchronized void forgetHistory() {
        history = null;
        moving = NONE;
    }

    /** Closes the history as it can be opened again, and waits for the thread, some seconds at most. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(PATIENCE_MS);
            thread.interrupt(); // Chronicle may wait a minute for what a file promises
            thread.join(PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
