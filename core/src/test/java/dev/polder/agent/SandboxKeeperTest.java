package dev.polder.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.files.SandboxCollector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sandboxes that end, and are kept or deleted, on a real disk. */
@Tag("slow")
final class SandboxKeeperTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SEGMENT = 1 << 16;

    @TempDir
    private Path base;

    private Path root;
    private @Nullable SandboxKeeper keeper;

    @BeforeEach
    void make() throws IOException {
        Files.createDirectory(base.resolve("real"));
        // the way to the sandboxes may have links
        root = Files.createSymbolicLink(base.resolve("sandboxes"), base.resolve("real"));
    }

    @AfterEach
    void close() throws IOException {
        if (keeper != null) {
            keeper.close();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("keeper-test"));
    }

    private SandboxKeeper start(Duration gcDelay, ContainerId... recovered) throws IOException {
        SandboxSettings settings = SandboxSettings.DEFAULT
                .withCollecting(gcDelay, 0, Duration.ofMillis(20))
                .withOutput(SEGMENT, SEGMENT);
        SandboxKeeper started = SandboxKeeper.open("keeper-test", root, settings, Set.of(recovered));
        keeper = started;
        started.start();
        return started;
    }

    private Path path(ContainerId id) {
        return root.resolve("slaves/S1/frameworks/F/executors/t-" + id + "/runs/" + id);
    }

    private Path sandbox(ContainerId id) {
        try {
            // with all that is in it at once, for it may be deleted as soon as it is there, as may what is empty above
            // it
            Path made = Files.createDirectories(base.resolve("made-" + id));
            Files.writeString(made.resolve("stdout"), "x");
            Path sandbox = path(id);
            while (Files.exists(made)) {
                Files.createDirectories(sandbox.getParent());
                try {
                    Files.move(made, sandbox);
                } catch (NoSuchFileException collected) {
                    // once more
                }
            }
            return sandbox;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ContainerId newId() {
        return new ContainerId(UUID.randomUUID());
    }

    private static void awaitGone(Path sandbox) {
        await().atMost(PATIENCE).until(() -> !Files.exists(sandbox));
    }

    @Test
    void shouldDeleteWhatHasEndedAndNothingInUse() throws IOException {
        SandboxKeeper running = start(Duration.ZERO);
        ContainerId used = newId();
        ContainerId ending = newId();
        running.begin(used, path(used));
        running.begin(ending, path(ending));
        Path usedSandbox = sandbox(used);
        Path former = sandbox(newId());
        awaitGone(former);
        Path endingSandbox = sandbox(ending);
        awaitGone(sandbox(newId()));
        assertThat(endingSandbox).exists();

        running.end(ending);

        awaitGone(endingSandbox);
        assertThat(usedSandbox.resolve("stdout")).hasContent("x");
        await().atMost(PATIENCE).until(() -> running.removed() == 3);
    }

    @Test
    void shouldKeepWhatWasFoundUntilItEnds() throws IOException {
        ContainerId found = newId();
        Path sandbox = sandbox(found);
        SandboxKeeper running = start(Duration.ZERO, found);
        awaitGone(sandbox(newId()));
        assertThat(sandbox).exists();

        running.end(found);

        awaitGone(sandbox);
    }

    /** Its directory may be as old as the task that runs in it. */
    @Test
    void shouldCountTheAgeFromTheEnd() throws IOException {
        ContainerId found = newId();
        ContainerId fresh = newId();
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        Path foundSandbox = sandbox(found);
        Path former = sandbox(newId());
        Files.setLastModifiedTime(foundSandbox, old);
        Files.setLastModifiedTime(former, old);
        SandboxKeeper running = start(Duration.ofDays(1), found);
        running.begin(fresh, path(fresh));
        Path freshSandbox = sandbox(fresh);
        Files.setLastModifiedTime(freshSandbox, old);

        running.end(found);
        running.end(fresh);

        awaitGone(former);
        for (Path sandbox : Set.of(foundSandbox, freshSandbox)) {
            await().atMost(PATIENCE)
                    .until(() -> Files.getLastModifiedTime(sandbox)
                            .toInstant()
                            .isAfter(Instant.now().minus(Duration.ofHours(1))));
        }
        // they are looked at once more before another one goes
        awaitGone(aged(sandbox(newId())));
        assertThat(foundSandbox).exists();
        assertThat(freshSandbox).exists();
    }

    private static Path aged(Path sandbox) throws IOException {
        return Files.setLastModifiedTime(sandbox, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    }

    @Test
    void shouldKeepOutputWithinBoundsAlsoOfWhatWasFound() throws IOException {
        assertThat(SandboxSettings.DEFAULT.outputs().ifPossible()).isNotEqualTo(OutputBounds.NONE);
        ContainerId found = newId();
        ContainerId fresh = newId();
        byte[] written = "y".repeat(15 * SEGMENT + 1).getBytes(US_ASCII);
        Files.write(sandbox(found).resolve("stdout"), written);
        SandboxKeeper running = start(Duration.ofDays(7), found);
        running.begin(fresh, path(fresh));
        Files.write(sandbox(fresh).resolve("stderr"), written);

        for (Path file : Set.of(path(found).resolve("stdout"), path(fresh).resolve("stderr"))) {
            await().atMost(PATIENCE).until(() -> firstByte(file) == 0);
            assertThat(Files.size(file)).isEqualTo(written.length);
            try (var channel = Files.newByteChannel(file)) {
                ByteBuffer byteAt = ByteBuffer.allocate(2);
                channel.position(5 * SEGMENT - 1).read(byteAt);
                assertThat(byteAt.array()).containsExactly(0, 'y');
            }
        }
    }

    /** What a task writes just before it ends is looked at, too. */
    @Test
    void shouldLookAtOutputOnceMoreAtTheEnd() throws IOException {
        ContainerId id = newId();
        SandboxKeeper running = start(Duration.ofDays(7));
        Path file = sandbox(id).resolve("stdout");
        Files.write(file, new byte[] {'y'});
        running.begin(id, path(id));
        Files.write(file, "y".repeat(15 * SEGMENT).getBytes(US_ASCII));

        running.end(id);

        await().atMost(PATIENCE).until(() -> firstByte(file) == 0);
    }

    private static int firstByte(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.read();
        }
    }

    @Test
    void shouldShowWhatIsKept() throws IOException {
        ContainerId id = newId();
        Path sandbox = sandbox(id);
        Files.write(sandbox.resolve("stdout"), ("n".repeat(5 * SEGMENT) + "y".repeat(10 * SEGMENT)).getBytes(US_ASCII));
        Files.createDirectory(sandbox.resolve("dir"));
        Files.copy(sandbox.resolve("stdout"), sandbox.resolve("dir/stdout"));
        SandboxFiles files = new SandboxFiles(
                root, SandboxSettings.DEFAULT.withOutput(SEGMENT, SEGMENT).outputs());
        String below = "/frameworks/F/executors/t-" + id + "/runs/" + id;

        SandboxFiles.Piece first = (SandboxFiles.Piece) files.read("S1", below + "/stdout", OptionalLong.of(3), 10);

        assertThat(first.offset()).isEqualTo(5 * SEGMENT);
        assertThat(first.bytes()).isEqualTo(ByteBuffer.wrap("yyyyyyyyyy".getBytes(US_ASCII)));
        SandboxFiles.Piece size = (SandboxFiles.Piece) files.read("S1", below + "/stdout", OptionalLong.empty(), 10);
        assertThat(size.offset()).isEqualTo(15 * SEGMENT);
        SandboxFiles.Piece later =
                (SandboxFiles.Piece) files.read("S1", below + "/stdout", OptionalLong.of(7 * SEGMENT), 10);
        assertThat(later.offset()).isEqualTo(7 * SEGMENT);
        SandboxFiles.Piece other = (SandboxFiles.Piece) files.read("S1", below + "/dir/stdout", OptionalLong.of(3), 1);
        assertThat(other.offset()).isEqualTo(3);
    }

    @Test
    void shouldLeaveItsOwnDirectoriesAlone() throws IOException {
        SandboxKeeper running = start(Duration.ZERO);
        for (String own : Set.of(".output", ".output/stdout", ".output/stderr", SandboxCollector.REMOVED)) {
            aged(root.resolve(own));
        }

        awaitGone(sandbox(newId()));
        awaitGone(sandbox(newId()));

        assertThat(running.removed()).isGreaterThan(0);
        assertThat(root.resolve(".output/stdout")).isEmptyDirectory();
        assertThat(root.resolve(".output/stderr")).isEmptyDirectory();
    }
}
