package dev.polder.raft;

import java.util.Map;
import java.util.TreeMap;

/**
 * With which entry each term of a log begins: terms never fall along a log, so this is the term of every entry, and no
 * file has to be read for it. As large as the log has terms. Owned by the log's thread.
 */
final class TermStarts {
    private final TreeMap<Long, Long> terms = new TreeMap<>();

    /** An entry of that term is the last one now. */
    void appended(long index, long term) {
        Map.Entry<Long, Long> last = terms.lastEntry();
        if (last == null || last.getValue() != term) {
            terms.put(index, term);
        }
    }

    /** Everything behind an entry is gone. */
    void cut(long index) {
        terms.tailMap(index, false).clear();
    }

    /** Everything up to an entry is gone. */
    void dropped(long index) {
        Map.Entry<Long, Long> next = terms.floorEntry(index + 1);
        terms.headMap(index, true).clear();
        if (next != null) {
            terms.put(index + 1, next.getValue());
        }
    }

    /** Everything is gone. */
    void clear() {
        terms.clear();
    }

    /** Returns the term of an entry that the log has. */
    long of(long index) {
        return at(index).getValue();
    }

    /** Returns the first entry of the term of an entry that the log has. */
    long firstOfTerm(long index) {
        return at(index).getKey();
    }

    private Map.Entry<Long, Long> at(long index) {
        Map.Entry<Long, Long> start = terms.floorEntry(index);
        if (start == null) {
            throw new IllegalStateException("no entry " + index + ", terms begin with entries " + terms.keySet());
        }
        return start;
    }
}
