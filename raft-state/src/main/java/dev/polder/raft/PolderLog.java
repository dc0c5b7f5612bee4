package dev.polder.raft;

import io.atomix.protocols.raft.storage.log.RaftLog;
import io.atomix.protocols.raft.storage.log.RaftLogReader;
import io.atomix.protocols.raft.storage.log.RaftLogWriter;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.Indexed;
import io.atomix.storage.journal.JournalReader;

/**
 * The {@link FactLog} as Atomix sees it. Before the first entry stands a placeholder of index 0 and term 0, never null:
 * Atomix takes null for a log that accepts every candidate.
 */
final class PolderLog extends RaftLog {
    private final FactLog log;
    private final FailStop failStop;
    private final Writer writer = new Writer();

    PolderLog(Scratch scratch, FactLog log, FailStop failStop) {
        super(scratch.journal(), false);
        this.log = log;
        this.failStop = failStop;
    }

    @Override
    public RaftLogWriter writer() {
        return writer;
    }

    @Override
    public RaftLogReader openReader(long index) {
        return new Reader(index);
    }

    @Override
    public RaftLogReader openReader(long index, JournalReader.Mode mode) {
        return new Reader(index);
    }

    @Override
    public boolean isCompactable(long index) {
        return false;
    }

    @Override
    public long getCompactableIndex(long index) {
        return 0;
    }

    @Override
    public void compact(long index) {
        throw new UnsupportedOperationException("this log keeps all its entries, it cannot drop those up to " + index);
    }

    /** Leaves the {@link FactLog} open: it belongs to whoever opened it. */
    @Override
    public void close() {}

    private Indexed<RaftLogEntry> at(long index) {
        return index == 0
                ? new Indexed<>(0, new FactsEntry(0, new byte[0]), 0)
                : indexed(new LogCursor(log, index).next());
    }

    private static Indexed<RaftLogEntry> indexed(LogEntry entry) {
        return new Indexed<>(
                entry.index(), EntryCodec.decode(entry), RecordFormat.HEADER_BYTES + entry.payload().length);
    }

    private final class Writer extends RaftLogWriter {
        Writer() {
            super(null, PolderLog.this);
        }

        @Override
        public long getLastIndex() {
            return log.lastIndex();
        }

        @Override
        public Indexed<RaftLogEntry> getLastEntry() {
            return failStop.guard(() -> at(log.lastIndex()));
        }

        @Override
        public long getNextIndex() {
            return log.lastIndex() + 1;
        }

        @Override
        public <T extends RaftLogEntry> Indexed<T> append(T entry) {
            return failStop.guard(() -> {
                LogEntry appended = log.append(entry.term(), EntryCodec.kind(entry), EntryCodec.payload(entry));
                return new Indexed<>(appended.index(), entry, RecordFormat.HEADER_BYTES + appended.payload().length);
            });
        }

        @Override
        public void append(Indexed<RaftLogEntry> entry) {
            append(entry.entry());
        }

        @Override
        public void commit(long index) {
            log.commit(index);
        }

        /** Accepts only what changes nothing; entries that do not fit are found by comparison and truncated. */
        @Override
        public void reset(long index) {
            failStop.guard(() -> {
                if (index != 1) {
                    throw new IllegalStateException("a log that begins with entry 1 cannot begin with " + index);
                }
            });
        }

        @Override
        public void truncate(long index) {
            failStop.guard(() -> log.truncate(index));
        }

        @Override
        public void flush() {
            failStop.guard(log::flush);
        }

        @Override
        public void close() {}
    }

    private final class Reader extends RaftLogReader {
        private final LogCursor cursor;

        Reader(long index) {
            super(null, PolderLog.this, JournalReader.Mode.ALL);
            cursor = new LogCursor(log, Math.max(1, index));
        }

        @Override
        public long getFirstIndex() {
            return 1;
        }

        @Override
        public long getCurrentIndex() {
            return getNextIndex() - 1;
        }

        @Override
        public Indexed<RaftLogEntry> getCurrentEntry() {
            return failStop.guard(() -> at(getCurrentIndex()));
        }

        /** A reader behind the end of a log that was truncated moves back to the end. */
        @Override
        public long getNextIndex() {
            if (cursor.nextIndex() > log.lastIndex() + 1) {
                cursor.moveTo(log.lastIndex() + 1);
            }
            return cursor.nextIndex();
        }

        @Override
        public boolean hasNext() {
            return getNextIndex() <= log.lastIndex();
        }

        @Override
        public Indexed<RaftLogEntry> next() {
            return failStop.guard(() -> indexed(cursor.next()));
        }

        @Override
        public void reset() {
            cursor.moveTo(1);
        }

        @Override
        public void reset(long index) {
            cursor.moveTo(Math.max(1, index));
        }

        @Override
        public void close() {}
    }
}
