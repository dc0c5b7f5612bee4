package dev.polder.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.roles.LeaderRole;
import io.atomix.utils.concurrent.Scheduled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Confirms that this member still led when it was asked, by section 6.4 of the Raft thesis: a majority must answer, in the
 * same term, an append that was sent afterwards. Owned by the log's thread, but for {@link #ask}.
 *
 * <pre>
 *   ask ─► queue ─► round: commit index, number of the next append ─► a majority has answered ─► told? ─► READ_AT
 *        (any thread)  └── one at a time; who asks meanwhile has a part in the next
 * </pre>
 *
 * <p>It is told when the listener was told all up to that commit index: the listener cannot know by itself, because it
 * does not see the entries that the log has for itself.
 *
 * <p>The future that Atomix's appender has for that is of no use: it counts failures as answers, waits for a second round
 * where two come within a millisecond, and is never completed when the lead is lost.
 */
final class ReadIndex implements AppendCounts {
    /** So many may wait; that is far more than one round is worth waiting for. */
    static final int READS_MAX = 65_536;

    private static final int QUEUE_CHUNK = 256;

    private record Read(long term, long askedNanos, CompletableFuture<ReadOutcome> told) {}

    /** Reads that a majority has confirmed, and the commit index that they are to see. */
    private record Confirmed(long index, List<Read> reads) {}

    private final PolderRaftContext context;
    private final RaftParts parts;
    /** Bounded through {@code waiting}. */
    private final MpscUnboundedVarHandleArrayQueue<Read> queue = new MpscUnboundedVarHandleArrayQueue<>(QUEUE_CHUNK);

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean awake = new AtomicBoolean();

    private final Latencies latencies = new Latencies();

    /** Those of the present round; empty while there is none. */
    private List<Read> round = List.of();

    /** Those that wait for the listener. */
    private final Queue<Confirmed> confirmed = new ArrayDeque<>();

    private long appliedIndex;
    private long toldIndex;
    private final Set<String> answered = new HashSet<>();
    private long index;
    private long number;
    private @Nullable Scheduled limit;

    ReadIndex(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
        parts.appends().tell(this);
    }

    CompletableFuture<ReadOutcome> ask(long term) {
        if (term < 1 || term != parts.events().servingTerm()) {
            return CompletableFuture.completedFuture(notServing(term));
        }
        if (waiting.incrementAndGet() > READS_MAX) {
            waiting.decrementAndGet();
            return CompletableFuture.completedFuture(
                    new ReadOutcome.NotConfirmed("more than " + READS_MAX + " reads wait for a majority"));
        }
        Read read = new Read(term, parts.time().nanos(), new CompletableFuture<>());
        queue.offer(read);
        wake();
        if (parts.failStop().stopping()) {
            // perhaps nobody looks into the queue any more
            read.told().complete(new ReadOutcome.NotConfirmed("this member stops"));
        }
        return read.told();
    }

    /** Returns how long answers took. Any thread. */
    LatencyPercentiles latencies() {
        return latencies.percentiles();
    }

    private static ReadOutcome notServing(long term) {
        return new ReadOutcome.NotConfirmed("this member does not serve term " + term);
    }

    private void wake() {
        if (!awake.get() && awake.compareAndSet(false, true)) {
            parts.thread().execute(() -> parts.failStop().guard(this::drain));
        }
    }

    private void drain() {
        awake.set(false);
        if (round.isEmpty()) {
            beginRound();
        }
    }

    private void beginRound() {
        long term = parts.events().servingTerm();
        List<Read> reads = new ArrayList<>();
        for (Read read = queue.poll(); read != null; read = queue.poll()) {
            if (read.term() == term) {
                reads.add(read);
            } else {
                tell(read, notServing(read.term()));
            }
        }
        if (reads.isEmpty()) {
            return;
        }
        round = reads;
        index = context.getCommitIndex();
        number = parts.appends().nextNumber();
        answered.clear();
        if (context.peers().isEmpty()) {
            confirmRound();
            return;
        }
        limit = parts.thread().schedule(context.getElectionTimeout(), () -> late(reads));
        for (RaftMemberContext peer : List.copyOf(context.peers())) {
            askFor(peer);
        }
    }

    /** Nothing is sent to a peer whose answer to an earlier append is still awaited. */
    private void askFor(RaftMemberContext peer) {
        if (!round.isEmpty() && context.getRaftRole() instanceof LeaderRole leader) {
            parts.access().appendEntries(leader, peer);
        }
    }

    @Override
    public void answered(String peer, long ofNumber, boolean isSameTerm) {
        if (round.isEmpty() || !isSameTerm) {
            return;
        }
        if (ofNumber >= number) {
            answered.add(peer);
            look();
        } else {
            // not before Atomix has heard of this answer, or it takes the append for open still
            RaftMemberContext asked = context.peer(peer);
            if (asked != null) {
                parts.thread().execute(() -> parts.failStop().guard(() -> askFor(asked)));
            }
        }
    }

    private void look() {
        if (answered.size() + 1 >= context.getCluster().getQuorum()) {
            confirmRound();
        }
    }

    /** Who is no member any more counts no more. */
    void membersChanged() {
        answered.retainAll(context.peerNames());
        if (!round.isEmpty()) {
            look();
        }
    }

    private void late(List<Read> reads) {
        if (round == reads) {
            endRound(new ReadOutcome.NotConfirmed("no majority has answered within "
                    + context.getElectionTimeout().toMillis() + " ms"));
        }
    }

    /** The lead is lost, and nobody is let in any more. */
    void lost() {
        ReadOutcome lost = new ReadOutcome.NotConfirmed("the lead was lost");
        confirmed.forEach(done -> done.reads().forEach(read -> tell(read, lost)));
        confirmed.clear();
        endRound(lost);
        drain();
    }

    /** This member ends: nobody looks into the queue any more. */
    void close() {
        lost();
    }

    /**
     * The listener was told what there was up to an index.
     *
     * @param told of the last entry or snapshot that it was told
     */
    void applied(long upTo, long told) {
        appliedIndex = upTo;
        toldIndex = told;
        tellConfirmed();
    }

    private void tellConfirmed() {
        for (Confirmed next = confirmed.peek(); next != null && next.index() <= appliedIndex; next = confirmed.peek()) {
            confirmed.remove();
            ReadOutcome outcome = new ReadOutcome.ReadAt(toldIndex);
            next.reads().forEach(read -> tell(read, outcome));
        }
    }

    private void confirmRound() {
        confirmed.add(new Confirmed(index, round));
        round = List.of();
        tellConfirmed();
        goOn();
    }

    private void endRound(ReadOutcome outcome) {
        List<Read> reads = round;
        round = List.of();
        reads.forEach(read -> tell(read, outcome));
        goOn();
    }

    /** A round is over. */
    private void goOn() {
        Scheduled set = limit;
        if (set != null) {
            set.cancel();
            limit = null;
        }
        if (!queue.isEmpty()) {
            wake();
        }
    }

    private void tell(Read read, ReadOutcome outcome) {
        waiting.decrementAndGet();
        latencies.add(parts.time().nanos() - read.askedNanos());
        read.told().complete(outcome);
    }
}
