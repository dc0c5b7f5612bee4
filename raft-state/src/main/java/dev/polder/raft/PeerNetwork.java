package dev.polder.raft;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The way to the other members; the seam behind which tests have a network of their own. Used and answered on the log's
 * thread.
 */
interface PeerNetwork {
    /** There is nobody else. */
    PeerNetwork NONE = (to, request) ->
            CompletableFuture.failedFuture(new IllegalStateException("a group of one has no peer " + to));

    /**
     * Sends a request. The future is completed on the log's thread, with a failure if there is no connection or it
     * breaks; it may also never be completed: {@link PeerCalls} sets the time limit, and completes it then.
     */
    CompletableFuture<PeerResponse> send(String to, PeerRequest request);

    /**
     * Says who requests go to from here on: the other members, who is to become one, and who was one just now. Whoever
     * else calls and may do so can be answered, and asked, too.
     */
    default void reach(Set<String> others) {}

    /** Returns why this member and others do not talk to each other, by the names of the others. */
    default List<LogStatus.Refusal> refusals() {
        return List.of();
    }

    /** Returns in words why others cannot be reached now, by their names. */
    default Map<String, String> unreached() {
        return Map.of();
    }

    /** Returns the election time-out of another member that was met; null if it was not. */
    default @Nullable Duration electionTimeout(String member) {
        return null;
    }

    /** Returns the incarnation of who was met under a name, this member's own name too; empty if nobody was. */
    default String incarnation(String member) {
        return "";
    }
}
