package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.utils.concurrent.ThreadContext;
import java.util.SplittableRandom;

/**
 * What a {@link PolderRaftContext} is assembled from.
 *
 * @param thread where everything runs; the seam for threads and timers
 * @param calls the way to the other members; below it lies the seam for the network
 * @param logView the log once more, as Atomix sees it
 * @param random makes members wait differently, so that they do not stand against each other
 */
record RaftParts(
        MemberId self,
        AtomixAccess access,
        ThreadContext thread,
        FailStop failStop,
        FactLog log,
        TermStore terms,
        Gates gates,
        PeerCalls calls,
        OpenAppends appends,
        Scratch scratch,
        PolderLog logView,
        PolderMetaStore metaStore,
        LogEvents events,
        LeaderContact leaderContact,
        SplittableRandom random) {}
