package dev.polder.raft;

import org.jspecify.annotations.Nullable;

/** The snapshots of this member, as those see them who bring others up to date. Owned by the log's thread. */
interface Snapshots {
    /** There are none. */
    Snapshots NONE = new Snapshots() {
        @Override
        public @Nullable SnapshotId newest() {
            return null;
        }

        @Override
        public void fetchedBy(String member, SnapshotId snapshot) {}

        @Override
        public PeerRequest.@Nullable Install insteadOf(PeerRequest.Append append) {
            return null;
        }
    };

    /** Returns the newest one, null if there is none. */
    @Nullable
    SnapshotId newest();

    /** Somebody fetches that one: its file, and the entries behind it, stay for some seconds more. */
    void fetchedBy(String member, SnapshotId snapshot);

    /**
     * Returns what is to be sent instead of an append whose entries the log does not have any more; null if it has them.
     *
     * @param append of which at least the place is right
     */
    PeerRequest.@Nullable Install insteadOf(PeerRequest.Append append);
}
