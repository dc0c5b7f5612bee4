package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import dev.polder.wire.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * The cluster's log as Raft promises it, seen by one member. What is committed stays, in its order; what is not may be
 * lost from any point on when the member crashes or its term ends, or be committed in a later term.
 *
 * <pre>
 *  slots  [ committed ............ | uncommitted ... ]
 *                                  ^ durable on a majority; of the rest any prefix may survive
 * </pre>
 */
final class ModelLog {
    /** Who is told; one call at a time, in log order. */
    interface Member {
        void committed(long index, long term, Entry entry);

        void serving(long term);

        void lost(long term);
    }

    /** Hears of every entry at the moment in which it is committed, whoever lives. */
    interface Witness {
        void committed(long index, Entry entry);
    }

    /** What became of a proposal at the door. */
    enum Proposed {
        ACCEPTED,
        FULL,
        NOT_LEADER
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Slot(long index, long term, byte[] bytes) {}

    private final Timeline time;
    private final Dice dice;
    private final long syncUsMax;
    private final long electionUsMax;
    private final int pendingBytesMax;
    private final Witness witness;
    private final List<Slot> slots = new ArrayList<>();
    private int committed;
    private int pendingBytes;
    private long lastIndex;
    private long term;
    private boolean leading;
    private boolean syncing;
    /** Counts crashes and lost terms: what was under way before them does not happen. */
    private long epoch;

    private Member member = NOBODY;

    private static final Member NOBODY = new Member() {
        @Override
        public void committed(long index, long term, Entry entry) {}

        @Override
        public void serving(long term) {}

        @Override
        public void lost(long term) {}
    };

    ModelLog(Timeline time, Dice dice, Knobs knobs, Witness witness) {
        this.time = time;
        this.dice = dice;
        this.syncUsMax = knobs.logSyncUsMax();
        this.electionUsMax = knobs.electionUsMax();
        this.pendingBytesMax = knobs.logPendingBytesMax();
        this.witness = witness;
    }

    /** The member's process starts: it is handed all that is committed, and leads after an election. */
    void start(Member started) {
        member = started;
        for (Slot slot : slots.subList(0, committed)) {
            member.committed(slot.index(), slot.term(), Entry.decode(slot.bytes()));
        }
        electLater();
    }

    /** The member's process dies. */
    void crash() {
        member = NOBODY;
        endTerm();
    }

    /** The member must give up its post; it lives, and may be elected again. */
    void stepDown() {
        if (leading) {
            member.lost(term);
            endTerm();
            electLater();
        }
    }

    Proposed propose(long inTerm, byte[] entry) {
        if (!leading || inTerm != term) {
            return Proposed.NOT_LEADER;
        }
        if (pendingBytes > 0 && pendingBytes + entry.length > pendingBytesMax) {
            return Proposed.FULL;
        }
        lastIndex++;
        pendingBytes += entry.length;
        slots.add(new Slot(lastIndex, term, entry));
        sync();
        return Proposed.ACCEPTED;
    }

    /** Returns how many entries were ever committed. */
    int committedCount() {
        return committed;
    }

    /** Returns the committed entries' bytes, in order. */
    List<byte[]> committedEntries() {
        return slots.subList(0, committed).stream().map(Slot::bytes).toList();
    }

    private void endTerm() {
        leading = false;
        syncing = false;
        epoch++;
        int surviving = committed + dice.below(slots.size() - committed + 1);
        if (surviving < slots.size()) {
            time.note("log loses " + (slots.size() - surviving) + " entries");
        }
        slots.subList(surviving, slots.size()).clear();
        pendingBytes = 0;
    }

    private void electLater() {
        long current = epoch;
        time.after(dice.spread(100, electionUsMax), () -> {
            if (epoch == current) {
                elect();
            }
        });
    }

    private void elect() {
        commit(slots.size());
        term += dice.between(1, 3);
        // the log keeps entries of its own: a new term begins with one
        lastIndex += dice.between(1, 2);
        leading = true;
        time.note("log serving term " + term);
        member.serving(term);
    }

    private void sync() {
        if (syncing) {
            return;
        }
        syncing = true;
        long current = epoch;
        int upTo = slots.size();
        time.after(dice.spread(10, syncUsMax), () -> {
            if (epoch == current) {
                syncing = false;
                commit(upTo);
                if (slots.size() > committed) {
                    sync();
                }
            }
        });
    }

    private void commit(int upTo) {
        check(upTo >= committed, () -> "the model's log forgot what was committed");
        while (committed < upTo) {
            Slot slot = slots.get(committed++);
            pendingBytes = Math.max(0, pendingBytes - slot.bytes().length);
            Entry entry = Entry.decode(slot.bytes());
            witness.committed(slot.index(), entry);
            member.committed(slot.index(), slot.term(), entry);
        }
    }
}
