package dev.polder.raft.recipe;

import java.util.List;

/** What one step of a transaction brought. */
public sealed interface OpResult {
    /**
     * A key was written.
     *
     * @param key which one
     * @param version how often since it was made, from 1
     */
    record Written(String key, long version) implements OpResult {}

    /** What a number has become. */
    record Sum(long sum) implements OpResult {}

    /** How many keys were deleted. */
    record Deleted(int count) implements OpResult {}

    /**
     * What a range holds.
     *
     * @param entries in the order that was asked for
     * @param more whether there is more than was wanted, or than fits {@link Limit#RESULT_BYTES_MAX}
     */
    record Found(List<KeyEntry> entries, boolean more) implements OpResult {
        /** Copies the entries. */
        public Found {
            entries = List.copyOf(entries);
        }
    }
}
