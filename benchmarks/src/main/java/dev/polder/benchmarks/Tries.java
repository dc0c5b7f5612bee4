package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;

/** Loads that are begun anew: on a busy machine a leader may lose its post, which is no figure. */
final class Tries {
    private static final int TRIES = 3;

    private final PrintWriter progress;

    Tries(PrintWriter progress) {
        this.progress = progress;
    }

    /** A load from its beginning. */
    interface Load {
        LoadResult run() throws IOException, InterruptedException;
    }

    /**
     * Runs a load until it ends as it should.
     *
     * @throws IOException if it never does; as it was the last time
     */
    LoadResult run(Load load) throws IOException, InterruptedException {
        for (int tried = 1; ; tried++) {
            try {
                return load.run();
            } catch (IOException e) {
                if (tried == TRIES) {
                    throw e;
                }
                progress.println("    once more: " + e.getMessage());
                progress.flush();
            }
        }
    }
}
