package dev.polder.offer.loop;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.OfferEngine;
import dev.polder.offer.OfferSink;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An {@link OfferEngine} with a daemon thread of its own, for all threads to use. Requests go in by {@link #ask} and
 * {@link #tell}, which never wait; each is performed on the loop's thread and answered. Then the engine decides, once
 * for all requests that came together, and offers come out to the {@link OfferListener}, on the same thread: in a queue
 * they would need a bound, and an offer that does not fit would be nobody's until its time is over.
 *
 * <pre>
 *  any thread ---ask, tell---&gt; queue ---&gt; [ requests, then run ] ---&gt; answers, listener
 *               never waits   bounded        the loop's thread
 * </pre>
 *
 * <p>A request whose queue is full is refused at once: its answer fails with {@link RejectedExecutionException}, nothing
 * has changed, and the caller may try again. So does each that is not performed any more when the loop is closed.
 *
 * <p>A request that the engine refuses fails with the engine's exception and changed nothing (one that calls the engine
 * several times: not since the last call that returned). An engine that breaks an invariant, a listener that throws and
 * a clock that does end the loop: {@link #ended} and every answer then fail with that cause, which is logged, too; without
 * an SLF4J provider nobody sees that.
 */
public final class OfferEngineLoop implements AutoCloseable {
    /** How long {@link #close} waits before it interrupts what the loop does, and then again. */
    static final long CLOSE_WAIT_MS = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(OfferEngineLoop.class);

    /** How many requests are performed before the engine decides. */
    private static final int BATCH_MAX = 256;

    private final OfferEngine engine;
    private final LongSupplier clockMs;
    private final Inbox<Pending<?>> inbox;
    private final ListenerSink sink;
    private final Thread thread;
    private final CompletableFuture<Void> ended;

    private long nowMs;
    private final AtomicLong turns = new AtomicLong();
    private final AtomicLong longestTurnNs = new AtomicLong();

    /** Something to be done with the engine that has a result. */
    @FunctionalInterface
    public interface Question<T> {
        /**
         * Does it, on the loop's thread. The engine is lent for the call, and nobody keeps it.
         *
         * @param nowMs the time to tell the engine: any other may end the loop, for the engine's time never goes back
         * @param sink where the engine tells what it rescinds: the loop's listener
         */
        @Nullable
        T answer(OfferEngine engine, long nowMs, OfferSink sink);
    }

    /** Something to be done with the engine that has no result. */
    @FunctionalInterface
    public interface Change {
        /**
         * Does it, on the loop's thread; see {@link Question#answer}.
         *
         * @param nowMs the time to tell the engine
         * @param sink where the engine tells what it rescinds
         */
        void make(OfferEngine engine, long nowMs, OfferSink sink);
    }

    private OfferEngineLoop(LoopConfig config, OfferListener listener) {
        engine = new OfferEngine(config.engine(), config.seed());
        clockMs = config.clockMs();
        inbox = new Inbox<>(config.name(), config.requestsMax(), Parking.OF_THREADS);
        sink = new ListenerSink(listener);
        nowMs = clockMs.getAsLong();
        thread = new Thread(this::live, config.name());
        thread.setDaemon(true);
        ended = new Answer<>(thread);
    }

    /** Starts a loop. If that fails, nothing is left behind. */
    public static OfferEngineLoop start(LoopConfig config, OfferListener listener) {
        OfferEngineLoop loop = new OfferEngineLoop(config, requireNonNull(listener, "listener"));
        loop.thread.start();
        return loop;
    }

    // ---- any thread

    /**
     * Asks for something to be done and answered; never waits.
     *
     * @return the answer: the result, or what the question threw; a {@link RejectedExecutionException} if the queue was
     *     full or the loop has ended. What depends on it runs on the loop's thread unless told otherwise, and must not
     *     take long. Cancelling it does not take the question back
     */
    public <T> CompletableFuture<T> ask(Question<T> question) {
        Pending<T> pending = new Pending<>(requireNonNull(question, "question"), new Answer<>(thread));
        inbox.put(pending);
        return pending.answer;
    }

    /** Asks for something to be done; as {@link #ask}, but the answer says no more than that it was. */
    public CompletableFuture<Void> tell(Change change) {
        requireNonNull(change, "change");
        return ask((lent, now, told) -> {
            change.make(lent, now, told);
            return null;
        });
    }

    /**
     * Returns what completes when the loop has ended and everything is answered: with null after {@link #close}, with
     * the cause otherwise.
     */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /** Returns what the loop has done so far. */
    public LoopCounters counters() {
        return new LoopCounters(inbox.size(), inbox.refused(), turns.get(), longestTurnNs.get());
    }

    /**
     * Ends the loop: what is being done is finished, what waits is refused, and the thread is gone when this returns. On
     * the loop's own thread it asks for that and returns. May be called again.
     *
     * @throws IllegalStateException if the thread does not end within some seconds, though it was interrupted: a request
     *     or the listener does not return
     */
    @Override
    public void close() {
        inbox.close();
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = join();
        if (thread.isAlive()) {
            thread.interrupt();
            interrupted |= join();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new IllegalStateException("thread '" + thread.getName() + "' has not ended after " + 2 * CLOSE_WAIT_MS
                    + " ms: a request or the listener does not return");
        }
    }

    /** Waits for the thread; returns whether the caller was interrupted meanwhile. */
    private boolean join() {
        boolean interrupted = false;
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_WAIT_MS);
        while (thread.isAlive()) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0) {
                return interrupted;
            }
            try {
                thread.join(leftMs);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    // ---- the loop's thread

    private void live() {
        Throwable fault = null;
        try {
            while (inbox.isOpen()) {
                turn();
            }
        } catch (Throwable cause) { // whatever it is, everybody is told, and nobody else would be
            fault = cause;
            LOG.error("loop={} event=ended cause={}", thread.getName(), cause.toString(), cause);
        }
        inbox.end(fault);
        if (fault == null) {
            ended.complete(null);
        } else {
            ended.completeExceptionally(fault);
        }
    }

    private void turn() {
        long beganNs = System.nanoTime();
        tick();
        for (int i = 0; i < BATCH_MAX && inbox.isOpen(); i++) {
            Pending<?> pending = inbox.take();
            if (pending == null) {
                break;
            }
            pending.perform(engine, nowMs, sink);
            sink.requireSound();
        }
        engine.run(nowMs, sink);
        sink.requireSound();
        turns.incrementAndGet();
        longestTurnNs.accumulateAndGet(System.nanoTime() - beganNs, Math::max);
        long deadlineMs = engine.nextDeadlineMs();
        tick();
        if (deadlineMs > nowMs) {
            inbox.sleep(
                    deadlineMs == Long.MAX_VALUE ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(deadlineMs - nowMs));
            Thread.interrupted(); // one that is left over would keep it awake
        }
    }

    /** A clock that goes back is one that stands. */
    private void tick() {
        nowMs = Math.max(nowMs, clockMs.getAsLong());
    }

    /** A question on its way to its answer. */
    private static final class Pending<T> implements Inbox.Request {
        private final Question<T> question;
        private final Answer<T> answer;

        Pending(Question<T> question, Answer<T> answer) {
            this.question = question;
            this.answer = answer;
        }

        void perform(OfferEngine engine, long nowMs, OfferSink sink) {
            @Nullable T result;
            try {
                result = question.answer(engine, nowMs, sink);
            } catch (Throwable refusal) { // a question may throw anything, and is told
                answer.completeExceptionally(refusal);
                requireSound(engine, refusal);
                return;
            }
            answer.complete(result);
        }

        @Override
        public void refuse(RejectedExecutionException why) {
            answer.completeExceptionally(why);
        }

        /** Throws if it was not just a refusal: what the engine does not promise to throw may have left it half changed. */
        private static void requireSound(OfferEngine engine, Throwable refusal) {
            boolean isBroken = String.valueOf(refusal.getMessage()).startsWith("broken invariant");
            boolean isPromised = refusal instanceof IllegalArgumentException
                    || refusal instanceof ArithmeticException
                    || (refusal instanceof IllegalStateException && !isBroken);
            if (isBroken || refusal instanceof VirtualMachineError) {
                throw new IllegalStateException("the offer engine is broken: " + refusal, refusal);
            }
            if (!isPromised) {
                engine.checkInvariants();
            }
        }
    }
}
