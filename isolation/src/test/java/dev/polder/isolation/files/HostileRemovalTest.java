package dev.polder.isolation.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What tasks leave in their sandboxes so that it is not deleted, or that something else is. */
@Tag("slow")
@Timeout(120)
class HostileRemovalTest {
    private static final Duration LONG_AGO = Duration.ofDays(1);

    @TempDir
    Path base;

    private FakeCollectorHost host;
    private Path outside;
    private Path sandbox;

    @BeforeEach
    void makeHost() throws IOException {
        host = new FakeCollectorHost(
                Files.createDirectory(base.resolve("sandboxes")).toRealPath());
        sandbox = host.sandbox("a/x", LONG_AGO);
        outside = Files.createDirectory(base.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "untouched");
    }

    @AfterEach
    void seeThatNothingElseWasTouched() {
        assertThat(outside.resolve("precious")).hasContent("untouched");
    }

    private void collectAll() throws IOException {
        host.aged(sandbox, LONG_AGO);
        assertThat(host.collect()).isEmpty();
        assertThat(sandbox).doesNotExist();
        assertThat(host.removed()).isEmptyDirectory();
    }

    @Test
    void shouldFollowNoLink() throws IOException {
        Files.createSymbolicLink(sandbox.resolve("directory"), outside);
        Files.createSymbolicLink(sandbox.resolve("file"), outside.resolve("precious"));
        Files.createLink(sandbox.resolve("name"), outside.resolve("precious"));

        collectAll();
    }

    @Test
    void shouldTakeNoLinkForASandbox() throws IOException {
        Path link = Files.createSymbolicLink(host.root.resolve("a/link"), outside);
        host.aged(outside, LONG_AGO);

        host.collect();

        assertThat(link).isSymbolicLink();
    }

    @Test
    void shouldDeleteATreeThatIsDeeperThanAPathCanBeLong() throws IOException {
        Path tree = Files.writeString(base.resolve("bottom"), "x");
        for (int i = 0; i < 3_000; i++) {
            Path above = Files.createDirectory(base.resolve("level-" + i));
            tree = Files.move(tree, above.resolve("down")).getParent();
        }
        Files.move(tree, sandbox.resolve("deep"));

        collectAll();
    }

    @Test
    void shouldDeleteNamesThatAreNoText() throws Exception {
        run(
                "sh",
                "-c",
                "cd \"$0\" && n=$(printf '\\377\\376') && mkdir \"d$n\" && : >\"d$n/$n\" && : >\"new\nline\"",
                sandbox);

        collectAll();
    }

    @Test
    void shouldDeletePipes() throws Exception {
        run("mkfifo", sandbox.resolve("pipe"));

        collectAll();
    }

    @Test
    void shouldDeleteWhatAnotherUserMadeUnreadable() throws Exception {
        Assumptions.assumeTrue(isRoot(), "needs root: the files are another user's");
        makeUnreadable();
        run("chown", "-R", "65534:65534", sandbox);

        collectAll();
    }

    @Test
    void shouldDeleteWhatTheAgentsUserMadeReadOnly() throws Exception {
        Assumptions.assumeTrue(isRoot(), "needs root: to give up the rights of root over files");
        Path directory = Files.createDirectories(sandbox.resolve("cache/module"));
        Files.writeString(directory.resolve("file"), "x");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.setPosixFilePermissions(directory.getParent(), PosixFilePermissions.fromString("r-xr-xr-x"));
        host.aged(sandbox, LONG_AGO);
        Files.setPosixFilePermissions(sandbox, PosixFilePermissions.fromString("r-xr-xr-x"));

        run(
                "setpriv",
                "--bounding-set=-dac_override,-dac_read_search",
                "--inh-caps=-all",
                Path.of(System.getProperty("java.home"), "bin", "java"),
                "-cp",
                System.getProperty("java.class.path"),
                CollectingProcess.class.getName(),
                host.root);

        assertThat(sandbox).doesNotExist();
        assertThat(host.removed()).isEmptyDirectory();
    }

    private void makeUnreadable() throws IOException {
        Path directory = Files.createDirectories(sandbox.resolve("closed/inner"));
        Files.writeString(directory.resolve("file"), "x");
        for (Path closed : List.of(directory, directory.getParent(), sandbox)) {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        }
    }

    @Test
    void shouldLeaveASandboxInWhichSomethingIsMounted() throws Exception {
        Assumptions.assumeTrue(isRoot(), "needs root: to mount");
        Path volume = Files.createDirectories(sandbox.resolve("data/volume"));
        host.aged(sandbox, LONG_AGO);
        run("mount", "--bind", outside, volume);
        try {
            assertThat(host.collect())
                    .singleElement()
                    .asString()
                    .contains("a/x stays", "data/volume] is mounted there");
            assertThat(volume.resolve("precious")).exists();
        } finally {
            run("umount", volume);
        }

        collectAll();
    }

    @Test
    void shouldNotCrossAMountThatCameAtTheLastMoment() throws Exception {
        Assumptions.assumeTrue(isRoot(), "needs root: to mount");
        Path volume = Files.createDirectories(sandbox.resolve("data/volume"));
        host.aged(sandbox, LONG_AGO);
        host.onTaking = () -> run("mount", "--bind", outside, volume);
        try {
            assertThat(host.collect()).anySatisfy(trouble -> assertThat(trouble).contains("volume", "busy"));
            assertThat(sandbox).doesNotExist();
            assertThat(outside.resolve("precious")).exists();
        } finally {
            host.onTaking = () -> {};
            for (String point : MountPoints.below(host.root)) {
                run("umount", point);
            }
        }

        assertThat(host.collect()).isEmpty();
        assertThat(host.removed()).isEmptyDirectory();
    }

    @Test
    void shouldNotBeHeldUpByADirectoryThatIsFilledAgainAllTheTime() throws IOException {
        Path other = host.sandbox("a/younger", FakeCollectorHost.DELAY);
        int[] files = {0};
        host.onMonotonic = () -> {
            if (Files.exists(other)) {
                fill("file" + files[0]++);
            }
        };

        host.collect();

        assertThat(other).doesNotExist();
        assertThat(host.removed()).isEmptyDirectory();
        assertThat(files[0]).isPositive();
    }

    private void fill(String name) {
        try (DirectoryStream<Path> trees = Files.newDirectoryStream(host.removed())) {
            for (Path tree : trees) {
                Files.createFile(tree.resolve(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static void run(Object... words) {
        try {
            Process process = new ProcessBuilder(
                            List.of(words).stream().map(Object::toString).toList())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
