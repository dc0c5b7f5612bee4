package dev.polder.raft;

/** One entry of the log. The payload is shared, never copied: nobody changes it after it was appended. */
final class LogEntry {
    private final long index;
    private final long term;
    private final EntryKind kind;
    private final byte[] payload;

    LogEntry(long index, long term, EntryKind kind, byte[] payload) {
        this.index = index;
        this.term = term;
        this.kind = kind;
        this.payload = payload;
    }

    long index() {
        return index;
    }

    long term() {
        return term;
    }

    EntryKind kind() {
        return kind;
    }

    byte[] payload() {
        return payload;
    }
}
