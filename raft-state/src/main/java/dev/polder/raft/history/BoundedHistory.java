package dev.polder.raft.history;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the bounds, and which numbers there are. The records lie in a store outside the heap; those that it has no room
 * for, or all of them if there is no store, lie in the heap, within the same bounds.
 */
final class BoundedHistory implements History {
    private final HistoryLimits limits;
    private final @Nullable RecordStore store;
    private final Map<Long, byte[]> heap = new ConcurrentHashMap<>();
    /** The bytes of each record by its number. */
    private final ConcurrentSkipListMap<Long, Integer> lengths = new ConcurrentSkipListMap<>();

    private final AtomicInteger size = new AtomicInteger();
    private long bytes;
    private volatile boolean closed;

    BoundedHistory(HistoryLimits limits, @Nullable RecordStore store) {
        this.limits = limits;
        this.store = store;
        if (store != null) {
            store.visit(this::count);
            while (isFull(0, 0)) {
                remove(lengths.firstKey());
            }
        }
    }

    @Override
    public boolean put(long number, byte[] record) {
        requireOpen();
        uncount(number);
        if (record.length > limits.recordBytesMax() || !makeRoom(number, record.length)) {
            drop(number);
            return false;
        }
        if (store != null && store.put(number, record)) {
            heap.remove(number);
        } else {
            heap.put(number, record.clone());
        }
        count(number, record.length);
        return true;
    }

    @Override
    public Optional<byte[]> get(long number) {
        requireOpen();
        byte[] inHeap = heap.get(number);
        if (inHeap != null) {
            return Optional.of(inHeap.clone());
        }
        return Optional.ofNullable(store == null ? null : store.get(number));
    }

    @Override
    public boolean contains(long number) {
        return lengths.containsKey(number);
    }

    @Override
    public void remove(long number) {
        requireOpen();
        if (uncount(number)) {
            drop(number);
        }
    }

    @Override
    public long[] numbers() {
        return lengths.keySet().stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public int size() {
        return size.get();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        heap.clear();
        if (store != null) {
            store.close();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the history is closed");
        }
    }

    private boolean isFull(int moreRecords, int moreBytes) {
        return size.get() + moreRecords > limits.recordsMax() || bytes + moreBytes > limits.bytesMax();
    }

    /** Removes lower numbers until there is room for this one; returns false if that does not help. */
    private boolean makeRoom(long number, int moreBytes) {
        while (isFull(1, moreBytes)) {
            if (lengths.firstKey() > number) {
                return false;
            }
            remove(lengths.firstKey());
        }
        return true;
    }

    private void drop(long number) {
        heap.remove(number);
        if (store != null) {
            store.remove(number);
        }
    }

    private void count(long number, int length) {
        lengths.put(number, length);
        size.incrementAndGet();
        bytes += length;
    }

    private boolean uncount(long number) {
        Integer length = lengths.remove(number);
        if (length == null) {
            return false;
        }
        size.decrementAndGet();
        bytes -= length;
        return true;
    }
}
