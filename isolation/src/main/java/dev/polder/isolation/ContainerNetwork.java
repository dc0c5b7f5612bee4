package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A network of this host that a container is to be attached to. The first of its networks is its interface {@code eth0}, the
 * second {@code eth1}, and so on.
 *
 * @param name the one that the operator has given it
 * @param ports refused if the network maps none
 * @param groups words for plug-ins that know them, as Mesos's {@code NetworkInfo} has them
 * @param labels likewise; a key may come twice
 */
public record ContainerNetwork(String name, List<PortMapping> ports, List<String> groups, List<Label> labels) {
    /** How many of them one container may want. */
    public static final int COUNT_MAX = 16;

    /** A word for plug-ins, and what it says. */
    public record Label(String key, String value) {
        /** Refuses null. */
        public Label {
            requireNonNull(key, "key");
            requireNonNull(value, "value");
        }
    }

    /** Copies. */
    public ContainerNetwork {
        requireNonNull(name, "name");
        ports = List.copyOf(ports);
        groups = List.copyOf(groups);
        labels = List.copyOf(labels);
    }

    /** Returns a network of which nothing is wanted but an interface. */
    public static ContainerNetwork of(String name) {
        return new ContainerNetwork(name, List.of(), List.of(), List.of());
    }
}
