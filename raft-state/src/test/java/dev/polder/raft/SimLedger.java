package dev.polder.raft;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all members were ever told, and what must be true of it: one leader a term, one entry an index, nothing
 * acknowledged that is lost, nothing committed twice.
 */
final class SimLedger {
    private record Committed(long term, long id, long leaderTimeMs) {}

    private final SimTime time;
    private final Map<Long, String> leaders = new TreeMap<>();
    private final Map<Long, Committed> committed = new HashMap<>();
    private final Map<Long, Long> indexes = new HashMap<>();
    private final Map<Long, Long> states = new HashMap<>();
    private final Set<Long> acknowledged = new HashSet<>();
    private final NavigableMap<Long, Long> acknowledgedInTerm = new TreeMap<>();
    private long acknowledgedIndex;
    private int installed;
    private int reads;
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

    /** Returns how often a member was given a snapshot that it had not begun with. */
    int installed() {
        return installed;
    }

    int leaderships() {
        return leaders.size();
    }

    /** Returns the index of the last entry that its proposer was told of. */
    long acknowledgedIndex() {
        return acknowledgedIndex;
    }

    int reads() {
        return reads;
    }

    /**
     * A read was confirmed. Called in the future's completion, which swallows what is thrown; so it is thrown later.
     *
     * @param acknowledged the last entry that its proposer had been told of when it was asked
     */
    void read(String member, long index, long acknowledged) {
        reads++;
        if (index < acknowledged) {
            time.at(time.nanos(), () -> {
                throw new AssertionError(member + " confirms a read at " + index + ", but " + acknowledged
                        + " was acknowledged before it was asked");
            });
        }
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
        private boolean hasRoom = true;
        private long state;
        private int restored;
        private Runnable onWanted = () -> {};
        private @Nullable InstalledSnapshot held;
        /** What came behind the snapshot that is held. */
        private final List<CommittedEntry> waiting = new ArrayList<>();

        private boolean holds;
        private Runnable whenLost = () -> {};
        private long leaderTimeMs;

        private Life(String member) {
            this.member = member;
        }

        @Override
        public boolean hasRoom() {
            return hasRoom;
        }

        void hasRoom(boolean room) {
            hasRoom = room;
        }

        long servingTerm() {
            return servingTerm;
        }

        long lastIndex() {
            return lastIndex;
        }

        /** Returns the leader time of the last entry. */
        long leaderTimeMs() {
            return leaderTimeMs;
        }

        @Override
        public void onSnapshot(InstalledSnapshot snapshot) {
            time.note(member + " begins with snapshot " + snapshot.index());
            check(
                    snapshot.index() > lastIndex,
                    () -> member + " is given snapshot " + snapshot.index() + " after " + lastIndex);
            check(servingTerm == 0, () -> member + " serves and is given a snapshot");
            installed += lastIndex > 0 ? 1 : 0;
            lastIndex = snapshot.index();
            if (holds) {
                held = snapshot;
            } else {
                restore(snapshot);
            }
        }

        private void restore(InstalledSnapshot snapshot) {
            try (snapshot;
                    InputStream in = snapshot.open()) {
                byte[] bytes = in.readAllBytes();
                check(bytes.length == snapshot.bytes(), () -> member + " reads " + bytes.length + " bytes of state");
                state = ByteBuffer.wrap(bytes).getLong();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            leaderTimeMs = snapshot.leaderTimeMs();
            Long known = states.get(snapshot.index());
            check(
                    known != null && known == state,
                    () -> member + " restores " + state + " at " + snapshot.index() + ", others had " + known);
            Committed entry = committed.get(snapshot.index());
            check(
                    entry != null && entry.leaderTimeMs() == leaderTimeMs && entry.term() == snapshot.term(),
                    () -> member + " restores time " + leaderTimeMs + " and term " + snapshot.term() + ", not those of "
                            + entry);
            restored++;
        }

        /** Keeps what it is given from now on, and reads it when it is let go. */
        void holdSnapshots() {
            holds = true;
        }

        void letGo() {
            InstalledSnapshot given = held;
            if (given == null) {
                throw new AssertionError(member + " was given no snapshot");
            }
            held = null;
            holds = false;
            restore(given);
            for (CommittedEntry entry : waiting) {
                advance(entry.index(), ByteBuffer.wrap(entry.bytes()).getLong());
                leaderTimeMs = entry.leaderTimeMs();
            }
            waiting.clear();
        }

        /** Returns how many snapshots it was given. */
        int restored() {
            return restored;
        }

        /** Returns its state as it is now, with some bytes more. */
        SnapshotSource state(int bytes) {
            byte[] padding = new byte[bytes];
            new Random(state).nextBytes(padding);
            byte[] now = ByteBuffer.allocate(Long.BYTES + bytes)
                    .putLong(state)
                    .put(padding)
                    .array();
            return out -> out.write(now);
        }

        /** Has something done when the log wants a snapshot. */
        void onWanted(Runnable deed) {
            onWanted = deed;
        }

        @Override
        public void onSnapshotWanted() {
            onWanted.run();
        }

        @Override
        public void onCommitted(CommittedEntry entry) {
            long index = entry.index();
            long term = entry.term();
            long id = ByteBuffer.wrap(entry.bytes()).getLong();
            check(index > lastIndex, () -> member + " is told of entry " + index + " after " + lastIndex);
            lastIndex = index;
            check(
                    entry.leaderTimeMs() >= leaderTimeMs && entry.leaderTimeMs() <= time.nanos() / 1_000_000,
                    () -> member + ": leader time " + entry.leaderTimeMs() + " follows " + leaderTimeMs);
            leaderTimeMs = entry.leaderTimeMs();
            if (held == null) {
                advance(index, id);
            } else {
                waiting.add(entry.kept());
            }
            Committed told = new Committed(term, id, entry.leaderTimeMs());
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
                acknowledgedInTerm.put(term, index);
            }
        }

        /** Has something done while the loss of a term is told. */
        void whenLost(Runnable then) {
            whenLost = then;
        }

        private void advance(long index, long id) {
            state = (state * 31 + index) * 31 + id;
            Long others = states.putIfAbsent(index, state);
            check(others == null || others == state, () -> member + " has another state at " + index);
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
            // not what later leaders have acknowledged: whoever's disk stood still does not know of them yet
            Map.Entry<Long, Long> before = acknowledgedInTerm.lowerEntry(term);
            check(
                    before == null || lastIndex >= before.getValue(),
                    () -> member + " serves term " + term + " and knows entries up to " + lastIndex + ", but " + before
                            + " was acknowledged");
            servingTerm = term;
        }

        @Override
        public void onLost(long term) {
            time.note(member + " loses term " + term);
            servingTerm = 0;
            whenLost.run();
        }

        @Override
        public void onRefused(String byMember, String reason) {
            throw new AssertionError(member + " is refused by " + byMember + ": " + reason);
        }

        @Override
        public void onStopped(@Nullable Throwable cause) {}
    }
}
