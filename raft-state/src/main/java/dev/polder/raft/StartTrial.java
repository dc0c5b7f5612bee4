package dev.polder.raft;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a start would come to with the files of a directory, found out without doing it. All of the newest snapshot is
 * read. Owned by one thread.
 *
 * @param lastIndex the last entry of the log
 * @param lastTerm its term
 * @param place the list of members that would count
 * @param notes what the start would do, in words
 */
record StartTrial(long lastIndex, long lastTerm, Membership.Place place, List<String> notes) {
    StartTrial {
        notes = List.copyOf(notes);
    }

    /**
     * Tries a start.
     *
     * @throws LogDamage if log or snapshot cannot be trusted
     * @throws IOException if something else keeps the member from starting; the message says what
     */
    static StartTrial run(Disk disk) throws IOException {
        DryDisk dry = new DryDisk(disk);
        if (!TermStore.exists(dry)) {
            throw new IOException("term file " + disk.describe(TermStore.FILE) + " is missing");
        }
        TermStore terms = TermStore.open(dry, "");
        PeerIdentities unused = PeerIdentities.open(dry);
        long unusedStarts = StartCount.read(dry);
        Probation probation = Probation.open(dry);
        SnapshotFile snapshot = newestSnapshot(dry);
        Floor behind = snapshot == null ? Floor.NONE : snapshot.entry();
        long committedIndex = probation.committedIndex(terms);
        try (FactLog log = FactLog.open(dry, Rules.KEPT, LogLimits.DEFAULT, committedIndex, behind, () -> {})) {
            terms.checkTerm(log.lastTerm());
            Membership membership = RaftCore.membership(terms, snapshot, log);
            List<String> notes = new ArrayList<>();
            notes.add("a start goes on with entries " + log.floor().firstIndex() + " to " + log.lastIndex());
            notes.add(members(terms, membership.newest()));
            if (probation.reason() != null) {
                notes.add("it neither votes nor stands at first: " + probation.toStanding());
            }
            dry.cuts()
                    .forEach((name, offset) -> notes.add(name + ": an interrupted write behind offset " + offset
                            + " would be cut off; nothing tells that it was ever forced"));
            return new StartTrial(log.lastIndex(), log.lastTerm(), membership.newest(), notes);
        }
    }

    private static String members(TermStore terms, Membership.Place place) {
        String source = place.index() == 0 ? "as it began" : "as entry " + place.index() + " says";
        boolean isOne = place.list().contains(terms.self()) && terms.removedIndex() <= place.index();
        return "the members are " + place.list().names() + ", " + source + "; this is " + terms.self()
                + (isOne ? "" : ", which is none of them");
    }

    private static @Nullable SnapshotFile newestSnapshot(Disk disk) throws IOException {
        TreeSet<String> names = new TreeSet<>(disk.names());
        names.removeIf(name -> !SnapshotFiles.isName(name));
        return names.isEmpty() ? null : readSnapshot(disk, names.last());
    }

    /**
     * Reads all of a snapshot.
     *
     * @throws LogDamage if a bit of it is not as it was written
     */
    static SnapshotFile readSnapshot(Disk disk, String name) throws LogDamage {
        long offset = 0;
        try {
            SnapshotFile snapshot = SnapshotFile.open(disk, name);
            try (DiskFile file = disk.open(name)) {
                while (offset < snapshot.layout().fileBytes()) {
                    offset += snapshot.read(file, offset).limit();
                }
            }
            return snapshot;
        } catch (IOException e) {
            throw LogDamage.inSnapshot(
                    name,
                    offset == 0
                            ? String.valueOf(e.getMessage())
                            : "snapshot file " + disk.describe(name) + " at offset " + offset + ": " + e.getMessage());
        }
    }
}
