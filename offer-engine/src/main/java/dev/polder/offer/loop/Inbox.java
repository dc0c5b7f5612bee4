package dev.polder.offer.loop;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Requests on their way to the loop, in the order in which they came. Any thread puts, the loop's thread takes. Bounded:
 * what does not fit is refused at once, nobody waits for room.
 *
 * <pre>
 *  OPEN ---close()---&gt; CLOSING ---end()---&gt; ENDED
 *    '------------------end()-----------------^
 * </pre>
 *
 * <p>Every request that was put is taken, or refused once: none is forgotten.
 */
final class Inbox<T extends Inbox.Request> {
    /*
     * Two races matter. A request may be put while the loop falls asleep: the loop first says that it sleeps, then looks
     * once more; who puts first puts, then asks who sleeps. All four are sequentially consistent, so at least one of them
     * sees the other. And one may be put while the loop ends: the loop first says that it has ended, then refuses what is
     * there; who puts first puts, then asks whether it has ended, and refuses its own. Refusing twice, or what was
     * performed before, does nothing.
     */

    /** What waits. */
    interface Request {
        /** Ends it unperformed; nothing happens if it has ended already. */
        void refuse(RejectedExecutionException why);
    }

    private enum State {
        OPEN,
        CLOSING,
        ENDED
    }

    private final String name;
    private final Parking parking;
    private final MpscVarHandleArrayQueue<T> queue;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    /** Why the loop has ended, null if it was closed; written before the state. */
    private @Nullable Throwable fault;

    private volatile @Nullable Thread sleeper;

    Inbox(String name, int requestsMax, Parking parking) {
        this.name = name;
        this.parking = parking;
        queue = new MpscVarHandleArrayQueue<>(requestsMax);
    }

    // ---- any thread

    /** Puts a request in, or refuses it. */
    void put(T request) {
        if (state.get() == State.ENDED) {
            request.refuse(gone());
        } else if (!queue.offer(request)) {
            refused.incrementAndGet();
            request.refuse(new RejectedExecutionException(
                    "offer engine loop '" + name + "': as many requests wait as may, requestsMax=" + queue.capacity()));
        } else {
            wake();
            if (state.get() == State.ENDED) {
                request.refuse(gone());
            }
        }
    }

    /** Asks the loop to end; what is put until it has done so is refused then. */
    void close() {
        state.compareAndSet(State.OPEN, State.CLOSING); // not a test and a set: it may have ended in between
        wake();
    }

    private void wake() {
        Thread sleeping = sleeper;
        if (sleeping != null) {
            parking.unpark(sleeping);
        }
    }

    private RejectedExecutionException gone() {
        Throwable cause = fault;
        return cause == null
                ? new RejectedExecutionException("offer engine loop '" + name + "' is closed")
                : new RejectedExecutionException("offer engine loop '" + name + "' has ended: " + cause, cause);
    }

    /** Returns how many wait; soon out of date. */
    int size() {
        return queue.size();
    }

    /** Returns how many were refused because there was no room. */
    long refused() {
        return refused.get();
    }

    // ---- the loop's thread

    boolean isOpen() {
        return state.get() == State.OPEN;
    }

    /** Takes the oldest request, null if none waits. */
    @Nullable
    T take() {
        return state.get() == State.ENDED ? null : queue.poll();
    }

    /** Sleeps until a request waits, {@link #close} was called or the time is over; it may return sooner. */
    void sleep(long nanos) {
        sleeper = Thread.currentThread();
        if (queue.isEmpty() && state.get() == State.OPEN) {
            parking.park(nanos);
        }
        sleeper = null;
    }

    /** Refuses what waits and all that comes. */
    void end(@Nullable Throwable why) {
        fault = why;
        state.set(State.ENDED);
        for (T request = queue.poll(); request != null; request = queue.poll()) {
            request.refuse(gone());
        }
    }
}
