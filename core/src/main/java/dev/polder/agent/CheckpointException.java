package dev.polder.agent;

import java.io.IOException;

/** A checkpoint that this version cannot go on from; the message says which file, what is wrong, and what the rule is. */
final class CheckpointException extends IOException {
    private static final long serialVersionUID = 1L;

    CheckpointException(String message) {
        super(message);
    }

    CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
