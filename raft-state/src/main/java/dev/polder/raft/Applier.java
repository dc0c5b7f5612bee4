package dev.polder.raft;

import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.Indexed;
import io.atomix.utils.concurrent.Scheduled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Hands committed entries to the listener in log order, on the log's thread, as soon as the commit index moves; a long
 * replay in pieces, so that a leader's heartbeats go out between them. A listener that has no room is waited for.
 *
 * <p>Atomix asks its service manager to apply; on the leader, for entries proposed past Atomix's own commands, it does
 * not ask at all. So {@link PolderRaftContext#setCommitIndex} calls this class, and Atomix's requests find the work done
 * or under way.
 */
final class Applier extends RaftServiceManager {
    /** What is handed over in one piece, whichever is reached first. */
    static final int ENTRIES_AT_ONCE_MAX = 1024;

    private static final int BYTES_AT_ONCE_MAX = 1 << 20;
    /** After so long a listener without room is asked again, should it not say by itself that it has some. */
    private static final Duration ROOM_PAUSE = Duration.ofMillis(5);

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final Proposer proposer;
    private final SnapshotSaves saves;
    private final LogCursor cursor;
    /** Of the last entry or snapshot that the listener was told. */
    private long toldIndex;
    /** A next piece is on its way. */
    private boolean goesOn;
    /** It waits for the listener to have room. */
    private volatile boolean waitsForRoom;

    private final AtomicBoolean resumes = new AtomicBoolean();
    private @Nullable Scheduled roomTimer;

    Applier(PolderRaftContext context, RaftParts parts, Proposer proposer, SnapshotSaves saves) {
        super(context.atomix(), parts.thread(), () -> parts.thread());
        this.context = context;
        this.parts = parts;
        this.proposer = proposer;
        this.saves = saves;
        // where the log begins later a snapshot moves it
        cursor = new LogCursor(parts.log(), 1);
    }

    /** Goes on behind a snapshot, if what was applied ends before. */
    void restore(SnapshotFile snapshot) {
        if (snapshot.id().index() > lastApplied()) {
            cursor.moveTo(snapshot.id().index() + 1);
            toldIndex = snapshot.id().index();
            parts.leaderTime().applied(snapshot.head().leaderTimeMs());
            parts.events().snapshot(parts.snapshots().read(snapshot));
        }
    }

    long lastApplied() {
        return cursor.nextIndex() - 1;
    }

    /** Applies what is committed, or begins to; until this member stops, which may be in the middle of a long replay. */
    void apply() {
        if (!goesOn) {
            applySome();
        }
    }

    private void applySome() {
        goesOn = false;
        waitsForRoom = false;
        long leadingTerm = context.leadingTerm();
        int bytes = 0;
        for (int i = 0; i < ENTRIES_AT_ONCE_MAX && bytes < BYTES_AT_ONCE_MAX && hasMore(); i++) {
            if (!parts.events().hasRoom()) {
                context.reads().applied(lastApplied(), toldIndex);
                awaitRoom();
                return;
            }
            cursor.advance();
            ByteBuffer payload = cursor.view();
            int length = payload.remaining();
            apply(cursor.kind(), cursor.term(), payload, leadingTerm);
            saves.applied(length);
            bytes += length;
        }
        context.reads().applied(lastApplied(), toldIndex);
        if (hasMore()) {
            goesOn = true;
            parts.thread().execute(() -> parts.failStop().guard(this::applySome));
        }
    }

    private void apply(EntryKind kind, long term, ByteBuffer payload, long leadingTerm) {
        int length = payload.remaining();
        if (kind == EntryKind.FACTS) {
            long index = lastApplied();
            parts.events()
                    .committed(
                            new CommittedEntry(index, term, parts.leaderTime().appliedMs(), payload));
            toldIndex = index;
            if (term == leadingTerm) {
                proposer.committed(length);
            }
        } else if (kind == EntryKind.TIME) {
            parts.leaderTime().applied(EntryCodec.number(payload));
        } else if (kind == EntryKind.INITIALIZE && term == leadingTerm) {
            parts.leaderTime().serve();
            parts.events().serving(leadingTerm);
        }
    }

    private void awaitRoom() {
        goesOn = true;
        waitsForRoom = true;
        roomTimer = parts.thread().schedule(ROOM_PAUSE, this::resumeNow);
    }

    private void resumeNow() {
        Scheduled set = roomTimer;
        if (set != null) {
            set.cancel();
            roomTimer = null;
        }
        if (waitsForRoom) {
            parts.failStop().guard(this::applySome);
        }
    }

    /** The listener has room again. Any thread; costs nothing while nobody waits for that. */
    void resume() {
        if (waitsForRoom && resumes.compareAndSet(false, true)) {
            parts.thread().execute(() -> {
                resumes.set(false);
                resumeNow();
            });
        }
    }

    private boolean hasMore() {
        return cursor.nextIndex() <= context.getCommitIndex()
                && !parts.failStop().stopping();
    }

    @Override
    public void applyAll(long index) {
        checkApplied(index);
    }

    @Override
    public <T> CompletableFuture<T> apply(long index) {
        checkApplied(index);
        return completed();
    }

    @Override
    public <T> CompletableFuture<T> apply(Indexed<? extends RaftLogEntry> entry) {
        checkApplied(entry.index());
        return completed();
    }

    @Override
    public CompletableFuture<Void> compact() {
        return completed();
    }

    private void checkApplied(long index) {
        parts.failStop().guard(() -> {
            if (context.getCommitIndex() < index && !parts.failStop().stopping()) {
                throw new IllegalStateException(
                        "entry " + index + " was to be applied, but committed is only " + context.getCommitIndex());
            }
        });
    }

    /** Atomix's futures of applied entries carry results of its own commands, of which there are none here. */
    private static <T> CompletableFuture<T> completed() {
        @Nullable T nothing = null;
        return CompletableFuture.completedFuture(nothing);
    }
}
