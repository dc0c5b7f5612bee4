package dev.polder.isolation.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that mean harm: refused in words, nothing outside is touched, nothing of them is in the sandbox. */
@Tag("slow")
class MaliciousArchiveTest {
    private static final ExtractLimits LIMITS = new ExtractLimits(72L << 20, 50, 10, 100);
    private static final int MIB = 1 << 20;

    @TempDir
    Path base;

    private FetchTestHost host;
    private Path victim;

    @BeforeEach
    void open() throws IOException {
        host = new FetchTestHost(base, FetcherSettings.of(base.resolve("fetch")).withLimits(LIMITS));
        victim = Files.writeString(base.resolve("victim"), "untouched");
    }

    @AfterEach
    void close() throws IOException {
        host.close();
        assertThat(victim).hasContent("untouched");
        assertThat(Files.getAttribute(victim, "unix:nlink")).isEqualTo(1);
        assertThat(base.toFile().list()).containsExactlyInAnyOrder("fetch", "sandbox", "victim");
    }

    private void assertRefused(String name, byte[] archive, String why) throws IOException {
        assertThatThrownBy(() -> host.fetch(host.archive(name, archive)))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining(why);
        assertThat(host.stderr()).contains(why).hasLineCount(1);
        assertThat(host.sandbox.toFile().list()).containsExactly("stderr");
    }

    static Stream<Arguments> tars() {
        String out = "../../../../victim";
        return Stream.of(
                arguments(new TestArchive().file(out, "x"), "has '..'"),
                arguments(new TestArchive().file("a/../../victim", "x"), "has '..'"),
                arguments(new TestArchive().file("/etc/polder-was-here", "x"), "'/etc/polder-was-here' is absolute"),
                arguments(new TestArchive().directory("..", 0777), "has '..'"),
                arguments(new TestArchive().link("a", "../..").file("a/victim", "x"), "'a' is no directory"),
                arguments(new TestArchive().link("a", "/").file("a/b/c", "x"), "'a' is no directory"),
                arguments(new TestArchive().link("a", "/").directory("a", 0777), "'a' is no directory"),
                arguments(new TestArchive().directory("a", 0755).link("a", "/tmp"), "'a' is a file and a directory"),
                arguments(new TestArchive().file("a", "x").file("a/b", "x"), "'a' is no directory"),
                arguments(new TestArchive().hardLink("a", out), "leads out"),
                arguments(new TestArchive().hardLink("a", "/etc/passwd"), "leads out"),
                arguments(new TestArchive().link("b", "/etc").hardLink("a", "b/passwd"), "no file of this archive"),
                arguments(new TestArchive().hardLink("a", "nothing"), "no file of this archive"),
                arguments(new TestArchive().hardLink("a", "a"), "no file of this archive"),
                arguments(new TestArchive().link("a", ""), "a target that is empty"),
                arguments(new TestArchive().special("a", TarConstants.LF_CHR), "devices and pipes are not made"),
                arguments(new TestArchive().special("a", TarConstants.LF_BLK), "devices and pipes are not made"),
                arguments(new TestArchive().special("a", TarConstants.LF_FIFO), "devices and pipes are not made"),
                arguments(new TestArchive().special("a", (byte) 'Z'), "devices and pipes are not made"),
                arguments(new TestArchive().file("1/2/3/4/5/6/7/8/9/10/11", "x"), "is 11 deep, more than depthMax=10"),
                arguments(new TestArchive().file("n".repeat(256), "x"), "longer than PART_BYTES_MAX=255"),
                arguments(new TestArchive().file("n/".repeat(2000) + "x", "x"), "longer than BYTES_MAX=3072"),
                arguments(new TestArchive().longName(2 * MIB).file("x", "x"), "longer than HEAD_BYTES_MAX=1048576"),
                arguments(many(51), "more than entriesMax=50 entries"));
    }

    private static TestArchive many(int entries) {
        TestArchive archive = new TestArchive();
        for (int i = 0; i < entries; i++) {
            archive.file("f" + i, "");
        }
        return archive;
    }

    @ParameterizedTest
    @MethodSource("tars")
    void shouldRefuseATar(TestArchive archive, String why) throws IOException {
        assertRefused("evil.tar.gz", archive.gzip(), why);
    }

    @Test
    void shouldMaskLineBreaksWhereverANameIsShown() throws IOException {
        assertRefused(
                "evil.tar",
                new TestArchive()
                        .hardLink("a\nFailed to fetch 'you'", "nothing")
                        .tar(),
                "hard link 'a?Failed to fetch 'you''");
    }

    @Test
    void shouldCountWhatFollowsTheLastEntry() throws IOException {
        byte[] tar = new TestArchive().file("a", "x").tar();

        assertRefused("long.tar", Arrays.copyOf(tar, 73 * MIB), "more than bytesMax=" + (72 * MIB));
    }

