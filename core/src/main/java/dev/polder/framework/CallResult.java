package dev.polder.framework;

import static java.util.Objects.requireNonNull;

/** What became of a call. */
public sealed interface CallResult {
    /** The master took the call; what it changed in the cluster is durable. */
    record Accepted() implements CallResult {}

    /** Nothing was changed. */
    record Refused(Reason reason, String message) implements CallResult {
        public Refused {
            requireNonNull(reason, "reason");
            requireNonNull(message, "message");
        }
    }

    /** The answer was lost: the call may have had its effect or not. Reconciling tells. */
    record Unknown(String message) implements CallResult {
        public Unknown {
            requireNonNull(message, "message");
        }
    }

    /** Why a call was refused. */
    enum Reason {
        /** The framework is not subscribed just now; nothing was sent. */
        NOT_SUBSCRIBED,
        /** Too many calls of this framework wait for their answers; nothing was sent. */
        TOO_MANY_CALLS,
        /** The driver is closed; nothing was sent. */
        CLOSED,
        /** The master cannot take calls just now, or leads no longer. */
        UNAVAILABLE,
        /** The call is wrong. */
        INVALID,
        /** The framework may not do this. */
        FORBIDDEN,
        /** The call has too many bytes. */
        TOO_LARGE
    }

    /** Tells whether the master took the call. */
    default boolean isAccepted() {
        return this instanceof Accepted;
    }
}
