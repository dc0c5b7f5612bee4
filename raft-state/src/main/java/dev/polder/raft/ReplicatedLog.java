package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
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
    private final FactLog log;
    private final PolderRaftContext context;
    private final Proposer proposer;

    private ReplicatedLog(LogLife life, FactLog log, PolderRaftContext context) {
        this.life = life;
        this.log = log;
        this.context = context;
        proposer = context.proposer();
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
            TermStore terms = openTerms(seams.disk(), config.memberId());
            FactLog log = life.add(openLog(seams, terms));
            RaftParts parts = assemble(config, seams, life, terms, log, events);
            PolderRaftContext context = life.add(new PolderRaftContext(parts, config.proposalBytesMax()));
            context.setElectionTimeout(config.electionTimeout());
            context.setHeartbeatInterval(config.heartbeatInterval());
            life.add(() -> storeTerms(life, terms));
            life.add(() -> context.transition(RaftServer.Role.INACTIVE));
            LOG.info(
                    "event=started member={} directory={} term={} last_index={}",
                    config.memberId(),
                    config.directory(),
                    terms.term(),
                    log.lastIndex());
            life.begin(context::begin);
            return new ReplicatedLog(life, log, context);
        } catch (IOException | RuntimeException e) {
            life.abandon(e);
            throw e;
        }
    }

    private static TermStore openTerms(Disk disk, String memberId) throws IOException {
        List<String> members = List.of(memberId);
        if (TermStore.exists(disk)) {
            TermStore terms = TermStore.open(disk);
            if (!terms.members().equals(members)) {
                throw new IOException("term file " + disk.describe(TermStore.FILE) + " belongs to members "
                        + terms.members() + ", but the configuration says " + members);
            }
            return terms;
        }
        if (FactLog.exists(disk)) {
            throw new IOException("term file " + disk.describe(TermStore.FILE) + " is missing, but there is a log: "
                    + "without its vote this member could vote twice in one term, so it does not start");
        }
        return TermStore.create(disk, members);
    }

    private static FactLog openLog(Seams seams, TermStore terms) throws IOException {
        long warnBytes = seams.limits().warnBytes();
        FactLog log = FactLog.open(
                seams.disk(),
                seams.limits(),
                terms.committedIndex(),
                () -> LOG.warn(
                        "event=log_large limit_bytes={} nothing removes old entries in this version", warnBytes));
        if (log.lastTerm() > terms.term()) {
            log.close();
            throw new IOException("term file " + seams.disk().describe(TermStore.FILE) + " says term " + terms.term()
                    + ", but the log has an entry of term " + log.lastTerm());
        }
        return log;
    }

    private static RaftParts assemble(
            RaftConfig config, Seams seams, LogLife life, TermStore terms, FactLog log, LogEvents events)
            throws IOException {
        ScratchFiles scratch = life.add(ScratchFiles.create(config.directory().resolve("scratch"), config.memberId()));
        return new RaftParts(
                MemberId.from(config.memberId()),
                AtomixAccess.find(),
                life.thread(),
                life,
                log,
                terms,
                seams.gate(),
                PeerCalls.NONE,
                scratch,
                new PolderLog(scratch, log, life),
                life.add(new PolderMetaStore(scratch.storage(), terms.members())),
                events);
    }

    /** So that the next start notices if something is missing. After a failure nothing is known well enough to say it. */
    private static void storeTerms(LogLife life, TermStore terms) {
        if (!life.failed()) {
            terms.store();
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
        life.thread().execute(() -> context.stepDown(term));
    }

    /** Returns how many bytes of log lie on the disk. Any thread may ask. */
    public long diskBytes() {
        return log.diskBytes();
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
