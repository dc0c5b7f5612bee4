package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class LayerUnpackerTest {
    @TempDir
    Path base;

    private boolean root;
    private String owner;

    @BeforeEach
    void look() throws IOException {
        root = TestHostAbilities.isRoot(base);
        owner = Files.getAttribute(base, "unix:uid") + ":" + Files.getAttribute(base, "unix:gid");
    }

    private LayerUnpacker.Unpacked unpack(byte[] blob) throws IOException {
        return unpack(blob, UnpackLimits.defaults().withDevices(true), LayerForm.PLAIN);
    }

    private LayerUnpacker.Unpacked unpack(byte[] blob, UnpackLimits limits, LayerForm form) throws IOException {
        Path nodes = Files.createDirectories(base.resolve("nodes"));
        return new LayerUnpacker(limits, form, new SpecialFiles(nodes), root)
                .unpack(new ByteArrayInputStream(blob), blob.length, null, tree());
    }

    private Path tree() {
        return base.resolve("tree");
    }

    @Test
    void shouldMakeFilesDirectoriesAndLinks() throws Exception {
        unpack(new TestLayer()
                .directory("./")
                .directory("./dir/", 0750)
                .file("./dir/file", "content", 0640)
                .link("./dir/soft", "../elsewhere")
                .hardLink("./dir/hard", "dir/file")
                .file("implied/below/file", "x")
                .gzip());

        assertThat(TestTree.read(tree()))
                .isEqualTo(Map.of(
                        ".", "directory 755 " + owner,
                        "dir", "directory 750 " + owner,
                        "dir/file", "file 640 " + owner + " x2 content",
                        "dir/hard", "file 640 " + owner + " x2 content",
                        "dir/soft", "link " + owner + " -> ../elsewhere",
                        "implied", "directory 755 " + owner,
                        "implied/below", "directory 755 " + owner,
                        "implied/below/file", "file 644 " + owner + " x1 x"));
        for (String name : List.of("dir", "dir/file", "dir/soft")) {
            assertThat(Files.getLastModifiedTime(tree().resolve(name), LinkOption.NOFOLLOW_LINKS))
                    .as(name)
                    .isEqualTo(TestLayer.MODIFIED);
        }
    }

    @Test
    void shouldGiveFilesToTheirOwnersAsRoot() throws Exception {
        TestHostAbilities.assumeRoot(base);
        unpack(new TestLayer()
                .entry("suid", TarConstants.LF_NORMAL, new byte[0], entry -> {
                    entry.setMode(06755);
                    entry.setUserId(1000L);
                    entry.setGroupId(4_000_000_000L);
                })
                .entry("sticky/", TarConstants.LF_DIR, new byte[0], entry -> {
                    entry.setMode(01777);
                    entry.setUserId(5);
                })
                .entry("soft", TarConstants.LF_SYMLINK, new byte[0], entry -> {
                    entry.setLinkName("suid");
                    entry.setUserId(7);
                })
                .tar());

        assertThat(TestTree.read(tree()))
                .containsEntry("suid", "file 6755 1000:" + (int) 4_000_000_000L + " x1 ")
                .containsEntry("sticky", "directory 1777 5:0")
                .containsEntry("soft", "link 7:0 -> suid");
    }

    @Test
    void shouldMakeAsSomebodyElseWhatSheMay() throws Exception {
        root = false;
        LayerUnpacker.Unpacked unpacked = unpack(new TestLayer()
                .entry("suid", TarConstants.LF_NORMAL, new byte[0], entry -> {
                    entry.setMode(04111);
                    entry.setUserId(1000L);
                })
                .directory("closed/", 0)
                .file("closed/file", "x", 0)
                .device("null", TarConstants.LF_CHR, 1, 3)
                .fifo("fifo")
                .tar());

        assertThat(TestTree.read(tree()))
                .containsEntry("suid", "file 711 " + owner + " x1 ")
                .containsEntry("closed", "directory 700 " + owner)
                .containsEntry("closed/file", "file 600 " + owner + " x1 x")
                .containsEntry("fifo", "fifo 600 " + owner)
                .doesNotContainKey("null");
        assertThat(unpacked.remarks()).containsExactly("devices are left out, as only root can make them");
    }

    @Test
    void shouldMakeDevicesAsRootIfItMay() throws Exception {
        TestHostAbilities.assumeRoot(base);
        byte[] layer = new TestLayer()
                .device("null", TarConstants.LF_CHR, 1, 3)
                .device("disk", TarConstants.LF_BLK, 259, 300)
                .fifo("fifo")
                .tar();

        assertThat(unpack(layer).remarks()).isEmpty();

        assertThat(TestTree.read(tree()))
                .containsEntry("null", "device 620 0:0 " + (1 << 8 | 3))
                .containsEntry("fifo", "fifo 600 0:0")
                .containsKey("disk");
        TreeDeletion.delete(tree());
        assertThat(unpack(layer, UnpackLimits.defaults(), LayerForm.PLAIN).remarks())
                .containsExactly("devices are left out, as was configured");
        assertThat(TestTree.read(tree())).containsOnlyKeys(".", "fifo");
    }

    @Test
    void shouldTellWhatIsHidden() throws Exception {
        LayerUnpacker.Unpacked unpacked = unpack(new TestLayer()
                .whiteout("", "gone")
                .whiteout("dir", "gone")
                .opaque("opaque")
                .file("opaque/new", "n")
                .whiteout("", "both")
                .directory("both")
                .whiteout("", "file")
                .file("file", "f")
                .file(".wh..wh.plnk/1.2", "aufs")
                .file("under-file", "f")
                .tar());

        assertThat(unpacked.whiteouts().hidden())
                .extracting(EntryName::toString)
                .containsExactly("dir/gone", "gone");
        assertThat(unpacked.whiteouts().opaque())
                .extracting(EntryName::toString)
                .containsExactly("both", "opaque");
        assertThat(TestTree.read(tree()))
                .containsOnlyKeys(".", "both", "dir", "file", "opaque", "opaque/new", "under-file");
        Path list = base.resolve("whiteouts");
        unpacked.whiteouts().write(list);
        assertThat(Whiteouts.read(list)).isEqualTo(unpacked.whiteouts());
    }

    @Test
    void shouldTakeTheLastOfSeveralEntriesOfOneName() throws Exception {
        unpack(new TestLayer()
                .file("a", "first")
                .file("a", "second")
                .directory("b")
                .file("b/below", "x")
                .file("b", "now a file")
                .link("c", "/etc")
                .directory("c")
                .file("c/below", "inside")
                .file("d", "linked")
                .hardLink("e", "d")
                .file("d", "other")
                .tar());

        assertThat(TestTree.read(tree()))
                .isEqualTo(Map.of(
                        ".", "directory 755 " + owner,
                        "a", "file 644 " + owner + " x1 second",
                        "b", "file 644 " + owner + " x1 now a file",
                        "c", "directory 755 " + owner,
                        "c/below", "file 644 " + owner + " x1 inside",
                        "d", "file 644 " + owner + " x1 other",
                        "e", "file 644 " + owner + " x1 linked"));
    }

    @Test
    void shouldKnowLongAndForeignNames() throws Exception {
        String longName = "d".repeat(200) + "/" + "f".repeat(200);
        unpack(new TestLayer()
                .file("Főtanúsítvány/ключ", "utf-8")
                .link("to", "Főtanúsítvány/ключ")
                .link("absolute", "/ключ")
                .file(longName, "pax")
                .tar());
        assertThat(TestTree.read(tree())).containsKeys("Főtanúsítvány/ключ", longName);
        assertThat(Files.readString(tree().resolve("to"))).isEqualTo("utf-8");
        assertThat(Files.readSymbolicLink(tree().resolve("absolute")).isAbsolute())
                .isTrue();
        TreeDeletion.delete(tree());

        unpack(new TestLayer().gnuLongNames().file(longName, "gnu").tar());
        assertThat(TestTree.read(tree())).containsKey(longName);
    }

    @Test
    void shouldTakeATarThatEndsWithoutZeros() throws Exception {
        byte[] tar = new TestLayer().file("a", "x").file("b", "y".repeat(600)).tarWithoutEnd();

        unpack(tar);
        assertThat(TestTree.read(tree())).containsOnlyKeys(".", "a", "b");
        TreeDeletion.delete(tree());
        unpack(Arrays.copyOf(tar, tar.length - 1024 + 600));
        assertThat(tree().resolve("b")).hasContent("y".repeat(600));
    }

    @Test
    void shouldNotTakeHalfAFileForAWholeOne() throws Exception {
        byte[] tar = new TestLayer().file("a", "x").file("b", "y".repeat(600)).tarWithoutEnd();

        assertThatThrownBy(() -> unpack(Arrays.copyOf(tar, tar.length - 1024 + 599)))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("not a whole tar");
        TreeDeletion.delete(tree());
        assertThatThrownBy(() -> unpack(Arrays.copyOf(tar, 1024 + 300))).isInstanceOf(ImageException.class);
    }

    @Test
    void shouldTakeAnEmptyLayer() throws Exception {
        unpack(new TestLayer().gzip());

        assertThat(TestTree.read(tree())).containsOnlyKeys(".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "posix"})
    void shouldUnpackASparseFile(String format) throws Exception {
        Path files = Files.createDirectory(base.resolve("files"));
        byte[] expected = new byte[1_000_000];
        for (int at : new int[] {0, 300_000, 700_000}) {
            Arrays.fill(expected, at, at + 5_000, (byte) 'x');
        }
        try (FileChannel sparse =
                FileChannel.open(files.resolve("sparse"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int at : new int[] {0, 300_000, 700_000}) {
                sparse.write(ByteBuffer.wrap(expected, at, 5_000), at);
            }
            sparse.write(ByteBuffer.wrap(expected, 999_999, 1), 999_999);
        }
        Files.writeString(files.resolve("trailing"), "after");
        Process tar = new ProcessBuilder(
                        "tar", "--sparse", "--format=" + format, "-C", files.toString(), "-cf", base + "/tar", ".")
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
        assertThat(base.resolve("tar"))
                .satisfies(file -> assertThat(Files.size(file)).isLessThan(500_000));

        unpack(Files.readAllBytes(base.resolve("tar")));

        assertThat(tree().resolve("sparse")).hasBinaryContent(expected);
        assertThat(tree().resolve("trailing")).hasContent("after");
    }

    @Test
    void shouldSayThatAttributesAreLeftOut() throws Exception {
        LayerUnpacker.Unpacked unpacked = unpack(new TestLayer()
                .records("SCHILY.xattr.user.x", "1")
                .file("a", "")
                .records("SCHILY.xattr.user.overlay.opaque", "y")
                .file("b", "")
                .tar());

        assertThat(unpacked.remarks()).containsExactly("extended attributes are left out");
    }

    @Test
    void shouldRefuseCompressionsThatItDoesNotKnow() {
        assertThatThrownBy(() -> unpack(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0}))
                .isInstanceOf(ImageException.class)
                .hasMessage("the layer is compressed by zstd; only gzip is unpacked here");
    }

    @Test
    void shouldMarkForOverlayWhatIsHidden() throws Exception {
        TestHostAbilities.assumeOverlay(base);
        unpack(
                new TestLayer()
                        .whiteout("", "gone")
                        .whiteout("", "gone too")
                        .opaque("dir")
                        .tar(),
                UnpackLimits.defaults(),
                LayerForm.OVERLAY);

        assertThat(TestTree.read(tree()))
                .containsEntry("gone", "device 600 0:0 0")
                .containsEntry("gone too", "device 600 0:0 0");
        assertThat(Files.getAttribute(tree().resolve("dir"), "user:overlay.opaque"))
                .isEqualTo(new byte[] {'y'});
    }
}
