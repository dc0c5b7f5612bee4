package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.utils.concurrent.ThreadContext;
import java.util.SplittableRandom;
import org.slf4j.Logger;

/**
 * What a {@link PolderRaftContext} is assembled from.
 *
 * @param thread where everything runs; the seam for threads and timers
 * @param calls the way to the other members; below it lies the seam for the network
 * @param offers of the snapshots to other members
 * @param logView the log once more, as Atomix sees it
 * @param time what {@link LeaderContact} and its like go by
 * @param background for what would hold the thread up; the seam for that too
 * @param random makes members wait differently, so that they do not stand against each other
 * @param news see {@link Seams}
 */
record RaftParts(
        MemberId self,
        AtomixAccess access,
        ThreadContext thread,
        FailStop failStop,
        RaftTime time,
        LogLimits limits,
        FactLog log,
        SnapshotFiles snapshots,
        Snapshots offers,
        TermStore terms,
        Rules rules,
        PeerCalls calls,
        OpenAppends appends,
        FailurePace failurePace,
        PolderLog logView,
        LogEvents events,
        LeaderContact leaderContact,
        LeaderTime leaderTime,
        Background background,
        Membership membership,
        Standing standing,
        Probation probation,
        DiskRoom diskRoom,
        ForceTimes forces,
        SplittableRandom random,
        Logger news) {}
