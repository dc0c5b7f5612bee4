package dev.polder.raft;

import io.atomix.protocols.raft.storage.log.entry.InitializeEntry;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Between Atomix's entries and ours. Payloads, by kind:
 *
 * <pre>
 *   FACTS 1       the proposed bytes
 *   INITIALIZE 1  u64 wall-clock milliseconds
 *   MEMBERS 1     u16 count, then each: u16 length, UTF-8
 * </pre>
 */
final class EntryCodec {
    private EntryCodec() {}

    static EntryKind kind(RaftLogEntry entry) {
        if (entry instanceof FactsEntry) {
            return EntryKind.FACTS;
        }
        if (entry instanceof InitializeEntry) {
            return EntryKind.INITIALIZE;
        }
        if (entry instanceof MembersEntry) {
            return EntryKind.MEMBERS;
        }
        throw new IllegalArgumentException(
                "an entry of " + entry.getClass().getName() + " has no place in this log: " + entry);
    }

    static byte[] payload(RaftLogEntry entry) {
        if (entry instanceof FactsEntry facts) {
            return facts.facts();
        }
        if (entry instanceof InitializeEntry initialize) {
            return ByteBuffer.allocate(Long.BYTES)
                    .putLong(initialize.timestamp())
                    .array();
        }
        if (entry instanceof MembersEntry members) {
            return encodeMembers(members.members());
        }
        throw new IllegalArgumentException(
                "an entry of " + entry.getClass().getName() + " has no place in this log: " + entry);
    }

    static RaftLogEntry decode(LogEntry entry) {
        return switch (entry.kind()) {
            case FACTS -> new FactsEntry(entry.term(), entry.payload());
            case INITIALIZE ->
                new InitializeEntry(
                        entry.term(), ByteBuffer.wrap(entry.payload()).getLong());
            case MEMBERS -> new MembersEntry(entry.term(), decodeMembers(entry));
        };
    }

    /** Returns why a payload is none of its kind, null if it is: what cannot be decoded must not come into the log. */
    static @Nullable String problem(EntryKind kind, byte[] payload) {
        return switch (kind) {
            case FACTS -> null;
            case INITIALIZE ->
                payload.length == Long.BYTES ? null : "has " + payload.length + " bytes, must have " + Long.BYTES;
            case MEMBERS -> isMembers(payload) ? null : "is no list of members";
        };
    }

    private static boolean isMembers(byte[] payload) {
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        try {
            for (int count = Short.toUnsignedInt(bytes.getShort()); count > 0; count--) {
                int length = Short.toUnsignedInt(bytes.getShort());
                bytes.position(bytes.position() + length);
            }
            return !bytes.hasRemaining();
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] encodeMembers(List<String> members) {
        int size = Short.BYTES;
        List<byte[]> names = new ArrayList<>();
        for (String member : members) {
            byte[] name = member.getBytes(StandardCharsets.UTF_8);
            names.add(name);
            size += Short.BYTES + name.length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(size).putShort((short) names.size());
        for (byte[] name : names) {
            bytes.putShort((short) name.length).put(name);
        }
        return bytes.array();
    }

    private static List<String> decodeMembers(LogEntry entry) {
        ByteBuffer bytes = ByteBuffer.wrap(entry.payload());
        List<String> members = new ArrayList<>();
        try {
            for (int count = Short.toUnsignedInt(bytes.getShort()); count > 0; count--) {
                byte[] name = new byte[Short.toUnsignedInt(bytes.getShort())];
                bytes.get(name);
                members.add(new String(name, StandardCharsets.UTF_8));
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("entry " + entry.index() + ": the members are cut off", e);
        }
        return members;
    }
}
