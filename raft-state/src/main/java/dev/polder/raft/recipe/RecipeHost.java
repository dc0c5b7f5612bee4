package dev.polder.raft.recipe;

import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.CommittedEntry;
import dev.polder.raft.InstalledSnapshot;
import dev.polder.raft.LogListener;
import dev.polder.raft.MemberChange;
import dev.polder.raft.RaftConfig;
import dev.polder.raft.ReadOutcome;
import dev.polder.raft.ReplicatedLog;
import dev.polder.raft.ReplicatedLog.Proposed;
import dev.polder.raft.SnapshotOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a cluster whose log is for the recipes alone. Sessions opened here are served while this member leads, and
 * wait meanwhile; with {@link #open(Duration, List)} they follow the leader among members of one process.
 */
public final class RecipeHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecipeHost.class);

    private static final long TICK_MS = 100;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    /** What of the log may wait to be applied; beyond, the log waits. */
    private static final int WAITING_BYTES_MAX = 16 << 20;

    private static final int ENTRY_OVERHEAD_BYTES = 64;
    private static final String STOPPED = "has stopped";

    private final String member;
    private final HostLoop loop;
    private final HostLog log;
    private final RecipeMember recipes;
    private final LocalLink.Member neighbour = new Neighbour();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Sessions sessions;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** Null until it is open: the log may speak before that. */
    private volatile @Nullable ReplicatedLog replicated;

    private volatile boolean serving;
    /** Nothing more is applied. */
    private final AtomicBoolean over = new AtomicBoolean();

    private RecipeHost(RaftConfig config, RecipeLimits limits) {
        member = config.memberId();
        loop = new HostLoop("recipes-" + config.nodeName(), this::fail);
        log = new HostLog(loop, new Target());
        recipes = new RecipeMember(loop, log, limits);
        sessions = new Sessions(loop, "member " + member);
    }

    /** Starts a member with {@link RecipeLimits#DEFAULT}. */
    public static RecipeHost start(RaftConfig config) throws IOException {
        return start(config, RecipeLimits.DEFAULT);
    }

    /**
     * Starts a member. Returns before leadership is settled.
     *
     * @param limits become those of the cluster when this member leads
     * @throws IOException as {@link ReplicatedLog#start} does; nothing is left running
     */
    public static RecipeHost start(RaftConfig config, RecipeLimits limits) throws IOException {
        RecipeHost host = new RecipeHost(config, limits);
        try {
            ReplicatedLog log = ReplicatedLog.start(config, host.new Listener());
            host.replicated = log;
            log.serveClients(host.recipes.clients());
            host.loop.execute(host::tick);
            return host;
        } catch (IOException | RuntimeException e) {
            host.close();
            throw e;
        }
    }

    /**
     * Opens a session that this member serves while it leads. Waits for that; to cancel the future gives it up.
     *
     * @param ttl how long the session lives when it is not heard of, {@link Limit#TTL_MS_MIN} to {@link Limit#TTL_MS_MAX}
     */
    public CompletableFuture<Recipes> open(Duration ttl) {
        return open(ttl, List.of());
    }

    /** Opens a session that is served by whoever leads of this and other members in the process. */
    public CompletableFuture<Recipes> open(Duration ttl, List<RecipeHost> others) {
        List<LocalLink.Member> members = new ArrayList<>();
        members.add(neighbour);
        others.forEach(other -> members.add(other.neighbour));
        return sessions.open(answers -> new LocalLink(loop, members, answers), ttl, others.isEmpty());
    }

    /**
     * Changes the list of members, on the one that leads; see {@link ReplicatedLog#change}.
     *
     * @throws IllegalStateException if this member has not been started
     */
    public CompletableFuture<ChangeOutcome> change(MemberChange change) {
        ReplicatedLog open = replicated;
        if (open == null) {
            throw new IllegalStateException("member " + member + " has not been started");
        }
        return open.change(change);
    }

    /** Gives up the lead, if this member has it, to whoever is elected next. */
    public void stepDown() {
        ReplicatedLog open = replicated;
        loop.execute(() -> {
            if (open != null && log.term() != 0) {
                open.stepDown(log.term());
            }
        });
    }

    /** Returns whether this member leads and takes calls. */
    public boolean isServing() {
        return serving;
    }

    /** Completes when this member has stopped: by {@link #close()}, or, with the cause, because it cannot go on. */
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    private void tick() {
        if (!ended.isDone()) {
            recipes.tick();
            loop.schedule(TICK_MS, this::tick);
        }
    }

    /** What was applied can no longer be trusted: this member takes no further part. */
    private void fail(Throwable cause) {
        over();
        if (ended.completeExceptionally(cause)) {
            LOG.error("event=recipes_failed member={} cause='{}'", member, cause.toString(), cause);
            recipes.lost();
            sessions.dropLonely();
            sessions.stop(STOPPED);
            closeLog();
        }
    }

    /** Applies no more. */
    private void over() {
        serving = false;
        over.set(true);
    }

    private void closeLog() {
        ReplicatedLog open = replicated;
        if (open != null) {
            open.close();
        }
    }

    /**
     * Ends the sessions that were opened here, with what waits, and takes no further part. Bounded in time; idempotent.
     */
    @Override
    public void close() {
        over();
        sessions.dropAll();
        closeLog();
        ended.complete(null);
        sessions.stop(STOPPED);
        try {
            loop.close(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Neighbour implements LocalLink.Member {
        @Override
        public RecipeLoop loop() {
            return loop;
        }

        @Override
        public RecipeServer server() {
            return recipes.server();
        }

        @Override
        public boolean isServing() {
            return serving;
        }
    }

    /** The log as the recipes use it; full while it is not open. */
    private final class Target implements HostLog.Target {
        @Override
        public Proposed propose(long term, byte[] entry) {
            ReplicatedLog open = replicated;
            return open == null ? Proposed.FULL : open.propose(term, entry);
        }

        @Override
        public CompletableFuture<ReadOutcome> readIndex(long term) {
            ReplicatedLog open = replicated;
            return open == null
                    ? CompletableFuture.completedFuture(new ReadOutcome.NotConfirmed("the log is not open"))
                    : open.readIndex(term);
        }

        @Override
        public boolean isFollowed() {
            ReplicatedLog open = replicated;
            return open != null && open.isFollowed();
        }
    }

    /** Hands over what the log says, in its order, from the log's thread to the host's. */
    private final class Listener implements LogListener {
        @Override
        public void onSnapshot(InstalledSnapshot snapshot) {
            if (!loop.execute(() -> restore(snapshot))) {
                snapshot.close();
            }
        }

        private void restore(InstalledSnapshot snapshot) {
            try (snapshot) {
                if (!over.get()) {
                    try (InputStream in = snapshot.open()) {
                        recipes.restore(snapshot.index(), in);
                    }
                    LOG.info(
                            "event=recipes_restored member={} index={} bytes={}",
                            member,
                            snapshot.index(),
                            snapshot.bytes());
                }
            } catch (IOException e) {
                throw new UncheckedIOException("snapshot of entry " + snapshot.index() + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void onSnapshotWanted() {
            loop.execute(() -> {
                ReplicatedLog open = replicated;
                if (open != null && !over.get() && recipes.index() > 0) {
                    // what becomes of it the log says; if it is not saved the log asks again
                    CompletableFuture<SnapshotOutcome> unused = open.saveSnapshot(recipes.index(), recipes.snapshot());
                }
            });
        }

        @Override
        public void onCommitted(CommittedEntry entry) {
            if (over.get()) {
                return;
            }
            byte[] kept = entry.bytes();
            int bytes = kept.length + ENTRY_OVERHEAD_BYTES;
            waitingBytes.addAndGet(bytes);
            loop.execute(() -> {
                boolean wasFull = waitingBytes.getAndAdd(-bytes) >= WAITING_BYTES_MAX;
                apply(entry.index(), entry.term(), kept);
                ReplicatedLog open = replicated;
                if (wasFull && hasRoom() && open != null) {
                    open.resume();
                }
            });
        }

        @Override
        public boolean hasRoom() {
            return waitingBytes.get() < WAITING_BYTES_MAX;
        }

        private void apply(long index, long term, byte[] entry) {
            if (over.get()) {
                return;
            }
            EntryFrame frame = EntryFrame.decode(entry);
            for (byte[] command : frame.commands()) {
                recipes.committed(index, term, frame.clusterTimeMs(), command);
            }
            recipes.handed(index);
            serving = recipes.isServing() && !over.get();
        }

        @Override
        public void onElected(long term) {
            LOG.info("event=recipes_elected member={} term={}", member, term);
        }

        @Override
        public void onServing(long term) {
            loop.execute(() -> {
                log.serving(term, recipes.clusterTimeMs());
                recipes.serving(term);
            });
        }

        @Override
        public void onLost(long term) {
            loop.execute(() -> {
                serving = false;
                log.lost();
                recipes.lost();
            });
        }

        @Override
        public void onRefused(String byMember, String reason) {
            LOG.warn("event=recipes_refused member={} by={} reason='{}'", member, byMember, reason);
        }

        @Override
        public void onStopped(@Nullable Throwable cause) {
            if (cause != null) {
                ended.completeExceptionally(cause);
                sessions.dropLonely();
                sessions.stop(STOPPED);
            } else {
                ended.complete(null);
            }
        }
    }
}