    @Test
    void shouldCountTheHolesOfASparseFile(@TempDir Path files) throws Exception {
        try (RandomAccessFile sparse =
                new RandomAccessFile(files.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(73 * MIB);
            sparse.write('x');
        }
        Process tar = new ProcessBuilder("tar", "--sparse", "--format=gnu", "-cf", "tar", "sparse")
                .directory(files.toFile())
                .start();
        assertThat(tar.waitFor()).isZero();

        assertRefused(
                "sparse.tar",
                Files.readAllBytes(files.resolve("tar")),
                "'sparse' has " + 73 * MIB + " bytes, not 0 to bytesMax=" + 72 * MIB);
    }

    @Test
    void shouldRefuseABombOfOneFile() throws IOException {
        byte[] bomb = TestArchive.packed(new byte[70 * MIB], GZIPOutputStream::new);

        assertRefused("bomb.gz", bomb, "more than ratioMax=100 times its " + bomb.length + " bytes");
    }

    @Test
    void shouldRefuseABombOfAZip() throws IOException {
        assertRefused(
                "bomb.zip",
                TestArchive.zip(zip -> {
                    TestArchive.add(zip, "a", 0100644, new byte[35 * MIB]);
                    TestArchive.add(zip, "b", 0100644, new byte[35 * MIB]);
                }),
                "more than ratioMax=100 times");
    }

    static Stream<Arguments> zips() {
        return Stream.of(
                zip("has '..'", zip -> TestArchive.add(zip, "../../../victim", "x")),
                zip("is absolute", zip -> TestArchive.add(zip, "/etc/polder-was-here", "x")),
                zip("'a' is no directory", zip -> {
                    TestArchive.add(zip, "a", 0120777, "/".getBytes(StandardCharsets.UTF_8));
                    TestArchive.add(zip, "a/tmp/x", "x");
                }),
                zip("has a NUL", zip -> TestArchive.add(zip, "a\0b", "x")),
                zip("more than entriesMax=50 entries", zip -> {
                    for (int i = 0; i < 51; i++) {
                        TestArchive.add(zip, "f" + i, "");
                    }
                }));
    }

    private static Arguments zip(String why, TestArchive.ZipContent content) {
        return arguments(why, content);
    }

    @ParameterizedTest
    @MethodSource("zips")
    void shouldRefuseAZip(String why, TestArchive.ZipContent content) throws IOException {
        assertRefused("evil.zip", TestArchive.zip(content), why);
    }

    @Test
    void shouldRefuseAZipWhoseDirectoryFillsTheMemory() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < 300; i++) {
                ZipEntry entry = new ZipEntry("f" + i);
                entry.setComment("c".repeat(60_000));
                zip.putNextEntry(entry);
            }
        }

        assertRefused("long.zip", bytes.toByteArray(), "directory is longer than DIRECTORY_BYTES_MAX");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.tar", "a.tgz", "a.tbz2", "a.txz", "a.zip", "a.gz"})
    void shouldRefuseWhatIsNoArchive(String name) throws IOException {
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);

        assertRefused(name, noise, "the archive is");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.tar", "a.tgz", "a.tbz2", "a.txz", "a.zip", "a.gz"})
    void shouldRefuseHalfAnArchive(String name) throws IOException {
        TestArchive tar = new TestArchive().file("first", "x").file("second", noise(20_000));
        byte[] whole = switch (name) {
            case "a.tar" -> tar.tar();
            case "a.tbz2" -> tar.bzip2();
            case "a.txz" -> tar.xz();
            case "a.zip" -> TestArchive.zip(zip -> TestArchive.add(zip, "a", noise(20_000)));
            default -> tar.gzip();
        };

        assertRefused(name, Arrays.copyOf(whole, name.equals("a.tar") ? 10_000 : whole.length / 2), "the archive is");
    }

    @Test
    void shouldRefuseAZipWithOtherBytesThanItSays() throws IOException {
        byte[] zip = TestArchive.zip(content -> TestArchive.add(content, "a", "x".repeat(5000)));
        // the size of the content, in the directory at the end
        int directory = lastIndexOf(zip, new byte[] {'P', 'K', 1, 2});
        zip[directory + 24]++;

        assertRefused("a.zip", zip, "'a' has 5000 of 5001 bytes");
    }

    private static int lastIndexOf(byte[] in, byte[] what) {
        int at = in.length - what.length;
        while (!Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
            at--;
        }
        return at;
    }

    private static String noise(int length) {
        Random random = new Random(2);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('!' + random.nextInt(90)));
        }
        return text.toString();
    }
}
