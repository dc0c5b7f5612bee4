package dev.polder.raft;

import org.jspecify.annotations.Nullable;

/** What a leader sends to those whose entries it has given up. Owned by the log's thread. */
final class SnapshotOffers implements Snapshots {
    private final SnapshotFiles files;
    private final FactLog log;

    SnapshotOffers(SnapshotFiles files, FactLog log) {
        this.files = files;
        this.log = log;
    }

    @Override
    public @Nullable SnapshotId newest() {
        SnapshotFile file = files.newest();
        return file == null ? null : file.id();
    }

    @Override
    public void fetchedBy(String member, SnapshotId snapshot) {
        files.fetched(snapshot);
    }

    @Override
    public PeerRequest.@Nullable Install insteadOf(PeerRequest.Append append) {
        if (append.previousIndex() >= log.floor().index()) {
            return null;
        }
        SnapshotFile file = files.newest();
        if (file == null) {
            throw new IllegalStateException(
                    "the log begins with entry " + log.floor().firstIndex() + " and there is no snapshot");
        }
        return new PeerRequest.Install(
                append.term(), append.leader(), file.id(), file.layout().fileBytes());
    }
}
