package dev.polder.model;

import dev.polder.offer.resource.DirectoryName;
import dev.polder.offer.resource.RolePath;
import org.jspecify.annotations.Nullable;

/** The rules for ids and role names, as Mesos has them. */
public final class Names {
    private Names() {}

    /** Returns what is wrong with an id, null if nothing is. The words begin with the thing and its value. */
    public static @Nullable String problemOfId(String thing, String id) {
        return DirectoryName.problem(thing, id).orElse(null);
    }

    /** Returns what is wrong with a role name, null if nothing is. */
    public static @Nullable String problemOfRole(String role) {
        return RolePath.problem(role).orElse(null);
    }
}
