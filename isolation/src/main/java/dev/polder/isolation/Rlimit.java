package dev.polder.isolation;

import java.util.Set;

/**
 * A limit of the kernel for one process.
 *
 * @param type as {@code RLIMIT_NOFILE}
 * @param soft what holds, in the limit's own unit, from 0 to {@code hard}
 * @param hard how far the process may raise it itself; both are {@link #UNLIMITED} for no limit
 */
public record Rlimit(String type, long soft, long hard) {
    /** Stands for no limit. */
    public static final long UNLIMITED = -1;

    private static final Set<String> TYPES = Set.of(
            "RLIMIT_AS",
            "RLIMIT_CORE",
            "RLIMIT_CPU",
            "RLIMIT_DATA",
            "RLIMIT_FSIZE",
            "RLIMIT_LOCKS",
            "RLIMIT_MEMLOCK",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_NOFILE",
            "RLIMIT_NPROC",
            "RLIMIT_RSS",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME",
            "RLIMIT_SIGPENDING",
            "RLIMIT_STACK");

    /** Refuses a limit that there is not, and a soft one above the hard one. */
    public Rlimit {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("'" + type + "' is no limit of processes");
        }
        // without a sign, no limit is the highest
        if (soft < UNLIMITED || hard < UNLIMITED || Long.compareUnsigned(soft, hard) > 0) {
            throw new IllegalArgumentException(type + " soft " + soft + " is not from 0 to hard " + hard);
        }
    }
}
