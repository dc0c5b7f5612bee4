package dev.polder.raft;

import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;

/** The members that vote from here on, as Atomix sees them. */
final class MembersEntry extends RaftLogEntry {
    private final EntryKind kind;
    private final MemberList members;

    MembersEntry(long term, MemberList members) {
        this(term, EntryKind.MEMBERS, members);
    }

    /** As it was read; an entry stays as it is, also on its way to others. */
    MembersEntry(long term, EntryKind kind, MemberList members) {
        super(term);
        this.kind = kind;
        this.members = members;
    }

    EntryKind kind() {
        return kind;
    }

    MemberList members() {
        return members;
    }
}
