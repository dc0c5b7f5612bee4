package dev.polder.raft;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One member in virtual time: the real classes from {@link RaftCore} down to the disk's seam, on a disk that loses what
 * was not forced. It can be killed, with or without its power, paused, and started again.
 */
final class SimMember implements FailStop {
    static final Duration ELECTION_TIMEOUT = Duration.ofMillis(500);
    static final Duration HEARTBEAT_INTERVAL = Duration.ofMillis(75);

    private static final LogLimits SMALL =
            new LogLimits(20_000, 2_000, 1L << 40, new LogLimits.Retention(20, 10_000, 100_000, 40_000));

    private final SimGroup group;
    private final String name;
    private final Rules rules;
    private final SimDiskPace pace;
    private LossyDisk disk;
    private long freeBytes = Long.MAX_VALUE;
    private int life;
    private @Nullable RaftCore core;
    private @Nullable SimThread thread;
    private @Nullable SimThread background;
    private SimLedger.@Nullable Life ledger;
    private @Nullable Throwable failure;
    private int stateBytes = 1_000;
    private Duration electionTimeout = ELECTION_TIMEOUT;
    private boolean savesWhenWanted;
    private boolean joins;
    private boolean gone;
    private int wipes;
    private @Nullable PeerBook book;

    SimMember(SimGroup group, String name, Rules rules) {
        this.group = group;
        this.name = name;
        this.rules = rules;
        pace = new SimDiskPace(group.time(), new SplittableRandom(group.seed() * 17 + name.hashCode()));
        disk = mounted(new LossyDisk());
    }

    private LossyDisk mounted(LossyDisk other) {
        other.pace(pace);
        other.free(freeBytes);
        return other;
    }

    String name() {
        return name;
    }

    boolean isUp() {
        return core != null;
    }

    /** Counts the starts: what belongs to an earlier one does not happen. */
    int life() {
        return life;
    }

    /** It begins with nothing, and waits to be added. */
    SimMember joining() {
        joins = true;
        return this;
    }

    /** Gives it an empty disk while it is down; so it is somebody else, who must be added. */
    void wipe() {
        if (isUp()) {
            throw new AssertionError(name + " is up");
        }
        disk = mounted(new LossyDisk());
        wipes++;
        joins = true;
    }

    /** From its next start on it has an election time-out of its own. */
    void electionTimeout(Duration own) {
        electionTimeout = own;
    }

    /** It was told that it is no member any more. */
    void hasGone() {
        gone = true;
    }

    /** Returns whether it has ended because it is no member any more. */
    boolean isGone() {
        return gone && !isUp();
    }

    String incarnation() {
        return name + "#" + wipes;
    }

    /** Returns whom it knows. */
    PeerBook book() {
        PeerBook known = book;
        if (known == null) {
            throw new AssertionError(name + " was never started");
        }
        return known;
    }

    /** Returns whether it takes itself for a member. */
    boolean isListed() {
        return isUp() && core().membership().hasSelf(name);
    }

    RaftCore core() {
        RaftCore running = core;
        if (running == null) {
            throw new AssertionError(name + " is down");
        }
        return running;
    }

    PolderRaftContext context() {
        return core().context();
    }

    LossyDisk disk() {
        return disk;
    }

    /** Returns how fast its disk is, whichever it has. */
    SimDiskPace pace() {
        return pace;
    }

    /** From now on its disk, whichever it has, has room for so many bytes. */
    void free(long bytes) {
        freeBytes = bytes;
        disk.free(bytes);
    }

    /** Returns the term that this member serves, 0 if none. */
    long servingTerm() {
        SimLedger.Life listening = ledger;
        return core == null || listening == null ? 0 : listening.servingTerm();
    }

    /** Returns up to which entry this start was told, 0 if it is down. */
    long toldIndex() {
        SimLedger.Life listening = ledger;
        return core == null || listening == null ? 0 : listening.lastIndex();
    }

    /** Returns the leader time of the last entry that this start was told, 0 if it is down. */
    long toldTimeMs() {
        SimLedger.Life listening = ledger;
        return core == null || listening == null ? 0 : listening.leaderTimeMs();
    }

    void start() {
        life++;
        failure = null;
        gone = false;
        group.time().takeTurn(this::open);
    }

