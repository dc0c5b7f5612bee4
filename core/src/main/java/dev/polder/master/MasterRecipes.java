package dev.polder.master;

import dev.polder.raft.ReadOutcome;
import dev.polder.raft.ReplicatedLog;
import dev.polder.raft.ReplicatedLog.Proposed;
import dev.polder.raft.recipe.RecipeLimits;
import dev.polder.raft.recipe.RecipeLog;
import dev.polder.raft.recipe.RecipeLoop;
import dev.polder.raft.recipe.RecipeMember;
import dev.polder.wire.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The recipes, which share the masters' log and the master's thread. What they propose gathers here until the master's
 * thread takes it, as one entry.
 *
 * <p>Tasks wait in a queue without a bound of its own: it holds what clients may have unhandled, and answers of the log.
 */
final class MasterRecipes implements RecipeLoop, RecipeLog {
    /** With so much to be proposed no further task is begun; what one more may bring has room in the entry. */
    static final int BATCH_BYTES = TurnPipeline.ENTRY_BYTES_TARGET / 2;

    private static final int ENTRY_BYTES_MAX = ReplicatedLog.ENTRY_BYTES_MAX - 64;

    private static final int TASKS_AT_ONCE_MAX = 1024;
    private static final int QUEUE_CHUNK = 256;
    private static final long TICK_MS = 100;
    /** After so long a read is asked for again that the log could not confirm. */
    private static final long ASK_AGAIN_MS = 5;

    private final Thread thread;
    private final Runnable wake;
    private final Supplier<@Nullable ReplicatedLog> log;
    private final LongSupplier clockMs;
    private final RecipeMember member;
    private final MpscUnboundedVarHandleArrayQueue<Runnable> tasks =
            new MpscUnboundedVarHandleArrayQueue<>(QUEUE_CHUNK);
    private volatile boolean over;

    // owned by the thread
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::atMs).thenComparingLong(Timer::number));
    private long lastTimer;
    private long nextTickMs;
    private long term;
    private List<byte[]> batch = new ArrayList<>();
    private int batchBytes;

    private record Timer(long atMs, long number, Runnable task) {}

    /**
     * Makes those of a member that knows nothing yet.
     *
     * @param thread the master's
     * @param wake called when something was put in from another thread
     * @param log null before it is there
     * @param clockMs monotonic time
     */
    MasterRecipes(Thread thread, Runnable wake, Supplier<@Nullable ReplicatedLog> log, LongSupplier clockMs) {
        this.thread = thread;
        this.wake = wake;
        this.log = log;
        long originMs = clockMs.getAsLong() - 1;
        this.clockMs = () -> clockMs.getAsLong() - originMs;
        member = new RecipeMember(this, this, RecipeLimits.DEFAULT);
    }

    RecipeMember member() {
        return member;
    }

    // ---- the loop of the recipes

    @Override
    public long nowMs() {
        return clockMs.getAsLong();
    }

    @Override
    public boolean execute(Runnable task) {
        if (over) {
            return false;
        }
        tasks.add(task);
        wake.run();
        return true;
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void schedule(long delayMs, Runnable task) {
        long atMs = nowMs() + delayMs;
        if (isCurrent()) {
            timers.add(new Timer(atMs, ++lastTimer, task));
        } else {
            boolean unused = execute(() -> timers.add(new Timer(atMs, ++lastTimer, task)));
        }
    }

    // ---- the log of the recipes

    @Override
    public Proposed propose(long inTerm, byte[] command) {
        if (inTerm != term) {
            return Proposed.NOT_LEADER;
        }
        int bytes = Entry.bytesOf(command);
        if (batchBytes > 0 && batchBytes + bytes > ENTRY_BYTES_MAX) {
            return Proposed.FULL;
        }
        batch.add(command);
        batchBytes += bytes;
        return Proposed.ACCEPTED;
    }

    @Override
    public void readIndex(long inTerm, LongConsumer answer) {
        ReplicatedLog running = log.get();
        if (inTerm != term || running == null) {
            return;
        }
        CompletableFuture<Void> unused = running.readIndex(inTerm)
                .thenAccept(outcome -> execute(() -> {
                    if (inTerm != term) {
                        return;
                    }
                    if (outcome instanceof ReadOutcome.ReadAt at) {
                        answer.accept(at.index());
                    } else {
                        // too many ask, no majority answers, or the loss of the term is on its way
                        schedule(ASK_AGAIN_MS, () -> readIndex(inTerm, answer));
                    }
                }));
    }

    @Override
    public boolean isFollowed() {
        ReplicatedLog running = log.get();
        return running != null && running.isFollowed();
    }

    // ---- the master's thread

    /** Does what waits and what is due. Returns how much that was. */
    int work() {
        int done = 0;
        long nowMs = nowMs();
        while (!timers.isEmpty() && timers.peek().atMs() <= nowMs) {
            timers.remove().task().run();
            done++;
        }
        Runnable task;
        for (int i = 0; i < TASKS_AT_ONCE_MAX && batchBytes < BATCH_BYTES && (task = tasks.poll()) != null; i++) {
            task.run();
            done++;
        }
        if (term != 0 && nowMs >= nextTickMs) {
            nextTickMs = nowMs + TICK_MS;
            member.tick();
        }
        return done;
    }

    /** Returns whether there is something to be proposed. */
    boolean hasCommands() {
        return !batch.isEmpty();
    }

    /** Returns what is to be proposed now, and forgets it. */
    List<byte[]> takeCommands() {
        List<byte[]> taken = batch;
        batch = new ArrayList<>();
        batchBytes = 0;
        return taken;
    }

    /** Returns in how many milliseconds there is something to do if nothing is put in; the largest long for never. */
    long restMs() {
        long next = term == 0 ? Long.MAX_VALUE : nextTickMs;
        Timer first = timers.peek();
        if (first != null) {
            next = Math.min(next, first.atMs());
        }
        return next == Long.MAX_VALUE ? next : Math.max(0, next - nowMs());
    }

    /** Returns whether nothing waits. */
    boolean isIdle() {
        return tasks.isEmpty();
    }

    void committed(long index, long entryTerm, Entry entry) {
        for (byte[] command : entry.commands()) {
            member.committed(index, entryTerm, entry.clusterTimeMs(), command);
        }
        member.handed(index);
    }

    void serving(long served) {
        term = served;
        nextTickMs = nowMs() + TICK_MS;
        member.serving(served);
    }

    void lost() {
        term = 0;
        batch = new ArrayList<>();
        batchBytes = 0;
        member.lost();
    }

    /** Nothing is run any more. */
    void close() {
        over = true;
        lost();
    }
}
