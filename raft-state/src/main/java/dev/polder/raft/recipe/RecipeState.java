package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the recipes remember: keys, leases, sessions and the newest changes. Every member applies the same commands in
 * the same order and holds the same state. Pure: no clock, no thread, no I/O. Owned by one thread; {@link #view()} may
 * go to others.
 */
final class RecipeState {
    private long index;
    private long term;
    private long clusterTimeMs;
    private long termBeganMs;
    private long revision;
    private long lastLease;
    private RecipeLimits limits;
    private SortedTree<String, KeyEntry> keys;
    private long bytes;
    private SortedTree<Long, Lease> leases;
    private SortedTree<Long, LeaseId> sessions;
    private History history;

    /** An empty state. */
    RecipeState() {
        this(RecipeView.empty());
    }

    /** The state of which a view was taken. */
    RecipeState(RecipeView view) {
        index = view.index();
        term = view.term();
        clusterTimeMs = view.clusterTimeMs();
        termBeganMs = view.termBeganMs();
        revision = view.revision();
        lastLease = view.lastLease();
        limits = view.limits();
        keys = view.keys();
        bytes = view.bytes();
        leases = view.leases();
        sessions = view.sessions();
        history = view.history();
    }

    /** Returns the state as it is now; takes no longer if it is large. */
    RecipeView view() {
        return new RecipeView(
                index,
                term,
                clusterTimeMs,
                termBeganMs,
                revision,
                lastLease,
                limits,
                keys,
                bytes,
                leases,
                sessions,
                history);
    }

    // ---- what it holds

    long index() {
        return index;
    }

    long clusterTimeMs() {
        return clusterTimeMs;
    }

    long revision() {
        return revision;
    }

    RecipeLimits limits() {
        return limits;
    }

    History history() {
        return history;
    }

    boolean hasLease(LeaseId id) {
        return leases.contains(id.number());
    }

    /** Returns what is remembered of a session, null if it is none. */
    @Nullable
    SessionMemory session(LeaseId id) {
        Lease lease = leases.get(id.number());
        return lease == null ? null : lease.session();
    }

    OpResult.Found read(Op.Read read) {
        return RangeRead.read(keys, read, limits.of(Limit.RESULT_BYTES_MAX));
    }

    /**
     * Applies a committed command.
     *
     * @param entryIndex never below that of the command before; several commands of one entry share it
     * @param entryTerm of the entry
     * @param entryTimeMs cluster time of the entry; an earlier one than before counts as none passed
     * @param command its bytes
     * @throws IllegalArgumentException if the bytes are no command; nothing is changed
     * @throws IllegalStateException if the command comes out of order; nothing is changed
     */
    Applied apply(long entryIndex, long entryTerm, long entryTimeMs, byte[] command) {
        if (entryIndex < index || entryTerm < term) {
            throw new IllegalStateException("entry " + entryIndex + " of term " + entryTerm + " comes after entry "
                    + index + " of term " + term);
        }
        Command decoded = CommandCodec.decode(command);
        index = entryIndex;
        term = entryTerm;
        clusterTimeMs = Math.max(clusterTimeMs, entryTimeMs);
        if (decoded instanceof Command.Call call) {
            return call(call, command.length);
        }
        if (decoded instanceof Command.Open open) {
            return Applied.nothing(open, open(open));
        }
        if (decoded instanceof Command.Expire expire) {
            return expire(expire);
        }
        begin((Command.Begin) decoded);
        return Applied.nothing(decoded, new Outcome.Noted());
    }

    private void begin(Command.Begin begin) {
        if (begin.term() == term) {
            termBeganMs = clusterTimeMs;
            limits = begin.limits();
            history = history.within(limits);
        }
    }

    // ---- leases

    private Outcome open(Command.Open open) {
        LeaseId known = sessions.get(open.nonce());
        Lease alive = known == null ? null : leases.get(known.number());
        if (alive != null) {
            return new Outcome.Opened(alive.id(), alive.ttlMs());
        }
        Refusal refusal = refusesLease(open.ttlMs());
        if (refusal != null) {
            return new Outcome.Refused(refusal);
        }
        LeaseId id = addLease(open.ttlMs(), SessionMemory.opened(open.nonce()));
        sessions = sessions.with(open.nonce(), id);
        return new Outcome.Opened(id, open.ttlMs());
    }

    private @Nullable Refusal refusesLease(long ttlMs) {
        if (ttlMs < limits.of(Limit.TTL_MS_MIN)) {
            return Refusal.below("lease of ms", ttlMs, Limit.TTL_MS_MIN, limits);
        }
        if (ttlMs > limits.of(Limit.TTL_MS_MAX)) {
            return Refusal.above("lease of ms", ttlMs, Limit.TTL_MS_MAX, limits);
        }
        if (leases.size() >= limits.of(Limit.LEASES_MAX)) {
            return Refusal.above("leases", leases.size() + 1L, Limit.LEASES_MAX, limits);
        }
        return null;
    }

    private LeaseId addLease(long ttlMs, @Nullable SessionMemory session) {
        LeaseId id = new LeaseId(++lastLease);
        leases = leases.with(id.number(), new Lease(id, ttlMs, clusterTimeMs, SortedTree.empty(Keys.ORDER), session));
        return id;
    }

    private Applied expire(Command.Expire expire) {
        List<Change> changes = new ArrayList<>();
        List<LeaseId> ended = new ArrayList<>();
        if (expire.term() == term) {
            for (LeaseId id : expire.leases()) {
                Lease lease = leases.get(id.number());
                if (lease != null && clusterTimeMs >= earliestEndMs(lease)) {
                    end(lease, changes);
                    ended.add(id);
                }
            }
        }
        return new Applied(expire, new Outcome.Noted(), changes, ended);
    }

    /** Returns when a lease that was never kept alive may end at the earliest, in cluster time. */
    private long earliestEndMs(Lease lease) {
        return Math.max(lease.grantedMs(), termBeganMs) + lease.ttlMs();
    }

    /** Ends a lease and its keys, as a revision of its own if it had any. Returns how many it had. */
    private int end(Lease lease, List<Change> changes) {
        KeyEdit edit = edit();
        edit.end(lease);
        adopt(edit, changes);
        if (lease.session() != null) {
            sessions = sessions.without(lease.session().nonce());
        }
        return lease.keys().size();
    }

    // ---- calls of sessions

    private Applied call(Command.Call call, int commandBytes) {
        Lease lease = leases.get(call.session().number());
        SessionMemory memory = lease == null ? null : lease.session();
        if (lease == null || memory == null) {
            return refused(
                    call,
                    Refusal.of(Refusal.Rule.SESSION_ENDED, "", call.session().number(), 0));
        }
        if (call.number() <= memory.last()) {
            return Applied.nothing(call, remembered(call, memory));
        }
        if (call.number() != memory.last() + 1) {
            return refused(call, Refusal.of(Refusal.Rule.OUT_OF_ORDER, "", call.number(), memory.last() + 1));
        }
        SessionMemory acknowledged = memory.acknowledge(call.acknowledged());
        Refusal full = refusesToRemember(acknowledged);
        if (full != null) {
            return refused(call, full);
        }
        return carryOut(call, commandBytes, acknowledged);
    }

    private static Applied refused(Command call, Refusal refusal) {
        return Applied.nothing(call, new Outcome.Refused(refusal));
    }

    private static Outcome remembered(Command.Call call, SessionMemory memory) {
        Outcome outcome = memory.outcomes().get(call.number());
        return outcome != null
                ? outcome
                : new Outcome.Refused(Refusal.of(Refusal.Rule.FORGOTTEN, "", call.number(), memory.acknowledged()));
    }

    private @Nullable Refusal refusesToRemember(SessionMemory memory) {
        long countMax = limits.of(Limit.SESSION_RESULTS_MAX);
        if (memory.outcomes().size() >= countMax) {
            return Refusal.of(Refusal.Rule.SESSION_FULL, "", memory.outcomes().size(), countMax);
        }
        long bytesMax = limits.of(Limit.SESSION_RESULT_BYTES_MAX);
        return memory.bytes() >= bytesMax ? Refusal.of(Refusal.Rule.SESSION_FULL, "", memory.bytes(), bytesMax) : null;
    }

    private Applied carryOut(Command.Call call, int commandBytes, SessionMemory memory) {
        List<Change> changes = new ArrayList<>();
        List<LeaseId> ended = new ArrayList<>();
        Outcome outcome = commandBytes > limits.of(Limit.COMMAND_BYTES_MAX)
                ? new Outcome.Refused(Refusal.above("command of bytes", commandBytes, Limit.COMMAND_BYTES_MAX, limits))
                : perform(call, changes, ended);
        // a transaction may have attached keys to the session, and the session may have ended itself
        Lease session = leases.get(call.session().number());
        if (session != null) {
            leases = leases.with(session.id().number(), session.with(memory.remember(call.number(), outcome)));
        }
        return new Applied(call, outcome, changes, ended);
    }

    private Outcome perform(Command.Call call, List<Change> changes, List<LeaseId> ended) {
        Request request = call.request();
        if (request instanceof Request.Transact transact) {
            KeyEdit edit = edit();
            Outcome outcome = new TxnRun(edit, limits).run(transact.txn());
            if (outcome instanceof Outcome.Done) {
                adopt(edit, changes);
            }
            return outcome;
        }
        if (request instanceof Request.Grant grant) {
            Refusal refusal = refusesLease(grant.ttlMs());
            return refusal != null
                    ? new Outcome.Refused(refusal)
                    : new Outcome.Granted(addLease(grant.ttlMs(), null), grant.ttlMs());
        }
        LeaseId id = request instanceof Request.Revoke revoke ? revoke.lease() : call.session();
        Lease lease = leases.get(id.number());
        if (lease == null) {
            return new Outcome.Refused(Refusal.of(Refusal.Rule.NO_LEASE, "", id.number(), 0));
        }
        ended.add(id);
        int count = end(lease, changes);
        return new Outcome.Revoked(revision, count);
    }

    // ---- revisions

    private KeyEdit edit() {
        return new KeyEdit(revision + 1, limits, keys, leases, bytes);
    }

    private void adopt(KeyEdit edit, List<Change> changes) {
        keys = edit.keys();
        leases = edit.leases();
        bytes = edit.bytes();
        if (!edit.changesNothing()) {
            Change change = edit.change();
            revision = change.revision();
            history = history.with(change, limits);
            changes.add(change);
        }
    }
}
