package dev.polder.raft;

import io.netty.channel.ChannelHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Makes what lies between the socket and the frames of each connection. */
interface WireSecurity extends AutoCloseable {
    /** There is nothing. */
    WireSecurity NONE = called -> null;

    /**
     * What either end says, and is told, when one of them did not prove what the other asks for: no more, for more would
     * tell a stranger what he lacks.
     */
    String REFUSAL = "another secret or certificate than is asked for here, or none";

    /** What such a layer tells the handlers above it when the other end has proved what it had to. */
    enum Event {
        PROVED
    }

    /**
     * Returns a layer for a connection. It tells {@link Event#PROVED}, or fails.
     *
     * @param called who is called; null for the end that is called
     */
    @Nullable
    ChannelHandler layer(@Nullable MemberAddress called);

    /**
     * Checks that others can take this end for a member, and goes on doing so.
     *
     * @throws IOException if they cannot; says why
     */
    default void standFor(String member) throws IOException {}

    /** Gives back what it has. */
    @Override
    default void close() {}
}
