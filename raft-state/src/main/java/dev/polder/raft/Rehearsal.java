package dev.polder.raft;

import io.atomix.utils.concurrent.AbstractThreadContext;
import io.atomix.utils.concurrent.Scheduled;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * Leads once before it counts: a group of two that exists only here elects its one real member, which has an entry committed
 * and gives up again, in virtual time and on a {@link VoidDisk}. A JVM loads and links code when it first runs; the first
 * steps of a leader take longer for that than its election. So a follower rehearses while another one leads.
 */
final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    private static final String OTHER = "rehearsal:1";
    private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(500);
    private static final Duration HEARTBEAT_INTERVAL = Duration.ofMillis(75);
    private static final int ENTRY_BYTES = 200;
    private static final int STEPS_MAX = 1_000;
    private static final LogLimits LIMITS = new LogLimits(1 << 20, 1 << 10, 1 << 20);

    private final Stage stage = new Stage();
    private final String self;
    private boolean done;

    private Rehearsal(String self) {
        this.self = self;
    }

    /** Runs one in the background, unless there is too much to do: then there is none. */
    static void begin(String self, Background background) {
        try {
            background.execute(() -> run(self));
        } catch (IllegalStateException full) {
            LOG.debug("event=not_rehearsed member={} cause='{}'", self, full.toString());
        }
    }

    /**
     * Takes a moment, on the caller's thread. Whatever goes wrong is of no consequence. Returns whether it came to its end.
     *
     * @param self the member that is to lead one day
     */
    static boolean run(String self) {
        try {
            new Rehearsal(self).run();
            LOG.debug("event=rehearsed member={}", self);
            return true;
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.debug("event=rehearsal_failed member={} cause='{}'", self, e.toString());
            return false;
        }
    }

    private void run() throws IOException {
        LogEvents events = new LogEvents(new Lines());
        RaftConfig config = new RaftConfig(
                self,
                Path.of(self),
                self,
                ELECTION_TIMEOUT,
                HEARTBEAT_INTERVAL,
                1 << 20,
                new RaftPeers(List.of(self, OTHER), new InetSocketAddress(0), self, "", ""));
        Seams seams = new Seams(
                new VoidDisk(),
                Rules.KEPT,
                LIMITS,
                stage::nanos,
                new SplittableRandom(0),
                (name, failStop) -> new NoBackground(),
                NOPLogger.NOP_LOGGER);
        try (RaftCore core = RaftCore.open(config, seams, stage, stage, events, this::answer)) {
            core.begin();
            boolean proposed = false;
            for (int step = 0; step < STEPS_MAX && !done; step++) {
                stage.step();
                long term = events.servingTerm();
                if (term != 0 && !proposed) {
                    proposed = core.context().proposer().propose(term, new byte[ENTRY_BYTES])
                            == ReplicatedLog.Proposed.ACCEPTED;
                }
            }
            core.context().stepDown(core.context().getTerm(), "the rehearsal is over");
        }
        if (!done) {
            throw new IllegalStateException("nothing was committed in " + STEPS_MAX + " steps");
        }
    }

    /** The other member agrees with everything; what is said goes through the codec, as between real ones. */
    private CompletableFuture<PeerResponse> answer(String to, PeerRequest request) {
        CompletableFuture<PeerResponse> told = new CompletableFuture<>();
        stage.execute(() -> told.complete((PeerResponse) sent(agreement((PeerRequest) sent(request)))));
        return told;
    }

    private static WireMessage sent(WireMessage message) {
        ByteBuf frame = Unpooled.buffer();
        WireCodec.write(frame, new WireFrame(1, message));
        try {
            return WireCodec.decode(frame.skipBytes(WireCodec.LENGTH_BYTES)).message();
        } catch (BadFrameException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PeerResponse agreement(PeerRequest request) {
        long term = request.term();
        if (request instanceof PeerRequest.Poll) {
            return new PeerResponse.Poll(term, true);
        } else if (request instanceof PeerRequest.Vote) {
            return new PeerResponse.Vote(term, true);
        } else if (request instanceof PeerRequest.Append append) {
            return new PeerResponse.Append(term, true, append.lastIndex());
        }
        return new PeerResponse.Failure("not in this play");
    }

    /** The state machine, which waits for the one entry. */
    private final class Lines implements LogListener {
        @Override
        public void onSnapshot(InstalledSnapshot snapshot) {
            snapshot.close();
        }

        @Override
        public void onCommitted(CommittedEntry entry) {
            done = true;
        }

        @Override
        public void onElected(long term) {}

        @Override
        public void onServing(long term) {}

        @Override
        public void onLost(long term) {}

        @Override
        public void onRefused(String byMember, String reason) {}

        @Override
        public void onStopped(@Nullable Throwable cause) {}
    }

    /** The member's thread: whoever calls {@link #step}; what is due later is due next. */
    private static final class Stage extends AbstractThreadContext implements FailStop {
        private final PriorityQueue<Due> due =
                new PriorityQueue<>(Comparator.comparingLong(Due::atNanos).thenComparingLong(Due::number));
        private long nowNanos;
        private long numbers;

        private record Due(long atNanos, long number, Runnable task) {}

        long nanos() {
            return nowNanos;
        }

        void step() {
            Due next = due.poll();
            if (next != null) {
                nowNanos = next.atNanos();
                next.task().run();
            }
        }

        @Override
        public void execute(Runnable task) {
            Scheduled unused = schedule(Duration.ZERO, task);
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            Due later = new Due(nowNanos + delay.toNanos(), numbers++, task);
            due.add(later);
            return () -> due.remove(later);
        }

        @Override
        public Scheduled schedule(Duration delay, Duration interval, Runnable task) {
            boolean[] cancelled = new boolean[1];
            repeat(delay, interval, task, cancelled);
            return () -> cancelled[0] = true;
        }

        private void repeat(Duration delay, Duration interval, Runnable task, boolean[] cancelled) {
            Scheduled unused = schedule(delay, () -> {
                if (!cancelled[0]) {
                    task.run();
                    repeat(interval, interval, task, cancelled);
                }
            });
        }

        @Override
        public boolean isCurrentContext() {
            return true;
        }

        @Override
        public void checkThread() {}

        @Override
        public void close() {
            due.clear();
        }

        @Override
        public void stop(Throwable cause) {
            throw new IllegalStateException(cause);
        }

        @Override
        public boolean stopping() {
            return false;
        }

        @Override
        public boolean failed() {
            return false;
        }
    }

    private static final class NoBackground implements Background {
        @Override
        public void execute(Runnable task) {}

        @Override
        public void close() {}
    }
}
