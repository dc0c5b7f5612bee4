package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

/**
 * A port of the host that leads to a port of a container.
 *
 * @param hostPort 1 to 65535
 * @param containerPort 1 to 65535
 */
public record PortMapping(int hostPort, int containerPort, Protocol protocol) {
    /** What is mapped. */
    public enum Protocol {
        /** Connections. */
        TCP("tcp"),
        /** Datagrams. */
        UDP("udp");

        private final String text;

        Protocol(String text) {
            this.text = text;
        }

        /** Returns the name in small letters, as plug-ins want it. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** Checks the ports. */
    public PortMapping {
        requireNonNull(protocol, "protocol");
        requirePort("hostPort", hostPort);
        requirePort("containerPort", containerPort);
    }

    private static void requirePort(String name, int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(name + " " + port + " must be 1 to 65535");
        }
    }
}
