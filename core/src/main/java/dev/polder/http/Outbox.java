package dev.polder.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent on one connection: records come from any thread and leave, in order, on the connection's network
 * thread, all that wait with one flush.
 * <pre>
 *  offer ──► waiting ──► Netty ──► socket        bytes counts all that the socket has not taken yet
 *  OPEN ──end()──► ENDED (the rest is still sent) ──► DEAD
 *    '────────────── full, connection gone ───────────^
 * </pre>
 */
final class Outbox {

    /** Where the records go. Called on the network thread only. */
    interface Sink {
        /** Writes without flushing. */
        ChannelFuture write(byte[] record);

        void flush();

        /** Everything was written, and no more will come. */
        void ended();
    }

    /** What a record costs beside its bytes, so that tiny records are bounded too. */
    private static final int RECORD_OVERHEAD_BYTES = 64;

    private static final byte[] END = new byte[0];

    private enum State {
        OPEN,
        ENDED,
        DEAD
    }

    private final EventLoop loop;
    private final long bytesMax;
    private final Runnable onFull;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    /** Bounded by {@link #bytesMax}: the offer that would pass it is refused, and {@link #onFull} cuts the connection. */
    private final Queue<byte[]> waiting = new ConcurrentLinkedQueue<>();

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();

    private @Nullable Sink sink;

    Outbox(EventLoop loop, long bytesMax, Runnable onFull) {
        this.loop = loop;
        this.bytesMax = bytesMax;
        this.onFull = onFull;
    }

    /** Takes a record; any thread. False if nothing is taken any more, or if this one would not fit. */
    boolean offer(byte[] record) {
        if (state.get() != State.OPEN) {
            return false;
        }
        if (bytes.addAndGet(cost(record)) > bytesMax) {
            if (state.compareAndSet(State.OPEN, State.DEAD)) {
                NetworkThreads.execute(loop, onFull);
            }
            return false;
        }
        waiting.add(record);
        scheduleDrain();
        return true;
    }

    /** Takes no more; what waits is still sent. Any thread. */
    void end() {
        if (state.compareAndSet(State.OPEN, State.ENDED)) {
            waiting.add(END);
            scheduleDrain();
        }
    }

    /** The bytes that the socket has not taken yet. */
    long bytes() {
        return bytes.get();
    }

    /** Lets records out from now on. Network thread. */
    void open(Sink opened) {
        sink = opened;
        drain();
    }

    /** Takes no more and forgets what waits. Network thread. */
    void discard() {
        state.set(State.DEAD);
        waiting.clear();
    }

    private void scheduleDrain() {
        if (drainScheduled.compareAndSet(false, true)) {
            NetworkThreads.execute(loop, this::drain);
        }
    }

    private void drain() {
        drainScheduled.set(false);
        Sink out = sink;
        if (out == null || state.get() == State.DEAD) {
            return;
        }
        boolean written = false;
        for (byte[] record = waiting.poll(); record != null; record = waiting.poll()) {
            if (record == END) {
                state.set(State.DEAD);
                waiting.clear();
                out.ended();
                return;
            }
            long cost = cost(record);
            out.write(record).addListener(done -> bytes.addAndGet(-cost));
            written = true;
        }
        if (written) {
            out.flush();
        }
    }

    private static long cost(byte[] record) {
        return (long) record.length + RECORD_OVERHEAD_BYTES;
    }
}
