package dev.polder.raft.recipe;

import dev.polder.raft.ReplicatedLog.Proposed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member's side of the recipes: applies what is committed and, while the member leads, takes calls of sessions,
 * confirms reads, keeps leases and tells watches. Told everything, the time included; owned by one thread.
 *
 * <pre>
 *   following ──serving──► beginning ──Begin applied──► serving
 *       ▲────────lost──────────┴──────────────────────────┘
 * </pre>
 */
final class RecipeServer {
    /** More reads than these wait for nobody. */
    static final int READS_MAX = 100_000;

    private static final int EXPIRED_AT_ONCE_MAX = 1_000;

    private final RecipeLog log;
    private final RecipeLimits limits;
    private RecipeState state;
    private final ReadQueue reads;
    private final Map<LeaseId, Caller> callers = new HashMap<>();
    private final Map<Long, Caller> opening = new HashMap<>();
    private WatchIndex watches = new WatchIndex();
    /** The term that is served, 0 for none. */
    private long term;

    private long handedIndex;
    private boolean beginProposed;
    /** Null unless calls are taken. */
    private @Nullable LeaseKeeper keeper;

    RecipeServer(RecipeLog log, RecipeLimits limits, RecipeState state) {
        this.log = log;
        this.limits = limits;
        this.state = state;
        reads = new ReadQueue(log, this::advanceReads);
    }

    RecipeState state() {
        return state;
    }

    /** Returns whether calls are taken. */
    boolean isServing() {
        return keeper != null;
    }

    Caller connect(Consumer<RecipeAnswer> sink) {
        return connect(sink, () -> true);
    }

    /**
     * Begins a connection.
     *
     * @param sink told the answers
     * @param room whether reads may be answered; when there is some again, {@link #advanceReads()} is to be called
     */
    Caller connect(Consumer<RecipeAnswer> sink, BooleanSupplier room) {
        return new Caller(this, sink, room);
    }

    // ---- leadership

    /** This member serves a term, and no other any more; all entries of earlier terms were handed to {@link #committed}. */
    void serving(long served, long nowMs) {
        lost();
        term = served;
        beginProposed = false;
        tick(nowMs);
    }

    /** The term is lost: what was under way is to be repeated, perhaps elsewhere. */
    void lost() {
        term = 0;
        keeper = null;
        reads.clear();
        watches = new WatchIndex();
        List<Caller> told = new ArrayList<>(callers.values());
        told.addAll(opening.values());
        callers.clear();
        opening.clear();
        told.forEach(caller -> {
            caller.forget();
            caller.answer(new RecipeAnswer.Repeat("the lead is lost"));
        });
    }

    /** Time has passed. To be called several times within {@link LeaseKeeper#WATCHED_MS_MAX}. */
    void tick(long nowMs) {
        if (term != 0 && !beginProposed) {
            beginProposed = propose(new Command.Begin(term, limits));
        }
        LeaseKeeper leases = keeper;
        if (leases != null) {
            leases.passed(nowMs);
            List<LeaseId> due = leases.due(EXPIRED_AT_ONCE_MAX);
            if (!due.isEmpty() && !propose(new Command.Expire(term, due))) {
                leases.postpone(due);
            }
        }
    }

    private boolean propose(Command command) {
        return log.propose(term, CommandCodec.encode(command)) == Proposed.ACCEPTED;
    }

    // ---- what is committed

    /**
     * A command is committed.
     *
     * @throws IllegalArgumentException if the bytes are none: this member must not go on
     */
    void committed(long index, long entryTerm, long clusterTimeMs, byte[] command, long nowMs) {
        Applied applied = state.apply(index, entryTerm, clusterTimeMs, command);
        if (applied.command() instanceof Command.Begin begin && begin.term() == term) {
            begun(nowMs);
        }
        LeaseKeeper leases = keeper;
        if (leases == null) {
            return;
        }
        leases.passed(nowMs);
        applied.changes().forEach(watches::tell);
        answer(applied, leases);
        for (LeaseId id : applied.ended()) {
            leases.remove(id);
            Caller caller = callers.remove(id);
            if (caller != null) {
                unwatch(caller);
                caller.answer(new RecipeAnswer.Ended(id));
            }
        }
        if (applied.command() instanceof Command.Expire expire) {
            // those whose time in the log was not over yet
            leases.postpone(expire.leases());
        }
    }

