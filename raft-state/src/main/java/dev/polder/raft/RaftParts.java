package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.utils.concurrent.ThreadContext;

/**
 * What a {@link PolderRaftContext} is assembled from.
 *
 * @param thread where everything runs; the seam for threads and timers
 * @param peers the way to the other members; the seam for the network
 * @param logView the log once more, as Atomix sees it
 */
record RaftParts(
        MemberId self,
        AtomixAccess access,
        ThreadContext thread,
        FailStop failStop,
        FactLog log,
        TermStore terms,
        CommitGate gate,
        PeerCalls peers,
        ScratchFiles scratch,
        PolderLog logView,
        PolderMetaStore metaStore,
        LogEvents events) {}
