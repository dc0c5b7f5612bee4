package dev.polder.raft;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Payloads of the entries that list the members:
 *
 * <pre>
 *   MEMBERS 1  u16 count, then each: name
 *   MEMBERS 2  group 16 bytes, recoveries u64, u16 count, then each: name, incarnation
 * </pre>
 *
 * <p>Texts are a u16 length and UTF-8. Nothing writes version 1 any more.
 */
final class MembersCodec {
    private static final int HEAD_BYTES = 3 * Long.BYTES;

    private MembersCodec() {}

    static byte[] encode(EntryKind kind, MemberList list) {
        boolean hasIncarnations = kind != EntryKind.MEMBERS_1;
        int size = (hasIncarnations ? HEAD_BYTES : 0) + Short.BYTES;
        for (GroupMember member : list.members()) {
            size += CheckedFile.textBytes(member.name());
            size += hasIncarnations ? CheckedFile.textBytes(member.incarnation()) : 0;
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        if (hasIncarnations) {
            UUID group = list.group().value();
            bytes.putLong(group.getMostSignificantBits())
                    .putLong(group.getLeastSignificantBits())
                    .putLong(list.recoveries());
        }
        bytes.putShort((short) list.size());
        for (GroupMember member : list.members()) {
            CheckedFile.putText(bytes, member.name());
            if (hasIncarnations) {
                CheckedFile.putText(bytes, member.incarnation());
            }
        }
        return bytes.array();
    }

    /**
     * Reads a list.
     *
     * @throws IllegalArgumentException if that is none; the message says why
     */
    static MemberList decode(EntryKind kind, byte[] payload) {
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        try {
            boolean hasIncarnations = kind != EntryKind.MEMBERS_1;
            GroupId group = hasIncarnations ? new GroupId(new UUID(bytes.getLong(), bytes.getLong())) : GroupId.NONE;
            long recoveries = hasIncarnations ? bytes.getLong() : 0;
            List<GroupMember> members = new ArrayList<>();
            for (int count = Short.toUnsignedInt(bytes.getShort()); count > 0; count--) {
                members.add(
                        new GroupMember(CheckedFile.getText(bytes), hasIncarnations ? CheckedFile.getText(bytes) : ""));
            }
            return new MemberList(group, recoveries, members);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("the members are cut off", e);
        }
    }

    /** Tells whether that is a list of members, and nothing else. */
    static boolean isGood(EntryKind kind, byte[] payload) {
        try {
            return Arrays.equals(encode(kind, decode(kind, payload)), payload);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
