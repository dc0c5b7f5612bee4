package dev.polder.raft;

import io.atomix.protocols.raft.storage.log.entry.InitializeEntry;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Between Atomix's entries and ours. Payloads, by kind:
 *
 * <pre>
 *   FACTS 1       the proposed bytes
 *   INITIALIZE 1  u64 wall-clock milliseconds
 *   MEMBERS 1, 2  see MembersCodec
 *   TIME 1        u64 milliseconds of leader time
 * </pre>
 */
final class EntryCodec {
    private EntryCodec() {}

    static EntryKind kind(RaftLogEntry entry) {
        if (entry instanceof FactsEntry) {
            return EntryKind.FACTS;
        }
        if (entry instanceof TimeEntry) {
            return EntryKind.TIME;
        }
        if (entry instanceof InitializeEntry) {
            return EntryKind.INITIALIZE;
        }
        if (entry instanceof MembersEntry members) {
            return members.kind();
        }
        throw noPlace(entry);
    }

    static byte[] payload(RaftLogEntry entry) {
        if (entry instanceof FactsEntry facts) {
            return facts.facts();
        }
        if (entry instanceof TimeEntry time) {
            return number(time.leaderTimeMs());
        }
        if (entry instanceof InitializeEntry initialize) {
            return number(initialize.timestamp());
        }
        if (entry instanceof MembersEntry members) {
            return MembersCodec.encode(members.kind(), members.members());
        }
        throw noPlace(entry);
    }

    private static IllegalArgumentException noPlace(RaftLogEntry entry) {
        return new IllegalArgumentException(
                "an entry of " + entry.getClass().getName() + " has no place in this log: " + entry);
    }

    static RaftLogEntry decode(LogEntry entry) {
        return switch (entry.kind()) {
            case FACTS -> new FactsEntry(entry.term(), entry.payload());
            case INITIALIZE -> new InitializeEntry(entry.term(), number(entry));
            case MEMBERS_1, MEMBERS -> new MembersEntry(entry.term(), entry.kind(), members(entry));
            case TIME -> new TimeEntry(entry.term(), number(entry));
        };
    }

    /** Reads the list of members out of an entry of that kind. */
    static MemberList members(LogEntry entry) {
        try {
            return MembersCodec.decode(entry.kind(), entry.payload());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("entry " + entry.index() + ": " + e.getMessage(), e);
        }
    }

    /** Reads the time out of an entry of that kind, or the clock out of an INITIALIZE. */
    static long number(LogEntry entry) {
        return number(ByteBuffer.wrap(entry.payload()));
    }

    /** Reads it out of such an entry's payload. */
    static long number(ByteBuffer payload) {
        return payload.getLong(payload.position());
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** Returns why a payload is none of its kind, null if it is: what cannot be decoded must not come into the log. */
    static @Nullable String problem(EntryKind kind, byte[] payload) {
        return switch (kind) {
            case FACTS -> null;
            case INITIALIZE, TIME ->
                payload.length == Long.BYTES ? null : "has " + payload.length + " bytes, must have " + Long.BYTES;
            case MEMBERS_1, MEMBERS -> MembersCodec.isGood(kind, payload) ? null : "is no list of members";
        };
    }
}
