package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A network that a container is attached to.
 *
 * @param name the one that the operator has given it
 * @param addresses those of the container, of IPv4 or IPv6, without the lengths of prefixes
 */
public record AttachedNetwork(String name, List<String> addresses) {
    /** Copies. */
    public AttachedNetwork {
        requireNonNull(name, "name");
        addresses = List.copyOf(addresses);
    }
}
