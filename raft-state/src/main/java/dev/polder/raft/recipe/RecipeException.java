package dev.polder.raft.recipe;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a future of the recipes has no result. */
public final class RecipeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient @Nullable Refusal refusal;
    private final long oldestRevision;

    /** The kinds of failure. */
    public enum Reason {
        /** A rule was broken; nothing was done. */
        REFUSED,
        /** The session has ended; nothing was done. */
        SESSION_ENDED,
        /** The session ended before the call was answered: it was carried out once, or never. */
        OUTCOME_UNKNOWN,
        /** Too many calls of this session wait for answers; nothing was done. */
        TOO_MANY_CALLS,
        /** Changes that the watch was to see are no longer remembered; see {@link #oldestRevision()}. */
        COMPACTED,
        /** Somebody deleted the key that stood for a place in a lock or election. */
        PLACE_LOST
    }

    private RecipeException(Reason reason, String message, @Nullable Refusal refusal, long oldestRevision) {
        super(message);
        this.reason = reason;
        this.refusal = refusal;
        this.oldestRevision = oldestRevision;
    }

    static RecipeException of(Reason reason, String message) {
        return new RecipeException(reason, message, null, 0);
    }

    static RecipeException refused(Refusal refusal) {
        return new RecipeException(Reason.REFUSED, refusal.words(), refusal, 0);
    }

    static RecipeException compacted(long fromRevision, long oldestRevision) {
        return new RecipeException(
                Reason.COMPACTED,
                "watch from revision " + fromRevision + ": the oldest that is remembered is " + oldestRevision,
                null,
                oldestRevision);
    }

    /** Returns what kind of failure it is. */
    public Reason reason() {
        return reason;
    }

    /** Returns the rule and the numbers if it is {@link Reason#REFUSED}. */
    public Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** Returns the oldest revision that a watch can begin with if it is {@link Reason#COMPACTED}, else 0. */
    public long oldestRevision() {
        return oldestRevision;
    }
}
