package dev.polder.isolation.files;

import java.io.IOException;
import java.nio.file.Path;

/** What a {@link SandboxCollector} is told of its host, each time that it asks. Called on the collector's thread. */
public interface CollectorHost {
    /** Returns the wall-clock time in milliseconds since 1970, which the times of files are compared with. */
    long nowMs();

    /** Returns a time in nanoseconds that never jumps; it bounds a turn. */
    long monotonicNanos();

    /** Returns how full the disk of the sandboxes is. Asked for before each sandbox that may have to go. */
    DiskUse disk() throws IOException;

    /**
     * Tells whether a sandbox is in use, from before it is made until its task has ended and its volumes are unmounted; of
     * a directory above sandboxes, whether any below it is.
     *
     * @param directory at or below the collector's root
     */
    boolean isInUse(Path directory);
}
