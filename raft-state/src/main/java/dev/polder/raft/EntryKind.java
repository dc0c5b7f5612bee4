package dev.polder.raft;

import org.jspecify.annotations.Nullable;

/** What an entry is. Code and version are written into each record; a pair that is not listed here is refused. */
enum EntryKind {
    /** Bytes that the state machine above proposed. */
    FACTS(1, 1),
    /** A new leader's first entry; it commits everything before it. Payload: wall-clock milliseconds, for people. */
    INITIALIZE(2, 1),
    /** The members from here on, without incarnations; read and not written any more. */
    MEMBERS_1(3, 1),
    /** The members from here on. Payload: see {@link MembersCodec}. */
    MEMBERS(3, 2),
    /** The time of the entries from here on: milliseconds for which the group has had a leader. */
    TIME(4, 1);

    private final byte code;
    private final byte version;

    EntryKind(int code, int version) {
        this.code = (byte) code;
        this.version = (byte) version;
    }

    /** Tells whether its payload is for {@link MembersCodec}. */
    boolean listsMembers() {
        return this == MEMBERS || this == MEMBERS_1;
    }

    byte code() {
        return code;
    }

    byte version() {
        return version;
    }

    /** Returns the kind, or null if this version of the software does not know it. */
    static @Nullable EntryKind of(byte code, byte version) {
        return switch (code) {
            case 1 -> version == 1 ? FACTS : null;
            case 2 -> version == 1 ? INITIALIZE : null;
            case 3 ->
                switch (version) {
                    case 1 -> MEMBERS_1;
                    case 2 -> MEMBERS;
                    default -> null;
                };
            case 4 -> version == 1 ? TIME : null;
            default -> null;
        };
    }
}
