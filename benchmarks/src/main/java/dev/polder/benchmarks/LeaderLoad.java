package dev.polder.benchmarks;

import java.io.IOException;
import java.time.Duration;

/** Entries proposed, and reads confirmed, in the leader's JVM, as a master does. */
final class LeaderLoad implements LoadedSystem {
    static final String NAME = "polder";

    /** After so many bytes of entries a leader that is lost costs no more than these. */
    private static final int FILL_BYTES = 10_000_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RaftGroup group;

    LeaderLoad(RaftGroup group) {
        this.group = group;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public LoadResult write(int outstandingMax, long millis) throws IOException, InterruptedException {
        return ask("write " + outstandingMax + " " + millis);
    }

    @Override
    public LoadResult read(int outstandingMax, long millis) throws IOException, InterruptedException {
        return ask("read " + outstandingMax + " " + millis);
    }

    /** Writes so many entries, and a few more where a lead is lost meanwhile. */
    void fill(int outstandingMax, int entryBytes, long entries, Tries tries) throws IOException, InterruptedException {
        int piece = FILL_BYTES / entryBytes;
        for (long rest = entries; rest > 0; rest -= piece) {
            String command = "fill " + outstandingMax + " " + entryBytes + " " + Math.min(rest, piece);
            LoadResult unused = tries.run(() -> ask(command));
        }
    }

    private LoadResult ask(String command) throws IOException, InterruptedException {
        return LoadResult.parse(group.awaitLeader().ask(command, PATIENCE));
    }
}
