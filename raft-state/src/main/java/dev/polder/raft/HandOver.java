package dev.polder.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.roles.LeaderRole;
import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the lead to another member, by section 3.10 of the Raft thesis. Owned by the log's thread.
 *
 * <pre>
 *   idle ──► waits until the other has every entry ──► asked it to stand ──► lost the lead ──► idle
 *    ▲         (no proposal is taken)                    (none is appended)     (who leads?)
 *    ├────────────────┴─ too late                             │
 *    └──────── committed ── an entry more ◄── too late, refused
 * </pre>
 *
 * <p>What can go wrong costs time and nothing else: the other one is elected as everybody is, by a majority that compares
 * logs. Whom it has asked may take that up at any later time, and others elect it although they hear this leader; so a
 * leader that has given up appends an entry. When a majority has that, nobody is elected without it, and who has it does
 * not stand for the old question any more.
 */
final class HandOver implements AppendCounts {
    /** After so long the leader goes on. */
    static final Duration LIMIT = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    /** One attempt. */
    private static final class Attempt {
        private final long term;
        private final RaftMemberContext to;
        private final CompletableFuture<HandOverOutcome> told;
        private boolean asked;
        private boolean lost;
        private @Nullable Scheduled limit;

        private Attempt(long term, RaftMemberContext to, CompletableFuture<HandOverOutcome> told) {
            this.term = term;
            this.to = to;
            this.told = told;
        }

        private String name() {
            return to.getMember().memberId().id();
        }
    }

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final Proposer proposer;
    private @Nullable Attempt attempt;
    /** Of this member's terms the one in which another was asked to stand, and may; 0 for none. */
    private volatile long doubtedTerm;
    /** The entry without which nobody is elected any more when it is committed; 0 while none is appended. */
    private long barIndex;

    HandOver(PolderRaftContext context, RaftParts parts, Proposer proposer) {
        this.context = context;
        this.parts = parts;
        this.proposer = proposer;
        parts.appends().tell(this);
    }

    /**
     * Begins.
     *
     * @param to the member, or empty for the one that is the furthest among those that follow
     * @param limit after which this gives up
     */
    CompletableFuture<HandOverOutcome> begin(Optional<String> to, Duration limit) {
        long term = parts.events().servingTerm();
        if (term == 0) {
            return kept("this member does not serve");
        }
        if (attempt != null) {
            return kept("the lead is being handed over to " + attempt.name());
        }
        if (parts.membership().index() > context.getCommitIndex()) {
            return kept("entry " + parts.membership().index() + ", which changes the members, is not committed yet");
        }
        RaftMemberContext chosen = to.isPresent() ? context.peer(to.get()) : furthest();
        if (chosen == null) {
            return kept(to.map(name -> name + " is no other member").orElse("no other member follows"));
        }
        Attempt begun = new Attempt(term, chosen, new CompletableFuture<>());
        if (!follows(chosen)) {
            return kept(begun.name() + " does not follow");
        }
        LOG.info("event=handing_over member={} term={} to={}", context.getName(), term, begun.name());
        attempt = begun;
        proposer.shut();
        begun.limit = parts.thread().schedule(limit, () -> late(begun, limit));
        goOn();
        return begun.told;
    }

    private static CompletableFuture<HandOverOutcome> kept(String reason) {
        return CompletableFuture.completedFuture(new HandOverOutcome.Kept(reason));
    }

    private @Nullable RaftMemberContext furthest() {
        return context.peers().stream()
                .filter(this::follows)
                .max(Comparator.comparingLong(RaftMemberContext::getMatchIndex)
                        .thenComparing(peer -> peer.getMember().memberId().id(), Comparator.reverseOrder()))
                .orElse(null);
    }

    private boolean follows(RaftMemberContext peer) {
        return parts.appends()
                        .contact()
                        .silenceNanos(peer.getMember().memberId().id())
                < context.getElectionTimeout().toNanos();
    }

    @Override
    public void answered(String peer, long number, boolean isSameTerm) {
        if (attempt != null && (!attempt.asked || attempt.lost)) {
            // not before Atomix has counted what the answer says
            parts.thread().execute(() -> parts.failStop().guard(this::goOn));
        }
    }

