package dev.polder.raft;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A durable log of byte entries that the members of a cluster agree on. A cluster has one member, or a few that find each
 * other under their addresses; which ones they are can be changed while it runs.
 *
 * <p>Any thread may propose. Every entry that was committed is handed to the {@link LogListener} again after each start,
 * so the log is the memory of the state machine above it.
 */
public final class ReplicatedLog implements AutoCloseable {
    /** The largest entry that can be proposed, in bytes. */
    public static final int ENTRY_BYTES_MAX = 1 << 20;

    private static final Duration CLOSE_HAND_OVER = Duration.ofMillis(300);
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    private final LogLife life;
    private final RaftCore core;
    private final Proposer proposer;
    /** Null in a group of one. */
    private final @Nullable RaftWire wire;

    private ReplicatedLog(LogLife life, RaftCore core, @Nullable RaftWire wire) {
        this.life = life;
        this.core = core;
        this.wire = wire;
        proposer = core.context().proposer();
    }

    /**
     * Opens the log and takes part in the cluster. Returns before leadership is settled; the listener is told, perhaps
     * before this returns.
     *
     * @throws IOException if the directory cannot be used, its content cannot be trusted, or the port for the other
     *     members cannot be had; the message says which file and where, or which address. Nothing is left running.
     */
    public static ReplicatedLog start(RaftConfig config, LogListener listener) throws IOException {
        return start(config, listener, Seams.host(config.directory()));
    }

    static ReplicatedLog start(RaftConfig config, LogListener listener, Seams seams) throws IOException {
        LogEvents events = new LogEvents(Objects.requireNonNull(listener, "listener"));
        LogLife life = new LogLife(config, events);
        try {
            life.add(seams.disk().lock());
            RaftWire wire = config.peers().isNone()
                    ? null
                    : life.add(RaftWire.open(config, seams, life.thread(), life, events));
            PeerNetwork network = wire == null ? PeerNetwork.NONE : wire;
            RaftCore core = life.add(RaftCore.open(config, seams, life.thread(), life, events, network));
            LOG.info(
                    "event=started member={} directory={} term={} last_index={}",
                    config.memberId(),
                    config.directory(),
                    core.terms().term(),
                    core.log().lastIndex());
            life.begin(() -> {
                core.begin();
                if (wire != null) {
                    wire.begin(core);
                    core.rehearseLater();
                }
            });
            return new ReplicatedLog(life, core, wire);
        } catch (IOException | RuntimeException | Error e) {
            life.abandon(e);
            throw e;
        }
    }

    /** What became of a proposal at the door. */
    public enum Proposed {
        /** It waits its turn; it is committed in the order of proposals, unless {@code lost(term)} comes first. */
        ACCEPTED,
        /**
         * More than {@code proposalBytesMax} wait already; try again when entries were committed. Or the lead is being
         * handed over; try again after a moment, should it not be lost.
         */
        FULL,
        /** This member does not lead {@code term}. */
        NOT_LEADER
    }

    /**
     * Proposes an entry in a term that this member was told it serves. Returns at once. Never blocks. The array belongs
     * to the log from here on: it is kept, and handed to the listener, as it is.
     *
     * @throws IllegalArgumentException if the entry is larger than {@link #ENTRY_BYTES_MAX}
     */
    public Proposed propose(long term, byte[] entry) {
        return proposer.propose(term, entry);
    }

    /** Returns how many bytes of proposals wait or are in flight, counted as {@code proposalBytesMax} counts them. */
    public long proposalBytes() {
        return proposer.bytes();
    }

    /** Returns how many proposals were refused as {@link Proposed#FULL} since the start. */
    public long proposalsRefused() {
        return proposer.refused();
    }

    /**
     * Gives up the lead of a term, because the state that was built on it can no longer be trusted: {@code lost(term)}
     * follows, and sooner or later somebody serves a later one. Does nothing if this member no longer leads that term.
     * Any thread may call.
     */
    public void stepDown(long term) {
        life.thread().execute(() -> core.context().stepDown(term, "the state machine asked for it"));
    }

    /**
     * The listener has room again, after {@link LogListener#hasRoom()} said that it had none. Any thread may call, as
     * often as it likes.
     */
    public void resume() {
        core.context().resume();
    }

    /**
     * Saves the state that all entries up to an index have made, so that they need not be kept. Returns at once; the
     * state is written on a thread for that purpose. Each member saves its own. The future is completed on the log's
     * thread. Any thread may call. A source that fails with an {@link IOException} fails this snapshot alone; whatever else
     * it throws stops this member.
     *
     * @param index of an entry that {@link LogListener#onCommitted} was told
     */
    public CompletableFuture<SnapshotOutcome> saveSnapshot(long index, SnapshotSource source) {
        Objects.requireNonNull(source, "source");
        return core.context().saves().request(index, source);
    }

    /**
     * Asks a majority whether this member still leads a term, so that it may answer from its state: without a write,
     * and as if everything else had been done before. The future is completed on the log's thread, after the listener was
     * told all that was committed by now, or has been when this returns; within an election time-out, unless the listener
     * has no room. Any thread may call.
     *
     * @param term that this member was told it serves
     */
    public CompletableFuture<ReadOutcome> readIndex(long term) {
        return core.context().reads().ask(term);
    }

    /**
     * Hands the lead over to another member, which leads the next term a few milliseconds later. Proposals are refused
     * as {@link Proposed#FULL} meanwhile, for a second at most: if it has not come about by then this member goes on. The
     * future is completed on the log's thread. Any thread may call.
     *
     * @param to the member, or empty for the one that is best fit
     */
    public CompletableFuture<HandOverOutcome> handOver(Optional<String> to) {
        return handOver(to, HandOver.LIMIT);
    }

