package dev.polder.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.agent.SandboxFiles.Answer;
import dev.polder.agent.SandboxFiles.Entry;
import dev.polder.agent.SandboxFiles.Listing;
import dev.polder.agent.SandboxFiles.Piece;
import dev.polder.agent.SandboxFiles.Reason;
import dev.polder.agent.SandboxFiles.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SandboxFilesTest {
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    @TempDir
    private Path directory;

    private SandboxTree tree;
    private SandboxFiles files;

    @BeforeEach
    void make() {
        tree = SandboxTree.make(directory);
        files = new SandboxFiles(tree.root(), OutputBounds.NONE);
    }

    @Test
    void shouldListWhatIsThereAndLinksAsLinks() throws IOException {
        Files.setPosixFilePermissions(tree.sandbox().resolve("file"), PosixFilePermissions.fromString("rw-r-----"));

        Listing listing = (Listing) files.browse(SandboxTree.AGENT, SandboxTree.RUN);

        assertThat(listing.complete()).isTrue();
        assertThat(listing.entries())
                .extracting(Entry::name)
                .containsExactly(
                        "..file", "absolute", "dangling", "dir", "file", "other", "own", "passwd", "raft", "up");
        Entry file = listing.entries().get(4);
        assertThat(file.mode()).isEqualTo("-rw-r-----");
        assertThat(file.sizeBytes()).isEqualTo(SandboxTree.INSIDE.length());
        assertThat(file.links()).isEqualTo(1);
        assertThat(file.owner()).isEqualTo(System.getProperty("user.name"));
        assertThat(file.modifiedMs())
                .isEqualTo(Files.getLastModifiedTime(tree.sandbox().resolve("file"))
                        .toMillis());
        assertThat(listing.entries().get(3).mode()).startsWith("d");
        assertThat(listing.entries().get(1).mode()).startsWith("l");
        assertThat(listing.entries().get(1).sizeBytes()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/dir", "/file"})
    void shouldFindTheSandboxByItsPathOnTheHostToo(String below) {
        String run = tree.sandbox().toString();
        String latest = tree.sandbox().resolveSibling("latest").toString();

        assertThat(files.browse("", run + below))
                .isInstanceOf(Listing.class)
                .isEqualTo(files.browse("S1", latest + below));
    }

    @Test
    void shouldListNothingOfAFile() {
        assertThat(browse("/file")).isEqualTo(new Listing(List.of(), true));
    }

    @ParameterizedTest
    @CsvSource({
        "/nope, NOT_FOUND",
        "/file/below, NOT_FOUND",
        "/dir/nope/file, NOT_FOUND",
        "/dir/../file, INACCESSIBLE",
        "/.., INACCESSIBLE",
        "/../other/file, INACCESSIBLE",
        "/../../../../../../../../../raft/log, INACCESSIBLE",
        "/passwd, INACCESSIBLE",
        "/up, INACCESSIBLE",
        "/up/other/file, INACCESSIBLE",
        "/raft/log, INACCESSIBLE",
        "/other/file, INACCESSIBLE",
        "/absolute/etc/passwd, INACCESSIBLE",
        "/dangling, INACCESSIBLE",
        "/own, INACCESSIBLE",
        "/%2e%2e/other/file, NOT_FOUND",
        "/..%2fother/file, NOT_FOUND",
        "/..\\other\\file, NOT_FOUND",
    })
    void shouldNotLeaveTheSandbox(String below, Reason reason) {
        assertThat(reasonOf(read(below))).isEqualTo(reason);
        assertThat(reasonOf(browse(below))).isEqualTo(reason);
    }

    @Test
    void shouldNotFollowALinkThatStandsForTheSandboxItself() throws IOException {
        Path runs = tree.sandbox().getParent();
        Files.createSymbolicLink(runs.resolve("linked"), tree.outside());
        Files.delete(runs.resolve("latest"));
        Files.createSymbolicLink(runs.resolve("latest"), tree.outside());

        for (String run : List.of("linked", "latest")) {
            String path = SandboxTree.RUN.replace("runs/run", "runs/" + run);
            assertThat(reasonOf(files.browse("S1", path))).isEqualTo(Reason.INACCESSIBLE);
            assertThat(reasonOf(files.read("S1", path + "/file", OptionalLong.of(0), 10)))
                    .isEqualTo(Reason.INACCESSIBLE);
        }
    }

    @Test
    void shouldReadFromAnyOffset() {
        assertThat(text(read("/file", 0, 100))).isEqualTo("0:inside");
        assertThat(text(read("/..file", 2, 3))).isEqualTo("2:sid");
        assertThat(text(read("/dir/file", 5, 0))).isEqualTo("5:");
        assertThat(text(read("/file", 6, 100))).isEqualTo("6:");
        assertThat(text(read("/file", Long.MAX_VALUE, Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE + ":");
        assertThat(text(files.read("S1", SandboxTree.RUN + "/file", OptionalLong.empty(), 100)))
                .isEqualTo("6:");
    }

    @Test
    void shouldReadHugeFilesInPieces() throws IOException {
        long size = 1L << 40;
        try (SeekableByteChannel sparse = Files.newByteChannel(
                tree.sandbox().resolve("huge"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            sparse.position(size - 1).write(ByteBuffer.wrap(new byte[] {'x'}));
        }

        assertThat(((Piece) read("/huge", 0, Long.MAX_VALUE)).bytes().remaining())
                .isEqualTo(SandboxFiles.READ_BYTES_MAX);
        assertThat(text(read("/huge", size - 1, 100))).isEqualTo((size - 1) + ":x");
    }

    @Test
    void shouldNotReadADirectory() {
        assertThat(read("/dir")).isEqualTo(new Refused(Reason.DIRECTORY, "Cannot read a directory."));
        assertThat(reasonOf(read(""))).isEqualTo(Reason.DIRECTORY);
    }

    @Test
    void shouldListNoMoreThanItsLimitAndSaySo() throws IOException {
        Path many = Files.createDirectory(tree.sandbox().resolve("many"));
        for (int i = 0; i < SandboxFiles.ENTRIES_MAX; i++) {
            Files.createFile(many.resolve("f" + i));
        }
        assertThat(((Listing) browse("/many")).complete()).isTrue();
        Files.createFile(many.resolve("one-more"));

        Listing listing = (Listing) browse("/many");

        assertThat(listing.complete()).isFalse();
        assertThat(listing.entries()).hasSize(SandboxFiles.ENTRIES_MAX);
    }

    @Test
    void shouldSayThatTheAgentMayNotRead() throws IOException {
        assumeFalse(ROOT, "root may read everything");
        Files.setPosixFilePermissions(tree.sandbox().resolve("file"), PosixFilePermissions.fromString("---------"));
        Files.setPosixFilePermissions(tree.sandbox().resolve("dir"), PosixFilePermissions.fromString("---------"));

        assertThat(reasonOf(read("/file"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reasonOf(browse("/dir"))).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldNotReadAnotherUsersFileByASecondName() throws IOException {
        assumeTrue(ROOT, "only root makes other users' files");
        Files.createLink(tree.sandbox().resolve("second"), tree.outside().resolve("file"));
        Files.setOwner(
                tree.sandbox(),
                tree.sandbox().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

        assertThat(reasonOf(read("/second"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(text(read("/file", 0, 100))).isEqualTo("0:inside");
    }

    @Test
    void shouldNotBeFooledByADirectoryThatBecomesALink() throws Exception {
        Path shown = tree.sandbox().resolve("shown");
        Path real = tree.sandbox().resolve("real");
        Path link = tree.sandbox().resolve("link");
        Files.createDirectory(real);
        Files.writeString(real.resolve("file"), SandboxTree.INSIDE);
        Files.createSymbolicLink(link, tree.outside());
        AtomicBoolean ended = new AtomicBoolean();
        Thread task = new Thread(() -> swap(shown, real, link, ended));
        task.start();
        int insides = 0;
        try {
            for (int i = 0; i < 1_000; i++) {
                Answer answer = read("/shown/file");
                if (answer instanceof Piece piece) {
                    assertThat(UTF_8.decode(piece.bytes()).toString()).isEqualTo(SandboxTree.INSIDE);
                    insides++;
                }
                if (browse("/shown") instanceof Listing listing) {
                    assertThat(listing.entries()).allMatch(entry -> entry.sizeBytes() == SandboxTree.INSIDE.length());
                }
            }
        } finally {
            ended.set(true);
            task.join();
        }
        assertThat(insides).isPositive();
    }

    private static void swap(Path shown, Path real, Path link, AtomicBoolean ended) {
        try {
            while (!ended.get()) {
                for (Path one : List.of(real, link)) {
                    Files.move(one, shown, StandardCopyOption.ATOMIC_MOVE);
                    Files.move(shown, one, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Answer browse(String below) {
        return files.browse(SandboxTree.AGENT, SandboxTree.RUN + below);
    }

    private Answer read(String below) {
        return read(below, 0, SandboxFiles.READ_BYTES_MAX);
    }

    private Answer read(String below, long offset, long length) {
        return files.read(SandboxTree.AGENT, SandboxTree.RUN + below, OptionalLong.of(offset), length);
    }

    private static String text(Answer answer) {
        Piece piece = (Piece) answer;
        return piece.offset() + ":" + UTF_8.decode(piece.bytes());
    }

    private static Reason reasonOf(Answer answer) {
        return ((Refused) answer).reason();
    }
}