    /** All commands of all entries up to an index were handed to {@link #committed}. */
    void handed(long index) {
        handedIndex = index;
        advanceReads();
    }

    /** The state is this from here on, with all commands of all entries up to an index. */
    void restore(long index, RecipeView view) {
        lost();
        state = new RecipeState(view);
        handedIndex = index;
    }

    /** Every lease has its whole time again, from here. */
    private void begun(long nowMs) {
        LeaseKeeper leases = new LeaseKeeper(nowMs);
        state.view().leases().forEach((number, lease) -> {
            leases.add(lease.id(), lease.ttlMs());
            return true;
        });
        keeper = leases;
    }

    private void answer(Applied applied, LeaseKeeper leases) {
        Outcome outcome = applied.outcome();
        if (applied.command() instanceof Command.Open open) {
            if (outcome instanceof Outcome.Opened opened) {
                leases.add(opened.session(), opened.ttlMs());
            }
            Caller caller = opening.remove(open.nonce());
            if (caller != null) {
                caller.answer(new RecipeAnswer.Opened(open.nonce(), outcome));
            }
        } else if (applied.command() instanceof Command.Call call) {
            if (outcome instanceof Outcome.Granted granted) {
                leases.add(granted.lease(), granted.ttlMs());
            }
            Caller caller = callers.get(call.session());
            if (caller != null) {
                caller.answer(new RecipeAnswer.Result(call.number(), outcome));
            }
        }
    }

    // ---- calls

    void call(Caller caller, RecipeCall call, long nowMs) {
        LeaseKeeper leases = keeper;
        if (leases == null) {
            caller.answer(new RecipeAnswer.Repeat("this member does not lead"));
            return;
        }
        leases.passed(nowMs);
        if (call instanceof RecipeCall.Submit submit) {
            submit(caller, submit, leases);
        } else if (call instanceof RecipeCall.Read read) {
            read(caller, read);
        } else if (call instanceof RecipeCall.KeepAlive beat) {
            keepAlive(caller, beat, leases);
        } else if (call instanceof RecipeCall.Watch watch) {
            watch(caller, watch);
        } else if (call instanceof RecipeCall.Unwatch unwatch) {
            removeWatch(caller, unwatch.watchId());
        } else if (call instanceof RecipeCall.Resume resume) {
            resume(caller, resume);
        } else if (call instanceof RecipeCall.Open open) {
            opening.put(open.nonce(), caller);
            if (!propose(new Command.Open(open.nonce(), open.ttlMs()))) {
                opening.remove(open.nonce());
                caller.answer(new RecipeAnswer.Repeat("the log is full"));
            }
        }
    }

    /** Makes this connection the one of its session, unless a later one has come. To a stranger there is no such session. */
    private void resume(Caller caller, RecipeCall.Resume resume) {
        SessionMemory session = state.session(resume.session());
        if (session == null || session.nonce() != resume.nonce()) {
            caller.answer(new RecipeAnswer.Ended(resume.session()));
            return;
        }
        Caller before = callers.get(resume.session());
        if (before == null || before.connection() < resume.connection()) {
            callers.put(resume.session(), caller);
            caller.attach(resume);
            if (before != null && before != caller) {
                unwatch(before);
            }
            resume.watches().forEach(watch -> watch(caller, watch));
        }
    }

    /** Returns whether this connection is the one of a session; if not the caller was told. */
    private boolean attached(Caller caller, LeaseId session) {
        if (callers.get(session) == caller) {
            return true;
        }
        caller.answer(
                state.session(session) == null
                        ? new RecipeAnswer.Ended(session)
                        : new RecipeAnswer.Repeat("this connection is not the session's"));
        return false;
    }

