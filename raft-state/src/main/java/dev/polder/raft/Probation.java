package dev.polder.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this member has lost entries that others may count on: its log was repaired by cutting it. {@link LogRepair} says
 * so, before it changes anything. Until it has caught up
 * with a leader it neither votes nor stands, or one could be elected that has not got what was acknowledged. It takes
 * entries meanwhile: whoever has an entry has all before it. One {@link CheckedFile}, which is there as long as that is so.
 *
 * <pre>
 *   0  header            "PLDRPROB", format version 1
 *  20  reason            u16 length, UTF-8
 * </pre>
 *
 * <pre>
 *   marked ──a leader is heard──► asks where its log ends ──told──► has all up to there, of the same term ──► over
 * </pre>
 *
 * <p>Whatever this member acknowledged and lost is in the log of that leader, or was never committed and never will be; and
 * the leader was asked after this start, so it is in front of what is told. Owned by the log's thread.
 */
final class Probation implements Standing.Obstacle {
    static final String FILE = "probation";

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    private static final long MAGIC = 0x504C_4452_5052_4F42L;
    private static final int FORMAT_VERSION = 1;

    private final Disk disk;
    private @Nullable String reason;
    private boolean asking;
    /** Where the log of the leader of that term ended; no term while that is not known. */
    private long toldTerm;

    private long toldIndex;

    private Probation(Disk disk, @Nullable String reason) {
        this.disk = disk;
        this.reason = reason;
    }

    /** @throws IOException if the marker is there and damaged */
    static Probation open(Disk disk) throws IOException {
        CheckedFile file = file(disk);
        return new Probation(disk, file.exists() ? file.read(CheckedFile::getText) : null);
    }

    /**
     * Puts the member of a directory on probation.
     *
     * @param reason for people
     */
    static void mark(Disk disk, String reason) throws IOException {
        ByteBuffer body = CheckedFile.body(CheckedFile.textBytes(reason));
        CheckedFile.putText(body, reason);
        file(disk).write(body);
    }

    /** Takes the member of a directory off probation, durably. */
    static void clear(Disk disk) throws IOException {
        disk.delete(FILE);
        disk.sync();
    }

    private static CheckedFile file(Disk disk) {
        return new CheckedFile(
                disk, FILE, MAGIC, FORMAT_VERSION, "without it this member could elect a leader that lacks entries");
    }

    /**
     * Returns up to which entry the log must reach that is on this disk. Of one on probation nothing is asked: what the
     * term file says is not true of it until a leader has filled it up, which has all that was ever committed.
     */
    long committedIndex(TermStore terms) {
        return reason == null ? terms.committedIndex() : 0;
    }

    /** Returns why this member is on probation, null if it is not. */
    @Nullable
    String reason() {
        return reason;
    }

    @Override
    public @Nullable String toStanding() {
        return reason == null ? null : "this member has to catch up with a leader first: " + reason;
    }

    @Override
    public @Nullable String toVoting() {
        return toStanding();
    }

    /** All up to the last entry of a leader's request is here and durable, as that leader has it. */
    void matched(PeerRequest.Append request, PolderRaftContext context, RaftParts parts) {
        if (reason == null) {
            return;
        }
        if (toldTerm == request.term()) {
            if (request.lastIndex() >= toldIndex) {
                end(context);
            }
        } else if (!asking) {
            ask(request, context, parts);
        }
    }

    private void ask(PeerRequest.Append request, PolderRaftContext context, RaftParts parts) {
        asking = true;
        CompletableFuture<PeerResponse.Caught> unused = parts.calls()
                .catchUp(request.leader(), new PeerRequest.CatchUp(request.term(), context.getName()))
                .whenComplete((response, failure) -> parts.failStop().guard(() -> {
                    // without an answer the next append asks again
                    asking = false;
                    if (response != null && response.term() == request.term()) {
                        toldTerm = response.term();
                        toldIndex = response.lastIndex();
                    }
                }));
    }

    private void end(PolderRaftContext context) {
        try {
            clear(disk);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "probation file " + disk.describe(FILE) + " failed, so this member stops: " + e, e);
        }
        LOG.info(
                "event=probation_over member={} term={} index={} reason='{}'",
                context.getName(),
                toldTerm,
                toldIndex,
                reason);
        reason = null;
    }
}
