package dev.polder.raft;

import java.util.concurrent.CompletableFuture;

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
}
