package dev.polder.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Answers what is asked about snapshots: by a leader that has one for this member, and by those who fetch from it. Owned by the log's thread. */
final class SnapshotAnswers {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private final SnapshotFetch fetch;

    SnapshotAnswers(PolderRaftContext context, RaftParts parts, SnapshotFetch fetch) {
        this.context = context;
        this.parts = parts;
        this.fetch = fetch;
    }

    /** Begins to fetch, or goes on, and says at once how far that is: it is the leader's sign of life, too. */
    PeerResponse install(PeerRequest.Install request) {
        TermStore terms = parts.terms();
        if (request.term() < terms.term()) {
            return new PeerResponse.Installing(terms.term(), parts.log().lastIndex(), 0);
        }
        context.follow(request.leader(), request.term());
        long commitIndex = context.getCommitIndex();
        if (request.snapshot().index() <= commitIndex) {
            return new PeerResponse.Installing(terms.term(), commitIndex, request.bytes());
        }
        long received = Math.min(fetch.offered(request), request.bytes() - 1);
        // Not the end of the log: that may contradict the leader's, whose entries there are gone.
        return new PeerResponse.Installing(terms.term(), commitIndex, received);
    }

    /** Gives out a part of a snapshot, if it is there and as it was written. */
    PeerResponse fetch(PeerRequest.Fetch request) {
        SnapshotFile file = parts.snapshots().find(request.snapshot());
        if (file == null) {
            return new PeerResponse.Failure(request.snapshot() + " is not here any more");
        }
        long offset = request.offset();
        if (!file.layout().isPart(offset) || file.layout().partBytes(offset) > request.bytesMax()) {
            return new PeerResponse.Failure(request.snapshot() + ": no part of at most " + request.bytesMax()
                    + " bytes begins at offset " + offset);
        }
        parts.offers().fetchedBy(request.member(), request.snapshot());
        Disk disk = file.disk();
        try (DiskFile open = disk.open(file.name())) {
            ByteBuffer part = file.read(open, offset);
            int checksum = SnapshotFormat.checksum(file.id(), offset, part.duplicate());
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            return new PeerResponse.Piece(parts.terms().term(), offset, checksum, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "snapshot file " + disk.describe(file.name()) + " failed, so this member stops: " + e.getMessage(),
                    e);
        }
    }
}
