package dev.polder.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits that flip and files that are cut, anywhere in any file of a member. Each time one of two things must come of it:
 * <ul>
 *   <li>the files are refused with words, by a start and by {@link LogTool#verify} alike;
 *   <li>it was harmless: term, vote, members, identities, probation and snapshot are as before, byte by byte, and so is
 *       every entry, but for some at the end of which nobody was told. Told of is what was forced before the process was
 *       killed; and after a power loss, with which the mark of it is lost, what the term file calls committed and what an
 *       undamaged later entry calls forced.
 * </ul>
 */
class DamagedFilesTest {
    /** Of each kind of damage at each file. */
    private static final int TRIES = System.getProperty("fast") == null ? 1_000 : 100;
    /** So many of them are tried with a real start. */
    private static final int STARTS_EVERY = 50;

    private static final List<String> THREE = List.of("m1:1", "m2:1", "m3:1");

    @TempDir
    Path directory;

    private final Random random = new Random(1);

    private record Entry(long index, long term, EntryKind kind, int hash) {}

    /** @param forcedIndex up to where the log was forced when it was made */
    private record Lying(String file, int start, int end, long forcedIndex) {}

    /** All that a start goes by. */
    private record State(
            long term,
            @Nullable String vote,
            String self,
            List<String> members,
            long committedIndex,
            long removedIndex,
            List<@Nullable String> identities,
            @Nullable String probation,
            @Nullable SnapshotHead snapshot,
            int snapshotHash,
            Floor floor) {}

    /** @param forcedIndex up to which entry the log was forced, as far as the files say */
    private record Read(State state, List<Entry> entries, long forcedIndex) {}

    private static Read read(Disk files) throws IOException {
        DryDisk disk = new DryDisk(files);
        TermStore terms = TermStore.open(disk, "");
        PeerIdentities identities = PeerIdentities.open(disk);
        SnapshotFile snapshot = SnapshotFiles.newestIn(disk);
        List<Entry> entries = new ArrayList<>();
        Floor entry = snapshot == null ? Floor.NONE : snapshot.entry();
        long committedIndex = Probation.open(disk).committedIndex(terms);
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, committedIndex, entry, () -> {})) {
            for (LogCursor cursor = new LogCursor(log, log.floor().firstIndex()); cursor.hasNext(); ) {
                LogEntry one = cursor.next();
                entries.add(new Entry(one.index(), one.term(), one.kind(), Arrays.hashCode(one.payload())));
            }
            State state = new State(
                    terms.term(),
                    terms.vote(),
                    terms.self(),
                    terms.members(),
                    terms.committedIndex(),
                    terms.removedIndex(),
                    Arrays.asList(identities.incarnation("m2:1"), identities.incarnation("m3:1")),
                    Probation.open(disk).toStanding(),
                    snapshot == null ? null : snapshot.head(),
                    snapshot == null ? 0 : hashOf(disk, snapshot),
                    log.floor());
            return new Read(state, entries, log.durableIndex());
        }
    }

    private static int hashOf(Disk disk, SnapshotFile snapshot) throws IOException {
        int hash = 0;
        try (DiskFile file = disk.open(snapshot.name())) {
            for (long offset = 0; offset < snapshot.layout().fileBytes(); ) {
                ByteBuffer part = snapshot.read(file, offset);
                hash = 31 * hash + part.hashCode();
                offset += part.limit();
            }
        }
        return hash;
    }

    // ---- the files

    /** Returns the files of a member that followed two leaders, saved a snapshot, and wrote some segments behind it. */
    private LossyDisk lived() throws IOException {
        LossyDisk disk = new LossyDisk();
        try (SimGroup group = SimGroup.started(1)) {
            SimMember member = group.member("m1:1");
            commit(group, 100);
            member.stateBytes(150_000);
            member.saveSnapshot();
            group.run(Duration.ofSeconds(1));
            group.handOver(group.member("m2:1"));
            group.run(Duration.ofSeconds(1));
            commit(group, 150);
            group.run(Duration.ofSeconds(1));
            for (String name : member.disk().names()) {
                disk.replace(name, withoutMostZeros(name, member.disk().read(name)));
            }
        }
        return disk;
    }

    private static void commit(SimGroup group, int times) {
        for (int i = 0; i < times; i++) {
            SimMember leader = group.awaitLeader();
            long before = group.ledger().acknowledgedIndex();
            group.propose(leader, 300);
            group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
        }
    }

    /** So that most of what is damaged matters. */
    private static byte[] withoutMostZeros(String name, byte[] bytes) {
        int end = bytes.length;
        while (SegmentFile.isName(name) && end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOf(bytes, Math.min(bytes.length, end + 2_000));
    }

    /** Adds entries of which the last are written and not forced, as a crash may leave them. */
    private static void writeMore(LossyDisk disk) throws IOException {
        Floor snapshot = requireNonNull(SnapshotFiles.newestIn(disk)).entry();
        long term = TermStore.open(disk, "").term();
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, snapshot, () -> {})) {
            for (int i = 0; i < 30; i++) {
                log.append(term, EntryKind.FACTS, new byte[100 + i]);
                log.flush();
                if (i % 10 == 0) {
                    log.force();
                }
            }
        }
    }

    private static List<Lying> lying(Disk disk) throws IOException {
        List<Lying> all = new ArrayList<>();
        for (String name :
                disk.names().stream().filter(SegmentFile::isName).sorted().toList()) {
            try (SegmentFile segment = SegmentFile.open(disk, name)) {
                RecordReader reader = new RecordReader(1 << 20);
                segment.seatAtStart(reader);
                int start = SegmentFile.HEADER_BYTES;
                while (reader.advance() == RecordReader.Found.RECORD) {
                    all.add(new Lying(name, start, (int) reader.position(), reader.durableIndex()));
                    start = (int) reader.position();
                }
            }
        }
        return all;
    }

    // ---- damage

    /** Tries damage at one file, and leaves it as it was. Returns whether it was refused. */
    private boolean isRefused(LossyDisk disk, Read before, String name, byte[] damaged, long toldIndex, int attempt)
            throws IOException {
        byte[] sound = disk.read(name);
        String what = name + ": " + sound.length + " bytes, now " + damaged.length + ", first difference at "
                + Arrays.mismatch(sound, damaged);
        disk.replace(name, damaged);
        try {
            String verified = verify(disk);
            String refusal = refusal(disk, before, toldIndex, what);
            assertThat(verified == null)
                    .as("%s: verify: %s, open: %s", what, verified, refusal)
                    .isEqualTo(refusal == null);
            if (attempt % STARTS_EVERY == 0) {
                assertThat(starts(disk))
                        .as("%s: a start; verify: %s", what, verified)
                        .isEqualTo(verified == null);
            }
            return verified != null;
        } finally {
            disk.replace(name, sound);
        }
    }

    private static @Nullable String verify(Disk disk) throws IOException {
        try (LogTool tool = LogTool.open(disk, "lossy")) {
            return tool.verify().problem().orElse(null);
        }
    }

    /** Returns why the files are not opened, null if they are; then what is in them must be as it was. */
    private static @Nullable String refusal(Disk disk, Read before, long toldIndex, String what) {
        Read after;
        try {
            after = read(disk);
        } catch (IOException e) {
            assertThat(e.getMessage()).as(what).hasSizeGreaterThan(20);
            return e.getMessage();
        }
        assertThat(after.state()).as(what).isEqualTo(before.state());
        int kept = after.entries().size();
        assertThat(kept).as(what).isLessThanOrEqualTo(before.entries().size());
        assertThat(after.entries()).as(what).isEqualTo(before.entries().subList(0, kept));
        assertThat(before.state().floor().index() + kept).as(what).isGreaterThanOrEqualTo(toldIndex);
        return null;
    }

    /** Starts a member on a copy; the state of its snapshot is read with that. */
    private boolean starts(LossyDisk disk) throws IOException {
        LossyDisk copy = new LossyDisk();
        for (String name : disk.names()) {
            copy.replace(name, disk.read(name));
        }
        try {
            PeerIdentities unused = PeerIdentities.open(copy);
        } catch (IOException e) {
            return false;
        }
        try (ManualMember member = ManualMember.first(copy, directory, THREE, new ManualTime())) {
            member.begin();
            return member.failure() == null;
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private byte[] flipped(byte[] sound) {
        byte[] damaged = sound.clone();
        damaged[random.nextInt(sound.length)] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }

    private static long told(Disk disk, Read before) throws IOException {
        return disk.names().contains(ForcedMark.FILE)
                ? before.forcedIndex()
                : before.state().committedIndex();
    }

    /** What the files say of it, or entries that a flipped bit has not touched. */
    private static long toldIndex(Disk disk, Read before, List<Lying> lying, String name, byte[] sound, byte[] damaged)
            throws IOException {
        int at = Arrays.mismatch(sound, damaged);
        return lying.stream()
                .filter(one -> !one.file().equals(name) || at < one.start() || at >= one.end())
                .mapToLong(Lying::forcedIndex)
                .reduce(told(disk, before), Math::max);
    }

    private List<String> kinds(LossyDisk disk) throws IOException {
        List<String> names = disk.names().stream().sorted().toList();
        assertThat(names.stream().filter(SegmentFile::isName).count()).isGreaterThan(2);
        assertThat(names.stream().filter(SnapshotFiles::isName).count()).isEqualTo(1);
        assertThat(names).contains(TermStore.FILE, PeerIdentities.FILE, ForcedMark.FILE);
        return names;
    }

    @Test
    void shouldRefuseEveryFlippedBitOfAMemberThatWasClosedOrProveItHarmless() throws Exception {
        LossyDisk disk = lived();
        Read before = read(disk);
        assertThat(before.forcedIndex())
                .isEqualTo(before.state().floor().index() + before.entries().size());
        List<Lying> lying = lying(disk);
        for (String name : kinds(disk)) {
            byte[] sound = disk.read(name);
            int refused = 0;
            for (int i = 0; i < TRIES; i++) {
                byte[] damaged = flipped(sound);
                long told = toldIndex(disk, before, lying, name, sound, damaged);
                refused += isRefused(disk, before, name, damaged, told, i) ? 1 : 0;
            }
            if (name.equals(ForcedMark.FILE)) {
                assertThat(refused).as("a mark that a power loss may have torn").isZero();
                continue;
            }
            // a bit in the zeros behind the end of the newest segment is taken for an interrupted write, and cut off
            assertThat(refused).as(name).isGreaterThan(SegmentFile.isName(name) ? TRIES / 4 : TRIES - 1);
        }
    }

    @Test
    void shouldRefuseEveryCutOfAMemberThatWasClosedOrProveItHarmless() throws Exception {
        LossyDisk disk = lived();
        Read before = read(disk);
        for (String name : kinds(disk)) {
            byte[] sound = disk.read(name);
            for (int i = 0; i < TRIES; i++) {
                byte[] damaged = Arrays.copyOf(sound, random.nextInt(sound.length));
                boolean refused = isRefused(disk, before, name, damaged, told(disk, before), i);
                assertThat(refused || SegmentFile.isName(name) || name.equals(ForcedMark.FILE))
                        .as("%s cut to %s", name, damaged.length)
                        .isTrue();
            }
        }
    }

    @Test
    void shouldRefuseEveryDamageOfTheMarkOfARepair() throws Exception {
        LossyDisk disk = lived();
        Probation.mark(disk, "its log was repaired");
        Read before = read(disk);
        byte[] sound = disk.read(Probation.FILE);
        for (int i = 0; i < TRIES; i++) {
            assertThat(isRefused(disk, before, Probation.FILE, flipped(sound), 0, i))
                    .isTrue();
            byte[] cut = Arrays.copyOf(sound, random.nextInt(sound.length));
            assertThat(isRefused(disk, before, Probation.FILE, cut, 0, i)).isTrue();
        }
    }

    @Test
    void shouldForgetOnlyWhatNobodyWasToldOfAfterAKill() throws Exception {
        LossyDisk disk = lived();
        writeMore(disk);
        assertThat(forgetsOnlyWhatNobodyWasToldOf(disk)).isGreaterThan(TRIES / 2);
    }

    @Test
    void shouldForgetOnlyWhatNobodyWasToldOfAfterAPowerLoss() throws Exception {
        LossyDisk disk = lived();
        writeMore(disk);
        disk.delete(ForcedMark.FILE);
        assertThat(forgetsOnlyWhatNobodyWasToldOf(disk)).isBetween(TRIES / 100, TRIES - TRIES / 100);
    }

    /** Returns how many flipped bits were refused. */
    private int forgetsOnlyWhatNobodyWasToldOf(LossyDisk disk) throws IOException {
        Read before = read(disk);
        List<Lying> lying = lying(disk);
        String newest = disk.names().stream()
                .filter(SegmentFile::isName)
                .max(String::compareTo)
                .orElseThrow();
        disk.replace(newest, withoutMostZeros(newest, disk.read(newest)));
        byte[] sound = disk.read(newest);
        int refused = 0;
        for (int i = 0; i < TRIES; i++) {
            byte[] damaged = flipped(sound);
            long told = toldIndex(disk, before, lying, newest, sound, damaged);
            refused += isRefused(disk, before, newest, damaged, told, i) ? 1 : 0;
        }
        for (int i = 0; i < TRIES; i++) {
            byte[] damaged = Arrays.copyOf(sound, random.nextInt(sound.length));
            isRefused(disk, before, newest, damaged, told(disk, before), i);
        }
        return refused;
    }
}
