package dev.polder.isolation.oci;

import dev.polder.isolation.Namespace;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A namespace of a container.
 *
 * @param path an existing one that it enters, absolute; a new one is made if there is none
 */
public record OciNamespace(Namespace kind, Optional<Path> path) {
    /** Refuses a path that is not absolute. */
    public OciNamespace {
        path.filter(given -> !given.isAbsolute()).ifPresent(given -> {
            throw new IllegalArgumentException("namespace " + kind + " at " + given + " is not absolute");
        });
    }

    /** One of its own. */
    public static OciNamespace fresh(Namespace kind) {
        return new OciNamespace(kind, Optional.empty());
    }

    /** One that is there, such as a network's in {@code /run/netns}. */
    public static OciNamespace at(Namespace kind, Path path) {
        return new OciNamespace(kind, Optional.of(path));
    }

    /** Returns it in the form of an OCI runtime. */
    Map<String, Object> toOci() {
        Map<String, Object> namespace = new LinkedHashMap<>();
        namespace.put(
                "type",
                switch (kind) {
                    case PID -> "pid";
                    case MOUNT -> "mount";
                    case IPC -> "ipc";
                    case UTS -> "uts";
                    case NETWORK -> "network";
                    case CGROUP -> "cgroup";
                    case USER -> "user";
                });
        path.ifPresent(given -> namespace.put("path", given.toString()));
        return namespace;
    }
}
