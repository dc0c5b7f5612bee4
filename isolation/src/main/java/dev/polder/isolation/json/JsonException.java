package dev.polder.isolation.json;

import java.io.IOException;

/** A document is not JSON, or not the JSON that was asked for; in words, with the place where it stands. */
public final class JsonException extends IOException {
    /** Says what is wrong and where. */
    public JsonException(String message) {
        super(message);
    }

    JsonException(String message, Throwable cause) {
        super(message, cause);
    }
}
