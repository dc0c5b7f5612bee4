package dev.polder.raft;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long the log's forces take. While one runs nothing else does: who takes longer for it than the others wait for
 * their leader loses its post, which is right, and which people should be told. Owned by the log's thread, but for
 * {@link #percentiles}.
 */
final class ForceTimes {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    private static final long NANOS_PER_MS = 1_000_000;

    private final String member;
    private final RaftTime time;
    private final Duration electionTimeout;
    private final Latencies latencies = new Latencies();

    ForceTimes(String member, RaftTime time, Duration electionTimeout) {
        this.member = member;
        this.time = time;
        this.electionTimeout = electionTimeout;
    }

    /** A force begins. Returns what {@link #ended} must be told. */
    long begins() {
        return time.nanos();
    }

    void ended(long begunNanos) {
        long nanos = time.nanos() - begunNanos;
        latencies.add(nanos);
        if (nanos > electionTimeout.toNanos()) {
            LOG.warn(
                    "event=force_slow member={} ms={} electionTimeoutMs={} a leader loses its post by that",
                    member,
                    nanos / NANOS_PER_MS,
                    electionTimeout.toMillis());
        }
    }

    /** Returns how long they took since the start. Any thread. */
    LatencyPercentiles percentiles() {
        return latencies.percentiles();
    }
}
