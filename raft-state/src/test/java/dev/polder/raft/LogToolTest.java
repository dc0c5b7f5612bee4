package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people are told of a log that nobody has open. */
class LogToolTest {
    private static final String FIRST = "facts-00000000000000000001.log";

    @TempDir
    Path directory;

    private static byte[] fact(int i) {
        return ("fact " + i).getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the index of the last entry. */
    private long write(int facts) throws IOException {
        try (RunningLog running = RunningLog.start(directory)) {
            for (int i = 0; i < facts; i++) {
                running.commit(fact(i));
            }
            return running.listener().indexes().get(facts - 1);
        }
    }

    private LogReport verify() throws IOException {
        try (LogTool tool = LogTool.open(directory)) {
            return tool.verify();
        }
    }

    private static LogReport.FileReport file(LogReport report, String name) {
        return report.files().stream()
                .filter(file -> file.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Map<String, List<Byte>> contents() throws IOException {
        Map<String, List<Byte>> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path path : files.toList()) {
                List<Byte> bytes = new ArrayList<>();
                for (byte one : Files.readAllBytes(path)) {
                    bytes.add(one);
                }
                contents.put(String.valueOf(path.getFileName()), bytes);
            }
        }
        return contents;
    }

    private void flip(String name, long offset) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve(name).toFile(), "rw")) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(old ^ 1);
        }
    }

    @Test
    void shouldTellWhatIsInEachFileAndWithWhatAStartGoesOn() throws Exception {
        long last = write(3);
        try (RunningLog running = RunningLog.start(directory)) {
            running.awaitServing();
            assertThat(running.log()
                            .saveSnapshot(last, out -> out.write(new byte[1_000]))
                            .join())
                    .isInstanceOf(SnapshotOutcome.Saved.class);
        }

        LogReport report = verify();

        assertThat(report.isSound()).isTrue();
        assertThat(report.problem()).isEmpty();
        assertThat(report.files()).allMatch(LogReport.FileReport::isSound).hasSize(4);
        assertThat(file(report, ForcedMark.FILE).words()).matches("entries up to [1-9][0-9]* were forced to the disk");
        assertThat(file(report, FIRST).words()).startsWith("entries 1 to ").endsWith(" bytes in use");
        assertThat(file(report, "term").words()).contains("vote for m1", "began with [m1]");
        assertThat(report.files().get(2).words()).startsWith("up to entry " + last + " of term 1, 1000 bytes of state");
        assertThat(report.notes()).hasSize(2);
        assertThat(report.notes().get(0)).startsWith("a start goes on with entries 1 to ");
        assertThat(report.notes().get(1)).isEqualTo("the members are [m1], as it began; this is m1");
    }

    @Test
    void shouldNameThePlaceOfADamageAndChangeNothing() throws Exception {
        write(20);
        flip(FIRST, 200);
        Map<String, List<Byte>> before = contents();

        LogReport report = verify();

        assertThat(report.isSound()).isFalse();
        assertThat(file(report, FIRST).isSound()).isFalse();
        assertThat(file(report, FIRST).words()).contains("entries 1 to ", "then at offset ", "checksum does not fit");
        assertThat(report.problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).contains(FIRST, "ends with entry", "were committed"));
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void shouldSayThatTheMarkIsNotAsItWasWrittenAndThatAStartIgnoresIt() throws Exception {
        write(3);
        flip(ForcedMark.FILE, 21);

        LogReport report = verify();

        assertThat(report.isSound()).isTrue();
        assertThat(file(report, ForcedMark.FILE).isSound()).isFalse();
        assertThat(file(report, ForcedMark.FILE).words()).endsWith("and a start ignores it");
    }

    @Test
    void shouldSayThatAnInterruptedWriteWouldBeCutOffAndCutNothing() throws Exception {
        write(3);
        byte[] torn = Files.readAllBytes(directory.resolve(FIRST));
        int end = torn.length;
        while (torn[end - 1] == 0) {
            end--;
        }
        Arrays.fill(torn, end + 8, end + 40, (byte) 7);
        Files.write(directory.resolve(FIRST), torn);
        Map<String, List<Byte>> before = contents();

        LogReport report = verify();

        assertThat(report.isSound()).isTrue();
        assertThat(file(report, FIRST).isSound()).isFalse();
        assertThat(report.notes()).anySatisfy(note -> assertThat(note).contains(FIRST, "an interrupted write"));
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void shouldFindEveryFlippedBitOfASnapshot() throws Exception {
        long last = write(2);
        try (RunningLog running = RunningLog.start(directory)) {
            running.awaitServing();
            running.log().saveSnapshot(last, out -> out.write(new byte[50])).join();
        }
        String name = contents().keySet().stream()
                .filter(one -> one.endsWith(".snap"))
                .findFirst()
                .orElseThrow();
        long size = Files.size(directory.resolve(name));
        for (long offset = 0; offset < size; offset++) {
            flip(name, offset);
            LogReport report = verify();
            assertThat(report.isSound()).as("offset %d", offset).isFalse();
            assertThat(file(report, name).isSound()).as("offset %d", offset).isFalse();
            flip(name, offset);
        }
        assertThat(verify().isSound()).isTrue();
    }

    @Test
    void shouldSayWhatKeepsAStartFromGoingOn() throws Exception {
        write(2);
        byte[] old = Files.readAllBytes(directory.resolve("term"));
        try (RunningLog running = RunningLog.start(directory)) {
            running.awaitServing();
        }
        byte[] newer = Files.readAllBytes(directory.resolve("term"));
        Files.write(directory.resolve("term"), old);
        assertThat(verify().problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).endsWith(" says term 1, but the log has an entry of term 2"));
        Files.write(directory.resolve("term"), newer);

        Probation.mark(FileDisk.open(directory), "its log was repaired");
        assertThat(verify().isSound()).isTrue();
        assertThat(file(verify(), "probation").words()).contains("its log was repaired");
        assertThat(verify().notes()).anyMatch(note -> note.contains("has to catch up with a leader first"));
        flip("probation", 25);
        assertThat(file(verify(), "probation").isSound()).isFalse();
        assertThat(verify().problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).contains("probation file", "the checksum does not fit"));
    }

    @Test
    void shouldShowTheEntriesThatAreAskedFor() throws Exception {
        long last = write(3);
        List<LogTool.Entry> all = new ArrayList<>();
        List<LogTool.Entry> some = new ArrayList<>();
        try (LogTool tool = LogTool.open(directory)) {
            tool.dump(1, Long.MAX_VALUE, all::add);
            tool.dump(last, last, some::add);
        }

        assertThat(all.stream().filter(entry -> entry.kind().equals("FACTS")).map(LogTool.Entry::bytes))
                .containsExactly(fact(0), fact(1), fact(2));
        assertThat(all).hasSizeGreaterThanOrEqualTo((int) last);
        assertThat(some).singleElement().satisfies(entry -> {
            assertThat(entry.index()).isEqualTo(last);
            assertThat(entry.term()).isEqualTo(1);
            assertThat(entry.bytes()).isEqualTo(fact(2));
        });
    }

    @Test
    void shouldShowWhatIsSoundBeforeADamage() throws Exception {
        write(20);
        flip(FIRST, 300);
        List<Long> shown = new ArrayList<>();

        try (LogTool tool = LogTool.open(directory)) {
            assertThatThrownBy(() -> tool.dump(1, Long.MAX_VALUE, entry -> shown.add(entry.index())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(FIRST + " at offset ");
        }
        assertThat(shown).isNotEmpty().isSorted();
    }

    @Test
    void shouldRefuseADirectoryWithoutALogOrThatIsInUse() throws Exception {
        assertThatThrownBy(() -> LogTool.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessage(directory + ": no log in it");
        assertThatThrownBy(() -> LogTool.open(directory.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessage(directory.resolve("none") + ": no such directory");
        assertThat(directory.resolve("none")).doesNotExist();

        write(1);
        try (RunningLog running = RunningLog.start(directory)) {
            running.awaitServing();
            assertThatThrownBy(() -> LogTool.open(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is held by another log of this process");
        }
    }
}
