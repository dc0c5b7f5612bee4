package dev.polder.isolation.oci;

import java.util.List;
import java.util.Map;

/** The account of a container's process, in numbers of the container, 0 to 4294967294 each. */
public record OciUser(long uid, long gid, List<Long> additionalGids) {
    private static final long ID_MAX = 0xFFFF_FFFEL;

    /** Copies; refuses numbers that are out of range. */
    public OciUser {
        additionalGids = List.copyOf(additionalGids);
        requireId("uid", uid);
        requireId("gid", gid);
        additionalGids.forEach(id -> requireId("additional gid", id));
    }

    /** Root, without other groups. */
    public static OciUser root() {
        return new OciUser(0, 0, List.of());
    }

    static void requireId(String name, long id) {
        if (id < 0 || id > ID_MAX) {
            throw new IllegalArgumentException(name + " " + id + " is not from 0 to " + ID_MAX);
        }
    }

    boolean isRoot() {
        return uid == 0;
    }

    /** Returns it in the form of an OCI runtime. */
    Map<String, Object> toOci() {
        return Map.of("uid", uid, "gid", gid, "additionalGids", additionalGids);
    }
}
