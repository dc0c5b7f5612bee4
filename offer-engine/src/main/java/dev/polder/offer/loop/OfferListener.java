package dev.polder.offer.loop;

import dev.polder.offer.InverseOffer;
import dev.polder.offer.Offer;
import dev.polder.offer.OfferSink;
import dev.polder.offer.Preemption;

/**
 * What an {@link OfferEngineLoop} tells its owner. Called on the loop's thread, in the order in which things happened:
 * nothing is decided until it returns, so it hands on what takes long. It may send requests to the loop, but not wait
 * for them. One that throws ends the loop.
 */
@FunctionalInterface
public interface OfferListener {
    /** A new offer stands. */
    void onOffer(Offer offer);

    /**
     * An offer is gone, though nobody answered it. Whoever answers it all the same is told that it is not open.
     *
     * @param why as the engine says it
     */
    default void onRescinded(Offer offer, OfferSink.Reason why) {}

    /** A gang's time is over, and there was never room for all of it. */
    default void onGangFailed(long gang) {}

    /** Tasks have to end for a demand that waits; see {@link OfferSink#preempt}. */
    default void onPreemption(Preemption preemption) {}

    /** A framework is asked whether it can leave an agent. */
    default void onInverseOffer(InverseOffer offer) {}

    /** The question is gone, though nobody answered it. */
    default void onInverseRescinded(InverseOffer offer) {}
}
