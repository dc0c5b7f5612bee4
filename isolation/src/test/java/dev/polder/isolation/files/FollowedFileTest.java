package dev.polder.isolation.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(60)
class FollowedFileTest {
    private static final Duration WAIT = Duration.ofSeconds(2);

    @TempDir
    Path base;

    private final FakeFollowClock clock = new FakeFollowClock();
    private Path sandbox;
    private Path stdout;

    @BeforeEach
    void makeSandbox() throws IOException {
        sandbox = Files.createDirectory(base.resolve("sandbox"));
        stdout = Files.writeString(sandbox.resolve("stdout"), "one ");
    }

    private FollowedFile follow(long offset) throws IOException {
        return FollowedFile.open(sandbox, List.of("stdout"), offset);
    }

    private String next(FollowedFile followed) throws Exception {
        return show(read(followed, () -> false));
    }

    private FollowedFile.Piece read(FollowedFile followed, BooleanSupplier hasEnded) throws Exception {
        return followed.read(100, WAIT, hasEnded, clock);
    }

    private static String show(FollowedFile.Piece piece) {
        String text = StandardCharsets.UTF_8.decode(piece.bytes()).toString();
        return piece.state() + " " + piece.offset() + " " + text + (piece.isNew() ? "(new)" : "");
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND, StandardOpenOption.CREATE);
    }

    @Test
    void shouldReadWhatIsThereAtOnceAndWaitForMore() throws Exception {
        clock.next = () -> append(stdout, "two");
        try (FollowedFile followed = follow(1)) {
            assertThat(next(followed)).isEqualTo("MORE 1 ne ");
            assertThat(clock.pauses).isEmpty();

            assertThat(next(followed)).isEqualTo("MORE 4 two");
            assertThat(clock.pauses).hasSize(1);
        }
    }

    @Test
    void shouldWaitNoLongerThanItMay() throws Exception {
        try (FollowedFile followed = follow(4)) {
            assertThat(next(followed)).isEqualTo("NOTHING_YET 4 ");
        }

        assertThat(clock.nanos()).isEqualTo(WAIT.toNanos());
        assertThat(clock.pauses).hasSizeLessThan(20).allMatch(pause -> pause <= 250_000_000);
    }

    @Test
    void shouldEndWhenAllIsRead() throws Exception {
        try (FollowedFile followed = follow(0)) {
            assertThat(show(read(followed, () -> true))).isEqualTo("MORE 0 one ");
            assertThat(show(read(followed, () -> true))).isEqualTo("ENDED 4 ");
        }
        assertThat(clock.pauses).isEmpty();
    }

    @Test
    void shouldReadWhatWasWrittenAtTheVeryEnd() throws Exception {
        try (FollowedFile followed = follow(4)) {
            FollowedFile.Piece piece = read(followed, () -> {
                try {
                    append(stdout, "last");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                return true;
            });

            assertThat(show(piece)).isEqualTo("MORE 4 last");
        }
    }

    @Test
    void shouldReadARenamedFileToItsEndAndGoOnInTheNewOne() throws Exception {
        try (FollowedFile followed = follow(4)) {
            Path renamed = Files.move(stdout, sandbox.resolve("stdout.1"));
            append(renamed, "two");
            Files.writeString(stdout, "three");

            assertThat(next(followed)).isEqualTo("MORE 4 two");
            assertThat(next(followed)).isEqualTo("MORE 0 three(new)");
            append(stdout, " four");
            assertThat(next(followed)).isEqualTo("MORE 5  four");
        }
    }

    @Test
    void shouldStayInARenamedFileWhileThereIsNoOther() throws Exception {
        try (FollowedFile followed = follow(4)) {
            Path renamed = Files.move(stdout, sandbox.resolve("stdout.1"));
            assertThat(next(followed)).isEqualTo("NOTHING_YET 4 ");
            Files.createSymbolicLink(stdout, Files.writeString(base.resolve("secret"), "secret"));
            append(renamed, "two");

            assertThat(next(followed)).isEqualTo("MORE 4 two");
            assertThat(next(followed)).isEqualTo("NOTHING_YET 7 ");
        }
    }

    @Test
    void shouldBeginAnewInAFileThatWasMadeShorter() throws Exception {
        try (FollowedFile followed = follow(4)) {
            Files.writeString(stdout, "new");

            assertThat(next(followed)).isEqualTo("MORE 0 new(new)");
        }
    }

    @Test
    void shouldWaitForAFileThatIsNotThereYet() throws Exception {
        Files.delete(stdout);
        try (FollowedFile followed = follow(0)) {
            clock.next = () -> Files.writeString(stdout, "here");

            assertThat(next(followed)).isEqualTo("MORE 0 here");
        }
    }

    @Test
    void shouldReadNoMoreThanAsked() throws Exception {
        Files.write(stdout, new byte[3 * FollowedFile.READ_BYTES_MAX]);
        try (FollowedFile followed = follow(0)) {
            assertThat(followed.read(7, WAIT, () -> false, clock).bytes().remaining())
                    .isEqualTo(7);
            assertThat(followed.read(Integer.MAX_VALUE, WAIT, () -> false, clock)
                            .bytes()
                            .remaining())
                    .isEqualTo(FollowedFile.READ_BYTES_MAX);
            assertThatThrownBy(() -> followed.read(0, WAIT, () -> false, clock)).hasMessage("bytesMax 0 < 1");
        }
    }

    @Test
    void shouldSkipWhatWasDiscarded() throws Exception {
        OutputSettings settings = new OutputSettings(1 << 16, 2);
        Files.write(stdout, new byte[5 << 16]);
        try (FollowedFile followed = FollowedFile.openRotated(sandbox, List.of("stdout"), 5, settings)) {
            assertThat(read(followed, () -> false).offset()).isEqualTo(3 << 16);
        }
    }

    @Test
    void shouldLeadNowhereElse() throws Exception {
        Path secret = Files.writeString(base.resolve("secret"), "secret");
        Files.createSymbolicLink(sandbox.resolve("link"), secret);
        Files.createSymbolicLink(sandbox.resolve("directory"), base);
        assertThat(new ProcessBuilder("mkfifo", sandbox.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();

        assertRefused(List.of("link"), OpenDirectory.LinkException.class);
        assertRefused(List.of("directory", "secret"), OpenDirectory.LinkException.class);
        assertRefused(List.of("..", "secret"), IllegalArgumentException.class);
        assertRefused(List.of("../secret"), IllegalArgumentException.class);
        assertRefused(List.of(), IllegalArgumentException.class);
        assertRefused(List.of("pipe"), IOException.class);
        assertRefused(List.of("."), IOException.class);
        assertRefused(List.of("stdout", "x"), NotDirectoryException.class);
        assertRefused(List.of("none", "x"), NoSuchFileException.class);
    }

    private void assertRefused(List<String> names, Class<? extends Exception> why) {
        assertThatThrownBy(() -> FollowedFile.open(sandbox, names, 0)).isInstanceOf(why);
    }

    @Test
    void shouldNotReadTheSecondNameOfAnotherUsersFile() throws Exception {
        Path secret = Files.writeString(base.resolve("secret"), "secret");
        Files.createLink(sandbox.resolve("name"), secret);
        Assumptions.assumeTrue(Files.getAttribute(secret, "unix:uid").equals(0), "needs root: to give files away");
        Files.setAttribute(sandbox, "unix:uid", 65_534);

        assertThatThrownBy(() -> FollowedFile.open(sandbox, List.of("name"), 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a second name for a file of root's");
    }
}
