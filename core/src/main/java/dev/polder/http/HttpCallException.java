package dev.polder.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A call that got no answer. */
public final class HttpCallException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Why there is no answer. */
    public enum Reason {
        /** Nobody could be reached there; nothing was sent. */
        NOT_CONNECTED,
        /** Too many calls wait for this address; nothing was sent. */
        TOO_MANY_WAITING,
        /** The connection ended before the answer was complete. */
        CONNECTION_LOST,
        /** The answer did not come in time. */
        TIMED_OUT,
        /** The answer is no HTTP, or larger than the limit. */
        BAD_ANSWER,
        /** The client is closed. */
        CLIENT_CLOSED
    }

    private final Reason reason;
    private final boolean sent;

    HttpCallException(Reason reason, boolean sent, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.sent = sent;
    }

    /** Why there is no answer. */
    public Reason reason() {
        return reason;
    }

    /** Whether the request, or a part of it, may have reached the peer: then its outcome is unknown. */
    public boolean sent() {
        return sent;
    }
}
