package dev.polder.raft;

import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.Indexed;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Hands committed entries to the listener in log order, on the log's thread, as soon as the commit index moves; a long
 * replay in pieces, so that a leader's heartbeats go out between them.
 *
 * <p>Atomix asks its service manager to apply; on the leader, for entries proposed past Atomix's own commands, it does
 * not ask at all. So {@link PolderRaftContext#setCommitIndex} calls this class, and Atomix's requests find the work done
 * or under way.
 */
final class Applier extends RaftServiceManager {
    /** What is handed over in one piece, whichever is reached first. */
    static final int ENTRIES_AT_ONCE_MAX = 1024;

    private static final int BYTES_AT_ONCE_MAX = 1 << 20;

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final Proposer proposer;
    private final LogCursor cursor;
    private boolean goesOn;

    Applier(PolderRaftContext context, RaftParts parts, Proposer proposer) {
        super(context, parts.thread(), () -> parts.thread());
        this.context = context;
        this.parts = parts;
        this.proposer = proposer;
        cursor = new LogCursor(parts.log(), 1);
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
        long leadingTerm = context.leadingTerm();
        int bytes = 0;
        for (int i = 0; i < ENTRIES_AT_ONCE_MAX && bytes < BYTES_AT_ONCE_MAX && hasMore(); i++) {
            LogEntry entry = cursor.next();
            bytes += entry.payload().length;
            if (entry.kind() == EntryKind.FACTS) {
                parts.events().committed(entry);
                if (entry.term() == leadingTerm) {
                    proposer.committed(entry);
                }
            } else if (entry.kind() == EntryKind.INITIALIZE && entry.term() == leadingTerm) {
                parts.events().serving(leadingTerm);
            }
        }
        if (hasMore()) {
            goesOn = true;
            parts.thread().execute(() -> parts.failStop().guard(this::applySome));
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
