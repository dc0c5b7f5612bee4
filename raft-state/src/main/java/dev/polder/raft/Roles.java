package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.roles.InactiveRole;
import io.atomix.protocols.raft.roles.LeaderRole;
import io.atomix.protocols.raft.roles.RaftRole;
import org.jspecify.annotations.Nullable;

/**
 * The role that this member has, and the way from one to the next: what a leader leaves behind is cleared away, and who
 * has to know is told. Owned by the log's thread.
 *
 * <pre>
 *   inactive ──► follower ──► candidate ──► leader
 *                   ▲───────────┴─────────────┘
 * </pre>
 */
final class Roles {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private final LeaderWork work;
    private RaftRole current;
    private @Nullable LeaderTick tick;
    private long ledTerm;
    private @Nullable String leavingReason;
    private @Nullable String lastLoss;

    Roles(PolderRaftContext context, RaftParts parts, LeaderWork work) {
        this.context = context;
        this.parts = parts;
        this.work = work;
        current = new InactiveRole(context.atomix());
    }

    RaftRole current() {
        return current;
    }

    /** Returns why the last lead was lost, null if none was. */
    @Nullable
    String lastLoss() {
        return lastLoss;
    }

    /** Enters a role, unless it is the present one. */
    void transition(RaftServer.Role target) {
        if (current.role() != target) {
            change(roleOf(target));
        }
    }

    /** Stands although the leader is heard, which has asked for that. */
    void standInstead() {
        change(new PolderCandidate(context, parts, true));
    }

    private void change(RaftRole to) {
        leave(current);
        parts.news().info("event=role member={} term={} role={}", context.getName(), context.getTerm(), to.role());
        enter(to);
    }

    /** This member is about to give up its lead, for a reason that people are told. */
    void leaving(String reason) {
        leavingReason = reason;
    }

    /** What Atomix's leader gives up for by itself is a higher term. */
    private String whyLost() {
        String reason = leavingReason;
        leavingReason = null;
        if (reason != null) {
            return reason;
        }
        String to = work.handOver().asked();
        if (to != null) {
            return "it was handed over to " + to;
        }
        return context.getTerm() > ledTerm
                ? "term " + context.getTerm() + " was seen"
                : "another member stands, or this one stops";
    }

    private void leave(RaftRole role) {
        if (role instanceof LeaderRole) {
            String why = whyLost();
            lastLoss = "term " + ledTerm + ": " + why;
            parts.news().info("event=lead_lost member={} term={} reason='{}'", context.getName(), ledTerm, why);
            // before who is told can fail: from here on nobody counts as following
            stopTick();
            work.lost();
            parts.events().lost();
            work.wasLost();
        }
        role.stop().join();
        if (parts.rules().failsOpenAppends()) {
            parts.appends().failAll();
            parts.failurePace().failAll();
        }
    }

    private void enter(RaftRole role) {
        current = role;
        if (role instanceof LeaderRole) {
            ledTerm = context.getTerm();
            parts.events().elected(ledTerm);
        }
        role.start().join();
        if (current == role) {
            membersChanged();
        }
    }

    /** The other members are others, or there are some for the first time, or none any more. */
    void membersChanged() {
        LeaderTick running = tick;
        if (!(current instanceof LeaderRole leading)) {
            return;
        }
        if (context.peers().isEmpty()) {
            stopTick();
        } else if (running == null) {
            tick = LeaderTick.start(context, parts, leading);
        } else {
            running.changed();
        }
        work.membersChanged();
    }

    private void stopTick() {
        LeaderTick running = tick;
        if (running != null) {
            running.stop();
            tick = null;
        }
    }

    private RaftRole roleOf(RaftServer.Role role) {
        return switch (role) {
            case FOLLOWER -> new PolderFollower(context, parts);
            case CANDIDATE -> new PolderCandidate(context, parts, false);
            case LEADER -> new LeaderRole(context.atomix());
            case INACTIVE -> new InactiveRole(context.atomix());
            case PASSIVE, PROMOTABLE -> throw new IllegalArgumentException("no member of this log is " + role);
        };
    }
}
