package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import dev.polder.wire.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One member's copy of the log, and its part in the cluster. The copy outlives the process above it; of what was not on
 * the disk when the process died any beginning may be left.
 *
 * <pre>
 *  slots   [ handed up ... | committed, as far as known | not committed ... ]
 *                                                          ^ another leader may cut this off, or commit it in its term
 * </pre>
 */
final class LogMember {
    /** Who is told; one call at a time, in log order. */
    interface Listener {
        void committed(long index, long term, Entry entry);

        void serving(long term);

        void lost(long term);
    }

    /** What became of a proposal at the door. */
    enum Proposed {
        ACCEPTED,
        FULL,
        NOT_LEADER
    }

    private final ModelLog log;
    private final int number;
    private final List<Slot> slots = new ArrayList<>();
    private int durable;
    private int committed;
    private int handed;
    /** The highest term seen; nothing of a lower one is accepted any more. */
    private long term;

    private long leaderTerm;
    private boolean leading;
    private boolean serving;
    private boolean syncing;
    private List<Replication> followers = List.of();
    private int pendingBytes;
    /** Counts crashes and terms led: what was under way before does not happen. */
    private long epoch;

    private @Nullable Listener listener;
    private long pausedUntilUs;

    LogMember(ModelLog log, int number) {
        this.log = log;
        this.number = number;
    }

    int number() {
        return number;
    }

    // ---- the process above

    /** The process starts: it is handed what is known to be committed, and more as it becomes known. */
    void start(Listener started) {
        listener = started;
        handed = 0;
        handUp();
        log.lookAround();
    }

    /** The process dies. */
    void crash() {
        listener = null;
        leaderTerm = 0;
        endLead();
        durable += log.dice().below(slots.size() - durable + 1);
        cutOff(durable);
        // the disk knows that much; of the rest the next leader tells
        committed = log.dice().below(Math.min(committed, durable) + 1);
        log.lookAround();
    }

    /** The process gets no time for a while, and does not know. */
    void pause(long us) {
        pausedUntilUs = log.nowUs() + us;
        log.lookAround();
        log.later(us, log::lookAround);
    }

    void resume() {
        pausedUntilUs = 0;
    }

    boolean isAwake() {
        return listener != null && pausedUntilUs <= log.nowUs();
    }

    Proposed propose(long inTerm, byte[] entry) {
        if (!serving || inTerm != term) {
            return Proposed.NOT_LEADER;
        }
        if (pendingBytes > 0 && pendingBytes + entry.length > log.pendingBytesMax()) {
            return Proposed.FULL;
        }
        pendingBytes += entry.length;
        write(entry);
        return Proposed.ACCEPTED;
    }

    /** Returns the highest term that this member has seen. */
    long term() {
        return term;
    }

    /** Returns the term of the leader that this member follows or is, 0 if it knows none. */
    long leaderTerm() {
        return leaderTerm;
    }

    // ---- leading

    /** Leads a term that a majority has granted. */
    void lead(long newTerm, List<LogMember> others) {
        follow(newTerm);
        leading = true;
        leaderTerm = newTerm;
        log.note("member " + number + " leads term " + newTerm);
        followers = others.stream()
                .map(other -> new Replication(log, this, other, newTerm))
                .toList();
        write(new byte[0]);
    }

    private void write(byte[] bytes) {
        slots.add(new Slot(slots.size() + 1, term, bytes));
        sync();
        followers.forEach(Replication::hurry);
    }

    private void sync() {
        if (syncing) {
            return;
        }
        syncing = true;
        long current = epoch;
        int upTo = slots.size();
        log.later(log.syncUs(), () -> {
            if (epoch == current) {
                syncing = false;
                durable = upTo;
                advance();
                if (slots.size() > durable) {
                    sync();
                }
            }
        });
    }

