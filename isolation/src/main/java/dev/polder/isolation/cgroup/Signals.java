package dev.polder.isolation.cgroup;

import org.jspecify.annotations.Nullable;

/** How processes are killed one by one. Tests have their own. */
interface Signals {
    /** Returns what kills the process that has this number now, and no later one; null if there is none, or it is us. */
    @Nullable
    Runnable killer(long pid);

    /** The processes of this host. */
    static Signals ofHost() {
        return pid -> {
            // 0 is how processes of other pid namespaces are listed
            if (pid <= 1 || pid == ProcessHandle.current().pid()) {
                return null;
            }
            // a handle remembers when its process started, and compares before it signals
            return ProcessHandle.of(pid)
                    .<Runnable>map(handle -> handle::destroyForcibly)
                    .orElse(null);
        };
    }
}
