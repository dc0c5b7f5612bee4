package dev.polder.raft;

import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.util.List;

/** The members that vote from here on, as Atomix sees them. */
final class MembersEntry extends RaftLogEntry {
    private final List<String> members;

    MembersEntry(long term, List<String> members) {
        super(term);
        this.members = List.copyOf(members);
    }

    List<String> members() {
        return members;
    }
}
