package dev.polder.raft;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A durable log of byte entries that the members of a cluster agree on. This version knows clusters of one member.
 *
 * <p>Any thread may propose. Every entry that was committed is handed to the {@link LogListener} again after each start,
 * so the log is the memory of the state machine above it.
 */
public final class ReplicatedLog implements AutoCloseable {
    /** The largest entry that can be proposed, in bytes. */
    public static final int ENTRY_BYTES_MAX = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    private final LogLife life;
    private final RaftCore core;
    private final Proposer proposer;

    private ReplicatedLog(LogLife life, RaftCore core) {
        this.life = life;
        this.core = core;
        proposer = core.context().proposer();
    }

    /**
     * Opens the log and takes part in the cluster. Returns before leadership is settled; the listener is told, perhaps
     * before this returns.
     *
     * @throws IOException if the directory cannot be used or its content cannot be trusted; the message says which file
     *     and where. Nothing is left running.
     */
    public static ReplicatedLog start(RaftConfig config, LogListener listener) throws IOException {
        return start(config, listener, Seams.host(config.directory()));
    }

    static ReplicatedLog start(RaftConfig config, LogListener listener, Seams seams) throws IOException {
        LogEvents events = new LogEvents(Objects.requireNonNull(listener, "listener"));
        LogLife life = new LogLife(config, events);
        try {
            RaftCore core = life.add(RaftCore.open(config, seams, life.thread(), life, events, PeerNetwork.NONE));
            LOG.info(
                    "event=started member={} directory={} term={} last_index={}",
                    config.memberId(),
                    config.directory(),
                    core.terms().term(),
                    core.log().lastIndex());
            life.begin(core::begin);
            return new ReplicatedLog(life, core);
        } catch (IOException | RuntimeException e) {
            life.abandon(e);
            throw e;
        }
    }

    /** What became of a proposal at the door. */
    public enum Proposed {
        /** It waits its turn; it is committed in the order of proposals, unless {@code lost(term)} comes first. */
        ACCEPTED,
        /** More than {@code proposalBytesMax} wait already; try again when entries were committed. */
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
        life.thread().execute(() -> core.context().stepDown(term));
    }

    /** Returns whom this member takes for the leader; empty while it knows none. Any thread may ask. */
    public Optional<LogLeader> leader() {
        return Optional.ofNullable(core.context().knownLeader());
    }

    /** Returns how many bytes of log lie on the disk. Any thread may ask. */
    public long diskBytes() {
        return core.log().diskBytes();
    }

    /**
     * Stops taking part, waits for the running force, closes files and threads. Idempotent; takes at most 10 s. The
     * listener is told {@code onStopped} before this returns; if it is the listener that calls, afterwards.
     */
    @Override
    public void close() {
        life.close();
    }
}
