package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Reads of a range of keys. */
final class RangeRead {
    private RangeRead() {}

    /**
     * Reads what was asked for, as far as it fits; at least one entry if there is one, so that who asks again comes to
     * an end.
     */
    static OpResult.Found read(SortedTree<String, KeyEntry> keys, Op.Read read, long bytesMax) {
        List<KeyEntry> entries = new ArrayList<>();
        long[] bytes = new long[1];
        boolean[] more = new boolean[1];
        walk(keys, read.range(), read.descending(), entry -> {
            bytes[0] += entry.bytes();
            if (entries.size() == read.countMax() || (!entries.isEmpty() && bytes[0] > bytesMax)) {
                more[0] = true;
                return false;
            }
            return entries.add(entry);
        });
        return new OpResult.Found(entries, more[0]);
    }

    /** Shows each entry of a range until one is answered with false. */
    static void walk(
            SortedTree<String, KeyEntry> keys, KeyRange range, boolean descending, Predicate<KeyEntry> visitor) {
        String to = range.to().isEmpty() ? null : range.to();
        if (descending) {
            keys.descend(range.from(), to, (key, entry) -> visitor.test(entry));
        } else {
            keys.ascend(range.from(), to, (key, entry) -> visitor.test(entry));
        }
    }
}
