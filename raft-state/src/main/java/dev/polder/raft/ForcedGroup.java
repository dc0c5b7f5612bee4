package dev.polder.raft;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes a member the only one of a group, by an entry that it appends to its log without a leader: a list of members with
 * itself alone, a group id of its own, so that two that do the same do not mix, and one recovery more, so that those who
 * were left behind are told so. All that is in its log counts as committed from then on.
 *
 * <pre>
 *   marked: neither votes nor stands ──► a term of its own ──► entry ──► committed, by the term file ──► mark gone
 * </pre>
 *
 * <p>Interrupted before the last step it does nothing in any group but follow; then this is to be done again. The disk
 * belongs to one thread meanwhile.
 */
final class ForcedGroup {
    private static final String MARK =
            "it was to become the only member of its group, and that was interrupted: it must be done again";

    private final Disk disk;
    private final SplittableRandom random;

    ForcedGroup(Disk disk, SplittableRandom random) {
        this.disk = disk;
        this.random = random;
    }

    NewGroupOutcome force(String member) throws IOException {
        StartTrial found;
        try {
            found = StartTrial.run(disk);
        } catch (LogDamage damage) {
            return new NewGroupOutcome.Refused(damage.getMessage() + "; repair that first");
        }
        TermStore terms = TermStore.open(disk, member);
        MemberList list = found.place().list();
        GroupMember self = list.find(terms.self());
        boolean isMarked = Probation.open(disk).reason() != null;
        if (self == null || terms.removedIndex() > found.place().index()) {
            return new NewGroupOutcome.Refused(terms.self() + " is none of the members " + list.names());
        }
        if (list.size() == 1 && !isMarked) {
            return new NewGroupOutcome.Refused(terms.self() + " is the only member already, and starts as it is");
        }
        if (!terms.self().equals(member)) {
            return new NewGroupOutcome.Unconfirmed(terms.self(), others(list, terms.self()), words(found, terms));
        }
        Probation.mark(disk, MARK);
        long lastIndex = append(terms, list, self);
        terms.beginAnew(lastIndex);
        Probation.clear(disk);
        return new NewGroupOutcome.Forced(member, lastIndex, others(list, member));
    }

    private static List<String> others(MemberList list, String self) {
        return list.names().stream().filter(name -> !name.equals(self)).toList();
    }

    private static String words(StartTrial found, TermStore terms) {
        String known = terms.committedIndex() > found.lastIndex()
                ? ", though entries up to " + terms.committedIndex() + " were committed here"
                : "";
        return "this is " + terms.self() + " of the members "
                + found.place().list().names() + ", its log ends with entry " + found.lastIndex() + " of term "
                + found.lastTerm() + known;
    }

    /** Returns where the log ends; an entry that is there already, and perhaps not durable, is not written a second time. */
    private long append(TermStore terms, MemberList list, GroupMember self) throws IOException {
        SnapshotFile snapshot = SnapshotFiles.newestIn(disk);
        Floor behind = snapshot == null ? Floor.NONE : snapshot.entry();
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, behind, () -> {})) {
            if (list.size() > 1) {
                long term = terms.term() + 1;
                // nobody else is elected in it with this member's help
                terms.voteIn(term, terms.self());
                MemberList lone = new MemberList(GroupId.random(random), list.recoveries() + 1, List.of(self));
                log.append(term, EntryKind.MEMBERS, MembersCodec.encode(EntryKind.MEMBERS, lone));
            }
            log.force();
            return log.lastIndex();
        }
    }
}
