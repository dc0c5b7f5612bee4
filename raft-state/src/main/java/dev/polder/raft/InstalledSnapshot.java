package dev.polder.raft;

import java.io.IOException;
import java.io.InputStream;

/**
 * A state that a member saved, to begin with instead of all the entries up to its index. Its file stays until it is
 * closed. Any thread may call.
 */
public interface InstalledSnapshot extends AutoCloseable {
    /** Returns the index of the last entry whose effects are in the state. */
    long index();

    /** Returns the term of that entry. */
    long term();

    /** Returns the leader time of that entry, see {@link CommittedEntry#leaderTimeMs()}. */
    long leaderTimeMs();

    /** Returns how many bytes the state has. */
    long bytes();

    /**
     * Returns what {@link SnapshotSource#writeTo} wrote, from its beginning. Each piece is checked before it is given out.
     *
     * @throws IOException if it cannot be read any more
     */
    InputStream open() throws IOException;

    /** It is not needed any more. Idempotent. */
    @Override
    void close();
}
