package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys and leases while one revision is made of them. Nothing is changed but this; who gives it up has changed nothing.
 * Where a method returns a refusal the edit is to be given up.
 */
final class KeyEdit {
    private final long revision;
    private final RecipeLimits limits;
    private final Set<String> changed = new HashSet<>();
    private final List<KeyEvent> events = new ArrayList<>();
    private SortedTree<String, KeyEntry> keys;
    private SortedTree<Long, Lease> leases;
    private long bytes;
    private int deleted;

    KeyEdit(
            long revision,
            RecipeLimits limits,
            SortedTree<String, KeyEntry> keys,
            SortedTree<Long, Lease> leases,
            long bytes) {
        this.revision = revision;
        this.limits = limits;
        this.keys = keys;
        this.leases = leases;
        this.bytes = bytes;
    }

    /** Returns the revision that this becomes if it changes anything. */
    long revision() {
        return revision;
    }

    SortedTree<String, KeyEntry> keys() {
        return keys;
    }

    SortedTree<Long, Lease> leases() {
        return leases;
    }

    long bytes() {
        return bytes;
    }

    boolean changesNothing() {
        return events.isEmpty();
    }

    Change change() {
        return new Change(revision, events);
    }

    @Nullable
    Refusal put(String key, Value value, LeaseId leaseId) {
        if (!changed.add(key)) {
            return Refusal.of(Refusal.Rule.CHANGED_TWICE, key);
        }
        KeyEntry before = keys.get(key);
        if (before != null) {
            detach(before);
        }
        Refusal refusal = attach(key, leaseId);
        if (refusal != null) {
            return refusal;
        }
        KeyEntry entry = before == null
                ? new KeyEntry(key, value, revision, revision, 1, leaseId)
                : new KeyEntry(key, value, before.createRevision(), revision, before.version() + 1, leaseId);
        keys = keys.with(key, entry);
        bytes += entry.bytes() - (before == null ? 0 : before.bytes());
        events.add(new KeyEvent(KeyEvent.Kind.PUT, entry));
        return null;
    }

    private @Nullable Refusal attach(String key, LeaseId leaseId) {
        if (leaseId.isNone()) {
            return null;
        }
        Lease lease = leases.get(leaseId.number());
        if (lease == null) {
            return Refusal.of(Refusal.Rule.NO_LEASE, key, leaseId.number(), 0);
        }
        if (lease.keys().size() >= limits.of(Limit.LEASE_KEYS_MAX)) {
            return Refusal.above(
                    "keys of lease " + leaseId.number(), lease.keys().size() + 1L, Limit.LEASE_KEYS_MAX, limits);
        }
        leases = leases.with(leaseId.number(), lease.with(key));
        return null;
    }

    private void detach(KeyEntry entry) {
        Lease lease = leases.get(entry.lease().number());
        if (lease != null) {
            leases = leases.with(entry.lease().number(), lease.without(entry.key()));
        }
    }

    @Nullable
    Refusal delete(KeyEntry entry) {
        if (!changed.add(entry.key())) {
            return Refusal.of(Refusal.Rule.CHANGED_TWICE, entry.key());
        }
        if (++deleted > limits.of(Limit.DELETED_KEYS_MAX)) {
            return Refusal.above("keys to delete", deleted, Limit.DELETED_KEYS_MAX, limits);
        }
        detach(entry);
        remove(entry);
        return null;
    }

    private void remove(KeyEntry entry) {
        keys = keys.without(entry.key());
        bytes -= entry.bytes();
        events.add(new KeyEvent(KeyEvent.Kind.DELETE, entry));
    }

    /** Ends a lease and all its keys, of which there are no more than one lease may have. */
    void end(Lease lease) {
        leases = leases.without(lease.id().number());
        lease.keys().forEach((key, same) -> {
            KeyEntry entry = keys.get(key);
            if (entry != null) {
                remove(entry);
            }
            return true;
        });
    }

    /** Says whether there is more in all than may be, and more than there was. */
    @Nullable
    Refusal excess(int keysBefore, long bytesBefore) {
        if (keys.size() > keysBefore && keys.size() > limits.of(Limit.KEYS_MAX)) {
            return Refusal.above("keys", keys.size(), Limit.KEYS_MAX, limits);
        }
        if (bytes > bytesBefore && bytes > limits.of(Limit.BYTES_MAX)) {
            return Refusal.above("bytes of keys and values", bytes, Limit.BYTES_MAX, limits);
        }
        return null;
    }
}
