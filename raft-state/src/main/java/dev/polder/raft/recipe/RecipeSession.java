package dev.polder.raft.recipe;

import static dev.polder.raft.recipe.RecipeException.Reason.SESSION_ENDED;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The client's side of a session: numbers its calls, repeats them until they are answered, keeps its leases alive and
 * its watches standing, whoever leads. Any thread may call what returns a future; all else, and every completion, belongs
 * to the session's thread.
 *
 * <pre>
 *   opening ──Opened──► open ──close, Ended──► ended
 * </pre>
 *
 * <p>Calls of one thread are carried out in its order. A repeated call is carried out once, by its number.
 */
final class RecipeSession {
    static final long TICK_MS = 20;
    static final long ANSWER_TIMEOUT_MS = 1_000;
    static final long REPEAT_DELAY_MS_MIN = 20;
    static final long REPEAT_DELAY_MS_MAX = 1_000;

    private final RecipeLoop loop;
    private final RecipeLink link;
    private final long nonce;
    private final long ttlMs;
    private final CompletableFuture<RecipeSession> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final List<Runnable> onDoubt = new ArrayList<>();
    private final SessionLeases leases = new SessionLeases();
    private final SessionWatches watches = new SessionWatches(this);
    private final SessionCalls calls = new SessionCalls(this);

    private volatile LeaseId id = LeaseId.NONE;
    private long openedMs;
    private long lastBeatMs;
    /** When the first beat was sent that is not answered, 0 if all are. */
    private long openBeatMs;

    private long connection;
    private long repeatDelayMs = REPEAT_DELAY_MS_MIN;
    private boolean repeats;

    private RecipeSession(RecipeLoop loop, RecipeLink.Connector connector, long nonce, long ttlMs) {
        this.loop = loop;
        this.nonce = nonce;
        this.ttlMs = ttlMs;
        link = connector.connect(this::answered);
    }

    /** Opens a session. The future waits as long as nobody leads; to cancel it gives the session up. */
    static CompletableFuture<RecipeSession> open(
            RecipeLoop loop, RecipeLink.Connector connector, long nonce, long ttlMs) {
        RecipeSession session = new RecipeSession(loop, connector, nonce, ttlMs);
        loop.execute(session::begin);
        Completion.of(session.opened, (open, failure) -> {
            if (failure != null) {
                loop.execute(() -> session.end("the session was given up before it was open"));
            }
        });
        return session.opened;
    }

    private void begin() {
        openedMs = loop.nowMs();
        sendAll();
        tick();
    }

    RecipeLoop loop() {
        return loop;
    }

    /** Returns the session's lease, {@link LeaseId#NONE} before it is open. */
    LeaseId id() {
        return id;
    }

    SessionWatches watches() {
        return watches;
    }

