package dev.polder.master;

import dev.polder.wire.proto.AgentLinkFrames.ToAgent;

/**
 * The connection of one agent, as the master sees it. A new connection is a new link. All methods return at once and may
 * be called on a link that is closed already.
 */
public interface AgentLink {
    /** Sends a frame; the link fills in the sequence number. An outbox that is full closes the link. */
    void send(ToAgent.Builder frame);

    /** Closes the connection behind the frames already sent. */
    void close();
}
