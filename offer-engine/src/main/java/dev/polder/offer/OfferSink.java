package dev.polder.offer;

/**
 * What the engine tells its caller while it works. Called on the caller's thread, inside the engine's methods, after
 * the books of that one offer are right; it may read the engine but must not change it, and must not throw. An
 * {@link OfferView} is valid during the call only.
 */
public interface OfferSink {
    /** A new offer stands. */
    void offered(OfferView offer);

    /** The offer is gone, though nobody answered it; its resources are free again. */
    void rescinded(OfferView offer, Reason reason);

    /** A gang's time is over, and all of it was never offered; it waits no more. */
    default void gangFailed(long gang) {}

    /**
     * Tasks have to end for a demand that waits; told only where preemption is configured. May get lost: those that have
     * not ended when {@link OfferEngineConfig#preemptionMs()} is over are victims again, once no others would do.
     */
    default void preempt(Preemption preemption) {}

    /** A framework is asked whether it can leave an agent. */
    default void inverseOffered(InverseOffer offer) {}

    /** The question is gone, though nobody answered it. */
    default void inverseRescinded(InverseOffer offer) {}

    /** Why an offer ended without an answer. */
    enum Reason {
        /** It stood unanswered for as long as offers do. */
        TIMED_OUT,
        /** Its agent was removed or switched off. */
        AGENT_GONE,
        /** Its framework was removed or switched off. */
        FRAMEWORK_GONE,
        /** Its framework left the role. */
        ROLE_GONE,
        /** Its agent changed, or what was in it turned out to be in use. */
        WITHDRAWN,
        /**
         * Another offer of its gang ended unused. The next run takes it back, and offers it to the framework again after
         * the reoffer delay at the earliest, as if it had been declined.
         */
        GANG_BROKEN,
        /** A demand of a higher priority needs what is in it, and no task has to end for it then. */
        PREEMPTED,
        /** What is in it is needed for a role's guarantee, or is above a limit that was lowered. */
        QUOTA
    }
}