    /** Commits what a majority has on its disks, from this term's first entry on. */
    void advance() {
        int[] onDisk = IntStream.concat(
                        IntStream.of(durable), followers.stream().mapToInt(Replication::matched))
                .sorted()
                .toArray();
        int majority = onDisk[(onDisk.length - 1) / 2];
        if (majority > committed && slots.get(majority - 1).term() == term) {
            commit(majority);
            followers.forEach(Replication::hurry);
        }
    }

    /** Gives up the lead of its term; it may be elected again. */
    void stepDown() {
        leaderTerm = 0;
        endLead();
        log.lookAround();
    }

    private void endLead() {
        boolean served = serving;
        Listener told = listener;
        epoch++;
        leading = false;
        serving = false;
        syncing = false;
        followers = List.of();
        pendingBytes = 0;
        if (told != null) {
            // nothing was lost: what is written reaches the disk
            durable = slots.size();
            if (served) {
                told.lost(term);
            }
        }
    }

    boolean leads(long inTerm) {
        return leading && term == inTerm;
    }

    boolean isLeading() {
        return leading;
    }

    // ---- following

    /** A later term has begun: this member leads none before it, and votes in none. */
    void follow(long newTerm) {
        if (leading) {
            endLead();
            log.lookAround();
        }
        term = newTerm;
        leaderTerm = 0;
    }

    /** Its leader is not heard any more. */
    void loseSight() {
        leaderTerm = 0;
    }

    Replication.Answer append(long ofTerm, @Nullable Slot before, int previous, List<Slot> sent, int committedThere) {
        if (ofTerm < term) {
            return new Replication.Answer(term, 0);
        }
        if (ofTerm > term) {
            follow(ofTerm);
        }
        check(!leading, () -> "two members lead term " + ofTerm);
        leaderTerm = ofTerm;
        if (!Objects.equals(slotBefore(previous), before)) {
            return new Replication.Answer(term, committed);
        }
        for (int i = 0; i < sent.size(); i++) {
            int position = previous + i;
            if (position < slots.size() && !slots.get(position).equals(sent.get(i))) {
                cutOff(position);
            }
            if (position == slots.size()) {
                slots.add(sent.get(i));
            }
        }
        durable = slots.size();
        int matched = previous + sent.size();
        commit(Math.min(committedThere, matched));
        return new Replication.Answer(term, matched);
    }

    private void cutOff(int from) {
        if (from < slots.size()) {
            log.note("member " + number + " loses " + (slots.size() - from) + " entries");
            slots.subList(from, slots.size()).clear();
            durable = Math.min(durable, from);
        }
    }

    private void commit(int upTo) {
        while (committed < upTo) {
            log.committed(slots.get(committed++));
        }
        handUp();
    }

    private void handUp() {
        Listener to = listener;
        while (to != null && handed < committed) {
            Slot slot = slots.get(handed++);
            pendingBytes = Math.max(0, pendingBytes - slot.bytes().length);
            if (!slot.opensTerm()) {
                to.committed(slot.index(), slot.term(), Entry.decode(slot.bytes()));
            } else if (leads(slot.term())) {
                serving = true;
                to.serving(slot.term());
            }
        }
    }

    // ---- its copy

    int size() {
        return slots.size();
    }

    int committed() {
        return committed;
    }

    List<Slot> slots(int from) {
        return List.copyOf(slots.subList(from, slots.size()));
    }

    /** Returns what lies before a position; null before the first, and beyond the end. */
    @Nullable
    Slot slotBefore(int position) {
        return position == 0 || position > slots.size() ? null : slots.get(position - 1);
    }

    /** Tells whether this copy has what the other lacks, as voters compare them. */
    boolean isAheadOf(LogMember other) {
        long own = lastTerm();
        return own == other.lastTerm() ? slots.size() > other.slots.size() : own > other.lastTerm();
    }

    private long lastTerm() {
        return slots.isEmpty() ? 0 : slots.get(slots.size() - 1).term();
    }
}
