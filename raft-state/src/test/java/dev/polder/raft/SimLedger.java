package dev.polder.raft;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all members were ever told, and what must be true of it: one leader a term, one entry an index, nothing
 * acknowledged that is lost, nothing committed twice.
 */
final class SimLedger {
    private record Committed(long term, long id) {}

    private final SimTime time;
    private final Map<Long, String> leaders = new TreeMap<>();
    private final Map<Long, Committed> committed = new HashMap<>();
    private final Map<Long, Long> indexes = new HashMap<>();
    private final Set<Long> acknowledged = new HashSet<>();
    private long acknowledgedIndex;
    private long nextId;

    SimLedger(SimTime time) {
        this.time = time;
    }

    /** Returns the bytes of a proposal that has not been made before. */
    byte[] nextProposal(int size) {
        nextId++;
        return ByteBuffer.allocate(Long.BYTES + size).putLong(nextId).array();
    }

    int acknowledged() {
        return acknowledged.size();
    }

    int leaderships() {
        return leaders.size();
    }

    /** Returns the index of the last entry that its proposer was told of. */
    long acknowledgedIndex() {
        return acknowledgedIndex;
    }

    /** A member starts; it is told everything anew. */
    Life begin(String member) {
        return new Life(member);
    }

    private static void check(boolean holds, Supplier<String> violated) {
        if (!holds) {
            throw new AssertionError(violated.get());
        }
    }

    /** What one start of a member is told. */
    final class Life implements LogListener {
        private final String member;
        private long lastIndex;
        private long servingTerm;

        private Life(String member) {
            this.member = member;
        }

        long servingTerm() {
            return servingTerm;
        }

        long lastIndex() {
            return lastIndex;
        }

        @Override
        public void onCommitted(long index, long term, byte[] entry) {
            long id = ByteBuffer.wrap(entry).getLong();
            check(index > lastIndex, () -> member + " is told of entry " + index + " after " + lastIndex);
            lastIndex = index;
            Committed told = new Committed(term, id);
            Committed known = committed.putIfAbsent(index, told);
            check(
                    known == null || known.equals(told),
                    () -> member + " has " + told + " at " + index + ", others " + known);
            Long other = indexes.putIfAbsent(id, index);
            check(
                    other == null || other == index,
                    () -> "proposal " + id + " is committed at " + other + " and " + index);
            if (term == servingTerm) {
                acknowledged.add(id);
                acknowledgedIndex = Math.max(acknowledgedIndex, index);
            }
        }

        @Override
        public void onElected(long term) {
            time.note(member + " is elected for term " + term);
            String other = leaders.put(term, member);
            check(other == null, () -> "term " + term + " has two leaders: " + other + " and " + member);
        }

        @Override
        public void onServing(long term) {
            time.note(member + " serves term " + term);
            check(
                    lastIndex >= acknowledgedIndex,
                    () -> member + " serves term " + term + " and knows entries up to " + lastIndex + ", but "
                            + acknowledgedIndex + " was acknowledged");
            servingTerm = term;
        }

        @Override
        public void onLost(long term) {
            time.note(member + " loses term " + term);
            servingTerm = 0;
        }

        @Override
        public void onRefused(String byMember, String reason) {
            throw new AssertionError(member + " is refused by " + byMember + ": " + reason);
        }

        @Override
        public void onStopped(@Nullable Throwable cause) {}
    }
}
