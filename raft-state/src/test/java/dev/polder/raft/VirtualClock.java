package dev.polder.raft;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What {@link ClockRewriter} has Atomix read: the time of the simulation on this thread, else the clock. */
public final class VirtualClock {
    private static final long EPOCH_MS = 1_000_000_000_000L;
    private static final ThreadLocal<@Nullable SimTime> TIME = new ThreadLocal<>();

    private VirtualClock() {}

    static void enter(SimTime time) {
        TIME.set(time);
    }

    static void leave() {
        TIME.remove();
    }

    /** Called in place of {@link System#currentTimeMillis}. */
    public static long currentTimeMillis() {
        SimTime time = TIME.get();
        return time == null ? System.currentTimeMillis() : EPOCH_MS + time.clockStepMs() + time.nanos() / 1_000_000;
    }

    /** Called in place of {@link Instant#now}. */
    public static Instant now() {
        return Instant.ofEpochMilli(currentTimeMillis());
    }
}
