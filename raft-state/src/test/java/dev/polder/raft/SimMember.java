package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One member in virtual time: the real classes from {@link RaftCore} down to the disk's seam, on a disk that loses what
 * was not forced. It can be killed, with or without its power, paused, and started again.
 */
final class SimMember implements FailStop {
    static final Duration ELECTION_TIMEOUT = Duration.ofMillis(500);
    static final Duration HEARTBEAT_INTERVAL = Duration.ofMillis(75);

    private static final LogLimits SMALL = new LogLimits(60_000, 2_000, 1L << 40);

    private final SimGroup group;
    private final String name;
    private final Scratch.Source scratch;
    private final Gates gates;
    private LossyDisk disk = new LossyDisk();
    private int life;
    private @Nullable RaftCore core;
    private @Nullable SimThread thread;
    private SimLedger.@Nullable Life ledger;
    private @Nullable Throwable failure;

    SimMember(SimGroup group, String name, Scratch.Source scratch, Gates gates) {
        this.group = group;
        this.name = name;
        this.scratch = scratch;
        this.gates = gates;
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

    void start() {
        life++;
        failure = null;
        SimThread starting = new SimThread(group.time(), this::stop);
        SimLedger.Life listening = group.ledger().begin(name);
        RaftConfig config = new RaftConfig(
                name,
                Path.of("virtual"),
                name,
                ELECTION_TIMEOUT,
                HEARTBEAT_INTERVAL,
                1 << 20,
                Members.peers(group.names()));
        Seams seams = new Seams(
                disk,
                gates,
                SMALL,
                group.time(),
                new SplittableRandom(group.seed() * 131 + name.hashCode() + life),
                scratch);
        LogEvents events = new LogEvents(listening);
        try {
            core = RaftCore.open(
                    config, seams, starting, this, events, group.network().of(this, life));
        } catch (IOException e) {
            if (!e.toString().contains("planted")) {
                throw new AssertionError(name + " does not start: " + e.getMessage(), e);
            }
            disk = disk.losePower(group.random());
            group.time().after(Duration.ofMillis(100).toNanos(), this::start);
            return;
        }
        thread = starting;
        ledger = listening;
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

    void pause(Duration pause) {
        SimThread running = thread;
        if (running != null) {
            running.pause(pause);
        }
    }

    /** Ends the process; with the power, what was not forced may be gone. */
    void crash(boolean withPower, Random random) {
        RaftCore running = core;
        SimThread ran = thread;
        if (running == null || ran == null) {
            return;
        }
        core = null;
        thread = null;
        ran.close();
        disk = withPower ? disk.losePower(random) : disk.killProcess();
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
