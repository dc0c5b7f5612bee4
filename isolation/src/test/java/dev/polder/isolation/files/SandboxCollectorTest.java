package dev.polder.isolation.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
@Timeout(60)
class SandboxCollectorTest {
    private static final Duration LONG_AGO = Duration.ofDays(1);

    @TempDir
    Path base;

    private FakeCollectorHost host;

    @BeforeEach
    void makeHost() throws IOException {
        host = new FakeCollectorHost(
                Files.createDirectory(base.resolve("sandboxes")).toRealPath());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1000, PT10H",
        "100, 1000, PT9H",
        "100, 500, PT4H",
        "100, 100, PT0S",
        "100, 0, PT0S",
        "1000, 1000, PT0S"
    })
    void shouldKeepSandboxesForLessTimeTheFullerTheDiskIs(int headroom, long freeBytes, Duration ageMax) {
        CollectorSettings settings = new CollectorSettings(Duration.ofHours(10), headroom, 1, Duration.ofMillis(1));

        assertThat(settings.ageMax(new DiskUse(1_000 - freeBytes, 1_000))).isEqualTo(ageMax);
    }

    @Test
    void shouldTellHowFullTheLargestDiskIs() {
        assertThat(new DiskUse(Long.MAX_VALUE / 2, Long.MAX_VALUE).thousandths())
                .isBetween(500, 501);
        assertThat(new DiskUse(1, 1_000_000).thousandths()).isEqualTo(1);
        assertThat(new DiskUse(0, 1).thousandths()).isZero();
    }

    @Test
    void shouldDeleteWhatIsAsOldAsItMayBecomeAndNothingYounger() throws IOException {
        Path old = host.sandbox("a/old", FakeCollectorHost.DELAY);
        Path young = host.sandbox("a/young", FakeCollectorHost.DELAY.minusMillis(1));

        assertThat(host.collect()).isEmpty();

        assertThat(old).doesNotExist();
        assertThat(young).isDirectory();
        assertThat(host.removed()).isEmptyDirectory();
    }

    @Test
    void shouldDeleteTheOldestFirstAndStopWhenTheDiskIsEmptyEnough() throws IOException {
        Path third = host.sandbox("b/third", Duration.ofHours(1));
        Path first = host.sandbox("b/first", Duration.ofHours(3));
        Path second = host.sandbox("a/second", Duration.ofHours(2));
        host.freeBytes = 0;
        host.onMonotonic = () -> host.freeBytes = Files.exists(second) ? 0 : 1_000;

        host.collect();

        assertThat(first).doesNotExist();
        assertThat(second).doesNotExist();
        assertThat(third).isDirectory();
    }

    @Test
    void shouldKeepWhatIsInUse() throws IOException {
        Path running = host.sandbox("a/running", LONG_AGO);
        host.inUse.add(running);

        assertThat(host.collect()).isEmpty();

        assertThat(running.resolve("stdout")).exists();
    }

    @Test
    void shouldKeepWhatIsUsedAgainBeforeItIsTaken() throws IOException {
        Path sandbox = host.sandbox("a/x", LONG_AGO);
        host.onTaking = () -> host.inUse.add(sandbox);

        host.collect();

        assertThat(sandbox.resolve("stdout")).exists();
    }

    @Test
    void shouldCountTheAgeFromTheEndOfTheTask() throws IOException {
        Path sandbox = host.sandbox("a/x", LONG_AGO);
        try (SandboxCollector collector = host.open()) {
            collector.ended(sandbox, host.nowMs);
        }

        host.nowMs += FakeCollectorHost.DELAY.toMillis() - 1;
        host.collect();
        assertThat(sandbox).isDirectory();

        host.nowMs++;
        host.collect();
        assertThat(sandbox).doesNotExist();
    }

    @Test
    void shouldCountFromTheEndAlsoIfTheSandboxWasSeenBefore() throws IOException {
        Path sandbox = host.sandbox("a/x", FakeCollectorHost.DELAY.minusMillis(1));
        try (SandboxCollector collector = host.open()) {
            host.collect(collector);
            collector.ended(sandbox, host.nowMs);
            host.nowMs++;
            host.collect(collector);
        }

        assertThat(sandbox).isDirectory();
    }

    @Test
    void shouldNotBelieveATimeInTheFutureNorOneThatIsChangedLater() throws IOException {
        Path future = host.sandbox("a/future", Duration.ofDays(-9_000));
        Path changed = host.sandbox("a/changed", Duration.ZERO);
        try (SandboxCollector collector = host.open()) {
            host.collect(collector);
            host.nowMs += FakeCollectorHost.DELAY.toMillis();
            host.aged(changed, Duration.ZERO);
            host.collect(collector);
        }

        assertThat(future).doesNotExist();
        assertThat(changed).doesNotExist();
    }

    @Test
    void shouldNotBeginAnewWithATimeInTheFutureAfterARestart() throws IOException {
        Path future = host.sandbox("a/future", Duration.ofDays(-9_000));
        host.collect();
        host.nowMs += FakeCollectorHost.DELAY.toMillis();

        host.collect();

        assertThat(future).doesNotExist();
    }

    @Test
    void shouldDeleteEmptyDirectoriesAboveAndTheirLinks() throws IOException {
        Path sandbox = host.sandbox("a/x", LONG_AGO);
        Path latest = Files.createSymbolicLink(host.root.resolve("a/latest"), sandbox.getFileName());
        try (SandboxCollector collector = host.open()) {
            host.collect(collector);
            assertThat(sandbox).doesNotExist();
            host.aged(host.root.resolve("a"), Duration.ofMillis(SandboxScan.EMPTY_MS_MIN - 1));
            host.collect(collector);
            assertThat(latest)
                    .satisfies(link -> assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS))
                            .isTrue());

            host.nowMs++;
            host.collect(collector);
        }

        assertThat(host.root.resolve("a")).doesNotExist();
        assertThat(host.root).isDirectory();
    }

    @Test
    void shouldKeepAnEmptyDirectoryInWhichASandboxIsAboutToBeMade() throws IOException {
        Path above = host.aged(Files.createDirectory(host.root.resolve("a")), LONG_AGO);
        host.inUse.add(above.resolve("soon"));

        host.collect();

        assertThat(above).isDirectory();
    }

    @Test
    void shouldKeepADirectoryAboveThatHasAFile() throws IOException {
        Path file =
                Files.writeString(Files.createDirectory(host.root.resolve("a")).resolve("file"), "x");
        host.aged(file.getParent(), LONG_AGO);

        assertThat(host.collect()).isEmpty();

        assertThat(file).exists();
    }

    @Test
    void shouldKeepThePlaceWhereItDeletes() throws IOException {
        try (SandboxCollector collector = host.open()) {
            host.aged(host.removed(), LONG_AGO);
            host.collect(collector);
            Path sandbox = host.sandbox("a/x", LONG_AGO);

            assertThat(host.collect(collector)).isEmpty();

            assertThat(sandbox).doesNotExist();
        }
        assertThat(host.removed()).isEmptyDirectory();
    }

    @Test
    void shouldGoOnWithWhatACrashHasLeft() throws IOException {
        Path sandbox = host.sandbox("a/x", LONG_AGO);
        for (int i = 0; i < 100; i++) {
            Files.createDirectory(sandbox.resolve("d" + i));
        }
        host.aged(sandbox, LONG_AGO);
        try (SandboxCollector collector = SandboxCollector.open(
                host.root, FakeCollectorHost.DEPTH, new CollectorSettings(FakeCollectorHost.DELAY, 0, 50, LONG_AGO))) {
            assertThat(collector.turn(host)).matches(SandboxCollector.Turn::isMore);
        }
        assertThat(sandbox).doesNotExist();
        assertThat(host.removed()).isNotEmptyDirectory();

        host.collect();

        assertThat(host.removed()).isEmptyDirectory();
    }

    @Test
    void shouldDoNoMoreInATurnThanItMay() throws IOException {
        Path sandbox = host.sandbox("a/x", LONG_AGO);
        for (int i = 0; i < 200; i++) {
            Files.createFile(sandbox.resolve("f" + i));
        }
        host.aged(sandbox, LONG_AGO);
        List<Long> deleted = new ArrayList<>();

        try (SandboxCollector collector = SandboxCollector.open(
                host.root, FakeCollectorHost.DEPTH, new CollectorSettings(FakeCollectorHost.DELAY, 0, 50, LONG_AGO))) {
            SandboxCollector.Turn turn;
            do {
                turn = collector.turn(host);
                deleted.add(turn.entries());
            } while (turn.isMore());
        }

        assertThat(deleted).hasSizeBetween(5, 6).allMatch(entries -> entries <= 50);
        assertThat(deleted.stream().mapToLong(Long::longValue).sum()).isEqualTo(202);
    }

    @Test
    void shouldEndATurnWhenItsTimeIsUp() throws IOException {
        for (int i = 0; i < 100; i++) {
            host.sandbox("a/x" + i, LONG_AGO);
        }
        host.stepNanos = 1_000_000;
        try (SandboxCollector collector = SandboxCollector.open(
                host.root,
                FakeCollectorHost.DEPTH,
                new CollectorSettings(FakeCollectorHost.DELAY, 0, 1_000_000, Duration.ofMillis(10)))) {
            int turns = 1;
            while (collector.turn(host).isMore()) {
                turns++;
            }

            assertThat(turns).isGreaterThan(30);
        }
        assertThat(host.root.resolve("a")).isEmptyDirectory();
    }

    @Test
    void shouldRefuseWhatIsNoSandbox() throws IOException {
        try (SandboxCollector collector = host.open()) {
            for (String path : List.of("a", "a/b/c", "a/../b", "../a/b")) {
                assertThatThrownBy(() -> collector.ended(host.root.resolve(path), 0))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("is not 2 names below");
            }
            collector.ended(host.root.resolve("a/gone"), 0);
        }
    }

    @Test
    void shouldRefuseSettingsThatMeanNothing() {
        Duration some = Duration.ofMillis(1);
        assertThatThrownBy(() -> new CollectorSettings(some.negated(), 0, 1, some))
                .hasMessageContaining("delay");
        assertThatThrownBy(() -> new CollectorSettings(some, 1_001, 1, some)).hasMessageContaining("headroom");
        assertThatThrownBy(() -> new CollectorSettings(some, 0, 0, some)).hasMessageContaining("turnEntriesMax");
        assertThatThrownBy(() -> new CollectorSettings(some, 0, 1, Duration.ZERO))
                .hasMessageContaining("turnTimeMax");
        assertThatThrownBy(() -> new DiskUse(2, 1)).hasMessageContaining("disk use 2 of 1");
    }
}
