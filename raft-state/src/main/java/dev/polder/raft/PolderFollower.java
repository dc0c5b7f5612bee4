package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.roles.InactiveRole;
import io.atomix.protocols.raft.roles.RaftRole;
import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a leader, and without one asks the others whether they would vote for this member. Owned by the log's thread.
 *
 * <pre>
 *               ┌──── heard ────┐                                   a majority accepts
 *   start ──► leaderless ──► following ──silence, dead──► leaderless ───────────────────► candidate
 *               └── poll, and again after 50 ms; 300 ms when that was in vain for a while,
 *                   5 ms when the leader has just died: the others learn it within some milliseconds
 * </pre>
 *
 * <p>What requests of others mean is decided in {@link PeerAnswers}, which tells this role what it must know.
 */
final class PolderFollower extends InactiveRole {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    /** What the members wait at random after a start, so that not all of them stand at once. */
    private static final int FIRST_POLL_MS_MAX = 150;

    private static final int POLL_AGAIN_MS = 50;
    private static final int POLL_AGAIN_SPREAD_MS = 20;
    /** After so many polls in vain there is no majority to win, and no hurry. */
    private static final int HURRIED_POLLS_MAX = 40;

    private static final int POLL_LATER_MS = 300;
    /** No member polls more often than that, whatever it hears from others. */
    private static final int POLL_PAUSE_MS = 5;
    /** By then everybody knows of a leader's death whose connections tell of it. */
    private static final int DEATH_KNOWN_MS = 100;

    private static final int LOST_ELECTION_MS_MIN = 10;
    private static final int LOST_ELECTION_SPREAD_MS = 40;
    /** A member found by a peer that is back asks it soon, not at once: both may do so. */
    private static final int PEER_BACK_MS_MAX = 20;

    private final PolderRaftContext context;
    private final RaftParts parts;
    private @Nullable Scheduled timer;
    private @Nullable String toldObstacle;
    private final Set<String> agreed = new HashSet<>();
    private boolean leaderless;
    /** Another may stand, and this one has not polled since it was let do so. */
    private boolean letsStand;
    /** In vain so far, and while nothing has changed. */
    private int polls;

    private boolean hasPolled;
    /** Answers to the polls of an older round count no more. */
    private int round;

    private long polledNanos;
    private long diedNanos;
    private boolean died;

    PolderFollower(PolderRaftContext context, RaftParts parts) {
        super(context.atomix());
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
            } else if (!parts.leaderContact().hasHeard()) {
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

    /** There is nobody to ask. */
    private void stand() {
        if (isRunning() && mayStand()) {
            context.transition(RaftServer.Role.CANDIDATE);
        } else if (isRunning()) {
            timer = context.getThreadContext().schedule(Duration.ofMillis(POLL_LATER_MS), this::stand);
        }
    }

    private boolean mayStand() {
        String obstacle = parts.standing().whyNotStand();
        if (obstacle != null && !obstacle.equals(toldObstacle)) {
            LOG.warn("event=does_not_stand member={} reason='{}'", context.getName(), obstacle);
        }
        toldObstacle = obstacle;
        return obstacle == null;
    }

    // ---- what happens

    /** A leader of this term was heard. */
    void heard() {
        leaderless = false;
        died = false;
        letsStand = false;
        polls = 0;
        hasPolled = false;
        beginRound();
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
        died = true;
        diedNanos = parts.time().nanos();
        letsStand = false;
        polls = 0;
        pollAfter(stagger.toMillis());
    }

    /** The leader wants this member in its place. Returns whether this member stands. */
    boolean takeOver() {
        if (!mayStand()) {
            return false;
        }
        // whom it has promised to follow wants this: if it is not elected now, it need not wait
        parts.leaderContact().forget();
        context.standInstead();
        return true;
    }

    /** A peer can be reached again. */
    void peerBack() {
        if (leaderless) {
            polls = 0;
            pollAfter(letsStand ? 2L * pollAgainMs() : parts.random().nextInt(PEER_BACK_MS_MAX));
        }
    }

    /** Another member may stand, for all that this one knows, and has the time to do so. */
    void letStand() {
        if (leaderless) {
            letsStand = true;
            pollAfter(2L * pollAgainMs());
        }
    }

    /**
     * Tells whether this member goes before another that may stand as well as this one, because it has asked the others at
     * the same time. Not for long, since it may have asked in vain.
     */
    boolean goesBefore(String candidate) {
        long now = parts.time().nanos();
        boolean hasJustAsked = (hasPolled && polls <= 1 && now - polledNanos < POLL_AGAIN_MS * 1_000_000L)
                || (polls > 0 && died && now - diedNanos < DEATH_KNOWN_MS * 1_000_000L);
        return leaderless
                && hasJustAsked
                && context.getName().compareTo(candidate) < 0
                && parts.standing().whyNotStand() == null;
    }

    /** Another member wants to stand whose log is older: this one must do so instead, and need not wait for its turn. */
    void isAhead() {
        if (leaderless) {
            // at once without a pause would answer each refusal with a poll, and polls of two can cross for ever
            long sincePollMs = (parts.time().nanos() - polledNanos) / 1_000_000;
            pollAfter(polls == 0 ? 0 : Math.max(0, POLL_PAUSE_MS - sincePollMs));
        }
    }

    /** This member voted for another, which has the time to win. */
    void voted() {
        beginRound();
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
        if (parts.leaderContact().isRecent()) {
            // its own vote would break what a leader may still count on
            pollAfter(pollAgainMs());
            return;
        }
        letsStand = false;
        hasPolled = true;
        polls++;
        polledNanos = parts.time().nanos();
        if (died && polledNanos - diedNanos < DEATH_KNOWN_MS * 1_000_000L) {
            // still the same round: an answer may take longer than the pause
            pollAfter(POLL_PAUSE_MS);
        } else {
            beginRound();
            pollAfter(pollAgainMs());
        }
        if (!mayStand()) {
            return;
        }
        if (context.peers().isEmpty()) {
            context.transition(RaftServer.Role.CANDIDATE);
            return;
        }
        FactLog log = parts.log();
        PeerRequest.Poll request =
                new PeerRequest.Poll(context.getTerm(), parts.self().id(), log.lastIndex(), log.lastTerm());
        int asked = round;
        for (RaftMemberContext peer : List.copyOf(context.peers())) {
            String name = peer.getMember().memberId().id();
            CompletableFuture<PeerResponse.Poll> unused = parts.calls()
                    .poll(name, request)
                    .whenComplete((response, failure) -> parts.failStop().guard(() -> {
                        if (isRunning() && round == asked && failure == null) {
                            answered(name, response);
                        }
                    }));
        }
    }

    private void beginRound() {
        round++;
        agreed.clear();
    }

    private void answered(String by, PeerResponse.Poll response) {
        if (response.term() > context.getTerm()) {
            context.setTerm(response.term());
            pollAfter(0);
        } else if (response.accepted()) {
            agreed.add(by);
            if (agreed.size() + 1 >= context.getCluster().getQuorum() && mayStand()) {
                context.transition(RaftServer.Role.CANDIDATE);
            }
        }
    }
}
