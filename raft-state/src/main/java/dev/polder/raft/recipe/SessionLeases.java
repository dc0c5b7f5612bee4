package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Until when a session can be sure of its leases, by its own monotonic clock: counted from when a call was sent that the
 * leader answered. Owned by the session's thread.
 */
final class SessionLeases {
    private final Map<LeaseId, Kept> leases = new LinkedHashMap<>();

    private record Waiting(Runnable onSure, Runnable onGone) {}

    private static final class Kept {
        private final long ttlMs;
        private final Runnable onDoubt;
        private final List<Waiting> waiting = new ArrayList<>();
        private long sureUntilMs;
        private boolean inDoubt;

        Kept(long ttlMs, Runnable onDoubt, long sureUntilMs) {
            this.ttlMs = ttlMs;
            this.onDoubt = onDoubt;
            this.sureUntilMs = sureUntilMs;
        }

        boolean isSure(long nowMs) {
            return !inDoubt && nowMs < sureUntilMs;
        }

        void confirm(long sentMs, long nowMs) {
            sureUntilMs = Math.max(sureUntilMs, sentMs + ttlMs);
            if (nowMs < sureUntilMs) {
                inDoubt = false;
                List<Waiting> told = new ArrayList<>(waiting);
                waiting.clear();
                told.forEach(one -> one.onSure.run());
            }
        }

        void doubt() {
            if (!inDoubt) {
                inDoubt = true;
                onDoubt.run();
            }
        }
    }

    /**
     * Keeps a lease that was asked for at a time. If that is long ago nobody is sure of it before it is confirmed.
     *
     * @param onDoubt called each time when it was sure and is no more, and when it is gone
     */
    void add(LeaseId lease, long ttlMs, long askedMs, long nowMs, Runnable onDoubt) {
        Kept kept = new Kept(ttlMs, onDoubt, askedMs + ttlMs);
        kept.inDoubt = nowMs >= kept.sureUntilMs;
        leases.put(lease, kept);
    }

    void remove(LeaseId lease) {
        leases.remove(lease);
    }

    List<LeaseId> all() {
        return List.copyOf(leases.keySet());
    }

    /** Returns how often all are to be kept alive. */
    long intervalMs() {
        return leases.values().stream().mapToLong(kept -> kept.ttlMs).min().orElse(Long.MAX_VALUE) / 3;
    }

    boolean isSure(LeaseId lease, long nowMs) {
        Kept kept = leases.get(lease);
        return kept != null && kept.isSure(nowMs);
    }

    /** Does one thing when a lease is known to live, now or later; another if it is over before that. */
    void whenSure(LeaseId lease, long nowMs, Runnable onSure, Runnable onGone) {
        Kept kept = leases.get(lease);
        if (kept == null) {
            onGone.run();
        } else if (kept.isSure(nowMs)) {
            onSure.run();
        } else {
            kept.waiting.add(new Waiting(onSure, onGone));
        }
    }

    /** The leader says they live, in answer to what was sent at a time. */
    void kept(List<LeaseId> alive, long sentMs, long nowMs) {
        for (LeaseId id : alive) {
            Kept kept = leases.get(id);
            if (kept != null) {
                kept.confirm(sentMs, nowMs);
            }
        }
    }

    /** A lease is no more. */
    void gone(LeaseId id) {
        Kept kept = leases.remove(id);
        if (kept != null) {
            kept.inDoubt = true;
            kept.onDoubt.run();
            kept.waiting.forEach(one -> one.onGone.run());
        }
    }

    /** Doubts the leases of which nobody is sure any more at a time. */
    void passed(long nowMs) {
        for (Kept kept : new ArrayList<>(leases.values())) {
            if (nowMs >= kept.sureUntilMs) {
                kept.doubt();
            }
        }
    }
}
