package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Where a test puts something else in the place of the host, or of a rule it wants to see missed. */
record Seams(Disk disk, Gates gates, LogLimits limits, RaftTime time, SplittableRandom random, Scratch.Source scratch) {
    static Seams host(Path directory) throws IOException {
        return of(FileDisk.open(directory), Gates.DISK, LogLimits.DEFAULT);
    }

    /** With the host's time and chance. */
    static Seams of(Disk disk, Gates gates, LogLimits limits) {
        return new Seams(disk, gates, limits, RaftTime.MONOTONIC, new SplittableRandom(), ScratchFiles::create);
    }
}
