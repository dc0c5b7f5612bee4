package dev.polder.isolation.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
@Timeout(180)
class OutputRotationTest {
    private static final int SEGMENT = 1 << 16;
    private static final OutputSettings SETTINGS = new OutputSettings(SEGMENT, 2);
    private static final int LINE_BYTES = 10;
    private static final int BLOCK_BYTES = 512;

    @TempDir
    Path base;

    private Path sandbox;
    private Path stdout;
    private OutputRotation rotation;

    @BeforeEach
    void open() throws IOException {
        sandbox = Files.createDirectory(base.resolve("sandbox"));
        stdout = sandbox.resolve("stdout");
        rotation = OutputRotation.open(base.resolve("work"), SETTINGS);
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(bytes).nextBytes(noise);
        return noise;
    }

    private long blocks() throws Exception {
        Process stat = new ProcessBuilder("stat", "--format=%b", stdout.toString()).start();
        return Long.parseLong(lines(stat).readLine()) * BLOCK_BYTES;
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "65536, 0",
        "196607, 0",
        "196608, 65536",
        "262143, 65536",
        "262144, 131072",
        "65536000, 65404928"
    })
    void shouldKeepTheLastFullSegmentsAndTheOneBeingWritten(long size, long keptFrom) {
        assertThat(SETTINGS.keptFrom(size)).isEqualTo(keptFrom);
    }

    @Test
    void shouldRefuseSettingsThatMeanNothing() {
        assertThatThrownBy(() -> new OutputSettings(0, 1)).hasMessageContaining("segmentBytes 0");
        assertThatThrownBy(() -> new OutputSettings(SEGMENT + 1, 1)).hasMessageContaining("segmentBytes 65537");
        assertThatThrownBy(() -> new OutputSettings(SEGMENT, 0)).hasMessageContaining("segments 0");
        assertThatThrownBy(() -> new OutputSettings(1L << 50, 2)).hasMessageContaining("segments 2");
    }

    @Test
    void shouldLeaveAFileAloneThatIsSmallEnoughOrNotThere() throws Exception {
        assertThat(rotation.look(sandbox, "stdout", 0)).isZero();
        byte[] written = noise(3 * SEGMENT - 1);
        Files.write(stdout, written);

        assertThat(rotation.look(sandbox, "stdout", 0)).isZero();

        assertThat(stdout).hasBinaryContent(written);
    }

    @Test
    void shouldGiveTheOldestBackToTheDiskInPlace() throws Exception {
        byte[] written = noise(5 * SEGMENT + 1);
        Files.write(stdout, written);
        long before = blocks();

        assertThat(rotation.look(sandbox, "stdout", 0)).isEqualTo(3 * SEGMENT);

        Arrays.fill(written, 0, 3 * SEGMENT, (byte) 0);
        assertThat(stdout).hasBinaryContent(written);
        assertThat(blocks()).isEqualTo(before - 3 * SEGMENT);
        assertThat(base.resolve("work")).isEmptyDirectory();
    }

    @Test
    void shouldLookAfterAFileThatTheTaskMadeAnew() throws Exception {
        Files.write(stdout, noise(5 * SEGMENT));
        long keptFrom = rotation.look(sandbox, "stdout", 0);
        Files.write(stdout, noise(1));
        keptFrom = rotation.look(sandbox, "stdout", keptFrom);
        assertThat(keptFrom).isZero();
        Files.write(stdout, noise(4 * SEGMENT));

        assertThat(rotation.look(sandbox, "stdout", keptFrom)).isEqualTo(2 * SEGMENT);

        assertThat(blocks()).isEqualTo(2 * SEGMENT);
    }

    @Test
    void shouldFollowNoLink() throws Exception {
        byte[] precious = noise(5 * SEGMENT);
        Path outside = Files.write(base.resolve("outside"), precious);
        Files.createSymbolicLink(stdout, outside);
        assertThat(rotation.look(sandbox, "stdout", 0)).isZero();

        assertThat(outside).hasBinaryContent(precious);
        assertThatThrownBy(() -> rotation.look(sandbox, "../outside", 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldFollowNoLinkThatTakesTheFilesPlaceMeanwhile() throws Exception {
        byte[] precious = noise(5 * SEGMENT);
        Path outside = Files.write(base.resolve("outside"), precious);
        Path own = Files.write(sandbox.resolve("own"), precious);
        AtomicBoolean isOver = new AtomicBoolean();
        Thread swapper = new Thread(() -> swap(own, outside, isOver), "swapper");
        swapper.start();
        int caught = 0;
        try {
            while (caught < 3) {
                try {
                    rotation.look(sandbox, "stdout", 0);
                } catch (OpenDirectory.LinkException e) {
                    caught++;
                } catch (IOException e) {
                    // the file went away in between
                    assertThat(e).hasMessageContaining("it gets no second name");
                }
            }
        } finally {
            isOver.set(true);
            swapper.join();
        }

        assertThat(outside).hasBinaryContent(precious);
        assertThat(base.resolve("work")).isEmptyDirectory();
    }

    private void swap(Path own, Path outside, AtomicBoolean isOver) {
        Path fresh = sandbox.resolve("fresh");
        try {
            while (!isOver.get()) {
                Files.createLink(fresh, own);
                Files.move(fresh, stdout, StandardCopyOption.ATOMIC_MOVE);
                // of two names of one file a rename makes none
                Files.deleteIfExists(fresh);
                Files.createSymbolicLink(fresh, outside);
                Files.move(fresh, stdout, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldSayWhyNothingCanBeDiscarded() throws Exception {
        Files.write(stdout, noise(5 * SEGMENT));
        Files.delete(base.resolve("work"));

        assertThatThrownBy(() -> rotation.look(sandbox, "stdout", 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("stdout is not kept within bounds, as it gets no second name");
    }

    @Test
    void shouldTouchNoOtherUsersFile() throws Exception {
        byte[] precious = noise(5 * SEGMENT);
        Path outside = Files.write(base.resolve("outside"), precious);
        Assumptions.assumeTrue(Files.getAttribute(outside, "unix:uid").equals(0), "needs root: to give files away");
        Files.createLink(stdout, outside);
        Files.setAttribute(sandbox, "unix:uid", 65_534);

        assertThatThrownBy(() -> rotation.look(sandbox, "stdout", 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no file of");

        assertThat(outside).hasBinaryContent(precious);
    }

    @Test
    void shouldDeleteTheLinkThatACrashLeft() throws Exception {
        Files.write(stdout, noise(5 * SEGMENT));
        Files.createLink(base.resolve("work/output"), stdout);

        OutputRotation.open(base.resolve("work"), SETTINGS).look(sandbox, "stdout", 0);

        assertThat(blocks()).isEqualTo(2 * SEGMENT);
    }

    @Test
    void shouldLoseNothingOfWhatAFastWriterWritesWhenTheJvmIsKilled() throws Exception {
        int count = 4_000_000;
        OutputSettings settings = new OutputSettings(1 << 20, 4);
        Process writer = start("sh", "-c", "exec seq -f %09.0f 1 " + count + " >>\"$0\"", stdout.toString());
        int killed = 0;
        while (writer.isAlive()) {
            killed += rotateUntilKilled(settings) ? 1 : 0;
        }
        assertThat(writer.exitValue()).isZero();
        rotateUntilKilled(settings);

        long size = (long) count * LINE_BYTES;
        long keptFrom = settings.keptFrom(size);
        OutputRotation.open(base.resolve("work"), settings).look(sandbox, "stdout", 0);
        assertThat(Files.size(stdout)).isEqualTo(size);
        assertThat(blocks()).isBetween(size - keptFrom, size - keptFrom + SEGMENT);
        byte[] kept = Files.readAllBytes(stdout);
        assertThat(keptFrom).isPositive();
        assertThat(Arrays.copyOfRange(kept, (int) keptFrom, kept.length))
                .isEqualTo(Arrays.copyOfRange(numbered(1, count), (int) keptFrom, kept.length));
        assertThat(killed).isPositive();
    }

    @Test
    void shouldShowAFollowerEveryLineInOrderWhenTheJvmIsKilled() throws Exception {
        int chunk = 100_000;
        int chunks = 40;
        OutputSettings settings = new OutputSettings(1 << 20, 4);
        Process writer = start(
                "sh",
                "-c",
                "while read -r from to; do seq -f %09.0f $from $to || exit; done >>\"$0\"",
                stdout.toString());
        try (FollowedFile follower = FollowedFile.openRotated(sandbox, List.of("stdout"), 0, settings);
                OutputStream orders = writer.getOutputStream()) {
            for (int i = 0; i < chunks; i++) {
                int first = i * chunk + 1;
                // the follower is never further behind than what is kept
                orders.write((first + " " + (first + chunk - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
                orders.flush();
                assertThat(read(follower, (long) i * chunk * LINE_BYTES, chunk * LINE_BYTES))
                        .isEqualTo(numbered(first, chunk));
                if (i % 10 == 9) {
                    assertThat(rotateUntilKilled(settings)).isTrue();
                }
            }
        }
        assertThat(writer.waitFor()).isZero();
        assertThat(blocks()).isLessThan((long) chunks * chunk * LINE_BYTES / 2);
    }

    private static byte[] read(FollowedFile follower, long offset, int bytes) throws Exception {
        byte[] all = new byte[bytes];
        int read = 0;
        while (read < bytes) {
            FollowedFile.Piece piece =
                    follower.read(bytes - read, Duration.ofSeconds(60), () -> false, FollowClock.SYSTEM);
            assertThat(piece.offset()).isEqualTo(offset + read);
            assertThat(piece.state()).isEqualTo(FollowedFile.State.MORE);
            int got = piece.bytes().remaining();
            piece.bytes().get(all, read, got);
            read += got;
        }
        return all;
    }

    /** Starts a JVM that rotates, and kills it when it has discarded something; false if there was nothing to discard. */
    private boolean rotateUntilKilled(OutputSettings settings) throws Exception {
        if (!Files.exists(stdout) || settings.keptFrom(Files.size(stdout)) == 0) {
            return false;
        }
        Process rotating = start(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                RotatingProcess.class.getName(),
                sandbox.toString(),
                base.resolve("work").toString(),
                Long.toString(settings.segmentBytes()),
                Integer.toString(settings.segments()));
        try (BufferedReader said = lines(rotating)) {
            assertThat(said.readLine()).matches("[1-9][0-9]*");
        } finally {
            rotating.destroyForcibly().waitFor();
        }
        return true;
    }

    private static Process start(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static byte[] numbered(int first, int count) {
        byte[] lines = new byte[count * LINE_BYTES];
        for (int i = 0; i < count; i++) {
            int number = first + i;
            int end = (i + 1) * LINE_BYTES - 1;
            lines[end] = '\n';
            for (int digit = end - 1; digit >= i * LINE_BYTES; digit--) {
                lines[digit] = (byte) ('0' + number % 10);
                number /= 10;
            }
        }
        return lines;
    }
}