    boolean hasEnded() {
        return ended.isDone();
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    void send(RecipeCall call) {
        if (!hasEnded()) {
            link.send(call);
        }
    }

    // ---- calls; any thread

    /** Has a request carried out once. */
    CompletableFuture<Outcome> submit(Request request) {
        return calls.submit(request);
    }

    /** Returns the number of the call that was entered last. The session's thread. */
    long lastCall() {
        return calls.lastCall();
    }

    /** Has a request carried out that gives something back: beyond the bound of what waits. */
    CompletableFuture<Outcome> submitAnyway(Request request) {
        return calls.submitAnyway(request);
    }

    /** Reads what is committed, the calls of this session before this one included. */
    CompletableFuture<Reading> read(Op.Read what) {
        return calls.read(what);
    }

    CompletableFuture<Watch> watch(KeyRange range, long fromRevision, WatchListener listener) {
        CompletableFuture<Watch> begun = new CompletableFuture<>();
        onLoop(begun, () -> {
            if (hasEnded()) {
                begun.completeExceptionally(RecipeException.of(SESSION_ENDED, "the session has ended"));
                return;
            }
            Completion.of(watches.add(range, fromRevision, listener), (watch, failure) -> {
                if (failure != null) {
                    begun.completeExceptionally(failure);
                } else if (!begun.complete(watch)) {
                    watch.close();
                }
            });
        });
        return begun;
    }

    /** Has a lease granted, and keeps it alive; completes when it is sure to live. */
    CompletableFuture<KeptLease> grant(long leaseTtlMs) {
        CompletableFuture<KeptLease> future = new CompletableFuture<>();
        onLoop(future, () -> {
            long askedMs = loop.nowMs();
            Completion.of(submit(new Request.Grant(leaseTtlMs)), (outcome, failure) -> {
                if (outcome instanceof Outcome.Granted granted) {
                    KeptLease lease = new KeptLease(this, granted.lease());
                    leases.add(granted.lease(), granted.ttlMs(), askedMs, nextLookMs(), lease::lose);
                    beat();
                    Runnable done = () -> future.complete(lease);
                    leases.whenSure(granted.lease(), loop.nowMs(), done, done);
                } else {
                    future.completeExceptionally(failure);
                }
            });
        });
        return future;
    }

    /** Runs a task on the session's thread; fails a future if there is none any more. */
    void onLoop(CompletableFuture<?> future, Runnable task) {
        if (!loop.execute(task)) {
            future.completeExceptionally(RecipeException.of(SESSION_ENDED, "the session has ended"));
        }
    }

    CompletableFuture<Integer> end(KeptLease lease) {
        abandon(lease);
        CompletableFuture<Integer> keys = new CompletableFuture<>();
        Completion.of(submit(new Request.Revoke(lease.id())), (outcome, failure) -> {
            if (outcome instanceof Outcome.Revoked revoked) {
                keys.complete(revoked.keys());
            } else if (failure instanceof RecipeException refused
                    && refused.refusal().map(Refusal::rule).equals(Optional.of(Refusal.Rule.NO_LEASE))) {
                keys.complete(0);
            } else {
                keys.completeExceptionally(failure);
            }
        });
        return keys;
    }

    void abandon(KeptLease lease) {
        loop.execute(() -> {
            leases.remove(lease.id());
            lease.lose();
        });
    }

    /** Ends the session and its keys. Completes when that is done, or the session is over for another reason. */
    CompletableFuture<Void> close() {
        loop.execute(() -> {
            if (id.isNone()) {
                end("the session was closed before it was open");
            } else if (!hasEnded()) {
                // it may be over at any moment from here on: whoever holds something must know before others hold it
                leases.all().forEach(leases::gone);
                Completion.of(submitAnyway(new Request.Close()), (outcome, failure) -> end("the session was closed"));
            }
        });
        return ended;
    }

    /** Ends the session here and leaves its end in the cluster to its time. */
    void drop() {
        loop.execute(() -> end("the session was closed"));
    }

    // ---- certainty; the session's thread

    /** Returns whether the leader confirmed the session so lately that it cannot be over. */
    boolean isSure() {
        return leases.isSure(id, loop.nowMs());
    }

    /** Runs a task when the session is known to live: now, or when the leader says so. Never if it has ended. */
    void whenSure(Runnable task) {
        leases.whenSure(id, loop.nowMs(), task, () -> {});
    }

    /** Runs a task once when the session may be over. */
    void onDoubt(Runnable task) {
        onDoubt.add(task);
    }

    void forget(Runnable task) {
        onDoubt.remove(task);
    }

    private void doubt() {
        List<Runnable> tasks = new ArrayList<>(onDoubt);
        onDoubt.clear();
        tasks.forEach(Runnable::run);
    }

    // ---- answers

    private void answered(RecipeAnswer answer) {
        if (hasEnded()) {
            return;
        }
        if (answer instanceof RecipeAnswer.Result result) {
            result(result);
        } else if (answer instanceof RecipeAnswer.Found found) {
            progress();
            calls.found(found);
        } else if (answer instanceof RecipeAnswer.Changed changed) {
            watches.changed(changed);
        } else if (answer instanceof RecipeAnswer.Kept kept) {
            kept(kept);
        } else if (answer instanceof RecipeAnswer.Watching watching) {
            watches.began(watching);
        } else if (answer instanceof RecipeAnswer.Compacted compacted) {
            watches.compacted(compacted);
        } else if (answer instanceof RecipeAnswer.WatchRefused refused) {
            watches.refused(refused);
        } else if (answer instanceof RecipeAnswer.Busy busy) {
            repeatSoon(() -> calls.sendFrom(busy.fromCall()));
        } else if (answer instanceof RecipeAnswer.Repeat) {
            repeatSoon(this::reconnect);
        } else if (answer instanceof RecipeAnswer.Opened open) {
            opened(open);
        } else if (answer instanceof RecipeAnswer.Ended over && over.session().equals(id)) {
            end("the session has expired");
        }
    }

    private void opened(RecipeAnswer.Opened answer) {
        if (answer.nonce() != nonce || !id.isNone()) {
            return;
        }
        progress();
        openBeatMs = 0;
        if (answer.outcome() instanceof Outcome.Opened open) {
            id = open.session();
            // counted from the first time it was asked for: an answer that was lost may have begun it
            leases.add(id, open.ttlMs(), openedMs, nextLookMs(), this::doubt);
            sendAll();
            opened.complete(this);
        } else if (answer.outcome() instanceof Outcome.Refused refused) {
            opened.completeExceptionally(RecipeException.refused(refused.refusal()));
        }
    }

    private void result(RecipeAnswer.Result result) {
        if (result.outcome() instanceof Outcome.Refused refused) {
            Refusal.Rule rule = refused.refusal().rule();
            if (rule == Refusal.Rule.OUT_OF_ORDER || rule == Refusal.Rule.SESSION_FULL) {
                repeatSoon(this::reconnect);
                return;
            }
            if (rule == Refusal.Rule.SESSION_ENDED) {
                end("the session has expired");
                return;
            }
        }
        progress();
        calls.result(result);
    }

    private void kept(RecipeAnswer.Kept kept) {
        progress();
        if (kept.beat() >= openBeatMs) {
            openBeatMs = 0;
        }
        kept.gone().forEach(leases::gone);
        leases.kept(kept.kept(), kept.beat(), loop.nowMs());
    }

    private void progress() {
        repeatDelayMs = REPEAT_DELAY_MS_MIN;
    }

    // ---- repetition

    private void repeatSoon(Runnable repetition) {
        if (!repeats) {
            repeats = true;
            loop.schedule(repeatDelayMs, () -> {
                repeats = false;
                if (!hasEnded()) {
                    repetition.run();
                }
            });
            repeatDelayMs = Math.min(REPEAT_DELAY_MS_MAX, 2 * repeatDelayMs);
        }
    }

    private void reconnect() {
        link.reconnect();
        openBeatMs = 0;
        sendAll();
    }

    /** Sends everything that is not answered, in its order. */
    private void sendAll() {
        if (id.isNone()) {
            openBeatMs = loop.nowMs();
            send(new RecipeCall.Open(nonce, ttlMs));
        } else {
            send(new RecipeCall.Resume(id, nonce, ++connection, watches.questions()));
            beat();
            calls.sendAll();
        }
    }

    private void beat() {
        lastBeatMs = loop.nowMs();
        openBeatMs = openBeatMs == 0 ? lastBeatMs : openBeatMs;
        send(new RecipeCall.KeepAlive(id, lastBeatMs, leases.all()));
    }

    /** Returns when the clock is looked at next: what may end before that is in doubt now. */
    private long nextLookMs() {
        return loop.nowMs() + TICK_MS;
    }

    private void tick() {
        if (hasEnded()) {
            return;
        }
        long nowMs = loop.nowMs();
        leases.passed(nextLookMs());
        if (!id.isNone() && nowMs - lastBeatMs >= leases.intervalMs()) {
            beat();
        }
        long oldestMs = calls.oldestSentMs(openBeatMs == 0 ? nowMs : openBeatMs);
        if (nowMs - oldestMs >= ANSWER_TIMEOUT_MS) {
            repeatSoon(this::reconnect);
        }
        loop.schedule(TICK_MS, this::tick);
    }

    // ---- the end

    private void end(String why) {
        if (ended.complete(null)) {
            link.close();
            opened.completeExceptionally(RecipeException.of(SESSION_ENDED, why));
            calls.end(why);
            watches.end(RecipeException.of(SESSION_ENDED, why));
            leases.all().forEach(leases::gone);
        }
    }
}
