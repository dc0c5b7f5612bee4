package dev.polder.offer;

/** What the engine tells its caller while it works. Called on the caller's thread, inside the engine's methods. */
public interface OfferSink {
    /** A new offer stands. */
    void offered(Offer offer);

    /** The offer is gone, though nobody answered it; its resources are free again. */
    void rescinded(Offer offer, Reason reason);

    /** Why an offer ended without an answer. */
    enum Reason {
        TIMED_OUT,
        AGENT_GONE,
        FRAMEWORK_GONE,
        ROLE_GONE,
        WITHDRAWN
    }
}
