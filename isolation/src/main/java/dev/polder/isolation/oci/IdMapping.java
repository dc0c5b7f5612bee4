package dev.polder.isolation.oci;

import java.util.Map;

/**
 * A range of accounts, or of groups, that are others outside of a container's user namespace.
 *
 * @param size how many, at least 1
 */
public record IdMapping(long containerId, long hostId, long size) {
    /** Refuses ranges that leave the range of ids. */
    public IdMapping {
        if (size < 1) {
            throw new IllegalArgumentException("a mapping of " + size + " ids");
        }
        OciUser.requireId("containerId", containerId);
        OciUser.requireId("hostId", hostId);
        OciUser.requireId("last containerId", Math.addExact(containerId, size - 1));
        OciUser.requireId("last hostId", Math.addExact(hostId, size - 1));
    }

    /** Returns it in the form of an OCI runtime. */
    Map<String, Object> toOci() {
        return Map.of("containerID", containerId, "hostID", hostId, "size", size);
    }
}
