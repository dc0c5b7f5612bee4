package dev.polder.raft;

import io.atomix.protocols.raft.roles.LeaderRole;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * The way of proposals from any thread into the log.
 *
 * <pre>
 *   propose ─► queue ─► drain: time, append, append, ... ─► to the peers ─► one write, one force ─► committed
 *            (any thread)   (the log's thread, woken once)
 * </pre>
 *
 * <p>While a force runs, proposals gather in the queue and go together with the next one; so the disk sets the pace and
 * not the number of proposals.
 */
final class Proposer {
    /** What a proposal costs beside its length, so that empty ones are bounded too. */
    static final int PROPOSAL_OVERHEAD_BYTES = 64;

    /** What one drain takes at most, so that it is one write and a commit does not wait for too many others. */
    private static final int DRAIN_BYTES_MAX = 2 << 20;

    private static final int QUEUE_CHUNK = 1024;

    private record Waiting(FactsEntry entry, long proposedNanos) {}

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final long bytesMax;

    /** Bounded through {@code bytes}: who would exceed {@code bytesMax} is told FULL, and nothing is queued. */
    private final MpscUnboundedVarHandleArrayQueue<Waiting> queue = new MpscUnboundedVarHandleArrayQueue<>(QUEUE_CHUNK);

    /** What waits in the queue and what is in the log and not committed yet. */
    private final AtomicLong bytes = new AtomicLong();

    /** Whether proposals are taken, and go on into the log. */
    private enum Door {
        OPEN,
        /** None is taken. */
        SHUT,
        /** None is taken, and those that wait go on waiting. */
        LOCKED
    }

    private volatile Door door = Door.OPEN;

    private final LongAdder refused = new LongAdder();
    private final AtomicBoolean awake = new AtomicBoolean();

    /** Those in the log that are not committed yet, and when they were proposed. Owned by the log's thread. */
    private final Deque<Waiting> inFlight = new ArrayDeque<>();

    private final Latencies commits = new Latencies();

    /** Of the bytes, those in the log. Owned by the log's thread. */
    private long inFlightBytes;

    Proposer(PolderRaftContext context, RaftParts parts, long bytesMax) {
        this.context = context;
        this.parts = parts;
        this.bytesMax = bytesMax;
    }

    /** Any thread. */
    ReplicatedLog.Proposed propose(long term, byte[] entry) {
        Objects.requireNonNull(entry, "entry");
        if (entry.length > ReplicatedLog.ENTRY_BYTES_MAX) {
            throw new IllegalArgumentException("the proposed entry has " + entry.length + " bytes, ENTRY_BYTES_MAX is "
                    + ReplicatedLog.ENTRY_BYTES_MAX);
        }
        if (term < 1 || term != parts.events().servingTerm()) {
            return ReplicatedLog.Proposed.NOT_LEADER;
        }
        if (door != Door.OPEN || !reserve(cost(entry.length))) {
            refused.increment();
            return ReplicatedLog.Proposed.FULL;
        }
        queue.offer(new Waiting(new FactsEntry(term, entry), parts.time().nanos()));
        wake();
        return ReplicatedLog.Proposed.ACCEPTED;
    }

    long bytes() {
        return bytes.get();
    }

    long refused() {
        return refused.sum();
    }

    private static int cost(int length) {
        return length + PROPOSAL_OVERHEAD_BYTES;
    }

    private boolean reserve(int cost) {
        long taken = bytes.get();
        while (taken == 0 || taken + cost <= bytesMax) {
            if (bytes.compareAndSet(taken, taken + cost)) {
                return true;
            }
            taken = bytes.get();
        }
        return false;
    }

    private void wake() {
        if (!awake.get() && awake.compareAndSet(false, true)) {
            parts.thread().execute(this::drain);
        }
    }

    private void drain() {
        awake.set(false);
        if (door == Door.LOCKED) {
            return;
        }
        if (context.getRaftRole() instanceof LeaderRole leader) {
            long last = appendWaiting();
            if (last != 0) {
                parts.access().appendEntries(leader, last);
                // the peers force theirs at the same time
                parts.rules().gates().leader().pass(parts.log(), last);
            }
        } else {
            dropWaiting();
        }
        if (!queue.isEmpty()) {
            wake();
        }
    }

    /** Takes no proposals for a while; those that wait go on. The log's thread. */
    void shut() {
        door = Door.SHUT;
    }

    /** Those that wait do not go on any more. The log's thread. */
    void lock() {
        door = Door.LOCKED;
    }

    /** Takes proposals again. The log's thread. */
    void open() {
        door = Door.OPEN;
        if (!queue.isEmpty()) {
            wake();
        }
    }

    /** Tells whether no proposal waits for its turn. The log's thread. */
    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Appends what waits. Proposals of an earlier term are dropped: that it was lost has been told. */
    private long appendWaiting() {
        long term = parts.events().servingTerm();
        long last = 0;
        for (long taken = 0; taken < DRAIN_BYTES_MAX; ) {
            Waiting waiting = queue.poll();
            if (waiting == null) {
                break;
            }
            FactsEntry entry = waiting.entry();
            int cost = cost(entry.facts().length);
            if (entry.term() == term) {
                if (last == 0) {
                    appendTime(term);
                }
                last = context.getLogWriter().append(entry).index();
                inFlight.add(waiting);
                taken += cost;
                inFlightBytes += cost;
            } else {
                bytes.addAndGet(-cost);
            }
        }
        return last;
    }

    /** What is proposed now is at least that old; one entry for all that go together. */
    private void appendTime(long term) {
        long ms = parts.leaderTime().toSayMs();
        if (ms > 0) {
            context.getLogWriter().append(new TimeEntry(term, ms));
        }
    }

    private void dropWaiting() {
        for (Waiting waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
            bytes.addAndGet(-cost(waiting.entry().facts().length));
        }
    }

    /** An entry that was appended here, in the term that is still led, is committed. The log's thread. */
    void committed(int length) {
        int cost = cost(length);
        inFlightBytes -= cost;
        bytes.addAndGet(-cost);
        commits.add(parts.time().nanos() - inFlight.remove().proposedNanos());
    }

    /** Returns how long it took from proposals to their commits. Any thread. */
    LatencyPercentiles commits() {
        return commits.percentiles();
    }

    /** The term was lost; what is in flight is committed by somebody else or never. The log's thread. */
    void lost() {
        bytes.addAndGet(-inFlightBytes);
        inFlightBytes = 0;
        inFlight.clear();
    }
}
