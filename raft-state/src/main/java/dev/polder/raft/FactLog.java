package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.NavigableMap;
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

    private final Rules rules;
    private final LogLimits limits;
    private final Runnable onLarge;
    private final Segments segments;
    private final ForcedMark mark;
    private final LogTail tail;
    private final NavigableMap<Long, MemberList> foundMembers;
    private final TermStarts terms;
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
    private @Nullable ForceTimes times;
    private Runnable onSegment = () -> {};

    private FactLog(Disk disk, Rules rules, LogLimits limits, Runnable onLarge, LogRecovery.Recovered found) {
        this.rules = rules;
        this.limits = limits;
        mark = found.mark();
        this.onLarge = onLarge;
        segments = new Segments(disk, found.segments(), found.floor());
        lastIndex = found.lastIndex();
        lastTerm = found.lastTerm();
        writtenIndex = lastIndex;
        writtenTerm = lastTerm;
        durableIndex = found.durableIndex();
        unforcedBytes = found.unforcedBytes();
        foundMembers = found.members();
        terms = found.terms();
        tail = new LogTail(lastIndex);
        measure();
    }

    /**
     * Opens the log in a directory, or begins one. Forces nothing that it finds: what the process before this one may
     * not have forced becomes durable with the next force, and {@link #durableIndex} says so until then.
     *
     * <p>A log that ends before the newest snapshot, or has another entry in its place, begins anew behind it: the
     * snapshot was sent because of that, and a crash came between.
     *
     * @param committedIndex entries up to here are known to be committed, and durable here; a log that ends before, or
     *     before the {@link ForcedMark}, is refused, unless the snapshot has them
     * @param snapshot the last entry that the newest snapshot has, {@link Floor#NONE} without one
     * @param onLarge called once when the log has grown beyond {@code warnBytes}
     * @throws IOException if what is there cannot be trusted; the message names file and offset
     */
    static FactLog open(Disk disk, Rules rules, LogLimits limits, long committedIndex, Floor snapshot, Runnable onLarge)
            throws IOException {
        long known = rules.refusesDamage() ? committedIndex : 0;
        FactLog log = new FactLog(disk, rules, limits, onLarge, LogRecovery.recover(disk, rules, known, snapshot));
        try {
            log.reach(snapshot, known);
        } catch (IOException | RuntimeException e) {
            // who opens a log is told of a disk that fails as of one that cannot be trusted
            Failures failures = Failures.after(e instanceof UncheckedIOException unchecked ? unchecked.getCause() : e);
            failures.attempt(log);
            failures.throwFirst();
        }
        log.commitIndex = Math.max(known, snapshot.index());
        return log;
    }

    private void reach(Floor snapshot, long committedIndex) throws IOException {
        if (!has(snapshot)) {
            if (committedIndex > snapshot.index()) {
                throw segments.untrusted("entry " + snapshot.index() + " is of term " + termAt(snapshot.index())
                        + ", the snapshot says term " + snapshot.term() + ", and entries up to " + committedIndex
                        + " were committed");
            }
            restart(snapshot);
            foundMembers.clear();
        }
    }

    /** Returns whether the log has that entry, or begins behind it. */
    boolean has(Floor entry) {
        return entry.index() >= floor().index() && entry.index() <= lastIndex && termAt(entry.index()) == entry.term();
    }

    /** Returns the lists of members that were in the files when they were opened, by the index of their entries. */
    NavigableMap<Long, MemberList> foundMembers() {
        return foundMembers;
    }

    /** Has somebody note how long forces take from here on. */
    void note(ForceTimes forces) {
        times = forces;
    }

    /** Has something done whenever another segment begins; all before it is forced then. */
    void whenSegmentBegins(Runnable then) {
        onSegment = then;
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
        if (!rules.knowsTermBefore()
                && segments.current().lastIndex() < segments.current().firstIndex()) {
            return false;
        }
        return lastTerm > otherLastTerm || (lastTerm == otherLastTerm && lastIndex > otherLastIndex);
    }

    /** Returns where the log begins. */
    Floor floor() {
        return segments.floor();
    }

    /** Returns the term of an entry, the floor's for the place before the first. Reads no file. */
    long termAt(long index) {
        if (index == lastIndex) {
            return lastTerm;
        }
        return index == floor().index() ? floor().term() : terms.of(index);
    }

    /** Returns the first entry of an entry's term, of those behind the floor. */
    long firstOfTerm(long index) {
        return terms.firstOfTerm(index);
    }

    /** Returns an entry behind the floor. */
    LogEntry entry(long index) {
        return new LogCursor(this, index).next();
    }

    /** Returns up to which entry a power loss leaves this log whole. */
    long durableIndex() {
        return durableIndex;
    }

    /** Returns how often entries at the end were removed since the log was opened. */
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
        terms.appended(lastIndex, term);
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
            if (segments.current().isFull(bytes, limits.segmentBytes())) {
                forceWritten();
                segments.roll(writtenIndex, writtenTerm);
                onSegment.run();
            }
            segments.current().append(buffer.flip(), writtenIndex + 1, lastIndex);
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
            ForceTimes noted = times;
            long begun = noted == null ? 0 : noted.begins();
            segments.current().force();
            if (noted != null) {
                noted.ended(begun);
            }
            durableIndex = writtenIndex;
            unforcedBytes = 0;
            markForced(durableIndex);
        }
    }

    private void markForced(long index) {
        try {
            mark.raise(index);
        } catch (IOException e) {
            throw failed(mark.describe(), e);
        }
    }

    /** What is behind an entry is about to be removed, and is no longer called forced. */
    private void markRemoved(long index) {
        try {
            mark.lower(index);
        } catch (IOException e) {
            throw failed(mark.describe(), e);
        }
    }

    /** Returns up to which entry this log knows that they are committed. */
    long commitIndex() {
        return commitIndex;
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
            markRemoved(index);
            segments.truncate(index);
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
        terms.cut(index);
        cuts++;
        measure();
    }

    /**
     * Removes the oldest segments, those that have nothing behind an index, durably. The newest stays.
     *
     * @param index of a committed entry that a snapshot has
     */
    void compact(long index) {
        usable();
        if (index > commitIndex) {
            throw new IllegalStateException(
                    "removing entries up to " + index + ", but only those up to " + commitIndex + " are committed");
        }
        try {
            segments.compact(index);
        } catch (IOException e) {
            throw failed(e);
        }
        terms.dropped(floor().index());
        measure();
    }

    /** Returns behind which entry there are no more bytes than that, by whole segments; the floor's index at least. */
    long indexBehind(long bytes) {
        return segments.indexBehind(bytes);
    }

    /**
     * Forgets all entries, durably, and begins behind one that it does not have. After a crash on the way it is as it
     * was, shorter, or begins there.
     *
     * @throws IllegalStateException if a later entry is committed here
     */
    void restart(Floor at) {
        usable();
        if (at.index() < commitIndex) {
            throw new IllegalStateException(
                    "beginning behind entry " + at.index() + " would remove committed ones up to " + commitIndex);
        }
        buffer.clear();
        try {
            // What a power loss tears may lie in the newest segment only, which will be the one that begins there.
            forceWritten();
            markRemoved(at.index());
            segments.restart(at);
        } catch (IOException e) {
            throw failed(e);
        }
        lastIndex = at.index();
        lastTerm = at.term();
        writtenIndex = lastIndex;
        writtenTerm = lastTerm;
        durableIndex = lastIndex;
        unforcedBytes = 0;
        tail.restart(lastIndex);
        terms.clear();
        cuts++;
        measure();
    }

    /** Returns an entry that is still on the heap, or null. */
    @Nullable
    LogEntry recent(long index) {
        return tail.get(index);
    }

    /** Returns the segment of a written entry. */
    SegmentFile segmentOf(long index) {
        usable();
        return segments.of(index);
    }

    String describe(SegmentFile segment) {
        return segments.describe(segment);
    }

    private void measure() {
        long bytes = segments.bytes();
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
        return failed("log file " + segments.describe(segments.current()), cause);
    }

    private UncheckedIOException failed(String what, IOException cause) {
        IOException first = failure;
        if (first == null) {
            first = new IOException(what + " failed, so this member stops: " + cause, cause);
            failure = rules.failsForGood() ? first : null;
        }
        return new UncheckedIOException(first.getMessage(), first);
    }

    /** Closes the files; writes nothing. */
    @Override
    public void close() throws IOException {
        if (failure == null) {
            failure = new IOException("the log is closed");
        }
        Failures failures = new Failures();
        failures.attempt(segments);
        failures.attempt(mark);
        failures.throwFirst();
    }
}
