package dev.polder.raft.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records in Chronicle Map, in JVMs that have its flags and in JVMs that have not. {@code -Dkills=N} sets how often one is killed. */
@Tag("slow")
class OffHeapHistoryTest {
    private static final int KILLS = Integer.getInteger("kills", 5);

    @TempDir
    Path directory;

    private Path history;

    @BeforeEach
    void name() {
        history = directory.resolve("history");
    }

    private static List<Path> jdks() throws IOException {
        return HistoryJvm.jdks();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void shouldKeepRecordsOffTheHeapOverACleanEnd(Path jdk) throws Exception {
        HistoryJvm first = HistoryJvm.runIn(jdk, HistoryJvm.FLAGS, directory, "fill", history.toString(), "400");
        HistoryJvm second = HistoryJvm.runIn(jdk, HistoryJvm.FLAGS, directory, "check", history.toString());

        assertThat(first.out()).containsExactly("filled 400");
        assertThat(first.storeLines())
                .containsExactly(
                        "node=test event=history_store kind=off_heap reason=\"begun anew: first start\" records=0");
        assertThat(second.out()).containsExactly("found 400");
        assertThat(second.storeLines())
                .containsExactly("node=test event=history_store kind=off_heap reason=\"closed cleanly\" records=400");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void shouldKeepRecordsInTheHeapWithoutEachOfTheFlags(Path jdk) throws Exception {
        HistoryJvm none = HistoryJvm.runIn(jdk, List.of(), directory, "fill", history.toString(), "600");

        assertThat(none.out()).as("within the same bounds").containsExactly("filled 500");
        assertThat(none.storeLines())
                .containsExactly(
                        "node=test event=history_store kind=heap reason=\"no --add-opens java.base/java.lang\"");
        assertThat(none.err()).as("one line and nothing from Chronicle").hasSize(1);
        assertThat(history).doesNotExist();
        for (String flag : HistoryJvm.FLAGS) {
            List<String> others = new ArrayList<>(HistoryJvm.FLAGS);
            others.remove(flag);
            if (!flag.contains("jdk.internal.ref")) { // it only silences a line
                HistoryJvm jvm = HistoryJvm.runIn(jdk, others, directory, "fill", history.toString(), "3");
                assertThat(jvm.storeLines())
                        .as(flag)
                        .singleElement()
                        .asString()
                        .startsWith("node=test event=history_store kind=heap")
                        .contains(flag.replace('=', ' ').replace(" ALL-UNNAMED", ""));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldHoldWhatAPlainMapHoldsAlsoAcrossCleanEnds(long seed) throws Exception {
        HistoryJvm jvm = HistoryJvm.run(directory, "walk", history.toString(), Long.toString(seed));

        assertThat(jvm.out()).containsExactly("walked");
        assertThat(jvm.storeLines()).hasSizeGreaterThan(2).allMatch(line -> line.contains("kind=off_heap"));
    }

    @Test
    void shouldShowNoWrongRecordWhenItsProcessWasKilled() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            try (HistoryJvm jvm = HistoryJvm.start(
                    HistoryJvm.jdks().get(0), HistoryJvm.FLAGS, directory, "put", history.toString())) {
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> !jvm.isAlive() || jvm.out().contains("going"));
                assertThat(jvm.isAlive()).as("%s %s", jvm.out(), jvm.err()).isTrue();
                jvm.kill();
            }

            HistoryJvm recovered = HistoryJvm.run(directory, "check", history.toString());

            assertThat(recovered.storeLines())
                    .singleElement()
                    .asString()
                    .startsWith("node=test event=history_store kind=off_heap reason=\"recovered\"");
            assertThat(foundBy(recovered)).isGreaterThan(200);
            HistoryJvm after = HistoryJvm.run(directory, "check", history.toString());
            assertThat(after.storeLines()).singleElement().asString().contains("closed cleanly");
            assertThat(foundBy(after)).isEqualTo(foundBy(recovered));
        }
    }

    @Test
    void shouldBeginAnewAfterASecondSuddenEndInARow() throws Exception {
        for (String reason : List.of("begun anew: first start", "recovered", "begun anew: killed after a recovery")) {
            try (HistoryJvm jvm = HistoryJvm.start(
                    HistoryJvm.jdks().get(0), HistoryJvm.FLAGS, directory, "put", history.toString())) {
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> !jvm.isAlive() || jvm.out().contains("going"));
                jvm.kill();
                assertThat(jvm.storeLines()).singleElement().asString().contains("kind=off_heap reason=\"" + reason);
            }
        }
    }

    @Test
    void shouldShowNoWrongRecordOfAFileThatWasDamagedAfterACleanEnd() throws Exception {
        HistoryJvm.run(directory, "fill", history.toString(), "400");

        HistoryJvm jvm = HistoryJvm.run(directory, "flip", history.toString(), "5", "200");

        assertThat(jvm.out()).last().asString().isEqualTo("survived, found 0");
        assertThat(jvm.storeLines()).hasSize(200).allMatch(line -> line.contains("reason=\"begun anew: "));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldShowNoWrongRecordOfAFileThatWasDamagedAfterASuddenEnd(long seed) throws Exception {
        HistoryJvm.run(directory, "fill", history.toString(), "400");
        Path mark = history.resolve(HistoryOpening.MARK_FILE);
        Files.writeString(mark, Files.readString(mark).replaceFirst("CLEAN .*", "OPEN"));

        HistoryJvm jvm = HistoryJvm.run(directory, "flip", history.toString(), Long.toString(seed), "100");

        assertThat(jvm.out()).last().asString().matches("survived, found \\d{4,}");
    }

    @Test
    void shouldBeginAnewWhereTheFileIsOfAnotherFormat() throws Exception {
        HistoryJvm.run(directory, "fill", history.toString(), "400");
        Path mark = history.resolve(HistoryOpening.MARK_FILE);
        Files.writeString(mark, Files.readString(mark).replace("history 1 ", "history 2 "));

        HistoryJvm jvm = HistoryJvm.run(directory, "check", history.toString());

        assertThat(jvm.out()).containsExactly("found 0");
    }

    @Test
    void shouldOpenWhateverLiesThere() throws Exception {
        Files.createDirectories(history);
        Files.writeString(history.resolve(HistoryOpening.RECORDS_FILE), "not a map ".repeat(1_000));
        Files.writeString(
                history.resolve(HistoryOpening.MARK_FILE),
                "history 1 records=500 bytes=512 OPEN\n",
                StandardOpenOption.CREATE);

        HistoryJvm jvm = HistoryJvm.run(directory, "fill", history.toString(), "10");

        assertThat(jvm.out()).containsExactly("filled 10");
        assertThat(jvm.storeLines())
                .singleElement()
                .asString()
                .contains("kind=off_heap reason=\"begun anew: cannot be opened: ");
    }

    @Test
    void shouldStayInTheHeapWhereTheDirectoryCannotBeMade() throws Exception {
        Files.writeString(history, "a file");

        HistoryJvm jvm = HistoryJvm.run(directory, "fill", history.toString(), "10");

        assertThat(jvm.out()).containsExactly("filled 10");
        assertThat(jvm.storeLines()).singleElement().asString().contains("kind=heap reason=\"java.nio.file.");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void shouldTellNobodyAndLeaveNothingBehind(Path jdk) throws Exception {
        HistoryJvm jvm = HistoryJvm.runIn(jdk, HistoryJvm.FLAGS, directory, "threads", history.toString());

        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThat(jvm.out()).noneMatch(line -> line.contains("releaser") || line.contains("hronicle"));
        try (Stream<Path> homes = Files.list(directory)) {
            List<Path> home = homes.filter(path -> path.getFileName().toString().startsWith("home-"))
                    .toList();
            assertThat(home).hasSize(1);
            try (Stream<Path> files = Files.list(home.get(0))) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .noneMatch(name -> name.contains("chronicle") || name.contains("analytics"));
            }
        }
    }

    private static int foundBy(HistoryJvm jvm) throws IOException {
        return jvm.out().stream()
                .filter(line -> line.startsWith("found "))
                .mapToInt(line -> Integer.parseInt(line.substring("found ".length())))
                .findFirst()
                .orElseThrow();
    }
}
