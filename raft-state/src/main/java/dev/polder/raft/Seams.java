package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Where a test puts something else in the place of the host, or of a rule it wants to see missed. */
record Seams(
        Disk disk,
        Rules rules,
        LogLimits limits,
        RaftTime time,
        SplittableRandom random,
        Scratch.Source scratch,
        Background.Source background) {
    static Seams host(Path directory) throws IOException {
        return of(FileDisk.open(directory), Rules.KEPT, LogLimits.DEFAULT);
    }

    /** With the host's time, chance and threads. */
    static Seams of(Disk disk, Rules rules, LogLimits limits) {
        return new Seams(
                disk,
                rules,
                limits,
                RaftTime.MONOTONIC,
                new SplittableRandom(),
                ScratchFiles::create,
                BackgroundThread::new);
    }
}
