package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A log that does not begin with the first entry. */
class FactLogFloorTest {
    private static final LogLimits SMALL = new LogLimits(1_200, 1_000, 1L << 30);
    private static final int ENTRIES = 90;

    private LossyDisk disk = new LossyDisk();

    private FactLog open(long committedIndex, Floor snapshot) throws IOException {
        return FactLog.open(disk, Rules.KEPT, SMALL, committedIndex, snapshot, () -> {});
    }

    /** Some segments; entry i has the term 1 + i / 20. */
    private void fill() throws IOException {
        try (FactLog log = open(0, Floor.NONE)) {
            for (int i = 1; i <= ENTRIES; i++) {
                log.append(term(i), EntryKind.FACTS, Members.bytes("entry " + i + "-".repeat(i % 50)));
                log.force();
            }
        }
        assertThat(segments()).hasSizeGreaterThan(3);
    }

    private static long term(long index) {
        return 1 + index / 20;
    }

    private static Floor at(long index) {
        return new Floor(index, term(index));
    }

    private List<String> segments() throws IOException {
        return disk.names().stream().filter(SegmentFile::isName).sorted().toList();
    }

    private static void assertHolds(FactLog log, long last) {
        for (long index = log.floor().firstIndex(); index <= last; index++) {
            assertThat(log.entry(index).term()).isEqualTo(term(index));
        }
        long floor = log.floor().index();
        assertThat(log.termAt(floor)).isEqualTo(floor == 0 ? 0 : term(floor));
    }

    @Test
    void shouldGiveUpWholeSegmentsThatASnapshotHas() throws Exception {
        fill();
        long floor;
        try (FactLog log = open(ENTRIES, Floor.NONE)) {
            long before = log.diskBytes();
            log.compact(60);
            floor = log.floor().index();

            assertThat(floor).isBetween(20L, 60L);
            assertThat(log.diskBytes()).isLessThan(before);
            assertHolds(log, ENTRIES);
            assertThatThrownBy(() -> log.entry(floor)).hasMessageContaining("no entry " + floor);
        }

        try (FactLog log = open(ENTRIES, at(60))) {
            assertThat(log.floor()).isEqualTo(at(floor));
            assertThat(log.lastIndex()).isEqualTo(ENTRIES);
            assertHolds(log, ENTRIES);
        }
    }

    @Test
    void shouldKeepItsNewestSegment() throws Exception {
        fill();
        try (FactLog log = open(ENTRIES, Floor.NONE)) {
            log.compact(ENTRIES);

            assertThat(segments()).hasSize(1);
            assertThat(log.lastIndex()).isEqualTo(ENTRIES);
        }
    }

    @Test
    void shouldNotGiveUpWhatIsNotCommitted() throws Exception {
        fill();
        try (FactLog log = open(50, Floor.NONE)) {
            assertThatThrownBy(() -> log.compact(51)).hasMessageContaining("only those up to 50 are committed");
            assertThatThrownBy(() -> log.restart(at(49))).hasMessageContaining("would remove committed ones up to 50");
        }
    }

    @Test
    void shouldRefuseToBeginBehindEverySnapshot() throws Exception {
        fill();
        long floor;
        try (FactLog log = open(ENTRIES, Floor.NONE)) {
            log.compact(60);
            floor = log.floor().index();
        }

        for (Floor snapshot : List.of(Floor.NONE, at(floor - 1))) {
            assertThatThrownBy(() -> open(0, snapshot))
                    .hasMessageContaining(
                            "it begins with entry " + (floor + 1) + ", and no snapshot reaches entry " + floor);
        }
        assertThatThrownBy(() -> open(0, new Floor(floor, term(floor) + 1)))
                .hasMessageContaining("but the snapshot ends with term");
        open(0, at(floor)).close();
    }

    @Test
    void shouldNotExcuseAGapOrDamageBelowASnapshot() throws Exception {
        fill();
        byte[] good = disk.read(segments().get(1));
        byte[] damaged = good.clone();
        damaged[200] ^= 1;
        disk.replace(segments().get(1), damaged);
        assertThatThrownBy(() -> open(ENTRIES, at(80)))
                .hasMessageContaining(segments().get(1));
        disk.delete(segments().get(1));

        assertThatThrownBy(() -> open(ENTRIES, at(80))).hasMessageContaining("but the file before ends with entry");
    }

    @Test
    void shouldRefuseASnapshotWithoutALog() {
        assertThatThrownBy(() -> open(0, at(80))).hasMessageContaining("but no log file");
    }

    @Test
    void shouldBeginAnewBehindASnapshotThatItDoesNotReachOrContradicts() throws Exception {
        for (Floor snapshot : List.of(at(ENTRIES + 1), at(200), new Floor(80, term(80) + 1))) {
            disk = new LossyDisk();
            fill();
            try (FactLog log = open(30, snapshot)) {
                assertThat(log.floor()).isEqualTo(snapshot);
                assertThat(log.lastIndex()).isEqualTo(snapshot.index());
                assertThat(log.lastTerm()).isEqualTo(snapshot.term());
                assertThat(log.durableIndex()).isEqualTo(snapshot.index());
                log.append(20, EntryKind.FACTS, Members.bytes("next"));
                log.force();
            }
            try (FactLog log = open(snapshot.index() + 1, snapshot)) {
                assertThat(Members.text(log.entry(snapshot.index() + 1).payload()))
                        .isEqualTo("next");
            }
        }
    }

