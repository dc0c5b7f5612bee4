package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.LossyDisk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FactLogTest {
    private static final LogLimits SMALL = new LogLimits(2_000, 1_000, 1L << 30);

    private LossyDisk disk = new LossyDisk();

    private FactLog open() throws IOException {
        return open(0);
    }

    private FactLog open(long committedIndex) throws IOException {
        return FactLog.open(disk, Rules.KEPT, SMALL, committedIndex, Floor.NONE, () -> {});
    }

    private static void append(FactLog log, long term, String text) {
        log.append(term, EntryKind.FACTS, Members.bytes(text));
    }

    /** Three segments; every third entry was forced together with the two before. */
    private List<String> fill(int entries) throws IOException {
        List<String> texts = new ArrayList<>();
        try (FactLog log = open()) {
            for (int i = 1; i <= entries; i++) {
                String text = "entry " + i + "-".repeat(i % 50);
                texts.add(text);
                append(log, 1 + i / 20, text);
                if (i % 3 == 0) {
                    log.force();
                }
            }
            log.force();
        }
        return texts;
    }

    static List<String> contents(FactLog log) {
        List<String> texts = new ArrayList<>();
        for (LogCursor cursor = new LogCursor(log, 1); cursor.hasNext(); ) {
            texts.add(Members.text(cursor.next().payload()));
        }
        return texts;
    }

    private List<String> segments() throws IOException {
        return disk.names().stream().filter(SegmentFile::isName).sorted().toList();
    }

    @Test
    void shouldBeginEmpty() throws Exception {
        try (FactLog log = open()) {
            assertThat(log.lastIndex()).isZero();
            assertThat(log.lastTerm()).isZero();
            assertThat(contents(log)).isEmpty();
            assertThat(log.diskBytes()).isEqualTo(SegmentFile.HEADER_BYTES + (256 << 10));
        }
    }

    @Test
    void shouldReadEverythingBackFromSeveralSegments() throws Exception {
        List<String> texts = fill(90);

        try (FactLog log = open()) {
            assertThat(segments()).hasSizeGreaterThan(2);
            assertThat(contents(log)).isEqualTo(texts);
            assertThat(log.lastTerm()).isEqualTo(5);
            for (int i = 1; i <= texts.size(); i++) {
                assertThat(new LogCursor(log, i).next().payload()).asString().isEqualTo(texts.get(i - 1));
            }
        }
    }

    @Test
    void shouldKeepNoMoreThanABoundedTailOnTheHeap() throws Exception {
        try (FactLog log = open()) {
            for (int i = 0; i < 100; i++) {
                append(log, 1, "x".repeat(100));
            }
            assertThat(log.recent(1)).as("not written yet").isNotNull();
            log.flush();

            assertThat(log.recent(94)).isNull();
            assertThat(log.recent(95)).isNotNull();
            assertThat(contents(log)).hasSize(100);
        }
    }

    @Test
    void shouldReadAlongWhileTheLogGrows() throws Exception {
        try (FactLog log = open()) {
            LogCursor cursor = new LogCursor(log, 1);
            for (int i = 1; i <= 300; i++) {
                append(log, 1, "entry " + i);
                log.flush();
                if (i > 40) {
                    assertThat(cursor.next().payload()).asString().isEqualTo("entry " + (i - 40));
                }
            }
        }
    }

    @Test
    void shouldWriteAndForceManyEntriesAtOnce() throws Exception {
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, Floor.NONE, () -> {})) {
            int writes = disk.count(Operation.WRITE);
            int forces = disk.count(Operation.FORCE);
            for (int i = 0; i < 1000; i++) {
                append(log, 1, "entry " + i);
            }
            log.force();

            assertThat(disk.count(Operation.WRITE) - writes)
                    .as("the entries, and the mark")
                    .isEqualTo(2);
            assertThat(disk.count(Operation.FORCE) - forces).isEqualTo(1);
            assertThat(log.durableIndex()).isEqualTo(1000);

            log.force();
            assertThat(disk.count(Operation.FORCE) - forces).as("nothing new").isEqualTo(1);
        }
    }

    @Test
    void shouldBoundWhatIsWrittenAndNotForced() throws Exception {
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, Floor.NONE, () -> {})) {
            for (int i = 0; i < 20; i++) {
                log.append(1, EntryKind.FACTS, new byte[RecordFormat.PAYLOAD_BYTES_MAX]);
                log.flush();
            }

            assertThat(log.durableIndex()).isBetween(12L, 19L);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"WRITE", "FORCE"})
    void shouldNeverTryAgainAfterAFailure(Operation operation) throws Exception {
        try (FactLog log = open()) {
            append(log, 1, "a");
            disk.failAt(operation, 1);
            assertThatThrownBy(log::force)
                    .hasMessageStartingWith("log file lossy/facts-00000000000000000001.log failed");

            disk.failNoMore();
            int calls = disk.count(operation);
            assertThatThrownBy(log::force).hasMessage("the log failed before and is not used again");
            assertThatThrownBy(() -> append(log, 1, "b")).hasMessage("the log failed before and is not used again");
            assertThat(disk.count(operation)).isEqualTo(calls);
        }
    }

    @Test
    void shouldWarnOnceWhenItIsLarge() throws Exception {
        AtomicInteger warnings = new AtomicInteger();
        try (FactLog log = FactLog.open(
                disk, Rules.KEPT, new LogLimits(64 << 20, 1_000, 3 << 20), 0, Floor.NONE, warnings::incrementAndGet)) {
            for (int i = 0; i < 8; i++) {
                log.append(1, EntryKind.FACTS, new byte[1 << 20]);
                log.force();
                assertThat(warnings.get()).isEqualTo(log.diskBytes() > 3 << 20 ? 1 : 0);
            }
        }
        assertThat(warnings).hasValue(1);
    }

    @Test
    void shouldRefuseAnEntryThatIsTooLargeOrOfAnOlderTerm() throws Exception {
        try (FactLog log = open()) {
            append(log, 3, "a");

            assertThatThrownBy(() -> append(log, 2, "b")).hasMessage("an entry of term 2 cannot follow one of term 3");
            assertThatThrownBy(() -> log.append(3, EntryKind.FACTS, new byte[RecordFormat.PAYLOAD_BYTES_MAX + 1]))
                    .hasMessage("an entry has 1048577 bytes, the limit is 1048576");
            assertThat(contents(log)).containsExactly("a");
        }
    }

    @Test
    void shouldTruncateAcrossSegmentsAndGoOn() throws Exception {
        List<String> texts = fill(90);
        try (FactLog log = open()) {
            LogCursor reader = new LogCursor(log, 85);
            reader.next();
            log.truncate(10);

            assertThat(log.lastIndex()).isEqualTo(10);
            assertThat(log.lastTerm()).isEqualTo(1);
            assertThat(contents(log)).isEqualTo(texts.subList(0, 10));
            append(log, 9, "other 11");
            append(log, 9, "other 12");
            reader.moveTo(11);
            assertThat(reader.next().payload()).asString().isEqualTo("other 11");
            log.force();
        }
        disk = disk.losePower(new Random(1));
        try (FactLog log = open()) {
            assertThat(contents(log))
                    .startsWith(texts.get(0))
                    .endsWith("other 11", "other 12")
                    .hasSize(12);
        }
    }

    @Test
    void shouldTruncateToNothingAndEntriesThatWereNeverWritten() throws Exception {
        try (FactLog log = open()) {
            append(log, 1, "a");
            append(log, 1, "b");
            log.truncate(0);
            append(log, 2, "c");
            log.force();
            assertThat(contents(log)).containsExactly("c");
        }
        try (FactLog log = open()) {
            assertThat(contents(log)).containsExactly("c");
        }
    }

    @Test
    void shouldRefuseToTruncateWhatIsCommitted() throws Exception {
        fill(30);
        try (FactLog log = open(7)) {
            assertThatThrownBy(() -> log.truncate(6))
                    .hasMessage("truncating behind entry 6 would remove committed ones up to 7");
            log.commit(20);
            assertThatThrownBy(() -> log.truncate(19)).isInstanceOf(IllegalStateException.class);
            log.truncate(20);
            assertThat(log.lastIndex()).isEqualTo(20);
        }
    }

    @Test
    void shouldForceASegmentBeforeTheNextOneBegins() throws Exception {
        FactLog log = open();
        int i = 0;
        while (segments().size() < 3) {
            append(log, 1, "entry " + ++i);
            log.flush();
        }

        disk = disk.losePower(new Random(1));
        try (FactLog after = open()) {
            assertThat(after.lastIndex()).isBetween(i - 1L, (long) i);
        }
    }

    @Test
    void shouldGiveTheLastEntryOfTheSegmentBeforeAnEmptyOne() throws Exception {
        fill(90);
        SegmentFile.create(disk, 91, 5).close();

        try (FactLog log = open()) {
            assertThat(log.lastIndex()).isEqualTo(90);
            assertThat(log.lastTerm()).isEqualTo(5);
            assertThat(new LogCursor(log, 90).next().payload()).asString().startsWith("entry 90");
            append(log, 6, "entry 91");
            log.force();
        }
        try (FactLog log = open()) {
            assertThat(contents(log)).hasSize(91).endsWith("entry 91");
        }
    }

    @Test
    void shouldRefuseEveryFlippedBit() throws Exception {
        assertThat(refusedFlips(fill(88)))
                .isEqualTo(segments().stream()
                        .mapToInt(name -> used(disk.read(name)))
                        .sum());
    }

    /** A damaged log either refuses to open or has lost entries of the last force only, which look like a torn write. */
    @Test
    void shouldRefuseEveryFlippedBitButInTheLastWriteAfterAPowerLoss() throws Exception {
        List<String> texts = fill(88);
        disk.delete(ForcedMark.FILE);

        assertThat(refusedFlips(texts)).isGreaterThan(5_000);
    }

    private int refusedFlips(List<String> texts) throws IOException {
        int refused = 0;
        trim();
        for (String name : segments()) {
            byte[] good = disk.read(name);
            for (int at = 0; at < used(good); at++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << at % 8);
                disk.replace(name, bad);
                refused += opensToAPrefix(texts, name, at) ? 0 : 1;
            }
            disk.replace(name, good);
        }
        return refused;
    }

    private boolean opensToAPrefix(List<String> texts, String name, int at) throws IOException {
        try (FactLog log = open()) {
            assertThat(contents(log)).as("flipped bit in %s at %d", name, at).isEqualTo(texts.subList(0, 87));
            assertThat(name).isEqualTo(segments().get(segments().size() - 1));
            return true;
        } catch (IOException e) {
            assertThat(e).hasMessageStartingWith("log file lossy/" + name + " at offset ");
            return false;
        }
    }

    /** Takes most of the zeros away, so that ten thousand openings take no minute. */
    private void trim() throws IOException {
        for (String name : segments()) {
            byte[] file = disk.read(name);
            disk.replace(name, Arrays.copyOf(file, used(file) + 100));
        }
    }

    private static int used(byte[] file) {
        int used = file.length;
        while (file[used - 1] == 0) {
            used--;
        }
        return used;
    }

    @Test
    void shouldRefuseEveryFileThatWasCut() throws Exception {
        fill(88);
        trim();
        for (String name : segments()) {
            byte[] good = disk.read(name);
            for (int size = 0; size < used(good); size += 13) {
                disk.replace(name, Arrays.copyOf(good, size));
                assertThatThrownBy(() -> open().close())
                        .as("cut to %d", size)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("log file lossy/");
            }
            disk.replace(name, good);
        }
    }

    @Test
    void shouldRefuseEveryFileThatWasCutBeforeTheLastWriteAfterAPowerLoss() throws Exception {
        List<String> texts = fill(88);
        disk.delete(ForcedMark.FILE);
        trim();
        List<String> names = segments();
        for (String name : names) {
            byte[] good = disk.read(name);
            for (int size = 0; size < used(good); size += 13) {
                disk.replace(name, Arrays.copyOf(good, size));
                try (FactLog log = open()) {
                    assertThat(contents(log)).isEqualTo(texts.subList(0, (int) log.lastIndex()));
                    assertThat(name).as("cut to %d", size).isEqualTo(names.get(names.size() - 1));
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining("log file lossy/");
                }
                int cut = size;
                assertThatThrownBy(() -> open(88).close())
                        .as("cut to %d with all known to be committed", cut)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("log file lossy/");
            }
            disk.replace(name, good);
        }
    }

    @Test
    void shouldNameTheHeaderThatIsTooShort() throws Exception {
        fill(90);
        String name = segments().get(0);
        disk.replace(name, Arrays.copyOf(disk.read(name), 20));

        assertThatThrownBy(this::open)
                .hasMessage("log file lossy/" + name + " at offset 0: the header is cut off after 20 of 32 bytes");
    }

    @Test
    void shouldRefuseALogWithAGap() throws Exception {
        fill(90);
        disk.delete(segments().get(1));

        assertThatThrownBy(this::open).hasMessageContaining("but the file before ends with entry");
    }

    @Test
    void shouldRefuseALogWhoseLastSegmentIsGone() throws Exception {
        fill(90);
        disk.delete(segments().get(segments().size() - 1));

        assertThatThrownBy(() -> open(90))
                .hasMessageContaining("but entries up to 90 were committed: a file was cut, damaged or removed");
    }

    @Test
    void shouldRefuseALogThatIsGone() throws Exception {
        assertThatThrownBy(() -> open(1)).hasMessageContaining("the log ends with entry 0");
    }

    @Test
    void shouldRefuseWhatANewerVersionWrote() throws Exception {
        fill(3);
        String name = segments().get(0);
        byte[] file = disk.read(name);
        ByteBuffer.wrap(file).putInt(8, 2);
        disk.replace(name, file);
        assertThatThrownBy(this::open).hasMessageContaining("format version is 2, this software knows up to 1");
    }

    @Test
    void shouldRefuseAKindOfEntryThatItDoesNotKnow() throws Exception {
        fill(3);
        String name = segments().get(0);
        ByteBuffer file = ByteBuffer.wrap(disk.read(name));
        int start = SegmentFile.HEADER_BYTES;
        file.put(start + 29, (byte) 2);
        file.putInt(start, RecordFormat.checksum(file, start, RecordFormat.length(file, start)));
        disk.replace(name, file.array());

        assertThatThrownBy(this::open)
                .hasMessage("log file lossy/" + name
                        + " at offset 32: an entry of kind 1 version 2 is not known to this software");
    }

    @Test
    void shouldRefuseBytesFartherBehindTheEndThanAWriteCanTear() throws Exception {
        fill(3);
        String name = segments().get(0);
        byte[] file = Arrays.copyOf(disk.read(name), 9 << 20);
        file[file.length - 1] = 1;
        disk.replace(name, file);

        assertThatThrownBy(this::open).hasMessageContaining("further than an interrupted write can");
    }

    @Test
    void shouldCutARecordOfWhichOnlyTheEndArrived() throws Exception {
        List<String> texts = fill(3);
        String name = segments().get(0);
        byte[] file = disk.read(name);
        Arrays.fill(file, used(file), used(file) + 100, (byte) 0);
        Arrays.fill(file, used(file) + 100, used(file) + 200, (byte) 7);
        disk.replace(name, file);

        try (FactLog log = open()) {
            assertThat(contents(log)).isEqualTo(texts);
            append(log, 1, "next");
            log.force();
        }
        try (FactLog log = open()) {
            assertThat(contents(log)).hasSize(4).endsWith("next");
        }
    }

    @Test
    void shouldNotReviveEntriesThatWereTruncated() throws Exception {
        try (FactLog log = open()) {
            for (String text : List.of("aaaa", "bbbb", "cccc", "dddd")) {
                append(log, 1, text);
            }
            log.force();
            log.truncate(1);
            append(log, 1, "BBBB");
            log.force();
        }
        try (FactLog log = open()) {
            assertThat(contents(log)).containsExactly("aaaa", "BBBB");
        }
    }

    @Test
    void shouldRemoveAFileThatWasNeverFinished() throws Exception {
        disk.replace("facts-00000000000000000001.log.new", new byte[10]);

        open().close();

        assertThat(segments()).containsExactly("facts-00000000000000000001.log");
    }

    @Test
    void shouldWriteAgainWhatNothingProvesToBeOnTheDisk() throws Exception {
        fill(4);
        disk.delete(ForcedMark.FILE);
        int writes = disk.count(Operation.WRITE);
        int forces = disk.count(Operation.FORCE);

        try (FactLog log = open()) {
            assertThat(disk.count(Operation.WRITE) - writes)
                    .as("entry 4 alone was forced last")
                    .isEqualTo(1);
            assertThat(disk.count(Operation.FORCE) - forces)
                    .as("nobody waits yet")
                    .isZero();
            assertThat(log.durableIndex()).isEqualTo(3);

            log.force();
            assertThat(disk.count(Operation.FORCE) - forces).isEqualTo(1);
            assertThat(log.durableIndex()).isEqualTo(4);
        }
    }

    @Test
    void shouldNameTheMarkThatCannotBeWritten() throws Exception {
        try (FactLog log = open()) {
            append(log, 1, "a");
            disk.failAt(Operation.WRITE, 2);

            assertThatThrownBy(log::force)
                    .hasMessageStartingWith("forced file lossy/forced failed, so this member stops");
            assertThatThrownBy(() -> append(log, 1, "b")).hasMessageContaining("failed before");
        }
    }

    @Test
    void shouldWriteNothingAgainThatIsMarkedAsForced() throws Exception {
        fill(4);
        int writes = disk.count(Operation.WRITE);

        try (FactLog log = open()) {
            assertThat(log.durableIndex()).isEqualTo(4);
        }
        assertThat(disk.count(Operation.WRITE) - writes).isZero();
    }

    @Test
    void shouldWriteNothingAgainThatIsKnownToBeCommitted() throws Exception {
        fill(4);
        disk.delete(ForcedMark.FILE);
        int writes = disk.count(Operation.WRITE);
        int forces = disk.count(Operation.FORCE);

        try (FactLog log = open(4)) {
            log.force();
            assertThat(log.durableIndex()).isEqualTo(4);
        }
        assertThat(disk.count(Operation.WRITE) - writes).isZero();
        assertThat(disk.count(Operation.FORCE) - forces).isZero();
    }

    /** The process before was killed: its entries are in the system's memory only. */
    @Test
    void shouldForceWhatItFoundWithTheFirstOfItsOwn() throws Exception {
        try (FactLog killed = open()) {
            append(killed, 1, "forced");
            killed.force();
            append(killed, 1, "written");
            killed.flush();
        }
        disk = disk.killProcess();
        try (FactLog log = open()) {
            append(log, 2, "own");
            log.force();
            assertThat(log.durableIndex()).isEqualTo(3);
        }
        disk = disk.losePower(new Random(1));
        try (FactLog log = open(3)) {
            assertThat(contents(log)).containsExactly("forced", "written", "own");
        }
    }

    @Test
    void shouldForceWhatItFoundBeforeASegmentBegins() throws Exception {
        try (FactLog killed = open()) {
            append(killed, 1, "x".repeat(1_900));
            killed.flush();
        }
        disk = disk.killProcess();
        try (FactLog log = open()) {
            append(log, 2, "y".repeat(1_900));
            log.flush();
            assertThat(segments()).hasSize(2);
            assertThat(log.durableIndex()).isEqualTo(1);
        }
        disk = disk.losePower(new Random(1));
        try (FactLog log = open(1)) {
            assertThat(contents(log)).first().asString().startsWith("x");
        }
    }

    @Test
    void shouldBoundWhatIsNotForcedAlsoIfTheProcessBeforeWroteIt() throws Exception {
        try (FactLog killed = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, Floor.NONE, () -> {})) {
            for (int i = 0; i < 7; i++) {
                killed.append(1, EntryKind.FACTS, new byte[RecordFormat.PAYLOAD_BYTES_MAX]);
                killed.flush();
            }
        }
        disk = disk.killProcess();
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, Floor.NONE, () -> {})) {
            assertThat(log.durableIndex()).isZero();
            log.append(2, EntryKind.FACTS, new byte[RecordFormat.PAYLOAD_BYTES_MAX]);
            log.append(2, EntryKind.FACTS, new byte[1]);
            log.flush();
            assertThat(log.durableIndex()).isEqualTo(7);
        }
    }
}
