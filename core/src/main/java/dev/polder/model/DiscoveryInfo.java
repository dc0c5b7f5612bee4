package dev.polder.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * How a task wants to be found by others. The cluster passes it on, to DNS among others, and reads nothing into it. An
 * empty text means that nothing is said.
 *
 * @param environment for instance {@code staging}
 * @param location for instance a region
 * @param version the version of the service
 */
public record DiscoveryInfo(
        Visibility visibility,
        String name,
        List<Port> ports,
        String environment,
        String location,
        String version,
        List<Label> labels) {
    public DiscoveryInfo {
        requireNonNull(visibility, "visibility");
        requireNonNull(name, "name");
        ports = List.copyOf(ports);
        requireNonNull(environment, "environment");
        requireNonNull(location, "location");
        requireNonNull(version, "version");
        labels = List.copyOf(labels);
    }

    /** Who should be able to find the task, with the names of the protocol. */
    public enum Visibility {
        /** Its own framework. */
        FRAMEWORK,
        /** The whole cluster. */
        CLUSTER,
        /** Anyone. */
        EXTERNAL
    }

    /** A port of the service; {@code name} and {@code protocol} may be empty. */
    public record Port(int number, String name, String protocol) {
        public Port {
            if (number < 0 || number > 65_535) {
                throw new IllegalArgumentException("port " + name + " is " + number + ", allowed is 0 to 65535");
            }
            requireNonNull(name, "name");
            requireNonNull(protocol, "protocol");
        }
    }

    /** Returns a service that the whole cluster can see. */
    public static DiscoveryInfo cluster(String name, Port... ports) {
        return new DiscoveryInfo(Visibility.CLUSTER, name, List.of(ports), "", "", "", List.of());
    }
}
