package dev.polder.offer;

/**
 * The question to a framework whether it can give back all that it has of an agent, which will be unavailable.
 *
 * @param id counted with the ids of offers, never used twice by one engine
 * @param framework the framework's index
 * @param agent the agent's index
 * @param unavailability when the agent will be taken away
 * @param madeAtMs the time of the {@link OfferEngine#run} that made it
 */
public record InverseOffer(long id, int framework, int agent, Unavailability unavailability, long madeAtMs) {
    /** What a framework said. */
    public enum Answer {
        /** Nothing yet. */
        UNKNOWN,
        /** It will have left the agent by then. */
        ACCEPTED,
        /** It will not. */
        DECLINED
    }
}
