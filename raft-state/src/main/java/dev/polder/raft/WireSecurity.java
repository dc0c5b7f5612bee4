package dev.polder.raft;

import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/** Makes what lies between the socket and the frames of each connection. */
interface WireSecurity extends AutoCloseable {
    /** There is nothing. */
    WireSecurity NONE = called -> null;

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

    /** Gives back what it has. */
    @Override
    default void close() {}
}
