package dev.polder.raft;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A place in a {@link FactLog} from which entries are read in order. Owned by the log's thread. */
final class LogCursor {
    private static final int BUFFER_BYTES = 256 << 10;

    private final FactLog log;
    private long next;

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

    LogEntry next() {
        LogEntry entry = log.recent(next);
        if (entry == null) {
            entry = fromDisk();
        } else {
            reader = null;
        }
        next++;
        return entry;
    }

    private LogEntry fromDisk() {
        SegmentFile segment = log.segmentOf(next);
        try {
            RecordReader from = reader == null ? new RecordReader(BUFFER_BYTES) : reader;
            if (reader == null || seatedNext != next || next > seatedLast || seatedCuts != log.cuts()) {
                segment.seat(from, next);
                reader = from;
                seatedLast = segment.lastIndex();
                seatedCuts = log.cuts();
            }
            RecordReader.Found found = from.advance();
            EntryKind kind = found == RecordReader.Found.RECORD ? from.kind() : null;
            if (kind == null || from.index() != next) {
                throw new IOException("log file " + log.describe(segment) + " at offset " + from.position() + ": entry "
                        + next + " was good when the log was opened and is not there any more");
            }
            seatedNext = next + 1;
            return new LogEntry(next, from.term(), kind, from.payload());
        } catch (IOException e) {
            throw log.failed(e);
        }
    }
}
