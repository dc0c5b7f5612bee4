package dev.polder.isolation.cgroup;

import java.nio.file.Path;
import java.util.Set;

/**
 * A tree of groups that is in use here.
 *
 * @param controllers those that are served from it
 * @param root the group below which those of the containers are made
 */
record Hierarchy(boolean unified, Set<Controller> controllers, Path root) {
    /** Processes join by a write to it. */
    static final String PROCS = "cgroup.procs";

    String version() {
        return unified ? "v2" : "v1";
    }
}
