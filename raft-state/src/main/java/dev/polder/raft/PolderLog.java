package dev.polder.raft;

import io.atomix.protocols.raft.storage.log.RaftLog;
import io.atomix.protocols.raft.storage.log.RaftLogReader;
import io.atomix.protocols.raft.storage.log.RaftLogWriter;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.Indexed;
import io.atomix.storage.journal.JournalReader;
import io.atomix.storage.journal.SegmentedJournal;

/**
 * The {@link FactLog} as Atomix sees it. Before the first entry stands a placeholder of the floor's index and term, never null:
 * Atomix takes null for a log that accepts every candidate.
 */
final class PolderLog extends RaftLog {
    private static final int SIZE_DIVISOR = 16;
    /** What Atomix takes for enough for one request. */
    private static final int REQUEST_BYTES = 32 << 10;

    private final FactLog log;
    private final Membership membership;
    private final FailStop failStop;
    private final Writer writer = new Writer();

    PolderLog(AtomixAccess access, FactLog log, Membership membership, FailStop failStop) {
        super(emptyJournal(access), false);
        this.log = log;
        this.membership = membership;
        this.failStop = failStop;
    }

    /** Atomix's constructor wants one; nothing is ever asked of it but a writer, of which there is none. */
    @SuppressWarnings("unchecked") // a class object knows no type arguments
    private static SegmentedJournal<RaftLogEntry> emptyJournal(AtomixAccess access) {
        return access.hollow(SegmentedJournal.class);
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

    private long first() {
        return log.floor().firstIndex();
    }

    private Indexed<RaftLogEntry> at(long index) {
        Floor floor = log.floor();
        return index <= floor.index() ? gone(index) : indexed(log.entry(index));
    }

    /**
     * Returns what stands for an entry that is not here any more, with the floor's term. {@link OpenAppends} sends
     * something else instead. The size makes Atomix stop there.
     */
    private Indexed<RaftLogEntry> gone(long index) {
        return new Indexed<>(index, new FactsEntry(log.floor().term(), new byte[0]), REQUEST_BYTES);
    }

    private static Indexed<RaftLogEntry> indexed(LogEntry entry) {
        return new Indexed<>(entry.index(), EntryCodec.decode(entry), toldBytes(entry));
    }

    /**
     * Returns what Atomix is told of an entry's size, at least 1. It takes one entry after the other into a request until
     * the sizes add up to 32 KiB; a follower then gets a few megabytes a second on a network where a request takes
     * milliseconds. Told a sixteenth, it takes 512 KiB and one entry more, which may have a megabyte, so that a request
     * still fits into a frame.
     */
    private static int toldBytes(LogEntry entry) {
        return (RecordFormat.HEADER_BYTES + entry.payload().length + SIZE_DIVISOR - 1) / SIZE_DIVISOR;
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
                if (entry instanceof MembersEntry members) {
                    membership.appended(appended.index(), members.members());
                }
                return new Indexed<>(appended.index(), entry, toldBytes(appended));
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
                if (index != first()) {
                    throw new IllegalStateException(
                            "a log that begins with entry " + first() + " cannot begin with " + index);
                }
            });
        }

        @Override
        public void truncate(long index) {
            failStop.guard(() -> {
                log.truncate(index);
                membership.truncated(index);
            });
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
            return first();
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
            long index = getNextIndex();
            return index <= log.floor().index() ? gone(index) : failStop.guard(() -> indexed(cursor.next()));
        }

        @Override
        public void reset() {
            cursor.moveTo(first());
        }

        @Override
        public void reset(long index) {
            cursor.moveTo(Math.max(1, index));
        }

        @Override
        public void close() {}
    }
}
