package dev.polder.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.utils.concurrent.Scheduled;
import io.atomix.utils.concurrent.ThreadContext;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells Atomix's leader of a failed append a heartbeat after it was sent, and no sooner. Owned by the log's thread.
 *
 * <p>A failure that is told at once has Atomix try again with each drain of proposals. Worse, Atomix counts failures: from
 * the third in a row on it steps down if the wall clock says that no majority has answered for long, which a clock that was
 * set says too, and from the fifth on it waits up to a minute between its attempts. A peer has two places for appends, so
 * with its count set back before each failure it never comes to three.
 */
final class FailurePace {
    /** A failure that Atomix has not been told of yet. */
    private record Held(String peer, CompletableFuture<AppendResponse> told, Throwable failure) {}

    private final ThreadContext thread;
    private final RaftTime time;
    private final Duration pace;
    private final FailStop failStop;
    private final Set<Held> held = new LinkedHashSet<>();
    private Function<String, @Nullable RaftMemberContext> peers = name -> null;

    FailurePace(ThreadContext thread, RaftTime time, Duration pace, FailStop failStop) {
        this.thread = thread;
        this.time = time;
        this.pace = pace;
        this.failStop = failStop;
    }

    /** Says where the others' states are found. */
    void begin(Function<String, @Nullable RaftMemberContext> states) {
        peers = states;
    }

    /** Returns what Atomix is to wait for, of an append that was sent just now. */
    CompletableFuture<AppendResponse> of(String to, CompletableFuture<AppendResponse> sent) {
        long sentNanos = time.nanos();
        CompletableFuture<AppendResponse> told = new CompletableFuture<>();
        CompletableFuture<AppendResponse> unused = sent.whenComplete((response, failure) -> failStop.guard(() -> {
            if (failure == null) {
                told.complete(response);
            } else if (failure instanceof CancellationException) {
                // the lead is lost: nothing may stay open
                told.completeExceptionally(failure);
            } else {
                hold(new Held(to, told, failure), time.nanos() - sentNanos);
            }
        }));
        return told;
    }

    private void hold(Held failed, long sinceSentNanos) {
        held.add(failed);
        Duration rest = pace.minusNanos(sinceSentNanos);
        if (rest.isNegative() || rest.isZero()) {
            tell(failed);
        } else {
            Scheduled unused = thread.schedule(rest, () -> failStop.guard(() -> tell(failed)));
        }
    }

    private void tell(Held failed) {
        if (held.remove(failed)) {
            RaftMemberContext state = peers.apply(failed.peer());
            if (state != null) {
                state.resetFailureCount();
            }
            failed.told().completeExceptionally(failed.failure());
        }
    }

    /** A peer can be reached again: it need not wait. */
    void release(String peer) {
        for (Held one : List.copyOf(held)) {
            if (one.peer().equals(peer)) {
                tell(one);
            }
        }
    }

    /** The lead is lost: Atomix counts its open appends anew when it is won again. */
    void failAll() {
        List.copyOf(held).forEach(this::tell);
    }
}
