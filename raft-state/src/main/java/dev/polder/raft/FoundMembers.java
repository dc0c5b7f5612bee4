package dev.polder.raft;

import java.io.IOException;
import java.util.TreeSet;

/** The members of a group, as far as the sound parts of a damaged directory tell. */
final class FoundMembers {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Disk disk;
    private Membership.Place newest;

    private FoundMembers(Disk disk, TermStore terms) {
        this.disk = disk;
        newest = new Membership.Place(0, MemberList.of(terms.members()));
    }

    /** Returns the last list that can be read, whatever is damaged before it. */
    static MemberList newest(Disk disk, TermStore terms) throws IOException {
        FoundMembers found = new FoundMembers(disk, terms);
        for (String name : new TreeSet<>(disk.names())) {
            found.look(name);
        }
        return found.newest.list();
    }

    private void look(String name) {
        try {
            if (SnapshotFiles.isName(name)) {
                found(SnapshotFile.open(disk, name).head().place());
            } else if (SegmentFile.isName(name)) {
                lookIntoSegment(name);
            }
        } catch (IOException | IllegalArgumentException e) {
            // it is damaged, as was known before
            return;
        }
    }

    private void lookIntoSegment(String name) throws IOException {
        try (SegmentFile segment = SegmentFile.open(disk, name)) {
            RecordReader reader = new RecordReader(BUFFER_BYTES);
            segment.seatAtStart(reader);
            while (reader.advance() == RecordReader.Found.RECORD) {
                EntryKind kind = reader.kind();
                if (kind != null && kind.listsMembers()) {
                    found(new Membership.Place(reader.index(), MembersCodec.decode(kind, reader.payload())));
                }
            }
        }
    }

    private void found(Membership.Place place) {
        if (place.index() >= newest.index()) {
            newest = place;
        }
    }
}
