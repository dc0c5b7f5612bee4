package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.roles.InactiveRole;
import io.atomix.protocols.raft.roles.RaftRole;
import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Follows a leader, and without one asks the others whether they would vote for this member. Owned by the log's thread.
 *
 * <pre>
 *               ┌──── heard ────┐                                   a majority accepts
 *   start ──► leaderless ──► following ──silence, dead──► leaderless ───────────────────► candidate
 *               └── poll, and again after 50 ms; 300 ms when that was in vain for a while
 * </pre>
 *
 * <p>What requests of others mean is decided in {@link PeerAnswers}, which tells this role what it must know.
 */
final class PolderFollower extends InactiveRole {
    /** What the members wait at random after a start, so that not all of them stand at once. */
    private static final int FIRST_POLL_MS_MAX = 150;

    private static final int POLL_AGAIN_MS = 50;
    private static final int POLL_AGAIN_SPREAD_MS = 20;
    /** After so many polls in vain there is no majority to win, and no hurry. */
    private static final int HURRIED_POLLS_MAX = 40;

    private static final int POLL_LATER_MS = 300;
    private static final int LOST_ELECTION_MS_MIN = 10;
    private static final int LOST_ELECTION_SPREAD_MS = 40;
    /** A member found by a peer that is back asks it soon, not at once: both may do so. */
    private static final int PEER_BACK_MS_MAX = 20;

    private final PolderRaftContext context;
    private final RaftParts parts;
    private @Nullable Scheduled timer;
    private boolean leaderless;
    private int polls;
    /** Answers to an older poll count no more. */
    private int round;

    PolderFollower(PolderRaftContext context, RaftParts parts) {
        super(context);
        this.context = context;
        this.parts = parts;
    }

    @Override
    public RaftServer.Role role() {
        return RaftServer.Role.FOLLOWER;
    }

    @Override
    public CompletableFuture<RaftRole> start() {
        return super.start().thenApply(nothing -> {
            if (context.peers().isEmpty()) {
                // Not from here: the transition to this role is still running.
                context.getThreadContext().execute(this::stand);
            } else if (!parts.leaderContact().isRecent()) {
                leaderless = true;
                pollAfter(parts.random().nextInt(FIRST_POLL_MS_MAX));
            } else {
                awaitLeader();
            }
            return this;
        });
    }

    @Override
    public CompletableFuture<Void> stop() {
        cancelTimer();
        return super.stop();
    }

    private void stand() {
        if (isRunning()) {
            context.transition(RaftServer.Role.CANDIDATE);
        }
    }

    // ---- what happens

    /** A leader of this term was heard. */
    void heard() {
        leaderless = false;
        polls = 0;
        round++;
        awaitLeader();
    }

    /** An election in which this member stood was lost, or won by nobody. */
    void lostElection() {
        leaderless = true;
        pollAfter(LOST_ELECTION_MS_MIN + parts.random().nextInt(LOST_ELECTION_SPREAD_MS));
    }

    /** The leader's process is dead; the others know it too, and one should be first. */
    void leaderDied(Duration stagger) {
        context.setLeader(null);
        parts.leaderContact().forget();
        leaderless = true;
        polls = 0;
        pollAfter(stagger.toMillis());
    }

    /** A peer can be reached again. */
    void peerBack() {
        if (leaderless) {
            polls = 0;
            pollAfter(parts.random().nextInt(PEER_BACK_MS_MAX));
        }
    }

    /** Another member wants to stand. Whose log is newer than that stands itself; else that one has the first try. */
    void polled(boolean accepted) {
        if (leaderless) {
            pollAfter(accepted ? pollAgainMs() : 0);
        }
    }

    /** This member voted for another, which has the time to win. */
    void voted() {
        round++;
        if (leaderless) {
            pollAfter(2L * pollAgainMs());
        } else {
            awaitLeader();
        }
    }

    // ---- polls

    private void awaitLeader() {
        long timeoutMs = context.getElectionTimeout().toMillis();
        pollAfter(timeoutMs + parts.random().nextInt((int) timeoutMs));
    }

    private long pollAgainMs() {
        long pause = polls < HURRIED_POLLS_MAX ? POLL_AGAIN_MS : POLL_LATER_MS;
        return pause + parts.random().nextInt(POLL_AGAIN_SPREAD_MS);
    }

    private void pollAfter(long ms) {
        cancelTimer();
        timer = context.getThreadContext().schedule(Duration.ofMillis(ms), this::poll);
    }

    private void cancelTimer() {
        Scheduled set = timer;
        if (set != null) {
            set.cancel();
            timer = null;
        }
    }

    private void poll() {
        if (!isRunning()) {
            return;
        }
        context.setLeader(null);
        leaderless = true;
        polls++;
        round++;
        pollAfter(pollAgainMs());
        FactLog log = parts.log();
        PeerRequest.Poll request =
                new PeerRequest.Poll(context.getTerm(), parts.self().id(), log.lastIndex(), log.lastTerm());
        Ballot ballot =
                new Ballot(context.getCluster().getQuorum(), context.peers().size());
        int asked = round;
        for (RaftMemberContext peer : List.copyOf(context.peers())) {
            CompletableFuture<PeerResponse.Poll> unused = parts.calls()
                    .poll(peer.getMember().memberId().id(), request)
                    .whenComplete((response, failure) -> parts.failStop().guard(() -> {
                        if (isRunning() && round == asked && failure == null) {
                            answered(response, ballot);
                        }
                    }));
        }
    }

    private void answered(PeerResponse.Poll response, Ballot ballot) {
        if (response.term() > context.getTerm()) {
            context.setTerm(response.term());
        } else if (response.accepted()) {
            ballot.agree();
            if (ballot.isWon()) {
                context.transition(RaftServer.Role.CANDIDATE);
            }
        }
    }
}
