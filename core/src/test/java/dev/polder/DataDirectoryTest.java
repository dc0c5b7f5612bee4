package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
    private static final Optional<Membership> LONE = Optional.of(new Membership("m1", List.of(), false));

    @TempDir
    private Path directory;

    @Test
    void shouldBeTheSameNodeAtEveryStart() throws IOException {
        String incarnation;
        try (DataDirectory first = open()) {
            incarnation = first.incarnation();
            first.rememberCluster("c1");
        }

        try (DataDirectory second = open()) {
            assertThat(second.incarnation()).isEqualTo(incarnation);
            assertThatThrownBy(() -> second.rememberCluster("c2"))
                    .hasMessageContaining("of cluster c1, but its members are of cluster c2");
        }
    }

    @Test
    void shouldRefuseOtherSeedsThanAtItsFirstStartAndShowBoth() throws IOException {
        open(new Membership("a:1", List.of("a:1", "b:2", "c:3"), false)).close();

        open(new Membership("a:1", List.of("a:1", "b:2", "c:3"), false)).close();
        assertThatThrownBy(() -> open(new Membership("a:1", List.of("a:1", "b:2"), false)))
                .hasMessageContaining("at its first start its node had the seeds [a:1,b:2,c:3], but the settings say"
                        + " [a:1,b:2]; they stay the same, whoever is a member now");
        assertThatThrownBy(() -> open(new Membership("b:2", List.of("a:1", "b:2", "c:3"), false)))
                .hasMessageContaining("is member a:1's, but this node is b:2");
        assertThatThrownBy(this::open).hasMessageContaining("is member a:1's, but this node is m1");
    }

    @Test
    void shouldLetAnAgentBecomeAMember() throws IOException {
        DataDirectory.open(Optional.of(directory), Optional.empty()).close();

        open(new Membership("a:1", List.of("a:1", "b:2"), false)).close();
        DataDirectory.open(Optional.of(directory), Optional.empty()).close();
        assertThatThrownBy(this::open).hasMessageContaining("is member a:1's");
    }

    @Test
    void shouldKnowWhetherItsNodeBeganWithTheClusterOrJoinedIt() throws IOException {
        assertThat(DataDirectory.membership(Optional.empty())).isEmpty();
        assertThat(DataDirectory.membership(Optional.of(directory))).isEmpty();

        Membership began = new Membership("a:1", List.of("a:1", "b:2"), false);
        open(began).close();
        assertThat(DataDirectory.membership(Optional.of(directory))).contains(began);

        Membership joined = new Membership("c:3", List.of("a:1", "b:2"), true);
        Path other = directory.resolve("other");
        DataDirectory.open(Optional.of(other), Optional.of(joined)).close();
        assertThat(DataDirectory.membership(Optional.of(other))).contains(joined);
    }

    private DataDirectory open(Membership membership) throws IOException {
        return DataDirectory.open(Optional.of(directory), Optional.of(membership));
    }

    @Test
    void shouldServeOneNodeAtATime() throws IOException {
        try (DataDirectory first = open()) {
            assertThat(first.path()).isEqualTo(directory);
            assertThatThrownBy(this::open)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another node");
        }
        open().close();
    }

    @Test
    void shouldRefuseWhatIsNotANodes() throws IOException {
        Files.writeString(directory.resolve("thesis.txt"), "years of work");

        assertThatThrownBy(this::open)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("thesis.txt")
                .hasMessageContaining("no identity");
        assertThat(directory).isDirectoryContaining("glob:**thesis.txt").isDirectoryNotContaining("glob:**lock");
    }

    @Test
    void shouldSurviveAFirstStartThatWasKilledBeforeItHadAnIdentity() throws IOException {
        Files.createFile(directory.resolve("lock"));
        Files.createDirectory(directory.resolve("raft"));
        Files.writeString(directory.resolve("identity.next"), "format=1\n");

        open().close();

        assertThat(directory.resolve("identity")).exists();
    }

    @Test
    void shouldRefuseALogWithoutAnIdentity() throws IOException {
        open().close();
        Files.createFile(directory.resolve("raft/facts"));
        Files.delete(directory.resolve("identity"));

        assertThatThrownBy(this::open).hasMessageContaining("raft").hasMessageContaining("no identity");
    }

    @Test
    void shouldRefuseANewerFormatAndLeaveItAsItIs() throws IOException {
        Files.createDirectories(directory);
        String before = modeOf(directory);
        Files.writeString(directory.resolve("identity"), "format=2\nmember=m1\nincarnation=x\n");

        assertThatThrownBy(this::open).hasMessageContaining("format '2', this program reads format 1");
        assertThat(directory.toFile().list()).containsExactly("identity");
        assertThat(modeOf(directory)).isEqualTo(before);
    }

    @Test
    void shouldRefuseAnIdentityInWhichAnyBitIsAnother() throws IOException {
        open().close();
        Path identity = directory.resolve("identity");
        byte[] sound = Files.readAllBytes(identity);

        for (int bit = 0; bit < sound.length * 8; bit++) {
            byte[] damaged = sound.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(identity, damaged);
            assertThatThrownBy(this::open).as("bit %d", bit).hasMessageContaining("identity " + identity);
            assertThat(identity).hasBinaryContent(damaged);
        }
        for (int length = 0; length < sound.length; length++) {
            Files.write(identity, Arrays.copyOf(sound, length));
            assertThatThrownBy(this::open).as("length %d", length).hasMessageContaining("identity " + identity);
        }
        Files.write(identity, sound);
        open().close();
    }

    @Test
    void shouldSayThatAnIdentityIsDamaged() throws IOException {
        open().close();
        Path identity = directory.resolve("identity");
        Files.writeString(identity, "format=1\nincarnation=x\nchecksum=00000000\n");

        assertThatThrownBy(this::open)
                .hasMessage(
                        "identity " + identity + ": damaged, its checksum is 3488d317 and not 00000000; restore it, or"
                                + " begin with an empty directory; a master must be removed before, and added as a new"
                                + " one");
    }

    @Test
    void shouldReadAndWriteIdentitiesAsEver() throws IOException {
        Path identity = directory.resolve("identity");
        Files.writeString(identity, "format=1\nmember=a:1\nseeds=a:1,b:2\nincarnation=i7\nchecksum=7ab5811e\n");

        try (DataDirectory opened = open(new Membership("a:1", List.of("a:1", "b:2"), false))) {
            assertThat(opened.incarnation()).isEqualTo("i7");
            opened.rememberCluster("c1");
        }
        assertThat(identity)
                .hasContent("format=1\ncluster=c1\nmember=a:1\nseeds=a:1,b:2\nincarnation=i7\nchecksum=a3aebd51\n");
    }

    @Test
    void shouldRefuseAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> DataDirectory.open(Optional.of(file), Optional.empty()))
                .hasMessageContaining("is not a directory");
    }

    @Test
    void shouldKeepOthersOut() throws IOException {
        try (DataDirectory opened = open()) {
            assertThat(modeOf(opened.path())).isEqualTo("rwx--x--x");
            assertThat(modeOf(opened.raft())).isEqualTo("rwx------");
            assertThat(modeOf(opened.agent())).isEqualTo("rwx------");
            assertThat(modeOf(opened.sandboxes())).isEqualTo("rwx--x--x");
        }
    }

    @Test
    void shouldLeaveNothingOfATemporaryOne() throws IOException {
        DataDirectory temporary = DataDirectory.open(Optional.empty(), Optional.empty());
        Path path = temporary.path();

        temporary.close();
        temporary.close();

        assertThat(path).doesNotExist();
    }

    private DataDirectory open() throws IOException {
        return DataDirectory.open(Optional.of(directory), LONE);
    }

    private static String modeOf(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
