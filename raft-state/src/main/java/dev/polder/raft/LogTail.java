package dev.polder.raft;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The newest entries of the log, on the heap, so that whoever reads along needs no disk. Owned by the log. */
final class LogTail {
    /** What an entry costs beside its payload, roughly. */
    private static final int ENTRY_OVERHEAD_BYTES = 64;

    /** Index i lies at i modulo length, a power of two. */
    private @Nullable LogEntry[] ring = new LogEntry[64];

    private long first;
    private long last;
    private long bytes;

    /** Starts empty behind an entry. */
    LogTail(long lastIndex) {
        first = lastIndex + 1;
        last = lastIndex;
    }

    void add(LogEntry entry) {
        if (last + 1 - first == ring.length) {
            @Nullable LogEntry[] larger = new LogEntry[ring.length * 2];
            for (long i = first; i <= last; i++) {
                larger[(int) (i & (larger.length - 1))] = ring[at(i)];
            }
            ring = larger;
        }
        last = entry.index();
        ring[at(last)] = entry;
        bytes += cost(entry);
    }

    /** Returns the entry, or null if it is not here. */
    @Nullable
    LogEntry get(long index) {
        return index < first || index > last ? null : ring[at(index)];
    }

    /** Drops the oldest entries until the rest is small enough. Only what was written may be dropped. */
    void shrink(long bytesMax) {
        while (bytes > bytesMax) {
            remove(first++);
        }
    }

    /** Drops everything behind an entry. */
    void cut(long newLastIndex) {
        if (newLastIndex < first) {
            Arrays.fill(ring, null);
            first = newLastIndex + 1;
            bytes = 0;
        } else {
            for (long i = last; i > newLastIndex; i--) {
                remove(i);
            }
        }
        last = newLastIndex;
    }

    /** Drops everything; what is added next comes behind an entry. */
    void restart(long newLastIndex) {
        Arrays.fill(ring, null);
        first = newLastIndex + 1;
        last = newLastIndex;
        bytes = 0;
    }

    private void remove(long index) {
        LogEntry entry = ring[at(index)];
        if (entry != null) {
            bytes -= cost(entry);
            ring[at(index)] = null;
        }
    }

    private int at(long index) {
        return (int) (index & (ring.length - 1));
    }

    private static int cost(LogEntry entry) {
        return entry.payload().length + ENTRY_OVERHEAD_BYTES;
    }
}
