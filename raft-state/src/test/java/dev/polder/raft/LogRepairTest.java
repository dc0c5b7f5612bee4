package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Members in virtual time whose files are damaged and repaired, at every point where that can be interrupted. */
class LogRepairTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    /** The files of a member of three: some log files, and a snapshot that has the beginning of the log. */
    private Map<String, byte[]> files(boolean withSnapshot) throws IOException {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            fill(group, leader, withSnapshot);
            leader.crash(false, group.random());
            return contents(leader.disk());
        }
    }

    private static void fill(SimGroup group, SimMember saving, boolean withSnapshot) {
        for (int i = 0; i < 200; i++) {
            group.propose(group.awaitLeader(), 400);
            group.run(Duration.ofMillis(2));
            if (i == 150 && withSnapshot) {
                saving.saveSnapshot();
            }
        }
        group.run(Duration.ofSeconds(1));
        assertThat(saving.core().log().floor().index() > 0).isEqualTo(withSnapshot);
    }

    private static Map<String, byte[]> contents(LossyDisk disk) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        for (String name : disk.names()) {
            contents.put(name, disk.read(name));
        }
        return contents;
    }

    private static LossyDisk disk(Map<String, byte[]> files) {
        LossyDisk disk = new LossyDisk();
        files.forEach(disk::replace);
        return disk;
    }

    private static RepairOutcome repair(LossyDisk disk) throws IOException {
        try (LogTool tool = LogTool.open(disk, "lossy")) {
            return tool.repair();
        }
    }

    private static RepairOutcome.Repaired repaired(LossyDisk disk) throws IOException {
        RepairOutcome outcome = repair(disk);
        assertThat(outcome).isInstanceOf(RepairOutcome.Repaired.class);
        return (RepairOutcome.Repaired) outcome;
    }

    private static List<String> segments(Collection<String> names) {
        return new TreeSet<>(names).stream().filter(SegmentFile::isName).toList();
    }

    private static String snapshot(Collection<String> names) {
        return names.stream().filter(SnapshotFiles::isName).findFirst().orElseThrow();
    }

    private static void flip(Map<String, byte[]> files, String name, int offset) {
        byte[] bad = files.get(name).clone();
        bad[offset] ^= 1;
        files.put(name, bad);
    }

    private static boolean isMarked(LossyDisk disk) throws IOException {
        return Probation.open(disk).reason() != null;
    }

    private static void assertKept(Map<String, byte[]> before, LossyDisk disk) throws IOException {
        Collection<byte[]> after = contents(disk).values();
        before.forEach((name, bytes) -> {
            if (SegmentFile.isName(name) || SnapshotFiles.isName(name)) {
                assertThat(after.stream().anyMatch(one -> Arrays.equals(one, bytes)))
                        .as("all of %s is there, under one name or another", name)
                        .isTrue();
            }
        });
    }

    @Test
    void shouldCutTheLogAtTheFirstDamageAndKeepWhatItTakesAway() throws Exception {
        Map<String, byte[]> files = files(false);
        List<String> names = segments(files.keySet());
        assertThat(names).hasSizeGreaterThan(3);
        flip(files, names.get(1), 5_000);
        LossyDisk disk = disk(files);
        assertThatThrownBy(() -> StartTrial.run(disk)).isInstanceOf(LogDamage.class);

        RepairOutcome.Repaired repaired = repaired(disk);

        assertThat(repaired.damage()).contains(names.get(1) + " at offset ", "checksum does not fit");
        assertThat(repaired.kept()).hasSize(names.size() - 1).allMatch(name -> name.endsWith(".damaged-1"));
        assertThat(repaired.notes())
                .anySatisfy(note -> assertThat(note)
                        .startsWith("it neither votes nor stands at first: this member has to catch up with a leader"));
        assertThat(segments(disk.names())).isEqualTo(names.subList(0, 2));
        assertThat(disk.read(names.get(1)).length).isBetween(SegmentFile.HEADER_BYTES + 1, 5_000);
        assertThat(isMarked(disk)).isTrue();
        assertKept(files, disk);
    }

    @Test
    void shouldBeginBehindASoundSnapshotWhenTheLogDoesNotReachIt() throws Exception {
        Map<String, byte[]> files = files(true);
        String first = segments(files.keySet()).get(0);
        flip(files, first, 3);
        LossyDisk disk = disk(files);

        repaired(disk);

        long index = SnapshotFiles.index(snapshot(disk.names()));
        assertThat(segments(disk.names())).containsExactly(SegmentFile.name(index + 1));
        assertThat(StartTrial.run(disk).lastIndex()).isEqualTo(index);
        assertKept(files, disk);
    }

    @Test
    void shouldBeginWithNothingWhenTheSnapshotIsDamagedAndTheLogHasNotAllEntries() throws Exception {
        Map<String, byte[]> files = files(true);
        flip(files, snapshot(files.keySet()), 300);
        LossyDisk disk = disk(files);

        repaired(disk);

        assertThat(segments(disk.names())).isEmpty();
        assertThat(StartTrial.run(disk).lastIndex()).isZero();
        assertThat(isMarked(disk)).isTrue();
        assertKept(files, disk);
    }

    @Test
    void shouldFillUpWhatWasCutOffWithoutATrace() throws Exception {
        Map<String, byte[]> files = files(false);
        files.remove(segments(files.keySet()).get(segments(files.keySet()).size() - 1));
        LossyDisk disk = disk(files);
        assertThatThrownBy(() -> StartTrial.run(disk)).hasMessageContaining("were forced to the disk: a file was cut");

        assertThat(repaired(disk).kept()).isEmpty();

        assertThat(StartTrial.run(disk).lastIndex()).isPositive();
        assertThat(isMarked(disk)).isTrue();
    }

    @Test
    void shouldChangeNothingWhereNothingIsDamaged() throws Exception {
        Map<String, byte[]> files = files(true);
        LossyDisk disk = disk(files);

        assertThat(repair(disk)).isInstanceOf(RepairOutcome.Sound.class);

        assertThat(contents(disk)).containsOnlyKeys(files.keySet());
        contents(disk).forEach((name, bytes) -> assertThat(bytes).isEqualTo(files.get(name)));
    }

    @Test
    void shouldSayWhatToDoWhereTheVoteIsLost() throws Exception {
        Map<String, byte[]> files = files(true);
        for (String name : List.of(TermStore.FILE, PeerIdentities.FILE)) {
            Map<String, byte[]> damaged = new TreeMap<>(files);
            damaged.computeIfAbsent(PeerIdentities.FILE, unused -> new byte[100]);
            flip(damaged, name, 30);
            LossyDisk disk = disk(damaged);

            assertThat(repair(disk))
                    .isInstanceOfSatisfying(
                            RepairOutcome.Refused.class,
                            refused -> assertThat(refused.reason())
                                    .startsWith(name + " file lossy/" + name)
                                    .endsWith(
                                            "have this member removed by the others of its group, give it an empty directory,"
                                                    + " and have it added as a new one"));

            assertThat(contents(disk)).containsOnlyKeys(damaged.keySet());
        }
        files.remove(TermStore.FILE);
        assertThat(repair(disk(files)))
                .isInstanceOfSatisfying(
                        RepairOutcome.Refused.class,
                        refused -> assertThat(refused.reason())
                                .startsWith("term file lossy/term is missing, and with it the vote"));
    }

    @Test
    void shouldReplaceADamagedMarkOfAnEarlierRepair() throws Exception {
        Map<String, byte[]> files = files(false);
        LossyDisk disk = disk(files);
        Probation.mark(disk, "cut");
        byte[] bad = disk.read(Probation.FILE);
        bad[bad.length - 1] ^= 1;
        disk.replace(Probation.FILE, bad);

        assertThat(repaired(disk).damage()).startsWith("probation file lossy/probation");

        assertThat(isMarked(disk)).isTrue();
    }

    @Test
    void shouldGiveEveryRepairNamesOfItsOwn() throws Exception {
        Map<String, byte[]> files = files(false);
        List<String> names = segments(files.keySet());
        flip(files, names.get(2), 5_000);
        LossyDisk disk = disk(files);
        repaired(disk);
        byte[] second = disk.read(names.get(1));
        second[5_000] ^= 1;
        disk.replace(names.get(1), second);
        Map<String, byte[]> before = contents(disk);

        assertThat(repaired(disk).kept()).allMatch(name -> name.endsWith(".damaged-2"));
        assertThat(contents(disk)).containsAllEntriesOf(keptAlready(before));
        assertKept(before, disk);
    }

    private static Map<String, byte[]> keptAlready(Map<String, byte[]> files) {
        Map<String, byte[]> kept = new TreeMap<>(files);
        kept.keySet().removeIf(name -> !name.endsWith(".damaged-1"));
        assertThat(kept).isNotEmpty();
        return kept;
    }

    @Test
    void shouldStartAgainWhateverBitIsFlipped() throws Exception {
        Map<String, byte[]> files = files(true);
        List<String> names = files.keySet().stream()
                .filter(name -> SegmentFile.isName(name) || SnapshotFiles.isName(name))
                .toList();
        Random random = new Random(1);
        int repairs = 0;
        for (int i = 0; i < 1_000; i++) {
            Map<String, byte[]> damaged = new TreeMap<>(files);
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                String name = names.get(random.nextInt(names.size()));
                flip(damaged, name, random.nextInt(damaged.get(name).length));
            }
            LossyDisk disk = disk(damaged);
            RepairOutcome outcome = repair(disk);
            StartTrial.run(disk);
            assertThat(isMarked(disk)).isEqualTo(outcome instanceof RepairOutcome.Repaired);
            assertKept(damaged, disk);
            repairs += isMarked(disk) ? 1 : 0;
        }
        assertThat(repairs).isGreaterThan(300);
    }

    @Test
    void shouldGoOnWhereItWasInterrupted() throws Exception {
        Map<String, byte[]> inTheMiddle = files(false);
        flip(inTheMiddle, segments(inTheMiddle.keySet()).get(1), 5_000);
        Map<String, byte[]> behind = files(true);
        flip(behind, segments(behind.keySet()).get(0), 3);
        Map<String, byte[]> nothing = files(true);
        flip(nothing, snapshot(nothing.keySet()), 300);
        for (Map<String, byte[]> damaged : List.of(inTheMiddle, behind, nothing)) {
            interruptEverywhere(damaged);
        }
    }

    private static void interruptEverywhere(Map<String, byte[]> damaged) throws IOException {
        LossyDisk whole = disk(damaged);
        repaired(whole);
        long lastIndex = StartTrial.run(whole).lastIndex();
        int points = 0;
        for (LossyDisk.Operation operation : LossyDisk.Operation.values()) {
            for (int call = 1; call <= whole.count(operation); call++) {
                for (boolean withPower : new boolean[] {false, true}) {
                    LossyDisk disk = disk(damaged);
                    disk.failAt(operation, call);
                    assertThatThrownBy(() -> repair(disk)).isInstanceOf(IOException.class);
                    LossyDisk after = withPower ? disk.losePower(new Random(points)) : disk.killProcess();
                    points++;

                    if (starts(after)) {
                        assertThat(isMarked(after)).as("%s %d", operation, call).isTrue();
                    }
                    assertKept(damaged, after);
                    repair(after);
                    assertThat(isMarked(after)).isTrue();
                    assertThat(StartTrial.run(after).lastIndex()).isLessThanOrEqualTo(lastIndex);
                    assertKept(damaged, after);
                }
            }
        }
        assertThat(points).isGreaterThan(15);
    }

    private static boolean starts(LossyDisk disk) throws IOException {
        try {
            StartTrial unused = StartTrial.run(disk);
            return true;
        } catch (LogDamage damage) {
            return false;
        }
    }

    // ---- among others

    private interface Damage {
        void to(Map<String, byte[]> files);
    }

    /** Three members; of two that have the last entries one is damaged and repaired, and the other is dead. */
    private SimGroup withRepaired(long seed, Damage damage, Consumer<LossyDisk> then) throws IOException {
        SimGroup group = SimGroup.started(seed);
        SimMember leader = group.awaitLeader();
        SimMember other = group.others(leader).get(0);
        SimMember without = group.others(leader).get(1);
        group.run(Duration.ofSeconds(1));
        group.isolate(without);
        for (int i = 0; i < 60; i++) {
            group.propose(leader, 1_000);
            group.run(Duration.ofMillis(5));
        }
        group.run(Duration.ofSeconds(1));
        leader.crash(false, group.random());
        other.crash(false, group.random());
        Map<String, byte[]> files = contents(other.disk());
        damage.to(files);
        files.forEach(other.disk()::replace);
        repaired(other.disk());
        then.accept(other.disk());
        group.network().heal();
        other.start();
        return group;
    }

    private static void inTheFirstFile(Map<String, byte[]> files) {
        flip(files, segments(files.keySet()).get(0), 3_000);
    }

    @Test
    void shouldLoseNothingThatWasAcknowledgedWhenTheOthersLoseTheirs() throws Exception {
        for (long seed = 1; seed <= 10; seed++) {
            try (SimGroup group = withRepaired(seed, LogRepairTest::inTheFirstFile, marked -> {})) {
                loseNothing(group);
            }
        }
    }

    private static void loseNothing(SimGroup group) {
        long acknowledged = group.ledger().acknowledgedIndex();
        group.run(LONG);
        assertThat(group.leader()).as("who has all is dead").isNull();

        group.members().stream().filter(member -> !member.isUp()).forEach(SimMember::start);
        group.awaitLeader();
        group.await(
                "the end of it",
                () -> group.members().stream()
                        .allMatch(member ->
                                member.core().standing().whyNotVote() == null && member.toldIndex() >= acknowledged));
        group.awaitLeader().crash(true, group.random());
        group.propose(group.awaitLeader(), 10);
        group.run(Duration.ofSeconds(1));
        assertThat(group.ledger().acknowledgedIndex()).isGreaterThan(acknowledged);
    }

    /** What the mark is for: the ledger sees what is missing. */
    @Test
    void shouldLoseItWithoutTheMark() {
        assertThatThrownBy(() -> {
                    try (SimGroup group = withRepaired(1, LogRepairTest::inTheFirstFile, LogRepairTest::unmark)) {
                        group.run(LONG);
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("was acknowledged");
    }

    private static void unmark(LossyDisk disk) {
        try {
            Probation.clear(disk);
            // nor does it know what was committed, or it would not even start
            TermStore.open(disk, "").beginAnew(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
