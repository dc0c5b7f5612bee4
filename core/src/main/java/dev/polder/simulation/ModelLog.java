package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import dev.polder.wire.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's log as Raft promises it, and what its members agree on. Entries travel and are written as in Raft; who
 * is elected, and when somebody notices that a leader is gone, the dice say, within what Raft allows: a majority grants
 * a term once, to a member whose copy has all that theirs have.
 */
final class ModelLog {
    /** Hears of every entry at the moment in which somebody first knows that it is committed. */
    interface Witness {
        void committed(long index, long term, Entry entry);

        /** The first entry of a term is committed: nothing of earlier terms can follow. */
        void opened(long term);
    }

    private static final long MESSAGE_US_MAX = 300_000;
    private static final long RETRY_US_MIN = 10_000;
    private static final long RETRY_US_MAX = 500_000;

    private final Timeline time;
    private final Dice dice;
    private final Network network;
    private final Knobs knobs;
    private final Witness witness;
    private final List<LogMember> members = new ArrayList<>();
    private final List<Slot> truth = new ArrayList<>();
    private long lastTerm;

    ModelLog(Surroundings around, Witness witness) {
        this.time = around.time();
        this.dice = around.dice().split();
        this.network = around.network();
        this.knobs = around.knobs();
        this.witness = witness;
        for (int i = 0; i < knobs.masters(); i++) {
            members.add(new LogMember(this, i));
        }
    }

    LogMember member(int number) {
        return members.get(number);
    }

    /** Returns the leader of the latest term, null if it is none any more or gets no time. */
    @Nullable
    LogMember leader() {
        for (LogMember member : members) {
            if (member.leads(lastTerm) && member.isAwake()) {
                return member;
            }
        }
        return null;
    }

    // ---- elections

    /** Something has changed: each member notices in its time if its leader is gone, or if it leads nobody any more. */
    void lookAround() {
        for (LogMember member : members) {
            later(dice.spread(100, knobs.electionUsMax()), () -> lookForLeader(member));
            later(dice.spread(100, knobs.resignUsMax()), () -> lookForFollowers(member));
        }
    }

    private void lookForLeader(LogMember member) {
        if (member.isAwake() && !member.isLeading() && members.stream().noneMatch(leader -> hears(member, leader))) {
            member.loseSight();
            elect(member);
        }
    }

    private void lookForFollowers(LogMember member) {
        if (member.isAwake() && member.isLeading() && !isMajority(reachedBy(member))) {
            note("member " + member.number() + " leads no majority");
            member.stepDown();
        }
    }

    private boolean hears(LogMember member, LogMember leader) {
        return leader.isLeading()
                && leader.isAwake()
                && leader.term() >= member.term()
                && network.links().isOpen(leader.number(), member.number());
    }

    /** Somebody loses patience with a leader that is there. */
    void unrest() {
        LogMember candidate = dice.pick(members);
        if (candidate.isAwake()) {
            elect(candidate);
        }
    }

    private void elect(LogMember candidate) {
        List<LogMember> voters = reachedBy(candidate).stream()
                .filter(voter -> !voter.isAheadOf(candidate))
                .toList();
        if (isMajority(voters)) {
            lastTerm += dice.between(1, 3);
            voters.forEach(voter -> voter.follow(lastTerm));
            candidate.lead(
                    lastTerm,
                    members.stream().filter(member -> member != candidate).toList());
            lookAround();
        }
    }

    private List<LogMember> reachedBy(LogMember member) {
        return members.stream()
                .filter(other -> other == member
                        || (other.isAwake() && network.links().areBothOpen(member.number(), other.number())))
                .toList();
    }

    private boolean isMajority(List<LogMember> some) {
        return 2 * some.size() > members.size();
    }

    // ---- what is committed

    /** A member knows of an entry that it is committed. */
    void committed(Slot slot) {
        int position = (int) slot.index() - 1;
        if (position < truth.size()) {
            check(truth.get(position).equals(slot), () -> "the model's log has two entries " + slot.index());
            return;
        }
        check(position == truth.size(), () -> "the model's log commits " + slot.index() + " too early");
        truth.add(slot);
        if (slot.opensTerm()) {
            witness.opened(slot.term());
        } else {
            witness.committed(slot.index(), slot.term(), Entry.decode(slot.bytes()));
        }
    }

    /** Returns how many entries were ever committed, without those that the log made itself. */
    int committedCount() {
        return (int) truth.stream().filter(slot -> !slot.opensTerm()).count();
    }

    /** Returns the committed entries' bytes, in order. */
    List<byte[]> committedEntries() {
        return truth.stream().filter(slot -> !slot.opensTerm()).map(Slot::bytes).toList();
    }

    // ---- what members live in

    long nowUs() {
        return time.nowUs();
    }

    void later(long us, Runnable action) {
        time.after(us, action);
    }

    void note(String text) {
        time.note(text);
    }

    Dice dice() {
        return dice;
    }

    Links links() {
        return network.links();
    }

    long syncUs() {
        return dice.spread(10, knobs.logSyncUsMax());
    }

    /** Returns how long a message takes, with what is written before it is answered. */
    long messageUs() {
        return Math.min(network.delayUs(), MESSAGE_US_MAX) + syncUs() / 2;
    }

    long retryUs() {
        return dice.spread(RETRY_US_MIN, RETRY_US_MAX);
    }

    int pendingBytesMax() {
        return knobs.logPendingBytesMax();
    }
}
