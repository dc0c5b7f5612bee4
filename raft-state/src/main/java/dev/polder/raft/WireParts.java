package dev.polder.raft;

import java.time.Duration;
import java.util.SplittableRandom;

/** What all connections of one member share. Owned by the log's thread, but for the counters. */
record WireParts(
        RaftThread thread,
        RaftTime time,
        SplittableRandom random,
        Duration electionTimeout,
        FailStop failStop,
        WireCounters counters,
        PeerBook book,
        Dialer dialer) {}
