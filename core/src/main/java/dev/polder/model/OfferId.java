package dev.polder.model;

import static java.util.Objects.requireNonNull;

/** The name of an offer. */
public record OfferId(String value) {
    public OfferId {
        requireNonNull(value, "value");
    }

    @Override
    public String toString() {
        return value;
    }
}
