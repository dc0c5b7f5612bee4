package dev.polder.isolation.fetch;

import java.io.IOException;

/** Something cannot be fetched, in words for the task's owner. Never shows a password or the query of an address. */
public final class FetchException extends IOException {
    private static final long serialVersionUID = 1;

    FetchException(String message) {
        super(message);
    }

    FetchException(String message, Throwable cause) {
        super(message, cause);
    }
}
