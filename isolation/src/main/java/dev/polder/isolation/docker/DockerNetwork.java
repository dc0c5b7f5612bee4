package dev.polder.isolation.docker;

/**
 * The network of a container.
 *
 * @param name of a network that the engine has, for {@link Kind#USER}; empty for the others
 */
public record DockerNetwork(Kind kind, String name) {
    /** Mesos's names for them. */
    public enum Kind {
        /** The host's. */
        HOST,
        /** The engine's own bridge. */
        BRIDGE,
        /** Nothing but loopback. */
        NONE,
        /** One that was made beforehand. */
        USER
    }

    /** Refuses a name where there is none, and none where there is one. */
    public DockerNetwork {
        if (name.isEmpty() == (kind == Kind.USER)) {
            throw new IllegalArgumentException("network " + kind + " with the name '" + name + "'");
        }
        if (kind == Kind.USER && (name.contains(":") || name.equals("host"))) {
            // container:ID and the like are other things than networks
            throw new IllegalArgumentException("'" + name + "' is not the name of a network");
        }
    }

    /** One that has no name of its own. */
    public static DockerNetwork of(Kind kind) {
        return new DockerNetwork(kind, "");
    }

    /** One that was made beforehand. */
    public static DockerNetwork user(String name) {
        return new DockerNetwork(Kind.USER, name);
    }

    boolean hasPorts() {
        return kind == Kind.BRIDGE || kind == Kind.USER;
    }

    /** Returns the engine's name of it. */
    String mode() {
        return switch (kind) {
            case HOST -> "host";
            case BRIDGE -> "bridge";
            case NONE -> "none";
            case USER -> name;
        };
    }
}
