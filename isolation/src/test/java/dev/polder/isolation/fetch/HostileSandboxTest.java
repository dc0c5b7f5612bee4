package dev.polder.isolation.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sandboxes in which another task of the user has laid traps for root. */
@Tag("slow")
@Timeout(120)
class HostileSandboxTest {
    @TempDir
    Path base;

    private FetchTestHost host;
    private Path outside;

    @BeforeEach
    void open() throws IOException {
        host = new FetchTestHost(base);
        host.giveSandbox(FetchTestHost.NOBODY);
        outside = Files.createDirectory(base.resolve("outside"));
    }

    @AfterEach
    void close() throws IOException {
        host.close();
        assertThat(outside.toFile().list()).isSubsetOf("log");
    }

    private void fetch(FetchRequest... requests) throws IOException {
        host.fetchFor(FetchTestHost.NOBODY, requests);
    }

    @Test
    void shouldNotGoThroughALinkToADirectory() throws IOException {
        Files.createSymbolicLink(host.in("bin"), outside);

        assertThatThrownBy(() -> fetch(host.archive(
                        "a.tar", new TestArchive().file("bin/tool", "x").tar())))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("'bin' in the sandbox is in the way: it is no directory");
        assertThatThrownBy(() ->
                        fetch(FetchRequest.of(host.serve("/x", new byte[1])).withOutputFile("bin/deep/x")))
                .hasMessageContaining("'bin' in the sandbox is in the way: it is no directory");
    }

    @Test
    void shouldReplaceALinkThatHasAFilesName() throws IOException {
        Path log = Files.writeString(outside.resolve("log"), "root's");
        Files.createSymbolicLink(host.in("x"), log);

        fetch(FetchRequest.of(host.serve("/x", new byte[] {'x'})));

        assertThat(log).hasContent("root's");
        assertThat(FetchTestHost.uid(log)).isZero();
        assertThat(host.in("x")).isRegularFile().hasContent("x");
        assertThat(Files.isSymbolicLink(host.in("x"))).isFalse();
    }

    @Test
    void shouldSayWhenADirectoryIsInTheWayOfAFile() throws IOException {
        Files.createDirectory(host.in("x"));

        assertThatThrownBy(() -> fetch(FetchRequest.of(host.serve("/x", new byte[1]))))
                .hasMessageContaining("'x' in the sandbox is in the way: it cannot be replaced");
    }

    @Test
    void shouldNotWriteToWhatStderrLeadsTo() throws IOException {
        Path log = Files.writeString(outside.resolve("log"), "root's");
        Files.createSymbolicLink(host.in("stderr"), log);

        assertThatThrownBy(() -> fetch(FetchRequest.of("http://" + host.authority() + "/none")))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("answers 404");

        assertThat(log).hasContent("root's");
    }

    @Test
    void shouldNotHangWhereStderrIsAPipe() throws Exception {
        makePipe(host.in("stderr"));

        assertThatThrownBy(() -> fetch(FetchRequest.of("http://" + host.authority() + "/none")))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("answers 404");

        assertNoChildIsLeft();
    }

    @Test
    void shouldNotHangWhereAFileIsAPipe() throws Exception {
        Path pipe = base.resolve("pipe");
        makePipe(pipe);
        Files.setAttribute(pipe, "unix:mode", 0666);

        try (FetchTestHost impatient = FetchTestHost.impatient(base)) {
            assertThatThrownBy(() -> impatient.fetch(FetchRequest.of("file://" + pipe)))
                    .isInstanceOf(FetchException.class)
                    .hasMessageContaining("nothing came of it for stallTimeout=PT0.3S");
        }

        assertNoChildIsLeft();
    }

    @Test
    void shouldEndAnEndlessFile() throws IOException {
        host.close();
        host = new FetchTestHost(
                Files.createDirectory(base.resolve("small")),
                FetcherSettings.of(base.resolve("small/fetch")).withBytesMax(0, 1 << 20));

        assertThatThrownBy(() -> host.fetch(FetchRequest.of("/dev/zero")))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("it is longer than downloadBytesMax=1048576");
    }

    @Test
    void shouldNotBeLedOutWhileItMovesThingsIn() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService other = Executors.newSingleThreadExecutor();
        Path bin = host.in("bin");
        Future<Integer> racing = other.submit(() -> {
            int exchanged = 0;
            for (int round = 0; !stop.get(); round++) {
                // a name of its own, as what was moved there last may have got something in it
                Path away = host.in("old" + round);
                exchanged += tried(() -> Files.createSymbolicLink(bin, outside));
                tried(() -> Files.move(bin, away, StandardCopyOption.ATOMIC_MOVE));
                tried(() -> Files.delete(away));
                tried(() -> Files.createDirectory(bin));
                tried(() -> Files.move(bin, away, StandardCopyOption.ATOMIC_MOVE));
                tried(() -> Files.delete(away.resolve("tool")));
                tried(() -> Files.delete(away));
            }
            return exchanged;
        });
        byte[] tar = new TestArchive().file("bin/tool", "x").tar();
        int refused = 0;
        int exchanged;
        try {
            for (int i = 0; i < 200 || (refused == 0 && i < 5_000); i++) {
                try {
                    fetch(host.archive("a.tar", tar));
                } catch (FetchException e) {
                    refused++;
                }
                assertThat(outside).isEmptyDirectory();
            }
        } finally {
            stop.set(true);
            exchanged = racing.get();
            other.shutdown();
        }

        assertThat(List.of(exchanged, refused)).as("a race has taken place").allMatch(count -> count > 0);
    }

    private interface Step {
        void run() throws IOException;
    }

    /** Does it unless the fetcher was quicker; returns how often. */
    private static int tried(Step step) {
        try {
            step.run();
            return 1;
        } catch (IOException tooLate) {
            return 0;
        }
    }

    private static void makePipe(Path path) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
    }

    private static void assertNoChildIsLeft() {
        Awaitility.await().until(() -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
    }
}
