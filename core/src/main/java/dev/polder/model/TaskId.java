package dev.polder.model;

import static java.util.Objects.requireNonNull;

/** The name of a task, chosen by its framework. */
public record TaskId(String value) {
    public TaskId {
        requireNonNull(value, "value");
    }

    @Override
    public String toString() {
        return value;
    }
}
