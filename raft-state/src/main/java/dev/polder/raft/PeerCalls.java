package dev.polder.raft;

import io.atomix.utils.concurrent.Scheduled;
import io.atomix.utils.concurrent.ThreadContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * Requests to the other members, each with a time limit: a peer that never answers must not hold a place that the next
 * request needs. Owned by the log's thread.
 */
final class PeerCalls {
    /** An open append holds one of the two places that a follower has; so it is given up long before an election. */
    static final Duration APPEND_TIMEOUT = Duration.ofMillis(250);

    private static final Duration POLL_TIMEOUT = Duration.ofMillis(250);
    /** An election that is not won by then is lost; the next attempt comes soon. */
    private static final Duration VOTE_TIMEOUT = Duration.ofMillis(100);

    /** A part of a snapshot is large, and nobody waits for it but who fetches. */
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(2);

    private final ThreadContext thread;
    private final PeerNetwork network;

    PeerCalls(ThreadContext thread, PeerNetwork network) {
        this.thread = thread;
        this.network = network;
    }

    /** Fails if the peer does, if the connection breaks, or if no answer comes in time. */
    CompletableFuture<PeerResponse.Append> append(String to, PeerRequest.Append request) {
        return call(to, request, PeerResponse.Append.class, APPEND_TIMEOUT);
    }

    CompletableFuture<PeerResponse.Poll> poll(String to, PeerRequest.Poll request) {
        return call(to, request, PeerResponse.Poll.class, POLL_TIMEOUT);
    }

    CompletableFuture<PeerResponse.Vote> vote(String to, PeerRequest.Vote request) {
        return call(to, request, PeerResponse.Vote.class, VOTE_TIMEOUT);
    }

    CompletableFuture<PeerResponse.Installing> install(String to, PeerRequest.Install request) {
        return call(to, request, PeerResponse.Installing.class, APPEND_TIMEOUT);
    }

    CompletableFuture<PeerResponse.Piece> fetch(String to, PeerRequest.Fetch request) {
        return call(to, request, PeerResponse.Piece.class, FETCH_TIMEOUT);
    }

    CompletableFuture<PeerResponse.Vote> vote(String to, PeerRequest.ForcedVote request) {
        return call(to, request, PeerResponse.Vote.class, VOTE_TIMEOUT);
    }

    CompletableFuture<PeerResponse.Done> timeoutNow(String to, PeerRequest.TimeoutNow request) {
        return call(to, request, PeerResponse.Done.class, POLL_TIMEOUT);
    }

    CompletableFuture<PeerResponse.Done> removed(String to, PeerRequest.Removed request) {
        return call(to, request, PeerResponse.Done.class, POLL_TIMEOUT);
    }

    CompletableFuture<PeerResponse.Caught> catchUp(String to, PeerRequest.CatchUp request) {
        return call(to, request, PeerResponse.Caught.class, POLL_TIMEOUT);
    }

    /** See {@link PeerNetwork#reach}. */
    void reach(Set<String> others) {
        network.reach(others);
    }

    /** See {@link PeerNetwork#refusals}. */
    List<LogStatus.Refusal> refusals() {
        return network.refusals();
    }

    /** See {@link PeerNetwork#unreached}. */
    Map<String, String> unreached() {
        return network.unreached();
    }

    /** See {@link PeerNetwork#incarnation}. */
    String incarnation(String member) {
        return network.incarnation(member);
    }

    /** Does something later, on the log's thread. */
    void after(Duration delay, Runnable task) {
        Scheduled unused = thread.schedule(delay, task);
    }

    private <T extends PeerResponse> CompletableFuture<T> call(
            String to, PeerRequest request, Class<T> expected, Duration timeout) {
        CompletableFuture<PeerResponse> sent = network.send(to, request);
        if (!sent.isDone()) {
            Scheduled limit = thread.schedule(
                    timeout,
                    () -> sent.completeExceptionally(
                            new TimeoutException(to + " has not answered within " + timeout.toMillis() + " ms")));
            CompletableFuture<PeerResponse> unused = sent.whenComplete((response, failure) -> limit.cancel());
        }
        return sent.thenApply(response -> {
            if (!expected.isInstance(response)) {
                throw new IllegalStateException(to + " answered " + response);
            }
            return expected.cast(response);
        });
    }
}
