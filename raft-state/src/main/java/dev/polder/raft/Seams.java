package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a test, or a {@link Rehearsal}, puts something else in the place of the host, or of a rule it wants to see missed.
 *
 * @param news tells people which role this member has
 */
record Seams(
        Disk disk,
        Rules rules,
        LogLimits limits,
        RaftTime time,
        SplittableRandom random,
        Background.Source background,
        Logger news) {
    Seams(
            Disk disk,
            Rules rules,
            LogLimits limits,
            RaftTime time,
            SplittableRandom random,
            Background.Source background) {
        this(disk, rules, limits, time, random, background, LoggerFactory.getLogger(ReplicatedLog.class));
    }

    static Seams host(Path directory) throws IOException {
        return of(FileDisk.open(directory), Rules.KEPT, LogLimits.DEFAULT);
    }

    /** With the host's time, chance and threads. */
    static Seams of(Disk disk, Rules rules, LogLimits limits) {
        return new Seams(disk, rules, limits, RaftTime.MONOTONIC, new SplittableRandom(), BackgroundThread::new);
    }
}
