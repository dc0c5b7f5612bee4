package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The entries of this member, in segment files. Owned by the log's thread, but for {@link #diskBytes}.
 *
 * <pre>
 *   append ──► buffer ──flush──► segment file ──force──► durable
 *      └─────► tail (newest entries, on the heap) ◄── cursors; older entries they read from the files
 * </pre>
 *
 * <p>Any failure to write or force is final: pages that a failed force gave up are reported clean from then on, so
 * a second force that succeeds proves nothing. Every later call throws what the first one threw.
 */
final class FactLog implements Closeable {
    /** What is written in one piece at most: a whole drain of proposals. */
    static final int WRITE_BYTES_MAX = 4 << 20;
    /** What may be written and not forced. Damage can reach no further than this when the power fails. */
    static final int UNFORCED_BYTES_MAX = 8 << 20;

    private static final int BUFFER_BYTES_MIN = 64 << 10;

    private final Disk disk;
    private final LogLimits limits;
    private final Runnable onLarge;
    private final List<SegmentFile> segments;
    private final LogTail tail;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES_MIN);
    private long lastIndex;
    private long lastTerm;
    private long writtenIndex;
    private long writtenTerm;
    private long durableIndex;
    private long unforcedBytes;
    private long commitIndex;
    private long cuts;
    private boolean warned;
    private volatile long diskBytes;
    private @Nullable IOException failure;

    private FactLog(Disk disk, LogLimits limits, Runnable onLarge, LogRecovery.Recovered found) {
        this.disk = disk;
        this.limits = limits;
        this.onLarge = onLarge;
        segments = found.segments();
        lastIndex = found.lastIndex();
        lastTerm = found.lastTerm();
        writtenIndex = lastIndex;
        writtenTerm = lastTerm;
        durableIndex = found.durableIndex();
        unforcedBytes = found.unforcedBytes();
        tail = new LogTail(lastIndex);
        measure();
    }

    /**
     * Opens the log in a directory, or begins one. Forces nothing that it finds: what the process before this one may
     * not have forced becomes durable with the next force, and {@link #durableIndex} says so until then.
     *
     * @param committedIndex entries up to here are known to be committed, and durable here; a log that ends before is
     *     refused
     * @param onLarge called once when the log has grown beyond {@code warnBytes}
     * @throws IOException if what is there cannot be trusted; the message names file and offset
     */
    static FactLog open(Disk disk, LogLimits limits, long committedIndex, Runnable onLarge) throws IOException {
        FactLog log = new FactLog(disk, limits, onLarge, LogRecovery.recover(disk, committedIndex));
        log.commitIndex = committedIndex;
        return log;
    }

    /** Returns whether a log was begun in the directory. */
    static boolean exists(Disk disk) throws IOException {
        return disk.names().stream().anyMatch(SegmentFile::isName);
    }

    long lastIndex() {
        return lastIndex;
    }

    /** Returns the term of the last entry, 0 for an empty log. */
    long lastTerm() {
        return lastTerm;
    }

    /** Returns whether this log knows more than one that ends so: its last term is higher, or equal and it is longer. */
    boolean isNewerThan(long otherLastTerm, long otherLastIndex) {
        return lastTerm > otherLastTerm || (lastTerm == otherLastTerm && lastIndex > otherLastIndex);
    }

    /** Returns the term of an entry, 0 for the place before the first. */
    long termAt(long index) {
        if (index == 0 || index == lastIndex) {
            return index == 0 ? 0 : lastTerm;
        }
        LogEntry entry = recent(index);
        return entry == null ? new LogCursor(this, index).next().term() : entry.term();
    }

    /** Returns up to which entry a power loss leaves this log whole. */
    long durableIndex() {
        return durableIndex;
    }

    /** Returns how often the log was truncated since it was opened. */
    long cuts() {
        return cuts;
    }

    /** Returns how many bytes the segment files have. Any thread may ask. */
    long diskBytes() {
        return diskBytes;
    }

    /** Adds an entry. It is neither written nor durable when this returns. */
    LogEntry append(long term, EntryKind kind, byte[] payload) {
        usable();
        if (term < lastTerm || term < 1) {
            throw new IllegalStateException("an entry of term " + term + " cannot follow one of term " + lastTerm);
        }
        if (payload.length > RecordFormat.PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "an entry has " + payload.length + " bytes, the limit is " + RecordFormat.PAYLOAD_BYTES_MAX);
        }
        LogEntry entry = new LogEntry(lastIndex + 1, term, kind, payload);
        makeRoom(RecordFormat.HEADER_BYTES + payload.length);
        RecordFormat.encode(buffer, entry, durableIndex);
        lastIndex = entry.index();
        lastTerm = term;
        tail.add(entry);
        return entry;
    }

    private void makeRoom(int bytes) {
        if (buffer.remaining() >= bytes) {
            return;
        }
        if (buffer.position() + bytes > WRITE_BYTES_MAX) {
            flush();
        }
        if (buffer.remaining() < bytes) {
            int capacity = Math.min(WRITE_BYTES_MAX, Integer.highestOneBit(buffer.position() + bytes) * 2);
            buffer = ByteBuffer.allocateDirect(capacity).put(buffer.flip());
        }
    }

    /** Writes what was appended, in one piece. */
    void flush() {
        usable();
        int bytes = buffer.position();
        if (bytes == 0) {
            return;
        }
        try {
            if (unforcedBytes + bytes > UNFORCED_BYTES_MAX) {
                forceWritten();
            }
            if (current().isFull(bytes, limits.segmentBytes())) {
                roll();
            }
            current().append(buffer.flip(), writtenIndex + 1, lastIndex);
        } catch (IOException e) {
            throw failed(e);
        }
        buffer.clear();
        unforcedBytes += bytes;
        writtenIndex = lastIndex;
        writtenTerm = lastTerm;
        tail.shrink(limits.tailBytesMax());
        measure();
    }

    /** Writes what was appended and makes all of it durable. */
    void force() {
        flush();
        try {
            forceWritten();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void forceWritten() throws IOException {
        if (durableIndex < writtenIndex) {
            current().force();
            durableIndex = writtenIndex;
            unforcedBytes = 0;
        }
    }

    /** Begins a segment. Only the last segment may be damaged by a crash, so the one before is forced first. */
    private void roll() throws IOException {
        forceWritten();
        segments.add(SegmentFile.create(disk, writtenIndex + 1, writtenTerm));
    }

    /** Takes note that entries up to an index are committed: they are never truncated. */
    void commit(long index) {
        commitIndex = Math.max(commitIndex, index);
    }

    /**
     * Removes all entries behind an index, durably.
     *
     * @throws IllegalStateException if one of them is committed
     */
    void truncate(long index) {
        if (index >= lastIndex) {
            return;
        }
        if (index < commitIndex) {
            throw new IllegalStateException(
                    "truncating behind entry " + index + " would remove committed ones up to " + commitIndex);
        }
        flush();
        try {
            long term = termAt(index);
            while (current().firstIndex() > index && segments.size() > 1) {
                SegmentFile last = segments.remove(segments.size() - 1);
                last.close();
                disk.delete(last.name());
                // One after the other: a crash must not leave a gap.
                disk.sync();
            }
            if (current().lastIndex() > index) {
                cutCurrent(index);
            }
            lastTerm = term;
        } catch (IOException e) {
            throw failed(e);
        }
        lastIndex = index;
        writtenIndex = index;
        writtenTerm = lastTerm;
        // What stays was forced: by the cut, or when its segment was followed by the next one.
        durableIndex = index;
        unforcedBytes = 0;
        tail.cut(index);
        cuts++;
        measure();
    }

    private void cutCurrent(long index) throws IOException {
        RecordReader reader = new RecordReader(RecordFormat.HEADER_BYTES);
        current().seat(reader, index + 1);
        current().cut(reader.position(), index);
    }

    /** Returns an entry that is still on the heap, or null. */
    @Nullable
    LogEntry recent(long index) {
        return tail.get(index);
    }

    /** Returns the segment of a written entry. */
    SegmentFile segmentOf(long index) {
        usable();
        for (int i = segments.size() - 1; i >= 0; i--) {
            SegmentFile segment = segments.get(i);
            if (segment.firstIndex() <= index && index <= segment.lastIndex()) {
                return segment;
            }
        }
        throw new IllegalStateException("no entry " + index + " in a log up to " + lastIndex);
    }

    String describe(SegmentFile segment) {
        return disk.describe(segment.name());
    }

    private SegmentFile current() {
        return segments.get(segments.size() - 1);
    }

    private void measure() {
        long bytes = 0;
        for (SegmentFile segment : segments) {
            bytes += segment.size();
        }
        diskBytes = bytes;
        if (bytes > limits.warnBytes() && !warned) {
            warned = true;
            onLarge.run();
        }
    }

    private void usable() {
        IOException first = failure;
        if (first != null) {
            throw new UncheckedIOException("the log failed before and is not used again", first);
        }
    }

    /** Remembers the first failure for good. Returns what is to be thrown. */
    UncheckedIOException failed(IOException cause) {
        IOException first = failure;
        if (first == null) {
            first = new IOException(
                    "log file " + describe(current()) + " failed, so this member stops: " + cause, cause);
            failure = first;
        }
        return new UncheckedIOException(first.getMessage(), first);
    }

    /** Closes the files; writes nothing. */
    @Override
    public void close() throws IOException {
        IOException first = null;
        for (SegmentFile segment : segments) {
            try {
                segment.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (failure == null) {
            failure = new IOException("the log is closed");
        }
        if (first != null) {
            throw first;
        }
    }
}
