package dev.polder.raft;

/** What one end of a connection says to the other. */
sealed interface WireMessage permits Greeting, PeerRequest, PeerResponse, ClientMessage {
    /** Returns what its frame says that it is. */
    MessageKind kind();
}
