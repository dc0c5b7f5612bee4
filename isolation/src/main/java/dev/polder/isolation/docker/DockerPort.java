package dev.polder.isolation.docker;

import java.util.Locale;

/** A port of the host, 1 to 65535, that leads to one of a container; {@code protocol} is {@code tcp} or {@code udp}. */
public record DockerPort(int host, int container, String protocol) {
    private static final int PORT_MAX = 65535;

    /** Refuses what is no port. */
    public DockerPort {
        protocol = protocol.toLowerCase(Locale.ROOT);
        if (host < 1 || host > PORT_MAX || container < 1 || container > PORT_MAX) {
            throw new IllegalArgumentException("port " + host + " to " + container + " is not from 1 to " + PORT_MAX);
        }
        if (!protocol.equals("tcp") && !protocol.equals("udp")) {
            throw new IllegalArgumentException("protocol '" + protocol + "' is neither tcp nor udp");
        }
    }

    /** Returns the engine's name of the container's port. */
    String inner() {
        return container + "/" + protocol;
    }
}
