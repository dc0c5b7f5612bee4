package dev.polder.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes a member start again whose log or newest snapshot is damaged, from what is sound of it. The rest a leader has.
 *
 * <pre>
 *   damage? ──► marked: neither votes nor stands ──► what is damaged, and the log behind it, renamed ──► damage? ─no─► done
 *                                                                  ▲                                        │
 *                                                                  └──────────────────yes───────────────────┘
 * </pre>
 *
 * <p>The mark is durable before anything is changed, and each step leaves what a start refuses or takes on probation; so
 * whoever is interrupted begins again from the top. Nothing is deleted but the {@link ForcedMark}, which is not true of
 * the log any more. The disk belongs to one thread meanwhile.
 */
final class LogRepair {
    private static final int COPY_BYTES = 1 << 20;
    private static final String INSTEAD =
            "; this cannot be repaired: have this member removed by the others of its group,"
                    + " give it an empty directory, and have it added as a new one";

    private final Disk disk;
    private final String ending;
    private final List<String> kept = new ArrayList<>();

    LogRepair(Disk disk) throws IOException {
        this.disk = disk;
        int number = 1;
        for (boolean isTaken = true; isTaken; ) {
            String candidate = ending(number);
            isTaken = disk.names().stream().anyMatch(name -> name.endsWith(candidate));
            number += isTaken ? 1 : 0;
        }
        ending = ending(number);
    }

    private static String ending(int number) {
        return ".damaged-" + number;
    }

    RepairOutcome run() throws IOException {
        TermStore terms;
        try {
            if (!TermStore.exists(disk)) {
                return new RepairOutcome.Refused(
                        "term file " + disk.describe(TermStore.FILE) + " is missing, and with it the vote" + INSTEAD);
            }
            terms = TermStore.open(disk, "");
            PeerIdentities unused = PeerIdentities.open(disk);
            long unusedStarts = StartCount.read(disk);
        } catch (IOException e) {
            return new RepairOutcome.Refused(e.getMessage() + INSTEAD);
        }
        String markProblem = markProblem();
        LogDamage damage = markProblem == null ? damage() : null;
        if (markProblem == null && damage == null) {
            return new RepairOutcome.Sound(StartTrial.run(disk).notes());
        }
        String words = String.valueOf(damage == null ? markProblem : damage.getMessage());
        MemberList members = FoundMembers.newest(disk, terms);
        if (damage != null && members.size() == 1) {
            return repairLone(damage, members);
        }
        Probation.mark(disk, "its log was repaired: " + words);
        // from here on a leader is asked, not the mark
        ForcedMark.forget(disk);
        mendAll(damage == null ? damage() : damage);
        return new RepairOutcome.Repaired(words, kept, StartTrial.run(disk).notes());
    }

    /** Returns what is wrong with the mark of an earlier repair, null if nothing is. */
    private @Nullable String markProblem() {
        try {
            Probation unused = Probation.open(disk);
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private @Nullable LogDamage damage() throws IOException {
        try {
            StartTrial unused = StartTrial.run(disk);
            return null;
        } catch (LogDamage damage) {
            return damage;
        }
    }

    /** Where there is nobody to catch up with only a snapshot can go, and only if the log still has all its entries. */
    private RepairOutcome repairLone(LogDamage damage, MemberList members) throws IOException {
        DryDisk without = new DryDisk(disk);
        without.delete(damage.file());
        boolean isWhole;
        try {
            isWhole = SnapshotFiles.isName(damage.file())
                    && StartTrial.run(without).lastIndex() >= SnapshotFiles.index(damage.file());
        } catch (LogDamage e) {
            isWhole = false;
        }
        if (!isWhole) {
            return new RepairOutcome.Refused(damage.getMessage() + "; the group has no other member than "
                    + members.names() + ", so nobody has what is lost, and nothing was changed: give the directory back"
                    + " from a copy; what is sound before the damage can be dumped");
        }
        keep(damage.file());
        return new RepairOutcome.Repaired(
                String.valueOf(damage.getMessage()), kept, StartTrial.run(disk).notes());
    }

    private void mendAll(@Nullable LogDamage first) throws IOException {
        LogDamage damage = first;
        while (damage != null) {
            boolean mended = mend(damage);
            LogDamage next = damage();
            if (next != null && !mended && String.valueOf(next.getMessage()).equals(damage.getMessage())) {
                throw next;
            }
            damage = next;
        }
    }

    /** Returns whether something was changed. */
    private boolean mend(LogDamage damage) throws IOException {
        if (SnapshotFiles.isName(damage.file())) {
            keep(damage.file());
            return true;
        }
        NavigableSet<String> segments = segments();
        boolean mended = false;
        for (String later : segments.tailSet(damage.file(), false)) {
            keep(later);
            mended = true;
        }
        if (segments.contains(damage.file()) && hasBytesBehind(damage.file(), damage.offset())) {
            keepBehind(damage.file(), damage.offset());
            mended = true;
        }
        return beginBehindSnapshot() || mended;
    }

    private NavigableSet<String> segments() throws IOException {
        NavigableSet<String> names = new TreeSet<>(disk.names());
        names.removeIf(name -> !SegmentFile.isName(name));
        return names;
    }

    private void keep(String name) throws IOException {
        disk.rename(name, name + ending);
        disk.sync();
        kept.add(disk.describe(name + ending));
    }

    /** The file ends at the offset from here on; the whole of it is kept. */
    private void keepBehind(String name, long offset) throws IOException {
        if (offset <= SegmentFile.HEADER_BYTES) {
            keep(name);
            return;
        }
        String temporary = name + Disk.TEMPORARY;
        try (DiskFile from = disk.open(name);
                DiskFile to = disk.create(temporary)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(COPY_BYTES, offset));
            for (long at = 0; at < offset; at += bytes.limit()) {
                bytes.clear().limit((int) Math.min(bytes.capacity(), offset - at));
                from.readFully(bytes, at);
                to.write(bytes.flip(), at);
            }
            to.force();
        }
        keep(name);
        disk.rename(temporary, name);
        disk.sync();
    }

    private boolean hasBytesBehind(String name, long offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(COPY_BYTES);
        try (DiskFile file = disk.open(name)) {
            for (long at = offset; at < file.size(); at += bytes.limit()) {
                bytes.clear().limit((int) Math.min(bytes.capacity(), file.size() - at));
                file.readFully(bytes, at);
                bytes.flip();
                for (int i = 0; i < bytes.limit(); i++) {
                    if (bytes.get(i) != 0) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** A log that has nothing left begins where the snapshot ends. Returns whether that was done. */
    private boolean beginBehindSnapshot() throws IOException {
        SnapshotFile snapshot = SnapshotFiles.newestIn(disk);
        if (snapshot == null || !segments().isEmpty()) {
            return false;
        }
        SegmentFile.create(disk, snapshot.entry().firstIndex(), snapshot.entry().term())
                .close();
        return true;
    }
}
