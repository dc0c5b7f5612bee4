package dev.polder.isolation;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The programs of this host that a launch makes use of; null for one that is not there.
 *
 * @param setsid gives a task a session and process group of its own
 * @param setpriv makes it another user's
 * @param prlimit limits its processes
 * @param unshare gives it namespaces of its own
 * @param bash sets a zeroth argument that no other way leads to
 */
record HostTools(
        @Nullable Path setsid,
        @Nullable Path setpriv,
        @Nullable Path prlimit,
        @Nullable Path unshare,
        @Nullable Path bash) {
    /** Looks where systems keep them, not in the PATH of whoever started this JVM. */
    static HostTools find() {
        return new HostTools(find("setsid"), find("setpriv"), find("prlimit"), find("unshare"), find("bash"));
    }

    HostTools withoutSetsid() {
        return new HostTools(null, setpriv, prlimit, unshare, bash);
    }

    private static @Nullable Path find(String name) {
        return HostPrograms.find(name).orElse(null);
    }
}
