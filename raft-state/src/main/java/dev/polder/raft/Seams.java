package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;

/** Where a test puts something else in the place of the host, or of a rule it wants to see missed. */
record Seams(Disk disk, CommitGate gate, LogLimits limits) {
    static Seams host(Path directory) throws IOException {
        return new Seams(FileDisk.open(directory), CommitGate.FORCE, LogLimits.DEFAULT);
    }
}
