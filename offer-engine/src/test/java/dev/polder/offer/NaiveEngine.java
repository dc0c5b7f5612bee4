package dev.polder.offer;

import java.util.Objects;

/** The naive model for those outside of this package who want to compare the engine with it, as far as they need it. */
public final class NaiveEngine {
    private final Shadow shadow;

    /** Makes a model without agents and frameworks. */
    public NaiveEngine(OfferEngineConfig config) {
        shadow = new Shadow(config, Shadow.Bug.NONE);
    }

    /** Adds an agent with all its resources free; returns its index. */
    public int addAgent(AgentProfile profile) {
        return shadow.addAgent(profile);
    }

    /** Adds a framework; returns its index. */
    public int addFramework(FrameworkProfile profile) {
        return shadow.addFramework(profile);
    }

    /** Offers what is free to whom it is due. */
    public void run(long nowMs) {
        shadow.run(nowMs);
    }

    /** Returns how many offers stand. */
    public int offers() {
        return shadow.offers.size();
    }

    /** Returns the framework that has an offer, which must stand. */
    public int framework(long offerId) {
        return open(offerId).member().framework();
    }

    /** Returns the agent of an offer, which must stand. */
    public int agent(long offerId) {
        return open(offerId).agent();
    }

    private Shadow.Open open(long offerId) {
        return Objects.requireNonNull(shadow.offers.get(offerId), () -> "offer " + offerId + " does not stand");
    }
}