    private void submit(Caller caller, RecipeCall.Submit submit, LeaseKeeper leases) {
        if (!attached(caller, submit.session()) || !caller.takes(submit.number())) {
            return;
        }
        byte[] command = CommandCodec.call(
                submit.session(),
                submit.number(),
                submit.acknowledged(),
                submit.request().shared());
        if (log.propose(term, command) == Proposed.ACCEPTED) {
            caller.took(submit.number());
            boolean unused = leases.keepAlive(submit.session());
        } else {
            caller.took(submit.number() - 1);
            caller.answer(new RecipeAnswer.Busy(submit.number()));
        }
    }

    private void read(Caller caller, RecipeCall.Read read) {
        if (!attached(caller, read.session())) {
            return;
        }
        if (reads.size() >= READS_MAX) {
            caller.answer(new RecipeAnswer.Repeat("reads that wait: " + reads.size() + ", at most " + READS_MAX));
            return;
        }
        reads.add(term, new ReadQueue.Waiting(caller, read));
    }

    /** Answers the reads that can be answered. */
    void advanceReads() {
        reads.advance(term, handedIndex, this::answered);
    }

    private boolean answered(ReadQueue.Waiting waiting) {
        RecipeCall.Read read = waiting.read();
        SessionMemory session = state.session(read.session());
        if (session == null) {
            waiting.caller().answer(new RecipeAnswer.Ended(read.session()));
            return true;
        }
        if (session.last() < read.afterCall() || !waiting.caller().hasRoom()) {
            return false;
        }
        waiting.caller().answer(new RecipeAnswer.Found(read.readId(), state.revision(), state.read(read.what())));
        return true;
    }

    /** A leader that was deposed must not say that a lease lives: the next one counts without it. */
    private void keepAlive(Caller caller, RecipeCall.KeepAlive beat, LeaseKeeper leases) {
        if (!log.isFollowed()) {
            caller.answer(new RecipeAnswer.Repeat("this leader is not followed"));
            return;
        }
        if (!attached(caller, beat.session())) {
            return;
        }
        List<LeaseId> kept = new ArrayList<>();
        List<LeaseId> gone = new ArrayList<>();
        for (LeaseId id : beat.leases()) {
            if (leases.keepAlive(id)) {
                kept.add(id);
            } else if (!state.hasLease(id)) {
                gone.add(id);
            }
        }
        caller.answer(new RecipeAnswer.Kept(beat.beat(), kept, gone));
    }

    // ---- watches

    private void watch(Caller caller, RecipeCall.Watch watch) {
        if (!attached(caller, watch.session())) {
            return;
        }
        removeWatch(caller, watch.watchId());
        RecipeLimits agreed = state.limits();
        if (caller.watches().size() >= agreed.of(Limit.SESSION_WATCHES_MAX)) {
            caller.answer(new RecipeAnswer.WatchRefused(
                    watch.watchId(),
                    Refusal.above(
                            "watches of a session", caller.watches().size() + 1L, Limit.SESSION_WATCHES_MAX, agreed)));
            return;
        }
        History history = state.history();
        if (watch.fromRevision() != 0 && watch.fromRevision() <= history.compacted()) {
            caller.answer(new RecipeAnswer.Compacted(watch.watchId(), history.compacted() + 1));
            return;
        }
        long from = watch.fromRevision() == 0 ? state.revision() + 1 : watch.fromRevision();
        WatchIndex.Watcher watcher = new WatchIndex.Watcher(caller, watch.watchId(), watch.range(), from);
        caller.watches().put(watch.watchId(), watcher);
        watches.add(watcher);
        caller.answer(new RecipeAnswer.Watching(watch.watchId(), from));
        history.changes().ascend(from, null, (revision, change) -> {
            watcher.tell(change);
            return true;
        });
    }

    private void removeWatch(Caller caller, long watchId) {
        WatchIndex.Watcher watcher = caller.watches().remove(watchId);
        if (watcher != null) {
            watches.remove(watcher);
        }
    }

    private void unwatch(Caller caller) {
        caller.watches().values().forEach(watches::remove);
        caller.watches().clear();
    }

    void gone(Caller caller) {
        unwatch(caller);
        reads.drop(caller);
        callers.remove(caller.session(), caller);
        opening.values().remove(caller);
    }
}
