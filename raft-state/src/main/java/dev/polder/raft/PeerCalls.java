package dev.polder.raft;

import io.atomix.cluster.MemberId;
import java.util.concurrent.CompletableFuture;

/** How requests reach the other members. */
interface PeerCalls {
    /** There is nobody else. */
    PeerCalls NONE = (kind, to, request) -> CompletableFuture.failedFuture(
            new IllegalStateException("a group of one has no peer " + to + " to send " + kind + " to"));

    /**
     * Sends a request.
     *
     * @param kind the name of the method of Atomix's protocol
     * @return the response of the type that belongs to the request
     */
    CompletableFuture<?> call(String kind, MemberId to, Object request);
}
