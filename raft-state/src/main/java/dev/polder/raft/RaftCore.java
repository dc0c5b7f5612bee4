package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer;
import io.atomix.utils.concurrent.Scheduled;
import io.atomix.utils.concurrent.ThreadContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member without its thread and its sockets: log, term store, roles. A {@link ReplicatedLog} gives it both, a test
 * gives it others. Owned by its thread once {@link #begin} was handed to it.
 */
final class RaftCore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    /** A member that has just come up, and those beside it, are busy. */
    private static final Duration REHEARSAL_PAUSE = Duration.ofMillis(300);

    private final RaftParts parts;
    private final PolderRaftContext context;
    private final PeerAnswers answers;
    private final StatusBoard status;

    private RaftCore(RaftParts parts, PolderRaftContext context) {
        this.parts = parts;
        this.context = context;
        answers = new PeerAnswers(context, parts);
        status = new StatusBoard(context, parts);
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
        // whoever had the directory before is dead; reading a large log may take longer than anybody is to be waited
        // for
        long startedNanos = seams.time().nanos();
        TermStore terms = openTerms(seams.disk(), config.memberId(), config.members());
        Background background = seams.background().open(config.nodeName() + "-raft-snapshot", failStop);
        FactLog log = null;
        try {
            Probation probation = Probation.open(seams.disk());
            SnapshotFiles snapshots = SnapshotFiles.open(seams.disk(), seams.time(), thread, background);
            log = openLog(seams, terms, probation.committedIndex(terms), snapshots.entry());
            Membership membership = membership(terms, snapshots.newest(), log);
            membership.committed(probation.committedIndex(terms));
            checkMembers(seams.disk(), terms, membership, config.members());
            Snapshots offers = new SnapshotOffers(snapshots, log);
            ForceTimes forces = new ForceTimes(config.memberId(), seams.time(), config.electionTimeout());
            log.note(forces);
            PeerCalls calls = new PeerCalls(thread, network);
            AtomixAccess access = AtomixAccess.find();
            RaftParts parts = new RaftParts(
                    MemberId.from(config.memberId()),
                    access,
                    thread,
                    failStop,
                    seams.time(),
                    seams.limits(),
                    log,
                    snapshots,
                    offers,
                    terms,
                    seams.rules(),
                    calls,
                    new OpenAppends(
                            calls,
                            membership,
                            log,
                            offers,
                            seams.rules().gates().leader(),
                            failStop,
                            new QuorumContact(seams.time(), network, config.electionTimeout()),
                            config.heartbeatInterval()),
                    new FailurePace(thread, seams.time(), config.heartbeatInterval(), failStop),
                    new PolderLog(access, log, membership, failStop),
                    events,
                    new LeaderContact(
                            seams.time(), config.electionTimeout(), startedNanos, suspects(config, terms, membership)),
                    new LeaderTime(seams.time()),
                    background,
                    membership,
                    new Standing(),
                    probation,
                    new DiskRoom(seams.disk(), config.freeBytesMin()),
                    forces,
                    seams.random(),
                    seams.news());
            return new RaftCore(parts, new PolderRaftContext(config, parts));
        } catch (IOException | RuntimeException | Error e) {
            Failures failures = Failures.after(e);
            failures.attempt(background);
            if (log != null) {
                failures.attempt(log);
            }
            throw e;
        }
    }

    private static TermStore openTerms(Disk disk, String self, List<String> members) throws IOException {
        if (TermStore.exists(disk)) {
            TermStore terms = TermStore.open(disk, self);
            if (!terms.self().equals(self)) {
                throw new IOException("term file " + disk.describe(TermStore.FILE) + " belongs to member "
                        + terms.self() + ", but the configuration says " + self);
            }
            return terms;
        }
        if (FactLog.exists(disk) || SnapshotFiles.exist(disk)) {
            throw new IOException("term file " + disk.describe(TermStore.FILE) + " is missing, but there is a log: "
                    + "without its vote this member could vote twice in one term, so it does not start");
        }
        return TermStore.create(disk, self, members);
    }

    /** Whom this member may have followed before this start. */
    private static List<String> suspects(RaftConfig config, TermStore terms, Membership membership) {
        return terms.term() == 0
                ? List.of()
                : membership.current().names().stream()
                        .filter(member -> !member.equals(config.memberId()))
                        .toList();
    }

    /** As long as no entry lists the members, they are those of the first start, and no others. */
    private static void checkMembers(Disk disk, TermStore terms, Membership membership, List<String> members)
            throws IOException {
        if (membership.index() == 0 && !terms.members().equals(members)) {
            throw new IOException("term file " + disk.describe(TermStore.FILE) + " belongs to members "
                    + terms.members() + ", but the configuration says " + members);
        }
    }

    private static FactLog openLog(Seams seams, TermStore terms, long committedIndex, Floor snapshot)
            throws IOException {
        long warnBytes = seams.limits().warnBytes();
        FactLog log = FactLog.open(
                seams.disk(),
                seams.rules(),
                seams.limits(),
                committedIndex,
                snapshot,
                () -> LOG.warn("event=log_large limit_bytes={} old entries stay until a snapshot is saved", warnBytes));
        try {
            terms.checkTerm(log.lastTerm());
        } catch (IOException e) {
            log.close();
            throw e;
        }
        return log;
    }

    /** What the log says last, or the snapshot, or the group began with. */
    static Membership membership(TermStore terms, @Nullable SnapshotFile snapshot, FactLog log) {
        Membership membership = snapshot == null
                ? Membership.of(MemberList.of(terms.members()))
                : new Membership(snapshot.head().place());
        long behind = snapshot == null ? 0 : snapshot.id().index();
        membership.removed(terms.removedIndex());
        log.foundMembers().tailMap(behind, false).forEach(membership::appended);
        return membership;
    }

    /** Takes part. On the member's thread. */
    void begin() {
        parts.diskRoom().begin(context, parts);
        context.begin();
        status.begin();
    }

    /** Rehearses to lead as soon as another member leads. On the member's thread. */
    void rehearseLater() {
        Scheduled unused = parts.thread()
                .schedule(
                        REHEARSAL_PAUSE,
                        () -> parts.failStop().guard(() -> {
                            if (context.leaderName() == null) {
                                rehearseLater();
                            } else if (context.leadingTerm() == 0) {
                                Rehearsal.begin(context.getName(), parts.background());
                            }
                        }));
    }

    PolderRaftContext context() {
        return context;
    }

    PeerAnswers answers() {
        return answers;
    }

    /** Returns the term that this member serves, 0 if none. Any thread may ask. */
    long servingTerm() {
        return parts.events().servingTerm();
    }

    /** Returns the members that count now. Any thread may ask. */
    List<String> members() {
        return parts.membership().current().names();
    }

    /** Returns how this member is. Any thread may ask. */
    LogStatus status() {
        return status.read();
    }

    /** Returns what those are added to who keep this member from standing or voting. */
    Standing standing() {
        return parts.standing();
    }

    /** Returns what is sent to members whose entries are gone. */
    Snapshots snapshots() {
        return parts.offers();
    }

    Membership membership() {
        return parts.membership();
    }

    OpenAppends appends() {
        return parts.appends();
    }

    FactLog log() {
        return parts.log();
    }

    TermStore terms() {
        return parts.terms();
    }

    /** Stops taking part, ends what is done in the background, and closes the files. On the member's thread. */
    @Override
    public void close() throws IOException {
        Failures failures = new Failures();
        failures.attempt(() -> context.transition(RaftServer.Role.INACTIVE));
        failures.attempt(context.handOver()::close);
        failures.attempt(context.reads()::close);
        if (!parts.failStop().failed()) {
            // so that the next start notices if something is missing; after a failure nothing is known well enough
            failures.attempt(parts.terms()::store);
        }
        failures.attempt(this::forget);
        failures.attempt(parts.log());
        failures.throwFirst();
    }

    /** Ends what is done in the background, and leaves log and term as they are. */
    void forget() throws IOException {
        Failures failures = new Failures();
        failures.attempt(parts.background());
        failures.attempt(context::closeSnapshots);
        failures.throwFirst();
    }
}
