package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * An attribute of an agent as offer constraints see it: they compare texts, and let everything that is none pass.
 *
 * @param name not necessarily the only one of this name
 * @param text the value of a TEXT attribute; empty for SCALAR and RANGES
 */
public record AgentAttribute(String name, Optional<String> text) {
    /** Checks. */
    public AgentAttribute {
        requireNonNull(name, "name");
        requireNonNull(text, "text");
    }

    /** Returns a TEXT attribute. */
    public static AgentAttribute text(String name, String text) {
        return new AgentAttribute(name, Optional.of(text));
    }
}