    @Test
    void shouldSayThatTheDiskFailedWhenItCouldNotBeginAnew() throws Exception {
        fill();
        disk.failAt(LossyDisk.Operation.DELETE, 1);

        assertThatThrownBy(() -> open(30, at(200)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("planted failure of DELETE");
        assertThat(disk.openFiles()).isZero();
    }

    @Test
    void shouldRefuseASnapshotThatContradictsCommittedEntries() throws Exception {
        fill();

        assertThatThrownBy(() -> open(85, new Floor(80, 9))).hasMessageContaining("the snapshot says term 9");
        assertThat(disk.openFiles()).isZero();
    }

    @Test
    void shouldCountTheSnapshotAmongWhatIsCommitted() throws Exception {
        fill();

        assertThatThrownBy(() -> open(ENTRIES + 2, at(ENTRIES + 1))).hasMessageContaining("were committed");
        open(ENTRIES + 1, at(ENTRIES + 1)).close();
    }

    @Test
    void shouldSurviveAPowerLossAtEachStepOfABeginning() throws Exception {
        assertSurvivesEveryStep(new Floor(85, 9));
    }

    @Test
    void shouldSurviveAPowerLossAtEachStepOfALaterBeginning() throws Exception {
        assertSurvivesEveryStep(at(300));
    }

    private void assertSurvivesEveryStep(Floor snapshot) throws Exception {
        int failures = 0;
        for (LossyDisk.Operation operation : LossyDisk.Operation.values()) {
            boolean failed = true;
            for (int call = 1; failed; call++) {
                for (int seed = 0; seed < 5; seed++) {
                    failed = survives(operation, call, seed, snapshot);
                    failures += failed ? 1 : 0;
                }
            }
        }
        assertThat(failures).isGreaterThan(50);
    }

    private boolean survives(LossyDisk.Operation operation, int call, int seed, Floor snapshot) throws IOException {
        disk = new LossyDisk();
        fill();
        FactLog log = open(30, Floor.NONE);
        log.append(7, EntryKind.FACTS, Members.bytes("unforced"));
        log.flush();
        disk.failAt(operation, call);
        boolean failed = false;
        try {
            log.restart(snapshot);
        } catch (UncheckedIOException e) {
            failed = true;
        }
        disk = disk.losePower(new Random(seed));
        try (FactLog again = open(30, snapshot)) {
            assertThat(again.floor()).isEqualTo(snapshot);
            assertThat(again.lastIndex()).isEqualTo(snapshot.index());
        }
        assertThat(segments()).hasSize(1);
        return failed;
    }

    /** The entries that will have those numbers are others. */
    @Test
    void shouldTakeNothingForDurableThatWasSoInTheSegmentThatItGivesUp() throws Exception {
        LogLimits large = new LogLimits(1 << 20, 1_000, 1L << 30);
        FactLog log = FactLog.open(disk, Rules.KEPT, large, 0, Floor.NONE, () -> {});
        for (int i = 1; i <= ENTRIES; i++) {
            log.append(1, EntryKind.FACTS, Members.bytes("entry " + i));
            log.force();
        }
        disk.failAt(LossyDisk.Operation.DELETE, 1);
        Floor snapshot = new Floor(30, 2);
        assertThatThrownBy(() -> log.restart(snapshot)).isInstanceOf(UncheckedIOException.class);
        disk = disk.killProcess();

        try (FactLog again = FactLog.open(disk, Rules.KEPT, large, 0, snapshot, () -> {})) {
            assertThat(again.lastIndex()).isEqualTo(30);
            assertThat(again.durableIndex()).isEqualTo(30);
        }
    }

    @Test
    void shouldSurviveAPowerLossAtEachStepOfACompaction() throws Exception {
        for (LossyDisk.Operation operation : List.of(LossyDisk.Operation.DELETE, LossyDisk.Operation.SYNC)) {
            for (int call = 1; call < 4; call++) {
                for (int seed = 0; seed < 5; seed++) {
                    disk = new LossyDisk();
                    fill();
                    FactLog log = open(ENTRIES, Floor.NONE);
                    disk.failAt(operation, call);
                    try {
                        log.compact(ENTRIES);
                    } catch (UncheckedIOException e) {
                        // as planted
                    }
                    disk = disk.losePower(new Random(seed));
                    try (FactLog again = open(ENTRIES, at(ENTRIES))) {
                        assertThat(again.lastIndex()).isEqualTo(ENTRIES);
                        assertHolds(again, ENTRIES);
                    }
                }
            }
        }
    }

    @Test
    void shouldReadOnAfterACompactionAndABeginning() throws Exception {
        fill();
        try (FactLog log = open(60, Floor.NONE)) {
            LogCursor cursor = new LogCursor(log, 60);
            assertThat(cursor.next().index()).isEqualTo(60);
            log.compact(60);
            assertThat(cursor.next().index()).isEqualTo(61);
            log.restart(at(200));
            cursor.moveTo(201);
            assertThat(cursor.hasNext()).isFalse();
            log.append(30, EntryKind.FACTS, Members.bytes("new"));

            assertThat(Members.text(cursor.next().payload())).isEqualTo("new");
        }
    }

    @Test
    void shouldTellBehindWhichEntryThereAreSoManyBytes() throws Exception {
        fill();
        try (FactLog log = open(ENTRIES, Floor.NONE)) {
            assertThat(log.indexBehind(Long.MAX_VALUE)).isZero();
            assertThat(log.indexBehind(0)).isEqualTo(ENTRIES);
            assertThat(log.indexBehind(4_000)).isBetween(20L, 70L);
        }
    }
}
