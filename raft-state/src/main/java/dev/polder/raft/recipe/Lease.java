package dev.polder.raft.recipe;

import org.jspecify.annotations.Nullable;

/**
 * A lease and the keys that end with it.
 *
 * @param ttlMs how long it lives after it was last kept alive, in cluster time
 * @param grantedMs when it was granted, in cluster time
 * @param keys the keys attached to it; each is its own value
 * @param session null if it is no session
 */
record Lease(
        LeaseId id,
        long ttlMs,
        long grantedMs,
        SortedTree<String, String> keys,
        @Nullable SessionMemory session) {
    Lease with(SessionMemory memory) {
        return new Lease(id, ttlMs, grantedMs, keys, memory);
    }

    Lease with(String key) {
        return new Lease(id, ttlMs, grantedMs, keys.with(key, key), session);
    }

    Lease without(String key) {
        return new Lease(id, ttlMs, grantedMs, keys.without(key), session);
    }
}