    private void open() {
        SimThread starting = new SimThread(group.time(), this::stop);
        SimThread writing = new SimThread(group.time(), this::stop);
        SimLedger.Life listening = group.ledger().begin(name);
        RaftPeers peers = new RaftPeers(
                group.seeds(), new InetSocketAddress(0), incarnation(), "", "", joins, RaftSecurity.none());
        RaftConfig config =
                new RaftConfig(name, Path.of("virtual"), name, electionTimeout, HEARTBEAT_INTERVAL, 1 << 20, peers);
        Seams seams = new Seams(
                disk,
                rules,
                SMALL,
                group.time(),
                new SplittableRandom(group.seed() * 131 + name.hashCode() + life),
                (unused, failStop) -> new OnThread(writing));
        LogEvents events = new LogEvents(listening);
        try {
            PeerBook opened = new PeerBook(name, peers, electionTimeout, life, PeerIdentities.open(disk));
            book = opened;
            RaftCore begun = RaftCore.open(
                    config, seams, starting, this, events, group.network().of(this, life));
            opened.begin(begun.membership());
            core = begun;
        } catch (IOException e) {
            if (!e.toString().contains("planted")) {
                throw new AssertionError(name + " does not start: " + e.getMessage(), e);
            }
            disk = mounted(disk.losePower(group.random()));
            group.time().after(Duration.ofMillis(100).toNanos(), this::start);
            return;
        }
        thread = starting;
        background = writing;
        starting.busyUntil(group.time().nanos());
        ledger = listening;
        if (savesWhenWanted) {
            listening.onWanted(this::saveSnapshot);
        }
        starting.execute(core()::begin);
        group.started(this);
    }

    /** Runs a task on the thread of one of this member's starts, if that one still lives. */
    void run(int ofLife, Runnable task) {
        SimThread running = thread;
        if (ofLife == life && core != null && running != null) {
            running.run(task);
        }
    }

    /** Its listener takes entries from now on, or takes none. */
    void hasRoom(boolean room) {
        SimLedger.Life listening = ledger;
        if (listening != null) {
            listening.hasRoom(room);
        }
    }

    /** From its next start on it saves its state whenever the log asks for it. */
    void saveWhenWanted() {
        savesWhenWanted = true;
    }

    /** Its state has about so many bytes from now on. */
    void stateBytes(int bytes) {
        stateBytes = bytes;
    }

    /** Returns what listens to this start. */
    SimLedger.Life listener() {
        SimLedger.Life listening = ledger;
        if (listening == null) {
            throw new AssertionError(name + " was never started");
        }
        return listening;
    }

    /** Has it save its state as it is now. */
    void saveSnapshot() {
        long index = toldIndex();
        if (index > 0) {
            SnapshotSource state = listener().state(stateBytes);
            run(life, () -> {
                CompletableFuture<SnapshotOutcome> unused = context()
                        .saves()
                        .request(index, state)
                        .thenApply(outcome -> {
                            group.time().note(name + " saves " + index + ": " + outcome);
                            return outcome;
                        });
            });
        }
    }

    /** Has something done while the loss of a term is told to this member. */
    void whenLost(Runnable then) {
        SimLedger.Life listening = ledger;
        if (listening != null) {
            listening.whenLost(then);
        }
    }

    void pause(Duration pause) {
        SimThread running = thread;
        SimThread writing = background;
        if (running != null && writing != null) {
            running.pause(pause);
            writing.pause(pause);
        }
    }

    /** Ends the process; with the power, what was not forced may be gone. */
    void crash(boolean withPower, Random random) {
        RaftCore running = core;
        SimThread ran = thread;
        SimThread wrote = background;
        if (running == null || ran == null || wrote == null) {
            return;
        }
        core = null;
        thread = null;
        background = null;
        ran.close();
        wrote.close();
        disk = mounted(withPower ? disk.losePower(random) : disk.killProcess());
        try {
            running.forget();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        group.crashed(this);
    }

    // ---- what the member itself says

    @Override
    public void stop(Throwable cause) {
        if (failure == null) {
            failure = cause;
            group.failed(this, cause);
        }
    }

    @Override
    public boolean stopping() {
        return failure != null;
    }

    @Override
    public boolean failed() {
        return failure != null;
    }
}
