package dev.polder.isolation.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@Timeout(60)
class OpenDirectoryTest {
    @TempDir
    Path base;

    private Path tree;
    private OpenDirectory directory;

    @BeforeEach
    void open() throws IOException {
        tree = Files.createDirectory(base.resolve("tree"));
        directory = OpenDirectory.open(tree);
    }

    @AfterEach
    void close() throws IOException {
        directory.close();
    }

    @Test
    void shouldStayInTheDirectoryThatWasOpened() throws IOException {
        Files.createDirectory(tree.resolve("sub"));
        try (OpenDirectory sub = directory.child("sub")) {
            Files.move(tree.resolve("sub"), base.resolve("elsewhere"));
            Files.createSymbolicLink(tree.resolve("sub"), Files.createDirectory(base.resolve("trap")));

            sub.moveIn(Files.writeString(base.resolve("file"), "x"), "name");
        }

        assertThat(base.resolve("elsewhere/name")).hasContent("x");
        assertThat(base.resolve("trap")).isEmptyDirectory();
    }

    @Test
    void shouldNotFollowALink() throws IOException {
        Files.createSymbolicLink(tree.resolve("link"), base);
        Files.createSymbolicLink(tree.resolve("file"), Files.writeString(base.resolve("secret"), "x"));

        assertThatThrownBy(() -> directory.child("link")).isInstanceOf(OpenDirectory.LinkException.class);
        assertThatThrownBy(() -> directory.read("file")).isInstanceOf(IOException.class);
        assertThat(directory.attributes("link").isSymbolicLink()).isTrue();
    }

    @Test
    void shouldReplaceALinkRatherThanWhatItLeadsTo() throws IOException {
        Path target = Files.writeString(base.resolve("target"), "untouched");
        Files.createSymbolicLink(tree.resolve("name"), target);

        directory.moveIn(Files.writeString(base.resolve("file"), "x"), "name");

        assertThat(tree.resolve("name")).isRegularFile().hasContent("x");
        assertThat(target).hasContent("untouched");
    }

    @Test
    void shouldNotWaitForAPipe() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", tree.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();

        assertThatThrownBy(() -> directory.child("pipe")).isInstanceOf(NotDirectoryException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", "/etc"})
    void shouldTakeOneNameOnly(String name) {
        assertThatThrownBy(() -> directory.child(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> directory.read(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> directory.attributes(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> directory.moveIn(base, name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseToMoveInWhatIsNotAbsolute() {
        assertThatThrownBy(() -> directory.moveIn(Path.of("x"), "x")).isInstanceOf(IllegalArgumentException.class);
    }
}
