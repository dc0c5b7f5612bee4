package dev.polder.model;

import static java.util.Objects.requireNonNull;

/** The name of a framework. */
public record FrameworkId(String value) {
    public FrameworkId {
        requireNonNull(value, "value");
    }

    @Override
    public String toString() {
        return value;
    }
}
