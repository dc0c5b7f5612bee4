package dev.polder.master;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a view of a leading master. All who wait at one time are shown the same view, and whoever comes soon
 * after it is shown that. Any thread may ask; the rest is the master's thread's.
 */
final class MasterLoopReaders {
    /** How many may wait for the next view; one more is refused. */
    static final int WAITING_MAX = 1024;

    private static final long AGE_MS_MAX = 50;

    private final LongSupplier clockMs;
    private final Queue<CompletableFuture<MasterView>> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    /** Those whose view was taken and is not committed yet. Of the master's thread. */
    private final List<CompletableFuture<MasterView>> promised = new ArrayList<>();

    private volatile @Nullable Shown shown;

    private record Shown(MasterView view, long takenMs) {}

    /**
     * Begins with nobody.
     *
     * @param clockMs monotonic time
     */
    MasterLoopReaders(LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    // ---- any thread

    /** Returns the view that was shown last, null if that is too long ago. */
    @Nullable
    MasterView recent() {
        Shown last = shown;
        return last != null && clockMs.getAsLong() - last.takenMs <= AGE_MS_MAX ? last.view : null;
    }

    /** Waits for the next view; fails if too many do. */
    CompletableFuture<MasterView> await() {
        CompletableFuture<MasterView> reader = new CompletableFuture<>();
        if (!waiting.offer(reader)) {
            reader.completeExceptionally(new IllegalStateException(WAITING_MAX + " readers wait for a view already"));
        }
        return reader;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    // ---- the master's thread

    /**
     * Shows those who wait a view of now, as soon as it is committed. Returns how many wait.
     *
     * @param taker takes a view, and hands it over when it is committed
     */
    int show(Consumer<Consumer<MasterView>> taker) {
        List<CompletableFuture<MasterView>> readers = take();
        if (!readers.isEmpty()) {
            long takenMs = clockMs.getAsLong();
            promised.addAll(readers);
            taker.accept(view -> {
                shown = new Shown(view, takenMs);
                readers.forEach(one -> one.complete(view));
                promised.removeIf(CompletableFuture::isDone);
            });
        }
        return readers.size();
    }

    /** Tells those who wait that this master does not lead. Returns how many did. */
    int refuse() {
        List<CompletableFuture<MasterView>> readers = take();
        readers.forEach(one -> one.completeExceptionally(new IllegalStateException("this master does not lead")));
        return readers.size();
    }

    private List<CompletableFuture<MasterView>> take() {
        List<CompletableFuture<MasterView>> taken = new ArrayList<>();
        for (CompletableFuture<MasterView> one = waiting.poll(); one != null; one = waiting.poll()) {
            taken.add(one);
        }
        return taken;
    }

    /** The lead is lost: what was shown is no longer good, and views that are not committed never are. */
    void lost() {
        shown = null;
        promised.forEach(
                one -> one.completeExceptionally(new IllegalStateException("the leader was lost, ask the next")));
        promised.clear();
    }
}
