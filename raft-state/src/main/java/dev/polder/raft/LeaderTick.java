package dev.polder.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.roles.LeaderRole;
import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;

/**
 * What a leader with peers looks after at each heartbeat, because Atomix's does not. Owned by the log's thread.
 *
 * <ul>
 *   <li>Without a majority for two election time-outs it gives up: the others have elected another by then, or can.
 *       Sooner would only depose a leader whose machine is busy, and that the others still follow.
 *   <li>What a majority has is committed although the answer that said so belonged to a heartbeat.
 *   <li>Atomix sends a second heartbeat to all when it cannot tell by its wall clock whether an answer belongs to the first;
 *       after that clock was set back it goes on sending as long as the step was. So to it every answer is new enough:
 *       whether a majority follows is found out by {@link QuorumContact}.
 * </ul>
 */
final class LeaderTick {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private final LeaderRole leader;
    private final Scheduled timer;

    private LeaderTick(PolderRaftContext context, RaftParts parts, LeaderRole leader) {
        this.context = context;
        this.parts = parts;
        this.leader = leader;
        Duration interval = context.getHeartbeatInterval();
        takeAnswersForNew();
        timer = context.getThreadContext().schedule(interval, interval, this::tick);
    }

    static LeaderTick start(PolderRaftContext context, RaftParts parts, LeaderRole leader) {
        parts.appends().contact().begin(context.peerNames());
        return new LeaderTick(context, parts, leader);
    }

    void stop() {
        timer.cancel();
        parts.appends().contact().end();
    }

    private void tick() {
        if (context.getRaftRole() != leader) {
            return;
        }
        long silenceMs = parts.appends().contact().silenceNanos() / 1_000_000;
        if (silenceMs > 2 * context.getElectionTimeout().toMillis()) {
            context.stepDown(context.getTerm(), "no majority has answered for " + silenceMs + " ms");
            return;
        }
        if (context.getCommitIndex() < parts.log().lastIndex()) {
            parts.access().commitEntries(leader);
        }
        takeAnswersForNew();
    }

    /** The other members are others from here on, and at least one. */
    void changed() {
        parts.appends().contact().change(context.peerNames());
        takeAnswersForNew();
    }

    /** Those of members that came in the meantime too. */
    private void takeAnswersForNew() {
        for (RaftMemberContext peer : context.peers()) {
            peer.setHeartbeatTime(Long.MAX_VALUE);
        }
    }
}
