package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class TreeDeletionTest {
    @TempDir
    Path base;

    @Test
    void shouldDeleteATreeAndFollowNoLink() throws Exception {
        Path victim = Files.createDirectory(base.resolve("victim"));
        Files.createFile(victim.resolve("file"));
        Path tree = Files.createDirectories(base.resolve("tree/below/closed"));
        Files.createFile(tree.resolve("file"));
        Files.createSymbolicLink(tree.resolve("link"), victim);
        Files.createSymbolicLink(base.resolve("tree/dangling"), Path.of("nowhere"));
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("---------"));

        TreeDeletion.delete(base.resolve("tree"));

        assertThat(base.resolve("tree")).doesNotExist();
        assertThat(victim.resolve("file")).exists();
    }

    @Test
    void shouldDeleteALinkAndNotWhereItLeads() throws Exception {
        Path victim = Files.createDirectory(base.resolve("victim"));
        Files.createFile(victim.resolve("file"));
        Path link = Files.createSymbolicLink(base.resolve("link"), victim);

        TreeDeletion.delete(link);
        TreeDeletion.delete(base.resolve("absent"));

        assertThat(base).isDirectoryContaining(file -> file.equals(victim));
        assertThat(victim.resolve("file")).exists();
        assertThat(Files.isSymbolicLink(link)).isFalse();
    }

    @Test
    void shouldDeleteATreeThatIsDeeperThanAnyPath() throws Exception {
        // no path is longer than 4,096 bytes, so only one directory after the other leads there
        String script = "cd \"$0\" && mkdir tree && cd tree && i=0 && while [ $i -lt 300 ]; do"
                + " mkdir dddddddddddddddddddddddd && cd -P dddddddddddddddddddddddd && : > f && i=$((i+1)) || exit 1;"
                + " done";
        Process process = new ProcessBuilder("sh", "-c", script, base.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();

        TreeDeletion.delete(base.resolve("tree"));

        assertThat(base).isEmptyDirectory();
    }

    @Test
    void shouldFindMountsWhateverTheirNames() {
        String table = """
                1 0 8:1 / / rw - ext4 /dev/x rw
                2 1 0:5 / /base/a rw - overlay overlay rw
                3 1 0:5 / /base/a/b\\040c rw shared:1 - overlay overlay rw
                4 1 0:5 / /base2 rw - overlay overlay rw
                5 1 0:5 / /base rw - tmpfs none rw
                broken
                """;

        assertThat(MountTable.below(table, Path.of("/base")))
                .isEqualTo(List.of(Path.of("/base"), Path.of("/base/a/b c"), Path.of("/base/a")));
    }
}
