package dev.polder.raft;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A place in a {@link FactLog} from which entries are read in order, and the entry before it, the present one. Owned by
 * the log's thread.
 */
final class LogCursor {
    private static final int BUFFER_BYTES = 256 << 10;

    private final FactLog log;
    private long next;
    /** The present entry, if it came from the heap. */
    private @Nullable LogEntry present;

    /** Seated at {@code seatedNext}, good up to {@code seatedLast}; null while entries come from the heap. */
    private @Nullable RecordReader reader;

    private long seatedNext;
    private long seatedLast;
    private long seatedCuts;

    LogCursor(FactLog log, long next) {
        this.log = log;
        this.next = next;
    }

    boolean hasNext() {
        return next <= log.lastIndex();
    }

    long nextIndex() {
        return next;
    }

    void moveTo(long index) {
        next = index;
    }

    /** Returns the next entry, which is the present one then; its payload may be kept. */
    LogEntry next() {
        advance();
        return present != null ? present : new LogEntry(next - 1, term(), kind(), seated().payload());
    }

    /** Makes the next entry the present one. */
    void advance() {
        present = log.recent(next);
        if (present == null) {
            advanceOnDisk();
        } else {
            reader = null;
        }
        next++;
    }

    long term() {
        return present != null ? present.term() : seated().term();
    }

    EntryKind kind() {
        return present != null ? present.kind() : requireNonNull(seated().kind());
    }

    /** Returns the present entry's payload, until the next one is the present. */
    ByteBuffer view() {
        return present != null ? ByteBuffer.wrap(present.payload()) : seated().view();
    }

    private RecordReader seated() {
        return requireNonNull(reader, "no present entry");
    }

    private void advanceOnDisk() {
        SegmentFile segment = log.segmentOf(next);
        try {
            RecordReader from = reader == null ? RecordReader.ofViews(BUFFER_BYTES) : reader;
            if (reader == null || seatedNext != next || next > seatedLast || seatedCuts != log.cuts()) {
                segment.seat(from, next);
                reader = from;
                seatedLast = segment.lastIndex();
                seatedCuts = log.cuts();
            }
            RecordReader.Found found = from.advance();
            if (found != RecordReader.Found.RECORD || from.kind() == null || from.index() != next) {
                throw new IOException("log file " + log.describe(segment) + " at offset " + from.position() + ": entry "
                        + next + " was good when the log was opened and is not there any more");
            }
            seatedNext = next + 1;
        } catch (IOException e) {
            throw log.failed(e);
        }
    }
}
