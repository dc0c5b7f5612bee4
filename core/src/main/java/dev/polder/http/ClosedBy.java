package dev.polder.http;

/** Why a connection or a stream on it ended. */
public enum ClosedBy {
    /** The other side closed it, or ended its stream in good order. */
    PEER,
    /** This side closed it: {@code close()} of the stream, the connection, the server or the client. */
    US,
    /** The other side read too slowly, and what waited for it reached the limit. */
    OUTBOX_FULL,
    /** The connection broke, or the other side did not keep to the protocol. */
    IO_ERROR
}
