package dev.polder.raft;

/**
 * What stands above a member's log and serves clients that are no members. Called on the log's thread, one call at a
 * time; it hands over to its own thread and never blocks.
 */
public interface ClientService {
    /** A client has come to this member, which leads. It is told nothing before it has said something. */
    void opened(ClientLink client);

    /**
     * A client has said something. When the service is done with it, it calls {@link ClientLink#handled}.
     *
     * @param message belongs to the service from here on
     */
    void received(ClientLink client, byte[] message);

    /** A client that had no {@linkplain ClientLink#hasRoom() room} has some again. */
    void hasRoom(ClientLink client);

    /** Nothing more comes from a client, nor gets to it. Called once for each. */
    void closed(ClientLink client);
}
