package dev.polder.master;

import static java.util.Objects.requireNonNull;

import dev.polder.model.InvariantBrokenException;
import dev.polder.model.Moment;
import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.InstalledSnapshot;
import dev.polder.raft.LogLeader;
import dev.polder.raft.LogListener;
import dev.polder.raft.LogStatus;
import dev.polder.raft.MemberChange;
import dev.polder.raft.MemberRemovedException;
import dev.polder.raft.ReplicatedLog;
import dev.polder.raft.SnapshotOutcome;
import dev.polder.raft.SnapshotSource;
import dev.polder.raft.recipe.RecipeMember;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.Mesos;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns a {@link Master}: it takes commands from the inbox and events from the log, decides turn after
 * turn, proposes their facts and releases their effects when they are committed.
 *
 * <p>Queues: the inbox holds {@value #INBOX_MAX} commands, more are refused, and the closing of each connection; the log
 * waits when {@value LogInbox#ENTRIES_MAX} entries do, or {@value LogInbox#BYTES_MAX} bytes of them; {@value
 * MasterLoopReaders#WAITING_MAX} readers may wait for a view, more are refused; tasks of the recipes wait as {@link MasterRecipes}
 * says. When the log takes no more proposals, or no majority follows this member just now, this thread decides nothing new
 * until that is over.
 */
public final class MasterLoop implements MasterPort, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MasterLoop.class);

    /** How many commands may wait. */
    static final int INBOX_MAX = 8192;
    /** How many commands make one turn at most. */
    private static final int TURN_COMMANDS_MAX = 1024;

    private static final long PARK_NANOS_MAX = 1_000_000_000L;
    private static final long STALLED_NANOS = 1_000_000L;
    private static final long LEADERLESS_NANOS = 5_000_000L;
    private static final long CLOSE_MS_MAX = 10_000;

    /** Where this thread reads the time. */
    @FunctionalInterface
    public interface Clock {
        Moment now();
    }

    private final String nodeName;
    private final MasterConfig config;
    private final Supplier<Mesos.MasterInfo> introduction;
    private final Consumer<String> clusterIdListener;
    private final Clock clock;
    private final Thread thread;
    private final MasterRecipes recipes;
    private final CompletedTasks completed;
    private final Inbox inbox = new Inbox(INBOX_MAX);
    private final LogInbox logInbox = new LogInbox(this::wake);
    private final MasterLoopReaders readers;
    private final KnownLeader knownLeader = new KnownLeader();
    private final CompletableFuture<Void> served = new CompletableFuture<>();
    private final CompletableFuture<Optional<Throwable>> stopped = new CompletableFuture<>();

    private volatile boolean closing;
    private volatile boolean idle;
    private volatile long turnNanosMax;

    private volatile @Nullable ReplicatedLog log;

    // owned by the thread
    private Master master;
    private final TurnPipeline pipeline = new TurnPipeline(this::queueProposal, Effect::perform);
    private final Deque<byte[]> unproposed = new ArrayDeque<>();
    private final List<Command> commands = new ArrayList<>(TURN_COMMANDS_MAX);
    private final List<LogInbox.Event> events = new ArrayList<>();
    private @Nullable CommittedHistory history;
    private long servingTerm = -1;
    /** Set from the moment the state turned out to be broken until the term is lost. */
    private boolean distrusted;

    private long lastIndex;

    /**
     * Makes a master that is not started.
     *
     * @param completed keeps the records of completed tasks; the caller closes it, after the log
     * @param introduction asked whenever it is elected how it introduces itself; the id is replaced by a new one
     * @param clusterIdListener told the cluster's id, on this master's thread, before this master serves or takes another
     *     for the leader; may refuse it by throwing
     */
    public MasterLoop(
            String nodeName,
            MasterConfig config,
            CompletedTasks completed,
            Supplier<Mesos.MasterInfo> introduction,
            Consumer<String> clusterIdListener,
            Clock clock) {
        this.nodeName = nodeName;
        this.config = config;
        this.completed = completed;
        this.introduction = introduction;
        this.clusterIdListener = clusterIdListener;
        this.clock = clock;
        master = new Master(config, completed);
        thread = new Thread(this::run, nodeName + "-master");
        thread.setDaemon(true);
        readers = new MasterLoopReaders(() -> clock.now().nowMs());
        recipes = new MasterRecipes(
                thread, this::wake, () -> log, () -> clock.now().nowMs());
    }

    /** Returns the recipes that share the log, for their clients and for sessions in this process. */
    public RecipeMember recipes() {
        return recipes.member();
    }

    /** Returns whom the log has to tell. */
    public LogListener logListener() {
        return logInbox;
    }

    /** Starts deciding; the log has been started with {@link #logListener}. */
    public void start(ReplicatedLog startedLog) {
        log = startedLog;
        thread.start();
    }

    /** Completes when this master, or another that it follows, serves for the first time; fails when it is closed before. */
    public CompletableFuture<Void> served() {
        return served;
    }

    /** Returns which member has refused this one last and why, in words; empty if none has. */
    public String refusal() {
        return logInbox.refusal();
    }

    /** Returns what of this master's own keeps it from leading, in words; empty if nothing does. */
    public String whyNotStand() {
        ReplicatedLog running = log;
        return running == null ? "" : running.status().whyNotStand().orElse("");
    }

    /** Has the listener called, on this master's thread, when it has stopped; with the cause if nobody asked for it. */
    public void whenStopped(Consumer<Optional<Throwable>> listener) {
        CompletableFuture<Void> unused = stopped.thenAccept(listener);
    }

    // ---- other threads

    @Override
    public boolean submit(Command command) {
        boolean closes = command instanceof Command.FrameworkClosed || command instanceof Command.AgentClosed;
        if ((!closes && !leads()) || !inbox.offer(command)) {
            return false;
        }
        wake();
        return true;
    }

    /** Returns how many commands wait. */
    public int waitingCommands() {
        return inbox.size();
    }

    /** Returns how long deciding a turn has taken at most since the start, in milliseconds. */
    public double turnMsMax() {
        return turnNanosMax / 1e6;
    }

    @Override
    public boolean leads() {
        return knownLeader.isSelf() && !closing;
    }

    /**
     * A leader that stood still, or is cut off, may be deposed and not know it yet: it decides and shows nothing until it
     * is followed again, or is told.
     */
    private boolean isFollowed() {
        ReplicatedLog running = log;
        return running != null && running.isFollowed();
    }

    @Override
    public Optional<Leader> leader() {
        ReplicatedLog running = log;
        return knownLeader
                .get(running == null ? Optional.empty() : running.leader())
                .filter(known -> !known.self() || isFollowed());
    }

    @Override
    public CompletableFuture<MasterView> view() {
        if (!leads()) {
            return CompletableFuture.failedFuture(new IllegalStateException("this master does not lead"));
        }
        MasterView recent = readers.recent();
        if (recent != null && isFollowed()) {
            return CompletableFuture.completedFuture(recent);
        }
        CompletableFuture<MasterView> reader = readers.await();
        wake();
        return reader;
    }

    @Override
    public List<String> members() {
        ReplicatedLog running = log;
        return running == null ? List.of() : running.members();
    }

    @Override
    public List<LogStatus.Refusal> refusals() {
        ReplicatedLog running = log;
        return running == null ? List.of() : running.status().refusals();
    }

    @Override
    public List<LogStatus.Unreached> unreached() {
        ReplicatedLog running = log;
        return running == null ? List.of() : running.status().unreached();
    }

    @Override
    public Optional<String> leadingMember() {
        ReplicatedLog running = log;
        return running == null ? Optional.empty() : running.leader().map(LogLeader::memberId);
    }

    @Override
    public CompletableFuture<ChangeOutcome> change(MemberChange change) {
        ReplicatedLog running = log;
        return running == null
                ? CompletableFuture.completedFuture(new ChangeOutcome.Moved(Optional.empty()))
                : running.change(change);
    }

    private void wake() {
        // what was queued must be seen before the thread is taken to be awake
        VarHandle.fullFence();
        if (idle) {
            LockSupport.unpark(thread);
        }
    }

    // ---- the master thread

    private void run() {
        Optional<Throwable> cause = Optional.empty();
        try {
            while (!closing) {
                if (doWork() == 0) {
                    rest();
                }
            }
        } catch (RuntimeException | Error fault) {
            if (fault.getCause() instanceof MemberRemovedException removed) {
                LOG.info("node={} event=master-stopped cause={}", nodeName, removed.getMessage());
            } else {
                LOG.error("node={} event=master-stopped cause={}", nodeName, fault.toString(), fault);
            }
            cause = Optional.of(fault);
        } finally {
            closing = true;
            logInbox.close();
            knownLeader.lost();
            servingTerm = -1;
            pipeline.lost().forEach(Effect::callOff);
            recipes.close();
            readers.lost();
            served.completeExceptionally(new IllegalStateException("its master has stopped"));
            stopped.complete(cause);
        }
    }

    private int doWork() {
        int work = drainLog() + recipes.work();
        if (servingTerm < 0) {
            if (!served.isDone() && leader().isPresent()) {
                served.complete(null);
            }
            return work + refuseCommands();
        }
        if (distrusted) {
            return work;
        }
        propose();
        if (unproposed.isEmpty() && isFollowed()) {
            work += decide();
            proposeCommands();
            shortenHistory();
            work += answerViews();
        }
        return work;
    }

    private void rest() {
        idle = true;
        VarHandle.fullFence();
        // a log that is full, a term that is being given up, nobody who follows: only the log can bring news
        boolean stalled = distrusted || !unproposed.isEmpty() || (servingTerm >= 0 && !isFollowed());
        if (logInbox.isEmpty() && (stalled || (inbox.isEmpty() && readers.isEmpty() && recipes.isIdle())) && !closing) {
            long nanos = PARK_NANOS_MAX;
            if (stalled) {
                nanos = STALLED_NANOS;
            } else if (!served.isDone()) {
                nanos = LEADERLESS_NANOS; // nobody tells when the log has found a leader
            } else if (servingTerm >= 0) {
                long ms = master.nextDeadlineMs() - clock.now().nowMs();
                nanos = nanos(ms);
            }
            nanos = Math.min(nanos, nanos(recipes.restMs()));
            LockSupport.parkNanos(this, nanos);
        }
        idle = false;
    }

    private static long nanos(long ms) {
        return ms >= 1000 ? PARK_NANOS_MAX : Math.max(1, ms) * 1_000_000;
    }

    private int drainLog() {
        events.clear();
        logInbox.drainTo(events);
        for (LogInbox.Event event : events) {
            if (event instanceof LogInbox.Event.Committed committed) {
                committed(committed);
            } else if (event instanceof LogInbox.Event.Restored restored) {
                restore(restored.snapshot());
            } else if (event instanceof LogInbox.Event.SnapshotWanted) {
                saveSnapshot();
            } else if (event instanceof LogInbox.Event.Serving serving) {
                serve(serving.term());
            } else if (event instanceof LogInbox.Event.Lost lost) {
                lose(lost.term());
            } else if (event instanceof LogInbox.Event.Stopped logStopped) {
                throw logStopped
                        .cause()
                        .map(cause -> new IllegalStateException("the log has stopped", cause))
                        .orElseGet(() -> new IllegalStateException("the log has stopped: it was closed"));
            }
        }
        if (!events.isEmpty()) {
            requireNonNull(log).resume();
        }
        return events.size();
    }

    private void committed(LogInbox.Event.Committed committed) {
        lastIndex = committed.index();
        Entry entry = committed.entry();
        recipes.committed(committed.index(), committed.term(), entry);
        if (committed.term() == servingTerm) {
            requireNonNull(history).add(committed.index(), new Entry(entry.clusterTimeMs(), entry.facts()));
            pipeline.committed(committed.index());
        } else {
            master.apply(entry);
            noteElected();
        }
    }

    private void noteElected() {
        long term = master.electedTerm();
        if (term != knownLeader.electedTerm()) {
            clusterIdListener.accept(master.clusterId());
            knownLeader.elected(term, master.elected());
        }
        ReplicatedLog running = log;
        // what was committed before the start is handed out while members may refuse this one
        if (!logInbox.refusal().isEmpty() && running != null && running.leader().isPresent()) {
            logInbox.forgetRefusal();
        }
    }

    /** Entries up to a snapshot's are gone; whatever this master knew is in it. */
    private void restore(InstalledSnapshot snapshot) {
        try (snapshot;
                InputStream in = new BufferedInputStream(snapshot.open())) {
            MasterView view = MasterSnapshot.read(in, snapshot.index(), completed);
            recipes.member().restore(snapshot.index(), in);
            master = Master.of(config, view, completed);
        } catch (IOException e) {
            throw new UncheckedIOException("snapshot of entry " + snapshot.index() + " cannot be restored: " + e, e);
        }
        lastIndex = snapshot.index();
        noteElected();
    }

    /** If it comes to nothing, or cannot be now, the log asks again. */
    private void saveSnapshot() {
        if (servingTerm < 0) {
            save(master.committedView(lastIndex));
        } else if (!distrusted) {
            takeView(this::save);
        }
    }

    private void save(MasterView view) {
        SnapshotSource others = recipes.member().snapshot();
        CompletableFuture<SnapshotOutcome> unused = requireNonNull(log).saveSnapshot(view.index(), out -> {
            MasterSnapshot.write(view, out);
            others.writeTo(out);
        });
    }

    private void serve(long term) {
        history = new CommittedHistory(master.committedView(lastIndex));
        servingTerm = term;
        Mesos.MasterInfo self = introduction.get().toBuilder()
                .setId(UUID.randomUUID().toString())
                .build();
        Turn turn = master.serving(term, clock.now(), self, UUID.randomUUID().toString());
        pipeline.submit(turn);
        pipeline.whenCommitted(lastIndex, index -> announce(self, term));
        recipes.serving(term);
    }

    private void announce(Mesos.MasterInfo self, long term) {
        clusterIdListener.accept(master.clusterId()); // forces a file, once in the life of a data directory
        LOG.info("node={} event=serving term={} master={}", nodeName, term, self.getId());
        knownLeader.serves(self);
        served.complete(null);
    }

    private void lose(long term) {
        if (servingTerm != term) {
            return;
        }
        LOG.warn("node={} event=lost term={}", nodeName, term);
        knownLeader.lost();
        servingTerm = -1;
        distrusted = false;
        recipes.lost();
        unproposed.clear();
        pipeline.lost().forEach(Effect::callOff);
        readers.lost();
        master.connections().forEach(Effect::perform);
        master = requireNonNull(history).rebuild(config, completed);
        history = null;
        answerViews();
    }

    private int refuseCommands() {
        commands.clear();
        int refused = inbox.drainTo(commands, TURN_COMMANDS_MAX);
        commands.forEach(Command::refuse);
        return refused + answerViews();
    }

    private int decide() {
        commands.clear();
        inbox.drainTo(commands, TURN_COMMANDS_MAX);
        Moment now = clock.now();
        if (commands.isEmpty() && master.nextDeadlineMs() > now.nowMs()) {
            return 0;
        }
        Turn turn;
        long begin = System.nanoTime();
        try {
            turn = master.decide(now, commands);
        } catch (InvariantBrokenException fault) {
            distrust(fault);
            return commands.size();
        }
        turnNanosMax = Math.max(turnNanosMax, System.nanoTime() - begin);
        if (!turn.isEmpty() || turn.needsEntry()) {
            pipeline.submit(turn);
        }
        return commands.size() + 1;
    }

    private void proposeCommands() {
        if (!distrusted && recipes.hasCommands()) {
            pipeline.submit(master.tellTime(clock.now()), recipes.takeCommands());
        }
    }

    private void shortenHistory() {
        CommittedHistory present = history;
        if (!distrusted && present != null && present.isLong()) {
            present.expectBase();
            takeView(present::rebase);
        }
    }

    /** Nothing of the turn is proposed; the post is given up, and the state grows anew from what is committed. */
    private void distrust(InvariantBrokenException fault) {
        LOG.error("node={} event=stepping-down term={} cause={}", nodeName, servingTerm, fault.toString(), fault);
        distrusted = true;
        knownLeader.lost();
        commands.forEach(Command::refuse);
        requireNonNull(log).stepDown(servingTerm);
    }

    private int answerViews() {
        return servingTerm < 0 ? readers.refuse() : readers.show(this::takeView);
    }

    private void takeView(Consumer<MasterView> then) {
        MasterView view = master.view(lastIndex);
        pipeline.whenCommitted(lastIndex, index -> then.accept(view.at(index)));
    }

    private void queueProposal(byte[] entry) {
        unproposed.add(entry);
        propose();
    }

    private void propose() {
        byte[] next;
        while ((next = unproposed.peek()) != null) {
            if (requireNonNull(log).propose(servingTerm, next) == ReplicatedLog.Proposed.FULL) {
                return;
            }
            // an entry that comes too late for its term is lost with it: the log tells
            unproposed.remove();
        }
    }

    /** Stops deciding, and waits for the thread; connections are the caller's to close, after this. Idempotent. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        long deadline = System.nanoTime() + CLOSE_MS_MAX * 1_000_000;
        while (thread.isAlive() && System.nanoTime() < deadline) {
            try {
                thread.join(100);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            LockSupport.unpark(thread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            while (refuseCommands() > 0) {
                // a turn's worth at a time
            }
        }
    }
}
