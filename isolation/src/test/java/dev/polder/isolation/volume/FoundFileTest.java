package dev.polder.isolation.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundFileTest {
    @TempDir
    Path base;

    @BeforeEach
    void makeTree() throws IOException {
        base = base.toRealPath();
        Files.createDirectories(base.resolve("a/b"));
        Files.createFile(base.resolve("a/b/file"));
        Files.createSymbolicLink(base.resolve("link"), base.resolve("a"));
        Files.createSymbolicLink(base.resolve("a/dangling"), Path.of("/no/such"));
    }

    private FoundFile find(String relative) throws IOException {
        return FoundFile.below(base, Path.of(relative));
    }

    @Test
    void shouldFindFilesAndDirectoriesAndTellThemApart() throws IOException {
        assertThat(find("a/b/file")).isEqualTo(new FoundFile(base.resolve("a/b/file"), identity("a/b/file"), false));
        assertThat(find("a/b")).isEqualTo(new FoundFile(base.resolve("a/b"), identity("a/b"), true));
        assertThat(find("")).isEqualTo(new FoundFile(base, identity(""), true));
    }

    /** As the kernel tells it to programs. */
    private String identity(String relative) throws IOException {
        Path file = base.resolve(relative);
        return Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino");
    }

    @Test
    void shouldFindNothingWhereNothingIs() throws IOException {
        assertThat(find("a/none")).isNull();
        assertThat(find("none/b")).isNull();
    }

    @Test
    void shouldFollowNoLink() {
        assertThatThrownBy(() -> find("link/b"))
                .hasMessage("'" + base + "/link' is a symbolic link, or was exchanged just now");
        assertThatThrownBy(() -> find("link")).hasMessageContaining("is a symbolic link");
        assertThatThrownBy(() -> find("a/dangling")).hasMessageContaining("is a symbolic link");
    }

    @Test
    void shouldNotGoThroughAFile() {
        assertThatThrownBy(() -> find("a/b/file/more")).hasMessage("'" + base + "/a/b/file' is not a directory");
    }

    @Test
    void shouldRefuseAFileSystemThatTellsNothing() {
        assertThatThrownBy(() -> FoundFile.identity("null"))
                .hasMessage("the file system does not tell files apart: null");
    }
}
