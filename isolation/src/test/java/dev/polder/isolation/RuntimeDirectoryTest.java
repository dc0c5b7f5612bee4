package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeDirectoryTest {
    private static final String CONTAINER = new UUID(1, 2).toString();

    @TempDir
    Path temporary;

    private Path directory;
    private Path run;

    @BeforeEach
    void setUp() throws IOException {
        temporary = temporary.toRealPath();
        directory = temporary.resolve("containers");
        run = temporary.resolve("run/polder");
    }

    private void enter(Path elsewhere) throws IOException {
        RuntimeDirectory.enter(directory, Optional.of(elsewhere), "n1");
    }

    private void enterHere() throws IOException {
        RuntimeDirectory.enter(directory, Optional.empty(), "n1");
    }

    @Test
    void shouldBeTheDirectoryItselfWhereNothingElseIsSaid() throws Exception {
        enterHere();
        Files.createFile(directory.resolve("lock"));
        enterHere();
        RuntimeDirectory.leave(directory, false);
        assertThat(directory).isDirectoryContaining("glob:**/lock");
        assertThat(Files.isSymbolicLink(directory)).isFalse();
    }

    @Test
    void shouldLinkToADirectoryElsewhereAndLeaveNothingThere() throws Exception {
        enter(run);
        Files.createFile(directory.resolve("lock"));
        assertThat(run.resolve("n1/lock")).exists();
        assertThat(Files.getPosixFilePermissions(run.resolve("n1")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        enter(run);
        assertThat(run.resolve("n1/lock")).exists();

        RuntimeDirectory.leave(directory, false);
        assertThat(run).isEmptyDirectory();
        assertThat(Files.isSymbolicLink(directory)).isFalse();
    }

    @Test
    void shouldMakeItAgainAfterARestartOfTheHost() throws Exception {
        enter(run);
        Files.delete(run.resolve("n1"));
        Files.delete(run);
        enter(run);
        assertThat(directory).isEmptyDirectory();
        assertThat(run.resolve("n1")).exists();
    }

    @Test
    void shouldStayWhereContainersAre() throws Exception {
        enter(run);
        Files.createDirectory(directory.resolve(CONTAINER));
        Path other = temporary.resolve("other");

        assertThatThrownBy(() -> enter(other))
                .isInstanceOf(IOException.class)
                .hasMessage("runtime directory " + other.resolve("n1") + ": containers [" + CONTAINER + "] are in "
                        + run.resolve("n1") + " still; it can be changed when there are none");
        assertThatThrownBy(this::enterHere).hasMessageContaining(CONTAINER);
        RuntimeDirectory.leave(directory, false);
        assertThat(run.resolve("n1").resolve(CONTAINER)).exists();

        Files.delete(directory.resolve(CONTAINER));
        enter(other);
        assertThat(run).isEmptyDirectory();
        assertThat(other.resolve("n1")).exists();
        enterHere();
        assertThat(other).isEmptyDirectory();
        assertThat(Files.isSymbolicLink(directory)).isFalse();
    }

    @Test
    void shouldMoveFromTheDirectoryItselfOnlyWithoutContainers() throws Exception {
        enterHere();
        Files.createFile(directory.resolve("launches"));
        Files.createDirectory(directory.resolve(CONTAINER));
        assertThatThrownBy(() -> enter(run)).hasMessageContaining(CONTAINER);
        assertThat(directory.resolve("launches")).exists();

        Files.delete(directory.resolve(CONTAINER));
        enter(run);
        assertThat(Files.isSymbolicLink(directory)).isTrue();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldLeaveNothingOfANodeThatNeverComesBack() throws Exception {
        enter(run);
        Files.createFile(Files.createDirectory(directory.resolve(CONTAINER)).resolve("exit"));
        RuntimeDirectory.leave(directory, false);
        assertThat(directory.resolve(CONTAINER)).exists();

        RuntimeDirectory.leave(directory, true);
        assertThat(run).isEmptyDirectory();
        assertThat(Files.isSymbolicLink(directory)).isFalse();
    }

    @Test
    void shouldKnowTheSameDirectoryByAnotherPath() throws Exception {
        enter(run);
        Files.createDirectory(directory.resolve(CONTAINER));
        Path alias = Files.createSymbolicLink(temporary.resolve("alias"), run);

        assertThat(RuntimeDirectory.enter(directory, Optional.of(alias), "n1")).isEqualTo(run.resolve("n1"));
        assertThat(directory.resolve(CONTAINER)).exists();
    }

    @Test
    void shouldRefuseWhatIsSomebodyElses() throws Exception {
        Files.createDirectories(run.resolve("n1"));
        assumeTrue(Files.getAttribute(run, "unix:uid").equals(0), "only root gives directories away");
        Files.setAttribute(run.resolve("n1"), "unix:uid", 65_534);
        assertThatThrownBy(() -> enter(run))
                .hasMessage("runtime directory " + run.resolve("n1") + ": it is user 65534's, not 0's or root's");
        Files.setAttribute(run, "unix:uid", 65_534);
        assertThatThrownBy(() -> enter(run))
                .hasMessage("runtime directory " + run + ": it is user 65534's, not 0's or root's");

        Files.setAttribute(run, "unix:uid", 0);
        Files.delete(run.resolve("n1"));
        Files.createSymbolicLink(run.resolve("n1"), temporary);
        assertThatThrownBy(() -> enter(run))
                .hasMessage("runtime directory " + run.resolve("n1") + ": it is no directory");
        assertThat(directory).doesNotExist();
    }

    /** Whoever may write there could put another directory in its place. */
    @Test
    void shouldRefuseADirectoryToWhichOthersMayWrite() throws Exception {
        Files.createDirectories(run);
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> enter(run))
                .isInstanceOf(IOException.class)
                .hasMessage("runtime directory " + run + ": others than its owner may write to it");
        assertThat(run).isEmptyDirectory();
        assertThat(directory).doesNotExist();
    }
}
