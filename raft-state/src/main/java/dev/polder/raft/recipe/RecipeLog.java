package dev.polder.raft.recipe;

import dev.polder.raft.ReplicatedLog.Proposed;
import java.util.function.LongConsumer;

/**
 * What a {@link RecipeMember} needs of the log that it shares or has for itself. Called on the member's thread only;
 * what is committed comes to it by {@link RecipeMember#committed}.
 */
public interface RecipeLog {
    /** Proposes one command. It is committed in the order of proposals, unless the term is lost first. */
    Proposed propose(long term, byte[] command);

    /**
     * Asks for an index that the member has reached when everything was handed to it that was committed when this was
     * called, confirmed by a majority after the call. Answers once, on the member's thread; never if the term is lost
     * first.
     */
    void readIndex(long term, LongConsumer answer);

    /** Tells whether a majority has followed this leader so lately that no other can have been elected. */
    boolean isFollowed();
}
