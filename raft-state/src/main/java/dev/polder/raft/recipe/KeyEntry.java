package dev.polder.raft.recipe;

/**
 * A key and all that is known of it.
 *
 * @param key in the order of {@link KeyRange}
 * @param value what it holds
 * @param createRevision the revision that made it; a key that was deleted and made again has a new one
 * @param modRevision the revision that wrote it last
 * @param version how often it was written since it was made, from 1
 * @param lease the lease with which it ends; {@link LeaseId#NONE} for none
 */
public record KeyEntry(String key, Value value, long createRevision, long modRevision, long version, LeaseId lease) {
    /** What it counts against {@link Limit#BYTES_MAX}. */
    int bytes() {
        return Keys.bytes(key) + value.size();
    }
}
