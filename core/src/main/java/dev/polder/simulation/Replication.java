package dev.polder.simulation;

import java.util.List;

/**
 * What a leader of one term knows of one follower, and what is on its way there: one message at a time, sent again until
 * it is answered.
 */
final class Replication {
    /**
     * What a follower says to what it was sent.
     *
     * @param term the highest that it has seen; higher than the leader's if that is deposed
     * @param matched up to where its log is the leader's
     */
    record Answer(long term, int matched) {}

    private final ModelLog log;
    private final LogMember leader;
    private final LogMember follower;
    private final long term;
    private int matched;
    private int told;
    private boolean busy;

    Replication(ModelLog log, LogMember leader, LogMember follower, long term) {
        this.log = log;
        this.leader = leader;
        this.follower = follower;
        this.term = term;
        matched = follower.committed();
    }

    /** Returns how many entries the follower is known to have on its disk. */
    int matched() {
        return matched;
    }

    /** Sends what the follower lacks, unless it is being sent something. */
    void hurry() {
        if (!busy && leader.leads(term) && (matched < leader.size() || told < leader.committed())) {
            busy = true;
            int previous = Math.min(matched, leader.size());
            List<Slot> slots = leader.slots(previous);
            int committed = leader.committed();
            log.later(log.messageUs(), () -> arrive(previous, slots, committed));
        }
    }

    private void arrive(int previous, List<Slot> slots, int committed) {
        if (!follower.isAwake() || !log.links().isOpen(leader.number(), follower.number())) {
            again();
            return;
        }
        Answer answer = follower.append(term, leader.slotBefore(previous), previous, slots, committed);
        log.later(log.messageUs(), () -> {
            if (leader.isAwake() && log.links().isOpen(follower.number(), leader.number())) {
                busy = false;
                hear(answer, committed);
            } else {
                again();
            }
        });
    }

    private void hear(Answer answer, int committed) {
        if (!leader.leads(term)) {
            return;
        }
        if (answer.term() > term) {
            leader.follow(answer.term());
            return;
        }
        matched = answer.matched();
        told = Math.min(committed, matched);
        leader.advance();
        hurry();
    }

    private void again() {
        if (leader.leads(term)) {
            log.later(log.retryUs(), () -> {
                busy = false;
                hurry();
            });
        }
    }
}
