package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer;
import io.atomix.utils.concurrent.ThreadContext;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member without its thread and its sockets: log, term store, roles. A {@link ReplicatedLog} gives it both, a test
 * gives it others. Owned by its thread once {@link #begin} was handed to it.
 */
final class RaftCore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    private final RaftParts parts;
    private final PolderRaftContext context;
    private final PeerAnswers answers;

    private RaftCore(RaftParts parts, PolderRaftContext context) {
        this.parts = parts;
        this.context = context;
        answers = new PeerAnswers(context, parts);
    }

    /**
     * Opens log and term, or begins them.
     *
     * @throws IOException if what is there cannot be trusted, or belongs to other members. Nothing is left open
     */
    static RaftCore open(
            RaftConfig config,
            Seams seams,
            ThreadContext thread,
            FailStop failStop,
            LogEvents events,
            PeerNetwork network)
            throws IOException {
        TermStore terms = openTerms(seams.disk(), config.members());
        FactLog log = openLog(seams, terms);
        Scratch scratch = null;
        try {
            scratch = seams.scratch().take(config);
            PeerCalls calls = new PeerCalls(thread, network);
            RaftParts parts = new RaftParts(
                    MemberId.from(config.memberId()),
                    AtomixAccess.find(),
                    thread,
                    failStop,
                    log,
                    terms,
                    seams.gates(),
                    calls,
                    new OpenAppends(calls, log, seams.gates().leader(), failStop, new QuorumContact(seams.time())),
                    scratch,
                    new PolderLog(scratch, log, failStop),
                    new PolderMetaStore(scratch.storage(), terms.members()),
                    events,
                    new LeaderContact(seams.time(), config.electionTimeout()),
                    seams.random());
            PolderRaftContext context = new PolderRaftContext(parts, config.proposalBytesMax());
            context.setElectionTimeout(config.electionTimeout());
            context.setHeartbeatInterval(config.heartbeatInterval());
            return new RaftCore(parts, context);
        } catch (IOException | RuntimeException e) {
            if (scratch != null) {
                scratch.close();
            }
            log.close();
            throw e;
        }
    }

    private static TermStore openTerms(Disk disk, List<String> members) throws IOException {
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

    /** Takes part. On the member's thread. */
    void begin() {
        context.begin();
    }

    PolderRaftContext context() {
        return context;
    }

    PeerAnswers answers() {
        return answers;
    }

    FactLog log() {
        return parts.log();
    }

    TermStore terms() {
        return parts.terms();
    }

    /** Stops taking part, and closes the files. On the member's thread. */
    @Override
    public void close() throws IOException {
        Failures failures = new Failures();
        failures.attempt(() -> context.transition(RaftServer.Role.INACTIVE));
        if (!parts.failStop().failed()) {
            // so that the next start notices if something is missing; after a failure nothing is known well enough
            failures.attempt(parts.terms()::store);
        }
        failures.attempt(this::forget);
        failures.attempt(parts.log());
        failures.throwFirst();
    }

    /** Gives back what Atomix holds, and leaves log and term as they are. */
    void forget() throws IOException {
        Failures failures = new Failures();
        failures.attempt(context);
        failures.attempt(parts.metaStore());
        failures.attempt(parts.scratch());
        failures.throwFirst();
    }
}
