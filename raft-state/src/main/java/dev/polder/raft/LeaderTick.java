package dev.polder.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.roles.LeaderRole;
import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a leader with peers looks after at each heartbeat, because Atomix's does not. Owned by the log's thread.
 *
 * <ul>
 *   <li>Without a majority for two election time-outs it gives up: the others have elected another by then, or can.
 *       Sooner would only depose a leader whose machine is busy, and that the others still follow.
 *   <li>What a majority has is committed although the answer that said so belonged to a heartbeat.
 *   <li>A peer that failed is tried at each heartbeat: Atomix would wait up to a minute.
 * </ul>
 */
final class LeaderTick {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    /** From here on Atomix's leader waits longer and longer between its attempts. */
    private static final int FAILURES_MAX = 4;

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final LeaderRole leader;
    private final Scheduled timer;

    private LeaderTick(PolderRaftContext context, RaftParts parts, LeaderRole leader) {
        this.context = context;
        this.parts = parts;
        this.leader = leader;
        Duration interval = context.getHeartbeatInterval();
        timer = context.getThreadContext().schedule(interval, interval, this::tick);
    }

    static LeaderTick start(PolderRaftContext context, RaftParts parts, LeaderRole leader) {
        parts.appends()
                .contact()
                .begin(context.peers().stream()
                        .map(peer -> peer.getMember().memberId().id())
                        .toList());
        return new LeaderTick(context, parts, leader);
    }

    void stop() {
        timer.cancel();
    }

    private void tick() {
        if (context.getRaftRole() != leader) {
            return;
        }
        long silenceMs = parts.appends().contact().silenceNanos() / 1_000_000;
        if (silenceMs > 2 * context.getElectionTimeout().toMillis()) {
            LOG.warn(
                    "event=stepping_down member={} term={} no majority for {} ms",
                    context.getName(),
                    context.getTerm(),
                    silenceMs);
            context.stepDown(context.getTerm());
            return;
        }
        if (context.getCommitIndex() < parts.log().lastIndex()) {
            parts.access().commitEntries(leader);
        }
        for (RaftMemberContext peer : context.peers()) {
            if (peer.getFailureCount() >= FAILURES_MAX) {
                peer.resetFailureCount();
            }
        }
    }
}
