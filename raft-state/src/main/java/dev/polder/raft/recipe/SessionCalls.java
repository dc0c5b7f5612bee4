package dev.polder.raft.recipe;

import static dev.polder.raft.recipe.RecipeException.Reason.OUTCOME_UNKNOWN;
import static dev.polder.raft.recipe.RecipeException.Reason.SESSION_ENDED;
import static dev.polder.raft.recipe.RecipeException.Reason.TOO_MANY_CALLS;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The calls and reads of a session that wait for their answers, in their order. Owned by the session's thread; any
 * thread may enter a call.
 */
final class SessionCalls {
    /** How many calls and reads of a session wait at most. Not more than {@link Limit#SESSION_RESULTS_MAX} by default. */
    static final int CALLS_MAX = 1_000;

    /** The bytes of the requests that wait; a request beyond fails. One alone never does. */
    static final int CALLS_BYTES_MAX = 16 << 20;

    private final RecipeSession session;
    /** The questions are requests as they go into the log. */
    private final Map<Long, Pending<Value, Outcome>> calls = new LinkedHashMap<>();

    private final Map<Long, Pending<Op.Read, Reading>> reads = new LinkedHashMap<>();
    /** Those in the maps, and those on their way into them. */
    private final AtomicInteger waiting = new AtomicInteger();
    /** Of the requests among them. */
    private final AtomicLong waitingBytes = new AtomicLong();

    private long lastCall;
    private long lastRead;

    private static final class Pending<Q, A> {
        private final Q question;
        private final CompletableFuture<A> future;
        private final long afterCall;
        private long sentMs;

        Pending(Q question, CompletableFuture<A> future, long afterCall) {
            this.question = question;
            this.future = future;
            this.afterCall = afterCall;
        }
    }

    SessionCalls(RecipeSession session) {
        this.session = session;
    }

    // ---- any thread

    CompletableFuture<Outcome> submit(Request request) {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        Value encoded = Value.wrap(CommandCodec.encode(request));
        if (encoded.size() > RecipeCall.Submit.REQUEST_BYTES_MAX) {
            future.completeExceptionally(RecipeException.refused(new Refusal(
                    Refusal.Rule.ABOVE_LIMIT,
                    "request of bytes",
                    "requestBytesMax",
                    encoded.size(),
                    RecipeCall.Submit.REQUEST_BYTES_MAX)));
        } else if (admits(future, encoded.size())) {
            hand(future, encoded.size(), () -> enter(encoded, future));
        }
        return future;
    }

    CompletableFuture<Reading> read(Op.Read what) {
        CompletableFuture<Reading> future = new CompletableFuture<>();
        if (admits(future, 0)) {
            hand(future, 0, () -> {
                if (lives(future, 0)) {
                    Pending<Op.Read, Reading> read = new Pending<>(what, future, lastCall);
                    reads.put(++lastRead, read);
                    send(lastRead, read);
                }
            });
        }
        return future;
    }

    private boolean admits(CompletableFuture<?> future, int bytes) {
        int calls = waiting.incrementAndGet();
        long before = waitingBytes.getAndAdd(bytes);
        if (calls <= CALLS_MAX && (before == 0 || before + bytes <= CALLS_BYTES_MAX)) {
            return true;
        }
        leaves(bytes);
        future.completeExceptionally(RecipeException.of(
                TOO_MANY_CALLS,
                calls > CALLS_MAX
                        ? "calls that wait for answers: " + calls + ", at most " + CALLS_MAX
                        : "bytes of calls that wait for answers: " + (before + bytes) + ", at most "
                                + CALLS_BYTES_MAX));
        return false;
    }

    private void leaves(int bytes) {
        waiting.decrementAndGet();
        waitingBytes.addAndGet(-bytes);
    }

    /** Enters a request that gives something back, whatever else waits: who was let in is let out. */
    CompletableFuture<Outcome> submitAnyway(Request request) {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        Value encoded = Value.wrap(CommandCodec.encode(request));
        waiting.incrementAndGet();
        waitingBytes.addAndGet(encoded.size());
        hand(future, encoded.size(), () -> enter(encoded, future));
        return future;
    }

    private void hand(CompletableFuture<?> future, int bytes, Runnable task) {
        if (!session.loop().execute(task)) {
            refuse(future, bytes);
        }
    }

    private void refuse(CompletableFuture<?> future, int bytes) {
        leaves(bytes);
        future.completeExceptionally(RecipeException.of(SESSION_ENDED, "the session has ended"));
    }

    // ---- the session's thread

    private void enter(Value request, CompletableFuture<Outcome> future) {
        if (lives(future, request.size())) {
            Pending<Value, Outcome> call = new Pending<>(request, future, lastCall);
            calls.put(++lastCall, call);
            send(lastCall, call);
        }
    }

    private boolean lives(CompletableFuture<?> future, int bytes) {
        if (session.hasEnded()) {
            refuse(future, bytes);
            return false;
        }
        return true;
    }

    private void send(long number, Pending<?, ?> pending) {
        LeaseId id = session.id();
        pending.sentMs = session.loop().nowMs();
        if (id.isNone()) {
            return;
        }
        if (pending.question instanceof Value request) {
            session.send(
                    new RecipeCall.Submit(id, number, calls.keySet().iterator().next() - 1, request));
        } else if (pending.question instanceof Op.Read read) {
            session.send(new RecipeCall.Read(id, number, pending.afterCall, read));
        }
    }

    /** Returns the number of the last call that was entered, 0 for none. */
    long lastCall() {
        return lastCall;
    }

    /** Sends calls from a number on once more. */
    void sendFrom(long number) {
        calls.forEach((waiter, call) -> {
            if (waiter >= number) {
                send(waiter, call);
            }
        });
    }

    void sendAll() {
        sendFrom(0);
        reads.forEach(this::send);
    }

    /** Returns when the oldest that waits was sent last; the given time if nothing waits. */
    long oldestSentMs(long nowMs) {
        long oldest = nowMs;
        for (Pending<?, ?> call : calls.values()) {
            oldest = Math.min(oldest, call.sentMs);
            break;
        }
        for (Pending<?, ?> read : reads.values()) {
            oldest = Math.min(oldest, read.sentMs);
            break;
        }
        return oldest;
    }

    void result(RecipeAnswer.Result result) {
        Pending<Value, Outcome> call = calls.remove(result.number());
        if (call != null) {
            leaves(call.question.size());
            if (result.outcome() instanceof Outcome.Refused refused) {
                call.future.completeExceptionally(RecipeException.refused(refused.refusal()));
            } else {
                call.future.complete(result.outcome());
            }
        }
    }

    void found(RecipeAnswer.Found found) {
        Pending<Op.Read, Reading> read = reads.remove(found.readId());
        if (read != null) {
            leaves(0);
            read.future.complete(new Reading(
                    found.revision(), found.found().entries(), found.found().more()));
        }
    }

    void end(String why) {
        List<Pending<Value, Outcome>> unknown = new ArrayList<>(calls.values());
        List<Pending<Op.Read, Reading>> unread = new ArrayList<>(reads.values());
        calls.clear();
        reads.clear();
        unknown.forEach(call -> call.future.completeExceptionally(
                RecipeException.of(OUTCOME_UNKNOWN, why + ", and the call was not answered")));
        unread.forEach(read -> read.future.completeExceptionally(RecipeException.of(SESSION_ENDED, why)));
    }
}
