package dev.polder.framework;

import dev.polder.model.Failure;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskStatus;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits to be told to a framework, in order. The event loop adds, one thread takes and calls the framework.
 *
 * <p>Offers and rescinds of a subscription that has ended meanwhile are left out: they are void. Updates are not: an
 * acknowledgement counts under the next subscription as well.
 */
final class Callbacks {
    /** So many events may wait; then no more are read, until half of them are told. */
    static final int EVENTS_MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Callbacks.class);

    private enum Kind {
        /** Void as soon as its subscription ends. */
        OFFER,
        /** Told in any case. */
        NEWS,
        /** The answer to a call; told even to a driver that is closing. */
        RESULT,
        /** Nothing comes after it. */
        END
    }

    private record Entry(Kind kind, int subscription, Runnable callback) {}

    private final Framework framework;
    private final SchedulerDriver driver;
    private final boolean acknowledgeByHand;
    private final RecentUpdates acknowledged;
    private final Runnable onRoom;

    /** Events are bounded by {@link #EVENTS_MAX} and what was read with the last of them, results by the calls under way. */
    private final BlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();

    private final AtomicInteger eventsWaiting = new AtomicInteger();

    /** Counts the subscriptions that ended. */
    private final AtomicInteger subscription = new AtomicInteger();

    private volatile boolean closed;
    private volatile boolean drained;
    private volatile @Nullable Thread thread;

    /**
     * @param onRoom called by the callbacks' thread when events may be read again
     */
    Callbacks(
            Framework framework,
            SchedulerDriver driver,
            boolean acknowledgeByHand,
            RecentUpdates acknowledged,
            Runnable onRoom) {
        this.framework = framework;
        this.driver = driver;
        this.acknowledgeByHand = acknowledgeByHand;
        this.acknowledged = acknowledged;
        this.onRoom = onRoom;
    }

    void subscribed(FrameworkId id, MasterInfo master) {
        news(() -> framework.onSubscribed(driver, id, master));
    }

    void disconnected() {
        subscription.incrementAndGet();
        news(() -> framework.onDisconnected(driver));
    }

    void offers(List<Offer> offers) {
        event(Kind.OFFER, () -> framework.onOffers(driver, offers));
    }

    void rescinded(OfferId offerId) {
        event(Kind.OFFER, () -> framework.onRescinded(driver, offerId));
    }

    void update(TaskStatus status) {
        news(() -> tell(status));
    }

    void failure(Failure failure) {
        news(() -> framework.onFailure(driver, failure));
    }

    void error(String message) {
        news(() -> framework.onError(driver, message));
    }

    /** Adds the end; what waits before it is told first. */
    void end() {
        waiting.add(new Entry(Kind.END, subscription.get(), () -> {}));
    }

    /** Adds the end; of what waits before it, only the results of calls are told. */
    void close() {
        closed = true;
        end();
    }

    /** Adds the result of a call. After {@link #drain} it is told at once, by the calling thread. */
    void result(Runnable completion) {
        waiting.add(new Entry(Kind.RESULT, subscription.get(), completion));
        if (drained) {
            drain();
        }
    }

    /** Tells the results that came behind the end, so that nobody waits for one forever. */
    void drain() {
        closed = true;
        drained = true;
        for (Entry entry = waiting.poll(); entry != null; entry = waiting.poll()) {
            tell(entry);
        }
    }

    boolean isFull() {
        return eventsWaiting.get() >= EVENTS_MAX;
    }

    boolean isCallbackThread() {
        return Thread.currentThread() == thread;
    }

    /** Tells everything, waiting for more, until the end. The calling thread is the callbacks' thread from here on. */
    void run() {
        thread = Thread.currentThread();
        boolean more = true;
        while (more) {
            try {
                more = tell(waiting.take());
            } catch (InterruptedException interrupted) {
                log.debug("callback thread interrupted, goes on");
            }
        }
    }

    /** Tells the next thing, if there is any. */
    boolean runNext() {
        thread = Thread.currentThread();
        Entry entry = waiting.poll();
        return entry != null && tell(entry);
    }

    private void news(Runnable callback) {
        event(Kind.NEWS, callback);
    }

    private void event(Kind kind, Runnable callback) {
        eventsWaiting.incrementAndGet();
        waiting.add(new Entry(kind, subscription.get(), callback));
    }

    private boolean tell(Entry entry) {
        if (entry.kind == Kind.OFFER || entry.kind == Kind.NEWS) {
            boolean stale = entry.kind == Kind.OFFER && entry.subscription != subscription.get();
            if (!stale && !closed) {
                guarded(entry.callback);
            }
            if (eventsWaiting.decrementAndGet() == EVENTS_MAX / 2) {
                onRoom.run();
            }
        } else {
            guarded(entry.callback);
        }
        return entry.kind != Kind.END;
    }

    private void tell(TaskStatus status) {
        boolean known = status.updateId().map(acknowledged::contains).orElse(false);
        if (!known) {
            framework.onUpdate(driver, status);
        }
        if (known || !acknowledgeByHand) {
            driver.acknowledge(status);
        }
    }

    private void guarded(Runnable callback) {
        try {
            callback.run();
        } catch (Throwable thrown) {
            log.warn("callback=failed framework={}", framework.getClass().getName(), thrown);
            try {
                framework.onException(driver, thrown);
            } catch (Throwable again) {
                log.warn("callback=failed method=onException", again);
            }
        }
    }
}