    /** Asks the other one to stand, if it has all there is and all of that is committed; else sees that it gets it. */
    private void goOn() {
        Attempt present = attempt;
        if (present == null || !(context.getRaftRole() instanceof LeaderRole leader)) {
            return;
        }
        if (present.lost) {
            giveUp(present, "this member has lost the lead and leads again");
            return;
        }
        if (present.asked) {
            return;
        }
        long last = parts.log().lastIndex();
        if (proposer.isEmpty() && present.to.getMatchIndex() == last && context.getCommitIndex() == last) {
            ask(present);
        } else {
            parts.access().appendEntries(leader, present.to);
        }
    }

    private void ask(Attempt present) {
        present.asked = true;
        doubtedTerm = present.term;
        barIndex = 0;
        proposer.lock();
        CompletableFuture<PeerResponse.Done> unused = parts.calls()
                .timeoutNow(
                        present.name(),
                        new PeerRequest.TimeoutNow(
                                present.term, parts.self().id(), parts.log().lastIndex()))
                .whenComplete((response, failure) -> parts.failStop().guard(() -> {
                    if (failure == null && !response.done()) {
                        giveUp(present, present.name() + " does not want to lead now");
                    }
                    // without an answer nobody knows: it may stand
                }));
    }

    private void late(Attempt late, Duration limit) {
        String progress = late.lost
                ? ": the lead was lost, and it is not known who has it"
                : late.asked ? ": it was asked to, and does not lead" : ": it has not got all entries yet";
        giveUp(late, late.name() + " after " + limit.toMillis() + " ms" + progress);
    }

    private void giveUp(Attempt givenUp, String reason) {
        if (attempt == givenUp) {
            bar(givenUp);
            end(givenUp, new HandOverOutcome.Kept(reason));
        }
    }

    /** Sees that the one that was asked is not elected any more, if this member still leads. */
    private void bar(Attempt givenUp) {
        if (givenUp.asked && context.getRaftRole() instanceof LeaderRole leader && context.getTerm() == givenUp.term) {
            TimeEntry entry = new TimeEntry(givenUp.term, parts.leaderTime().sayMs());
            barIndex = context.getLogWriter().append(entry).index();
            parts.access().appendEntries(leader, barIndex);
        }
    }

    private void end(Attempt ended, HandOverOutcome outcome) {
        if (attempt != ended) {
            return;
        }
        attempt = null;
        Scheduled set = ended.limit;
        if (set != null) {
            set.cancel();
        }
        proposer.open();
        if (outcome instanceof HandOverOutcome.Kept kept) {
            LOG.warn(
                    "event=not_handed_over member={} term={} reason='{}'",
                    context.getName(),
                    ended.term,
                    kept.reason());
        }
        ended.told.complete(outcome);
    }

    /** The commit index has moved. */
    void committed() {
        if (barIndex != 0 && barIndex <= context.getCommitIndex()) {
            barIndex = 0;
            doubtedTerm = 0;
        }
    }

    /** Tells whether another may lead that was asked to in that term. Any thread may ask. */
    boolean isInDoubt(long term) {
        return term == doubtedTerm;
    }

    /** Tells whether the lead is being handed over. */
    boolean isRunning() {
        return attempt != null;
    }

    /** Returns whom this member has asked to take its place; null for nobody. */
    @Nullable
    String asked() {
        return attempt != null && attempt.asked ? attempt.name() : null;
    }

    /** The lead is lost, for this reason or another. */
    void lost() {
        if (attempt != null) {
            attempt.lost = true;
            proposer.open();
        }
    }

    /** Somebody leads. */
    void follows(String leader, long term) {
        Attempt present = attempt;
        if (present != null && term > present.term) {
            end(present, new HandOverOutcome.HandedOver(leader));
        }
    }

    /** This member ends. */
    void close() {
        Attempt present = attempt;
        if (present != null) {
            end(present, new HandOverOutcome.Kept("this member stops"));
        }
    }
}
