package dev.polder.raft;

import java.io.IOException;

/** Bytes that are no frame of this protocol; the connection they came by is closed. The message says what is wrong. */
final class BadFrameException extends IOException {
    private static final long serialVersionUID = 1;

    BadFrameException(String message) {
        super(message);
    }
}
