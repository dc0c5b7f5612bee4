package dev.polder.master;

import dev.polder.raft.CommittedEntry;
import dev.polder.raft.InstalledSnapshot;
import dev.polder.raft.LogListener;
import dev.polder.wire.Entry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.varhandle.SpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What the log tells, on its way to the master's thread, in order. The log's thread puts in, the master's takes out.
 *
 * <p>Bounded for entries: with {@value #ENTRIES_MAX} of them waiting, or {@value #BYTES_MAX} bytes, there is no room for
 * more and the log tells no more until there is. What else the log tells is a few events a term.
 */
final class LogInbox implements LogListener {
    static final int ENTRIES_MAX = 4096;
    static final long BYTES_MAX = 16 << 20;

    private static final int QUEUE_CHUNK = 256;

    /** One thing that the log told. */
    sealed interface Event {
        /**
         * An entry is committed.
         *
         * @param bytes the size of the entry in the log
         */
        record Committed(long index, long term, Entry entry, int bytes) implements Event {}

        record Restored(InstalledSnapshot snapshot) implements Event {}

        record SnapshotWanted() implements Event {}

        record Serving(long term) implements Event {}

        record Lost(long term) implements Event {}

        record Stopped(Optional<Throwable> cause) implements Event {}
    }

    private final Runnable onEvent;
    private final SpscUnboundedVarHandleArrayQueue<Event> events = new SpscUnboundedVarHandleArrayQueue<>(QUEUE_CHUNK);
    private final AtomicLong waitingEntries = new AtomicLong();
    private final AtomicLong waitingBytes = new AtomicLong();
    private volatile boolean closed;
    private volatile String refusal = "";

    /**
     * Makes an empty one.
     *
     * @param onEvent called on the log's thread when something was put in
     */
    LogInbox(Runnable onEvent) {
        this.onEvent = onEvent;
    }

    // ---- the log's thread

    @Override
    public void onSnapshot(InstalledSnapshot snapshot) {
        put(new Event.Restored(snapshot));
    }

    @Override
    public void onSnapshotWanted() {
        put(new Event.SnapshotWanted());
    }

    @Override
    public void onCommitted(CommittedEntry entry) {
        int bytes = entry.length();
        waitingEntries.incrementAndGet();
        waitingBytes.addAndGet(bytes);
        put(new Event.Committed(entry.index(), entry.term(), Entry.decode(entry.view()), bytes));
    }

    /** Nobody takes anything out after the end: the log keeps what it has. */
    @Override
    public boolean hasRoom() {
        return !closed && waitingEntries.get() < ENTRIES_MAX && waitingBytes.get() < BYTES_MAX;
    }

    /** Nothing can be decided before this term serves. */
    @Override
    public void onElected(long term) {}

    @Override
    public void onServing(long term) {
        put(new Event.Serving(term));
    }

    @Override
    public void onLost(long term) {
        put(new Event.Lost(term));
    }

    @Override
    public void onRefused(String byMember, String reason) {
        refusal = byMember + " refuses this node: " + reason;
    }

    @Override
    public void onStopped(@Nullable Throwable cause) {
        put(new Event.Stopped(Optional.ofNullable(cause)));
    }

    private void put(Event event) {
        events.add(event);
        onEvent.run();
    }

    // ---- the master's thread

    boolean isEmpty() {
        return events.isEmpty();
    }

    /** Takes out what is there, in order. */
    void drainTo(List<Event> target) {
        for (Event event = events.poll(); event != null; event = events.poll()) {
            if (event instanceof Event.Committed committed) {
                waitingEntries.decrementAndGet();
                waitingBytes.addAndGet(-committed.bytes());
            }
            target.add(event);
        }
    }

    /** Nothing more is taken out. Any thread. */
    void close() {
        closed = true;
    }

    /** A leader is known: nobody refuses this member. */
    void forgetRefusal() {
        refusal = "";
    }

    /** Returns which member has refused this one last and why, in words; empty if none has. Any thread. */
    String refusal() {
        return refusal;
    }
}
