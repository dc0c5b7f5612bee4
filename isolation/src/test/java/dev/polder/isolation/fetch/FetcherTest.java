package dev.polder.isolation.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class FetcherTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path base;

    private FetchTestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new FetchTestHost(
                base,
                FetcherSettings.of(base.resolve("fetch"))
                        .withFrameworksHome(Files.createDirectory(base.resolve("home"))));
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void shouldFetchFromTheWeb() throws IOException {
        List<Long> heard = new ArrayList<>();

        host.fetcher.fetch(
                new FetchTarget(host.sandbox, Optional.empty()),
                List.of(FetchRequest.of(host.serve("/a/hello.txt", HELLO))),
                (request, bytes) -> heard.add(bytes));

        assertThat(host.in("hello.txt")).hasContent("hello");
        assertThat(FetchTestHost.mode(host.in("hello.txt"))).isEqualTo("rw-r--r--");
        assertThat(heard).last().isEqualTo((long) HELLO.length);
    }

    @Test
    void shouldFetchAnEmptyFile() throws IOException {
        host.fetch(FetchRequest.of(host.serve("/empty", new byte[0])));

        assertThat(host.in("empty")).isEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file://", "file://localhost", "FILE://", ""})
    void shouldFetchAFileOfThisHost(String scheme) throws IOException {
        Path file = Files.writeString(base.resolve("some file"), "of the host");

        host.fetch(FetchRequest.of(scheme + file));

        assertThat(host.in("some file")).hasContent("of the host");
        assertThat(file).exists();
    }

    @Test
    void shouldFetchRelativePathsFromTheFrameworksHome() throws IOException {
        Files.writeString(Files.createDirectory(base.resolve("home/f")).resolve("x"), "mine");

        host.fetch(FetchRequest.of("f/x"));

        assertThat(host.in("x")).hasContent("mine");
    }

    @Test
    void shouldGiveAFileTheNameThatIsAskedFor() throws IOException {
        host.fetch(FetchRequest.of(host.serve("/hello", HELLO)).withOutputFile("a/b/c"));

        assertThat(host.in("a/b/c")).hasContent("hello");
        assertThat(FetchTestHost.mode(host.in("a/b"))).isEqualTo("rwxr-xr-x");
    }

    @Test
    void shouldMakeExecutableAndNotExtract() throws IOException {
        host.fetch(host.archive("a.tar", new TestArchive().file("inside", "x").tar())
                .withExecutable(true));

        assertThat(FetchTestHost.mode(host.in("a.tar"))).isEqualTo("rwxr-xr-x");
        assertThat(host.in("inside")).doesNotExist();
    }

    @Test
    void shouldNotExtractWhatIsNotToBe() throws IOException {
        host.fetch(host.archive("a.tar", new TestArchive().file("inside", "x").tar())
                .withExtract(false));

        assertThat(host.in("a.tar")).exists();
        assertThat(host.in("inside")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"a.tar,tar", "a.tgz,gzip", "a.tar.gz,gzip", "a.tbz2,bzip2", "a.tar.bz2,bzip2", "a.txz,xz", "a.tar.xz,xz"
    })
    void shouldExtractTars(String name, String packing) throws IOException {
        TestArchive archive = new TestArchive()
                .directory("bin", 0711)
                .file("bin/tool", "tool", 06755)
                .file("lib/deep/data", "data", 0)
                .link("tool", "bin/tool")
                .hardLink("other", "bin/tool");
        byte[] packed = switch (packing) {
            case "gzip" -> archive.gzip();
            case "bzip2" -> archive.bzip2();
            case "xz" -> archive.xz();
            default -> archive.tar();
        };

        host.fetch(host.archive(name, packed));

        assertThat(host.in("bin/tool")).hasContent("tool");
        assertThat((int) Files.getAttribute(host.in("bin/tool"), "unix:mode") & 07777)
                .as("no program of the archive runs as another")
                .isEqualTo(0755);
        assertThat(FetchTestHost.mode(host.in("bin"))).isEqualTo("rwx--x--x");
        assertThat(FetchTestHost.mode(host.in("lib/deep/data"))).isEqualTo("rw-------");
        assertThat(Files.readSymbolicLink(host.in("tool"))).isEqualTo(Path.of("bin/tool"));
        assertThat(Files.isSameFile(host.in("other"), host.in("bin/tool"))).isTrue();
        assertThat(host.in(name)).as("as in Mesos").exists();
    }

    @Test
    void shouldExtractZips() throws IOException {
        host.fetch(host.archive("a.zip", TestArchive.zip(zip -> {
            TestArchive.add(zip, "bin/", 040750, new byte[0]);
            TestArchive.add(zip, "bin/tool", 0100755, HELLO);
            TestArchive.add(zip, "link", 0120777, "bin/tool".getBytes(StandardCharsets.UTF_8));
            TestArchive.add(zip, "lib/plain", "plain");
        })));

        assertThat(host.in("bin/tool")).hasContent("hello");
        assertThat(FetchTestHost.mode(host.in("bin/tool"))).isEqualTo("rwxr-xr-x");
        assertThat(FetchTestHost.mode(host.in("bin"))).isEqualTo("rwxr-x---");
        assertThat(Files.readSymbolicLink(host.in("link"))).isEqualTo(Path.of("bin/tool"));
        assertThat(host.in("lib/plain")).hasContent("plain");
    }

    @Test
    void shouldExtractACompressedFile() throws IOException {
        byte[] packed = TestArchive.packed(HELLO, GZIPOutputStream::new);

        host.fetch(host.archive("hello.txt.gz", packed).withOutputFile("d/hello.txt.gz"));

        assertThat(host.in("hello.txt")).hasContent("hello");
        assertThat(host.in("d/hello.txt.gz")).exists();
    }

    @Test
    void shouldJoinDirectoriesAndReplaceFiles() throws IOException {
        Files.writeString(Files.createDirectory(host.in("bin")).resolve("kept"), "kept");
        Files.writeString(host.in("bin/tool"), "old");

        host.fetch(
                host.archive("a.tar", new TestArchive().file("bin/tool", "new").tar()));

        assertThat(host.in("bin/kept")).hasContent("kept");
        assertThat(host.in("bin/tool")).hasContent("new");
    }

    @Test
    void shouldGiveWhatItBringsToTheTasksUser() throws IOException {
        host.giveSandbox(FetchTestHost.NOBODY);

        host.fetchFor(
                FetchTestHost.NOBODY,
                host.archive(
                        "a.tgz",
                        new TestArchive()
                                .file("bin/tool", "x")
                                .link("l", "/etc")
                                .gzip()),
                FetchRequest.of(host.serve("/plain", HELLO)).withOutputFile("d/plain"));

        for (String name : List.of("a.tgz", "bin", "bin/tool", "l", "d", "d/plain")) {
            assertThat(FetchTestHost.uid(host.in(name))).as(name).isEqualTo(FetchTestHost.NOBODY.uid());
            assertThat(Files.getAttribute(host.in(name), "unix:gid", LinkOption.NOFOLLOW_LINKS))
                    .as(name)
                    .isEqualTo(FetchTestHost.NOBODY.gid());
        }
        assertThat(FetchTestHost.uid(Path.of("/etc"))).isZero();
    }

    @Test
    void shouldNotReadForAUserWhatHeMayNotRead() throws IOException {
        host.giveSandbox(FetchTestHost.NOBODY);
        Path secret = Files.writeString(base.resolve("secret"), "root's");
        Files.setPosixFilePermissions(secret, Set.of());

        assertThatThrownBy(() -> host.fetchFor(FetchTestHost.NOBODY, FetchRequest.of("file://" + secret)))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("cannot be read by user 'nobody'")
                .hasMessageContaining("Permission denied");

        assertThat(host.in("secret")).doesNotExist();
        assertThat(host.stderr()).contains("Permission denied");
        assertThat(FetchTestHost.uid(host.in("stderr"))).isEqualTo(FetchTestHost.NOBODY.uid());
    }

    @Test
    void shouldCheckWhatItGot() throws IOException {
        String sum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        FetchRequest request = FetchRequest.of(host.serve("/hello", HELLO));

        host.fetch(request.withChecksum(Checksum.parse("sha256:" + sum)));
        assertThat(host.in("hello")).hasContent("hello");

        String other = sum.replace('2', '3');
        assertThatThrownBy(() ->
                        host.fetch(request.withOutputFile("second").withChecksum(Checksum.parse("sha256:" + other))))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("it has the checksum sha256:" + sum + ", not sha256:" + other);
        assertThat(host.in("second")).doesNotExist();
    }

    @Test
    void shouldFetchOnceForManyTasks() throws IOException {
        FetchRequest request = FetchRequest.of(host.serve("/hello", HELLO)).withCache(true);

        host.fetch(request);
        Files.writeString(host.in("hello"), "changed by the task");
        host.fetch(request.withOutputFile("second"));

        assertThat(host.in("second")).hasContent("hello");
        assertThat(host.asked).hasValue(1);
    }

    @Test
    void shouldExtractFromTheCacheAndLeaveNoArchive() throws IOException {
        byte[] tar = new TestArchive().file("inside", "x").tar();

        host.fetch(host.archive("a.tar", tar).withCache(true));

        assertThat(host.in("inside")).hasContent("x");
        assertThat(host.in("a.tar")).doesNotExist();
    }

    @Test
    void shouldNotCacheWhatIsNotWhatWasWanted() throws IOException {
        FetchRequest request = FetchRequest.of(host.serve("/hello", new byte[] {'?'}))
                .withCache(true)
                .withChecksum(new Checksum("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"));
        assertThatThrownBy(() -> host.fetch(request)).isInstanceOf(FetchException.class);

        host.serve("/hello", HELLO);
        host.fetch(request);

        assertThat(host.in("hello")).hasContent("hello");
    }

    @Test
    void shouldFinishWhatCameBeforeAFailure() throws IOException {
        FetchRequest good = FetchRequest.of(host.serve("/good", HELLO));
        FetchRequest missing = FetchRequest.of("http://" + host.authority() + "/missing");
        FetchRequest late = FetchRequest.of(host.serve("/late", HELLO));

        assertThatThrownBy(() -> host.fetch(good, missing, late)).hasMessageContaining("answers 404");

        assertThat(host.in("good")).exists();
        assertThat(host.in("late")).doesNotExist();
        assertThat(host.stderr()).isEqualTo("Failed to fetch '" + missing.shown() + "': the server answers 404\n");
    }

    @ParameterizedTest
    @CsvSource({
        "hdfs://host/file, the scheme 'hdfs' is not fetched here",
        "ftp://host/file, the scheme 'ftp' is not fetched here",
        "file://host/file, names a file of another host",
        "/no/such/file, No such file or directory",
        "no-such-file, No such file or directory",
        "http://127.0.0.1:1/x, ConnectException",
        "http:///x, its address has no host",
        "http://a b/x, it is no address",
        "/etc, Is a directory"
    })
    void shouldSayWhyNot(String uri, String why) throws IOException {
        assertThatThrownBy(() -> host.fetch(FetchRequest.of(uri)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why)
                .hasMessageStartingWith("Failed to fetch '" + uri + "'");
        assertThat(host.stderr()).contains(why);
        assertThat(host.sandbox.toFile().list()).containsExactly("stderr");
    }

    @Test
    void shouldBeTheOnlyOneInItsDirectory() {
        assertThatThrownBy(() -> Fetcher.open(FetcherSettings.of(base.resolve("fetch"))))
                .hasMessageContaining("another fetcher has");
    }

    @Test
    void shouldEmptyItsDirectoryAtTheStart() throws IOException {
        host.fetch(FetchRequest.of(host.serve("/hello", HELLO)).withCache(true));
        assertThat(base.resolve("fetch/cache")).isNotEmptyDirectory();
        host.fetcher.close();
        Files.writeString(
                Files.createDirectories(base.resolve("fetch/work/left/deep")).resolve("f"), "");

        Fetcher.open(FetcherSettings.of(base.resolve("fetch"))).close();

        assertThat(base.resolve("fetch/cache")).isEmptyDirectory();
        assertThat(FetchTestHost.mode(base.resolve("fetch"))).isEqualTo("rwx------");
    }

    @Test
    void shouldLimitWhatOneTaskWants() {
        FetchRequest[] many = new FetchRequest[Fetcher.REQUESTS_MAX + 1];
        Arrays.fill(many, FetchRequest.of("/x"));

        assertThatThrownBy(() -> host.fetch(many)).isInstanceOf(IllegalArgumentException.class);
    }
}
