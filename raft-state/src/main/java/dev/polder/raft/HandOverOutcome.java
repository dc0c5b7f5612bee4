package dev.polder.raft;

/** What became of a lead that was to be handed over. */
public sealed interface HandOverOutcome {
    /**
     * Another member leads a later term.
     *
     * @param to that member
     */
    record HandedOver(String to) implements HandOverOutcome {}

    /**
     * Nobody has taken it over; unless it was lost otherwise, it goes on.
     *
     * @param reason in words
     */
    record Kept(String reason) implements HandOverOutcome {}
}
