package dev.polder.raft;

/** What comes by a {@link LeaderLink}. Called on the client's thread. */
public interface LeaderListener {
    /** The service that the leader's log carries says something, in its order. */
    void onMessage(byte[] message);

    /**
     * The connection is over, by the network or because another member leads; what was sent and not answered was heard
     * or not. Nothing more comes before {@link LeaderLink#reconnect()}.
     */
    void onLost(String reason);
}
