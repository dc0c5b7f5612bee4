package dev.polder.framework;

import dev.polder.model.Failure;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskStatus;
import java.util.List;

/**
 * A scheduler: what it does with offers, and what it makes of the news about its tasks.
 *
 * <p>All methods are called on one thread of the driver, one after another, so that an implementation needs no locks. They
 * may take their time: a slow one delays the next, never the connection. The driver that comes with each call may be kept
 * and used from any thread.
 */
public interface Framework {
    /**
     * Learns that the framework is subscribed: at first, and again after each {@link #onDisconnected}. Offers of before
     * are void; updates that were not acknowledged come again by themselves. A careful framework reconciles here.
     *
     * @param id the framework's name, the same each time; store it to take over after a restart
     */
    default void onSubscribed(SchedulerDriver driver, FrameworkId id, MasterInfo master) {}

    /** Takes new offers. Each should be accepted or declined soon: nobody else can use it meanwhile. */
    void onOffers(SchedulerDriver driver, List<Offer> offers);

    /** Learns that an offer is void. Tasks that were just sent to it come back as TASK_DROPPED. */
    default void onRescinded(SchedulerDriver driver, OfferId offerId) {}

    /**
     * Learns what became of a task. The driver acknowledges the update when this returns, unless it was told to leave
     * that to the framework; if this throws, the update stays unacknowledged and comes again after some seconds. An
     * update that is acknowledged is not shown a second time.
     */
    default void onUpdate(SchedulerDriver driver, TaskStatus status) {}

    /** Learns that an agent or an executor is gone. */
    default void onFailure(SchedulerDriver driver, Failure failure) {}

    /**
     * Learns that the connection to the master is lost. The driver is already looking for the leader; until
     * {@link #onSubscribed} calls are refused. Tasks run on.
     */
    default void onDisconnected(SchedulerDriver driver) {}

    /**
     * Learns that the master ended the subscription for good: the framework was not valid, was removed, or another
     * instance took its place. The driver closes after this.
     */
    default void onError(SchedulerDriver driver, String message) {}

    /** Learns what one of the other methods threw. The driver has logged it and goes on. */
    default void onException(SchedulerDriver driver, Throwable thrown) {}
}
