package dev.polder.model;

import static java.util.Objects.requireNonNull;

/**
 * The name of one status update, the same each time that update is sent. Its text means nothing, but who stores it can
 * tell a repetition after a restart of his own.
 */
public record UpdateId(String value) {
    public UpdateId {
        requireNonNull(value, "value");
    }

    @Override
    public String toString() {
        return value;
    }
}
