package dev.polder.raft;

import org.jspecify.annotations.Nullable;

/** What an entry is. Code and version are written into each record; a pair that is not listed here is refused. */
enum EntryKind {
    /** Bytes that the state machine above proposed. */
    FACTS(1, 1),
    /** A new leader's first entry; it commits everything before it. Payload: wall-clock milliseconds, for people. */
    INITIALIZE(2, 1),
    /** The members from here on. Payload: see {@link EntryCodec}. */
    MEMBERS(3, 1);

    private final byte code;
    private final byte version;

    EntryKind(int code, int version) {
        this.code = (byte) code;
        this.version = (byte) version;
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
            case 1 -> FACTS.version == version ? FACTS : null;
            case 2 -> INITIALIZE.version == version ? INITIALIZE : null;
            case 3 -> MEMBERS.version == version ? MEMBERS : null;
            default -> null;
        };
    }
}
