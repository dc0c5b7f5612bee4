package dev.polder.raft.recipe;

import java.util.function.Consumer;

/**
 * The way of one session's calls to the member that leads, and of answers back: within the process, or by connections.
 * What arrives does so in order. When anything is lost, nothing more arrives of what was sent before.
 */
interface RecipeLink {
    /** Sends a call, to whoever is taken for the leader. Never blocks. */
    void send(RecipeCall call);

    /** Begins anew, perhaps with another member: no answer to a call before this arrives any more. */
    void reconnect();

    /** No more of it. */
    void close();

    /** Makes links. */
    interface Connector {
        /** Opens a link whose answers go to a sink, on the session's thread, never before this returns. */
        RecipeLink connect(Consumer<RecipeAnswer> answers);
    }
}
