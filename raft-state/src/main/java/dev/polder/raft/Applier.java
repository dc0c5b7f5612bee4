package dev.polder.raft;

import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.Indexed;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Hands committed entries to the listener in log order, on the log's thread, as soon as the commit index moves.
 *
 * <p>Atomix asks its service manager to apply; on the leader, for entries proposed past Atomix's own commands, it does
 * not ask at all. So {@link PolderRaftContext#setCommitIndex} calls this class, and Atomix's requests find the work done.
 */
final class Applier extends RaftServiceManager {
    private final RaftParts parts;
    private final Proposer proposer;
    private final LogCursor cursor;

    Applier(RaftContext context, RaftParts parts, Proposer proposer) {
        super(context, parts.thread(), () -> parts.thread());
        this.parts = parts;
        this.proposer = proposer;
        cursor = new LogCursor(parts.log(), 1);
    }

    long lastApplied() {
        return cursor.nextIndex() - 1;
    }

    /** Applies up to an index, or until this member stops, which may be in the middle of a long replay. The role that leads, if any, leads {@code leadingTerm}; 0 if none does. */
    void apply(long commitIndex, long leadingTerm) {
        while (cursor.nextIndex() <= commitIndex && !parts.failStop().stopping()) {
            LogEntry entry = cursor.next();
            if (entry.kind() == EntryKind.FACTS) {
                parts.events().committed(entry);
                if (entry.term() == leadingTerm) {
                    proposer.committed(entry);
                }
            } else if (entry.kind() == EntryKind.INITIALIZE && entry.term() == leadingTerm) {
                parts.events().serving(leadingTerm);
            }
        }
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
            if (lastApplied() < index && !parts.failStop().stopping()) {
                throw new IllegalStateException(
                        "entry " + index + " was to be applied, but the last one that was is " + lastApplied());
            }
        });
    }

    /** Atomix's futures of applied entries carry results of its own commands, of which there are none here. */
    private static <T> CompletableFuture<T> completed() {
        @Nullable T nothing = null;
        return CompletableFuture.completedFuture(nothing);
    }
}