    private CompletableFuture<HandOverOutcome> handOver(Optional<String> to, Duration limit) {
        CompletableFuture<HandOverOutcome> told = new CompletableFuture<>();
        life.thread()
                .execute(() -> life.guard(() -> {
                    CompletableFuture<HandOverOutcome> unused = core.context()
                            .handOver()
                            .begin(to, limit)
                            .whenComplete((outcome, none) -> told.complete(outcome));
                }));
        if (life.stopping()) {
            // perhaps nobody comes to it any more
            told.complete(new HandOverOutcome.Kept("this member stops"));
        }
        return told;
    }

    /**
     * Changes the list of members, on its leader. One change at a time, and none that would put the group at risk. A new
     * member counts when it has the state, which may take a while; it must have been started, see
     * {@link RaftPeers#joining()}. A member that is removed stops, and says why. The leader hands the lead over before it is
     * removed, so the answer is who can remove it. The future is completed on the log's thread. Any thread may call.
     */
    public CompletableFuture<ChangeOutcome> change(MemberChange change) {
        Objects.requireNonNull(change, "change");
        if (wire == null) {
            return CompletableFuture.completedFuture(new ChangeOutcome.Refused(
                    change.member() + ": this member listens nowhere, so its group is of one"));
        }
        CompletableFuture<ChangeOutcome> told = new CompletableFuture<>();
        life.thread()
                .execute(() -> life.guard(() -> {
                    CompletableFuture<ChangeOutcome> unused = core.context()
                            .changes()
                            .begin(change)
                            .whenComplete((outcome, none) -> told.complete(outcome));
                }));
        if (life.stopping()) {
            // perhaps nobody comes to it any more
            told.complete(new ChangeOutcome.Unknown());
        }
        return told;
    }

    /** Returns whom this member takes for the leader; empty while it knows none. Any thread may ask. */
    public Optional<LogLeader> leader() {
        return Optional.ofNullable(core.context().knownLeader());
    }

    /**
     * Tells whether this member leads, has been followed so lately that no majority elects another yet, and none may lead
     * that it has asked to. A leader that was cut off, or stood still, is not followed some time before it learns that it is
     * deposed, and before another leads: what needs no commit it should not answer meanwhile. It is true when it is said,
     * and may not be any more when a thread that pauses acts on it. Not so where clocks do not run equally fast, or
     * connections to a leader that lives are refused by something in between: that tells the others that its process is
     * dead, and they do not wait. {@link #readIndex} asks them. Any thread may call.
     */
    public boolean isFollowed() {
        return core.context().isFollowed();
    }

    /**
     * Returns what the leader tells of itself, its {@link RaftPeers#metadata()}; empty while no leader is known. Any
     * thread may ask.
     */
    public Optional<String> leaderMetadata() {
        RaftWire network = wire;
        return leader().map(known -> network == null ? "" : network.metadata(known.memberId()));
    }

    /**
     * The cluster has an id from here on: a member of another one is refused. Connections that exist stay. For a start
     * after this it belongs into {@link RaftPeers#clusterId()}. Any thread may call.
     *
     * @throws IllegalArgumentException if it is empty or longer than a cluster id may be
     * @throws IllegalStateException if this member belongs to another cluster already
     */
    public void joined(String clusterId) {
        int bytes = clusterId.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > RaftPeers.ID_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "clusterId has " + bytes + " bytes, must have 1 to " + RaftPeers.ID_BYTES_MAX);
        }
        RaftWire network = wire;
        if (network != null) {
            network.joined(clusterId);
        }
    }

    /**
     * Lets clients in that are no members, while this member serves; until this is called they are refused. A group of
     * one that listens nowhere has none. To be called once. Any thread may call.
     */
    public void serveClients(ClientService service) {
        Objects.requireNonNull(service, "service");
        RaftWire network = wire;
        if (network != null) {
            life.thread().execute(() -> network.clients().serve(service));
        }
    }

    /** Returns what the connections to the other members have done so far. Any thread may ask. */
    public LogNetwork network() {
        RaftWire network = wire;
        return network == null ? LogNetwork.NONE : network.numbers();
    }

    /** Ends all connections for a moment, for a test. Any thread may call. */
    void cutConnections() {
        RaftWire network = wire;
        if (network != null) {
            life.thread().execute(network::closeConnections);
        }
    }

    /** Returns the members of the group that count now, in ascending order, as this one knows them. Any thread may ask. */
    public List<String> members() {
        return core.members();
    }

    /** Returns how this member is, as of a tenth of a second ago at most while its thread has time. Any thread may ask. */
    public LogStatus status() {
        return core.status();
    }

    /** Returns how many bytes of log lie on the disk. Any thread may ask. */
    public long diskBytes() {
        return core.log().diskBytes();
    }

    /**
     * Stops taking part, waits for the running force, closes connections, port, files and threads. Whoever leads others
     * hands the lead over before, if that takes no longer than 300 ms. Idempotent; takes at most 10 s. The listener is told {@code onStopped} before this returns; if it is the listener that calls, afterwards.
     */
    @Override
    public void close() {
        if (core.servingTerm() != 0
                && wire != null
                && !life.stopping()
                && !life.thread().isCurrentContext()) {
            handOverBefore(System.nanoTime() + CLOSE_HAND_OVER.toNanos());
        }
        life.close();
    }

    /** Stops as {@link #close()} does, and hands nothing over before, for a test: to its peers the process dies. */
    void die() {
        life.close();
    }

    private void handOverBefore(long deadlineNanos) {
        CompletableFuture<HandOverOutcome> outcome = handOver(Optional.empty(), CLOSE_HAND_OVER);
        try {
            outcome.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("event=not_handed_over term={} the log closes all the same", core.servingTerm());
        }
    }
}
