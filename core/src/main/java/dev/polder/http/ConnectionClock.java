package dev.polder.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches that requests arrive in time and that an idle connection, or a peer that takes nothing of its answer, does not
 * stay for ever. One timer, set again when it fires, so that a request costs no timer. Owned by a network thread.
 */
final class ConnectionClock {

    /** What is due. */
    enum Due {
        REQUEST_TOO_SLOW,
        IDLE
    }

    private static final long NOT_RECEIVING = Long.MIN_VALUE;

    private final Channel channel;
    private final long requestTimeoutNanos;
    private final long idleTimeoutNanos;

    private long receivingSince = NOT_RECEIVING;
    private long quietSince = System.nanoTime();
    private long lastPending;
    private long lastProgress;
    private boolean stopped;
    private @Nullable Future<?> timer;

    ConnectionClock(HttpServerConfig config, Channel channel) {
        this.channel = channel;
        this.requestTimeoutNanos = config.requestTimeout().toNanos();
        this.idleTimeoutNanos = config.idleTimeout().toNanos();
    }

    /**
     * Begins to watch.
     *
     * @param isAnswering whether a request is being answered: then nothing is due
     * @param onDue told what is due, and told again as long as it is
     */
    void start(BooleanSupplier isAnswering, Consumer<Due> onDue) {
        schedule(nextCheckNanos(System.nanoTime()), isAnswering, onDue);
    }

    /** Stops watching. */
    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** The first bytes of a request, or more of them, have come. */
    void bytesArrived() {
        if (receivingSince == NOT_RECEIVING) {
            receivingSince = System.nanoTime();
        }
    }

    /** A request is complete, or will never be. */
    void requestArrived() {
        receivingSince = NOT_RECEIVING;
    }

    /** An answer was written in full. */
    void answerWritten() {
        quietSince = System.nanoTime();
    }

    private void check(BooleanSupplier isAnswering, Consumer<Due> onDue) {
        if (stopped) {
            return;
        }
        long now = System.nanoTime();
        if (isAnswering.getAsBoolean() || hasProgressed()) {
            quietSince = now;
        }
        if (receivingSince != NOT_RECEIVING) {
            if (now - receivingSince >= requestTimeoutNanos) {
                onDue.accept(Due.REQUEST_TOO_SLOW);
            }
        } else if (now - quietSince >= idleTimeoutNanos) {
            onDue.accept(Due.IDLE);
        }
        if (!stopped) {
            schedule(nextCheckNanos(now), isAnswering, onDue);
        }
    }

    /** Whether the socket has taken something since this was asked last. */
    private boolean hasProgressed() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long pending = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long progress = buffer == null ? 0 : buffer.currentProgress();
        boolean progressed = pending != lastPending || progress != lastProgress;
        lastPending = pending;
        lastProgress = progress;
        return progressed;
    }

    /** Often enough that a request that begins right after a check is not late to be found slow. */
    private long nextCheckNanos(long now) {
        long untilIdle = quietSince + idleTimeoutNanos - now;
        long untilSlow =
                receivingSince == NOT_RECEIVING ? requestTimeoutNanos : receivingSince + requestTimeoutNanos - now;
        return Math.max(TimeUnit.MILLISECONDS.toNanos(1), Math.min(untilIdle, untilSlow));
    }

    private void schedule(long delayNanos, BooleanSupplier isAnswering, Consumer<Due> onDue) {
        timer = channel.eventLoop().schedule(() -> check(isAnswering, onDue), delayNanos, TimeUnit.NANOSECONDS);
    }
}
