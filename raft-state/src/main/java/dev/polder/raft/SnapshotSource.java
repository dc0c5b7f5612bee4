package dev.polder.raft;

import java.io.IOException;
import java.io.OutputStream;

/** A state that can be written; it must not change any more. */
@FunctionalInterface
public interface SnapshotSource {
    /**
     * Writes all of it. Called once, on a thread of the log's for that purpose; nothing else waits for it. The stream is
     * buffered, and closed by the log.
     *
     * @throws IOException if {@code out} throws it, or the state cannot be written; then there is no snapshot
     */
    void writeTo(OutputStream out) throws IOException;
}
