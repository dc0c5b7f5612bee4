package dev.polder.raft;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches a snapshot from who offered it, a few parts at a time, and begins with its state when it has all of it. Owned
 * by the log's thread; the file is written in the background.
 *
 * <p>What is being fetched is fetched to its end, though a newer one be offered meanwhile: else a slow network would never
 * see the end of any. Only when it cannot be had any more the next offer is taken. All offers show committed entries
 * alone, so it does not matter who leads by then.
 */
final class SnapshotFetch {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    /** How many parts may be on their way or on their way to the disk. */
    private static final int OPEN_MAX = 4;

    private final PolderRaftContext context;
    private final RaftParts parts;
    private @Nullable IncomingSnapshot current;

    SnapshotFetch(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
    }

    /** A leader has a snapshot for this member. Returns how many bytes have arrived of what is being fetched. */
    long offered(PeerRequest.Install offer) {
        IncomingSnapshot running = current;
        if (running == null || (running.isStalled() && !running.id().equals(offer.snapshot()))) {
            if (running != null) {
                parts.background().execute(running::close);
            }
            begin(offer);
            return 0;
        }
        if (running.id().equals(offer.snapshot())) {
            running.offeredBy(offer.leader());
            pump(running);
        }
        return running.receivedBytes();
    }

    /** Returns how far it is, null while nothing is fetched. */
    LogStatus.@Nullable Fetch progress() {
        IncomingSnapshot running = current;
        return running == null ? null : running.progress();
    }

    private void begin(PeerRequest.Install offer) {
        IncomingSnapshot incoming =
                new IncomingSnapshot(parts.snapshots().disk(), offer.leader(), offer.snapshot(), offer.bytes());
        current = incoming;
        parts.background().execute(() -> {
            IncomingSnapshot.Found found = incoming.openFile();
            later(incoming, () -> {
                LOG.info(
                        "event=snapshot_fetch member={} from={} index={} bytes={} resumed_at={}",
                        context.getName(),
                        offer.leader(),
                        offer.snapshot().index(),
                        offer.bytes(),
                        found.bytes());
                incoming.begin(found);
                pump(incoming);
            });
        });
    }

    private void later(IncomingSnapshot incoming, Runnable task) {
        parts.thread()
                .execute(() -> parts.failStop().guard(() -> {
                    if (current == incoming) {
                        task.run();
                    }
                }));
    }

    private void pump(IncomingSnapshot incoming) {
        while (incoming.open() < OPEN_MAX && incoming.hasNext()) {
            request(incoming, incoming.next());
        }
        if (incoming.isComplete()) {
            finish(incoming);
        }
    }

    private void request(IncomingSnapshot incoming, long offset) {
        PeerRequest.Fetch request = new PeerRequest.Fetch(
                context.getTerm(), context.getName(), incoming.id(), offset, PeerRequest.PIECE_BYTES_MAX);
        CompletableFuture<PeerResponse.Piece> unused = parts.calls()
                .fetch(incoming.from(), request)
                .whenComplete((piece, failure) -> parts.failStop().guard(() -> {
                    if (current == incoming) {
                        answered(incoming, offset, piece, failure);
                    }
                }));
    }

    private void answered(
            IncomingSnapshot incoming, long offset, PeerResponse.@Nullable Piece piece, @Nullable Throwable failure) {
        ByteBuffer part = piece == null ? ByteBuffer.allocate(0) : ByteBuffer.wrap(piece.bytes());
        String problem = piece == null ? String.valueOf(failure) : incoming.problem(offset, piece.checksum(), part);
        if (problem != null) {
            incoming.failed(offset);
            LOG.info(
                    "event=snapshot_fetch_stalled member={} from={} offset={} reason='{}'",
                    context.getName(),
                    incoming.from(),
                    offset,
                    problem);
            return;
        }
        int bytes = part.remaining();
        parts.background().execute(() -> {
            incoming.write(offset, part);
            later(incoming, () -> {
                incoming.written(bytes);
                pump(incoming);
            });
        });
    }

    private void finish(IncomingSnapshot incoming) {
        parts.background().execute(() -> {
            SnapshotFile file = incoming.finish();
            later(incoming, () -> {
                current = null;
                parts.snapshots().adopt(file);
                context.fetched(file);
            });
        });
    }

    /** Nothing more is fetched. After the end of what runs in the background. */
    void close() {
        IncomingSnapshot running = current;
        if (running != null) {
            current = null;
            running.close();
        }
    }
}
