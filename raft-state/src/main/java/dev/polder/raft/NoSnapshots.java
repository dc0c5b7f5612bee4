package dev.polder.raft;

import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.snapshot.Snapshot;
import io.atomix.protocols.raft.storage.snapshot.SnapshotStore;
import org.jspecify.annotations.Nullable;

/** The snapshot store that Atomix asks for: it never has one to send. */
final class NoSnapshots extends SnapshotStore {
    NoSnapshots(RaftStorage storage) {
        super(storage);
    }

    @Override
    public @Nullable Snapshot getCurrentSnapshot() {
        return null;
    }
}
