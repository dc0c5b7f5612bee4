package dev.polder.model;

import static java.util.Objects.requireNonNull;

/** The name of an agent. */
public record AgentId(String value) {
    public AgentId {
        requireNonNull(value, "value");
    }

    @Override
    public String toString() {
        return value;
    }
}
