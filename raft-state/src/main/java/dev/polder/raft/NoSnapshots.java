package dev.polder.raft;

import io.atomix.protocols.raft.storage.snapshot.Snapshot;
import io.atomix.protocols.raft.storage.snapshot.SnapshotStore;
import org.jspecify.annotations.Nullable;

/** The snapshot store that Atomix asks for: it never has one to send. */
final class NoSnapshots extends SnapshotStore {
    /** Never runs: Atomix's constructor reads a directory. */
    private NoSnapshots() {
        super(null);
    }

    @Override
    public @Nullable Snapshot getCurrentSnapshot() {
        return null;
    }
}
