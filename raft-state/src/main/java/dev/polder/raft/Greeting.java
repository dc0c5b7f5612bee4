package dev.polder.raft;

/** What is said before two ends of a connection know each other. */
sealed interface Greeting extends WireMessage {
    /**
     * A member calls another.
     *
     * @param to whom it believes to call
     */
    record Hello(Introduction from, String to) implements Greeting {}

    /** That is who I am, and I take your requests. */
    record Welcome(Introduction from) implements Greeting {}

    /** Not with you, and why, in words; the connection is closed behind it. Said by either side. */
    record Refused(String reason) implements Greeting {}

    /** Who leads? Anyone may ask. */
    record Locate() implements Greeting {}

    /**
     * Whom a member takes for the leader.
     *
     * @param leader empty if it knows none; then term is 0 and metadata empty
     */
    record Located(long term, String leader, String metadata, String clusterId) implements Greeting {}
}
