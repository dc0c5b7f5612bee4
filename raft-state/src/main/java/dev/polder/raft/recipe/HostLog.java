package dev.polder.raft.recipe;

import dev.polder.raft.ReadOutcome;
import dev.polder.raft.ReplicatedLog.Proposed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * A log that the recipes have for themselves. Commands that come together become one entry; reads cost none. Owned by the
 * host's thread.
 */
final class HostLog implements RecipeLog {
    /** An entry is cut when it has got so large. */
    static final int BATCH_BYTES = 256 << 10;

    private static final long AGAIN_MS = 5;

    /** The log itself, as this class needs it. */
    interface Target {
        Proposed propose(long term, byte[] entry);

        /** As {@link dev.polder.raft.ReplicatedLog#readIndex} does. */
        CompletableFuture<ReadOutcome> readIndex(long term);

        boolean isFollowed();
    }

    private final RecipeLoop loop;
    private final Target target;
    private List<byte[]> batch = new ArrayList<>();
    private int batchBytes;
    private boolean flushes;
    private long term;
    private long servingMs;
    private long servingClusterTimeMs;

    HostLog(RecipeLoop loop, Target target) {
        this.loop = loop;
        this.target = target;
    }

    /**
     * A term begins to be served.
     *
     * @param clusterTimeMs of the last entry
     */
    void serving(long served, long clusterTimeMs) {
        lost();
        term = served;
        servingMs = loop.nowMs();
        servingClusterTimeMs = clusterTimeMs;
    }

    /** Returns the term that is served, 0 for none. */
    long term() {
        return term;
    }

    void lost() {
        term = 0;
        batch = new ArrayList<>();
        batchBytes = 0;
    }

    @Override
    public Proposed propose(long inTerm, byte[] command) {
        if (inTerm != term) {
            return Proposed.NOT_LEADER;
        }
        int bytes = EntryFrame.bytesOf(command);
        if (batchBytes > 0 && batchBytes + bytes > BATCH_BYTES) {
            flush();
            if (batchBytes > 0) {
                return Proposed.FULL;
            }
        }
        batch.add(command);
        batchBytes += bytes;
        flushSoon();
        return Proposed.ACCEPTED;
    }

    @Override
    public void readIndex(long inTerm, LongConsumer answer) {
        if (inTerm != term) {
            return;
        }
        // what the log told before it completes this waits in the loop before the answer
        Completion.of(
                target.readIndex(inTerm),
                (outcome, failure) -> loop.execute(() -> {
                    if (outcome instanceof ReadOutcome.ReadAt at && inTerm == term) {
                        answer.accept(at.index());
                    } else if (inTerm == term) {
                        // too many ask, no majority answers, or lost is on its way
                        loop.schedule(AGAIN_MS, () -> readIndex(inTerm, answer));
                    }
                }));
    }

    @Override
    public boolean isFollowed() {
        return target.isFollowed();
    }

    /** What other tasks that wait already bring goes into the same entry. */
    private void flushSoon() {
        if (!flushes) {
            flushes = true;
            loop.execute(() -> {
                flushes = false;
                flush();
            });
        }
    }

    private void flush() {
        if (term == 0 || batch.isEmpty()) {
            return;
        }
        byte[] entry = new EntryFrame(servingClusterTimeMs + loop.nowMs() - servingMs, batch).encode();
        if (target.propose(term, entry) == Proposed.ACCEPTED) {
            batch = new ArrayList<>();
            batchBytes = 0;
        } else if (!flushes) {
            // full: when others are committed there is room; not the leader: lost is on its way
            flushes = true;
            loop.schedule(AGAIN_MS, () -> {
                flushes = false;
                flush();
            });
        }
    }
}
