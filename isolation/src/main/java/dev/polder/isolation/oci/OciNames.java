package dev.polder.isolation.oci;

import java.util.List;

/** Rules for texts that go to a runtime and to the kernel. */
final class OciNames {
    private OciNames() {}

    /** Refuses a path in a container that is not absolute, or that climbs. */
    static void requireInnerPath(String name, String path) {
        requireNoZero(name, path);
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(name + " " + path + " is not absolute");
        }
        for (String part : List.of(path.split("/", -1))) {
            if (part.equals("..") || part.equals(".")) {
                throw new IllegalArgumentException(name + " " + path + " has a part " + part);
            }
        }
    }

    /** Refuses a text that the kernel would end early. */
    static void requireNoZero(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(name + " '" + text.replace('\0', '?') + "' has a zero byte");
        }
    }
}
