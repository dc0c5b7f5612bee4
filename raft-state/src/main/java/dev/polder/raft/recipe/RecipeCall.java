package dev.polder.raft.recipe;

import dev.polder.raft.ReplicatedLog;
import java.util.List;

/** What a session says to the member that leads: a value, so that it can be said from another JVM too. */
sealed interface RecipeCall {
    /** A session is wanted; {@link RecipeAnswer.Opened}. */
    record Open(long nonce, long ttlMs) implements RecipeCall {}

    /**
     * The session comes by a new connection, with all its watches: were one asked for later, an answer could know of a
     * change before it. The first call of a connection, but for {@link Open}.
     *
     * @param nonce with which the session was opened: its number alone can be guessed
     * @param connection above that of each connection before: what still comes by those is void
     */
    record Resume(LeaseId session, long nonce, long connection, List<Watch> watches) implements RecipeCall {
        public Resume {
            watches = List.copyOf(watches);
        }
    }

    /**
     * A request, in the order of numbers; {@link RecipeAnswer.Result}. What comes from another process is to be decoded
     * before it comes here: the log must hold nothing that cannot be read.
     *
     * @param request as {@link CommandCodec#encode(Request)} has it
     */
    record Submit(LeaseId session, long number, long acknowledged, Value request) implements RecipeCall {
        /** What a log's entry has room for, whatever the cluster's {@link Limit#COMMAND_BYTES_MAX} is. */
        static final int REQUEST_BYTES_MAX = ReplicatedLog.ENTRY_BYTES_MAX - 128;
    }

    /**
     * A read of what is committed; {@link RecipeAnswer.Found}.
     *
     * @param afterCall the read sees what the session's calls up to this number did
     */
    record Read(LeaseId session, long readId, long afterCall, Op.Read what) implements RecipeCall {}

    /**
     * These leases are to live on; {@link RecipeAnswer.Kept}.
     *
     * @param beat comes back in the answer
     */
    record KeepAlive(LeaseId session, long beat, List<LeaseId> leases) implements RecipeCall {
        public KeepAlive {
            leases = List.copyOf(leases);
        }
    }

    /**
     * Every change of a range is to be told; {@link RecipeAnswer.Watching}, or {@link RecipeAnswer.Compacted}. Replaces a
     * watch of the same id.
     *
     * @param fromRevision the first change that is wanted; 0 for the next one
     */
    record Watch(LeaseId session, long watchId, KeyRange range, long fromRevision) implements RecipeCall {}

    /** No more of it. No answer. */
    record Unwatch(LeaseId session, long watchId) implements RecipeCall {}
}
