package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * When each lease ends, in the memory of the leader and for its term: keeping one alive costs no entry. Told the time,
 * which is monotonic.
 *
 * <p>Time that this member did not watch does not count: after a pause the calls that keep leases alive may still wait in
 * a queue. So a lease may end late, and never early.
 */
final class LeaseKeeper {
    /** Between two looks at the clock no more time passes than this. */
    static final long WATCHED_MS_MAX = 500;

    private final Map<LeaseId, Held> held = new HashMap<>();
    /** One for each lease, perhaps with an earlier end than it has by now. */
    private final PriorityQueue<End> ends = new PriorityQueue<>(Comparator.comparingLong(End::atMs));

    private long nowMs;
    private long watchedMs;

    private record End(long atMs, LeaseId lease) {}

    private static final class Held {
        private final long ttlMs;
        private long endMs;
        private boolean ending;

        Held(long ttlMs, long endMs) {
            this.ttlMs = ttlMs;
            this.endMs = endMs;
        }
    }

    /** Begins at a time, without leases. */
    LeaseKeeper(long nowMs) {
        this.nowMs = nowMs;
    }

    void passed(long now) {
        watchedMs += Math.min(Math.max(0, now - nowMs), WATCHED_MS_MAX);
        nowMs = now;
    }

    /** A lease begins, with its whole time; one that is known already is only kept alive, unless its end is under way. */
    void add(LeaseId lease, long ttlMs) {
        if (held.containsKey(lease)) {
            boolean unused = keepAlive(lease);
            return;
        }
        long endMs = watchedMs + ttlMs;
        held.put(lease, new Held(ttlMs, endMs));
        ends.add(new End(endMs, lease));
    }

    void remove(LeaseId lease) {
        held.remove(lease);
    }

    /** A lease has its whole time again. Returns whether it has: not if its end is under way. */
    boolean keepAlive(LeaseId lease) {
        Held kept = held.get(lease);
        if (kept == null || kept.ending) {
            return false;
        }
        kept.endMs = watchedMs + kept.ttlMs;
        return true;
    }

    /** Returns leases whose time is over. From now on they cannot be kept alive. */
    List<LeaseId> due(int countMax) {
        List<LeaseId> due = new ArrayList<>();
        for (End end = ends.peek(); end != null && end.atMs <= watchedMs && due.size() < countMax; end = ends.peek()) {
            ends.poll();
            Held lease = current(end);
            if (lease != null && lease.endMs > watchedMs) {
                ends.add(new End(lease.endMs, end.lease));
            } else if (lease != null) {
                lease.ending = true;
                due.add(end.lease);
            }
        }
        return due;
    }

    private @Nullable Held current(End end) {
        Held lease = held.get(end.lease);
        return lease == null || lease.ending ? null : lease;
    }

    /** What was due could not be proposed, and is due again at once. */
    void postpone(List<LeaseId> leases) {
        for (LeaseId id : leases) {
            Held lease = held.get(id);
            if (lease != null) {
                lease.ending = false;
                ends.add(new End(watchedMs, id));
            }
        }
    }
}
