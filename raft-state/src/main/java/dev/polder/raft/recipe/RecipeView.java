package dev.polder.raft.recipe;

import java.util.Comparator;

/**
 * Everything a {@link RecipeState} knows after one command, never to change: taken at no cost, and read or written to
 * disk by any thread.
 *
 * @param index of the entry that was applied last, 0 for none
 * @param term of that entry
 * @param clusterTimeMs of that entry
 * @param termBeganMs the cluster time from which leases count at the earliest
 * @param revision of the last change, 0 for none
 * @param lastLease the highest number that was given to a lease
 * @param bytes of all keys and values
 * @param sessions by the nonce they were opened with
 */
record RecipeView(
        long index,
        long term,
        long clusterTimeMs,
        long termBeganMs,
        long revision,
        long lastLease,
        RecipeLimits limits,
        SortedTree<String, KeyEntry> keys,
        long bytes,
        SortedTree<Long, Lease> leases,
        SortedTree<Long, LeaseId> sessions,
        History history) {
    static RecipeView empty() {
        return new RecipeView(
                0,
                0,
                0,
                0,
                0,
                0,
                RecipeLimits.DEFAULT,
                SortedTree.empty(Keys.ORDER),
                0,
                SortedTree.empty(Comparator.<Long>naturalOrder()),
                SortedTree.empty(Comparator.<Long>naturalOrder()),
                History.empty());
    }
}
