package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images that others make, from a registry that others wrote. */
@Tag("slow")
class DebianRegistryTest {
    @TempDir
    Path base;

    private Process server;
    private int port;
    private final ContainerId holder = new ContainerId(UUID.randomUUID());

    @BeforeEach
    void open() throws Exception {
        TestHostAbilities.assumeRoot(base);
        for (String program : List.of("docker-registry", "umoci", "skopeo")) {
            assumeTrue(Files.exists(Path.of("/usr/bin", program)), "no " + program + " on this host");
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config = Files.writeString(
                base.resolve("registry.yml"),
                "version: 0.1\nlog:\n  level: warn\nstorage:\n  filesystem:\n    rootdirectory: "
                        + base.resolve("registry") + "\nhttp:\n  addr: 127.0.0.1:" + port + "\n");
        server = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(base.resolve("registry.log").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return !server.isAlive();
            }
        });
        assertThat(server.isAlive())
                .as(Files.readString(base.resolve("registry.log")))
                .isTrue();
    }

    @AfterEach
    void close() throws Exception {
        if (server != null) {
            server.destroyForcibly().waitFor();
        }
        TestHostAbilities.assertNothingIsMounted(base);
    }

    private void run(String... line) throws Exception {
        Process process = new ProcessBuilder(line)
                .directory(base.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", line) + ": " + said).isZero();
    }

    /** Makes an image of two layers with umoci, and returns the tree that it has. */
    private SortedMap<String, String> build() throws Exception {
        String image = base.resolve("oci") + ":bb";
        run("umoci", "init", "--layout", base.resolve("oci").toString());
        run("umoci", "new", "--image", image);
        Path first = Files.createDirectories(base.resolve("first/bin"));
        run("cp", "/bin/busybox", first.resolve("busybox").toString());
        Files.createLink(first.resolve("sh"), first.resolve("busybox"));
        Files.createSymbolicLink(base.resolve("first/usr"), Path.of("."));
        Files.writeString(base.resolve("first/gone"), "x");
        Files.createDirectories(base.resolve("first/etc/old"));
        run("chown", "-R", "12:34", base.resolve("first/etc").toString());
        run("umoci", "insert", "--image", image, base.resolve("first").toString(), "/");
        run("umoci", "insert", "--image", image, "--whiteout", "/gone");
        Path second = Files.createDirectories(base.resolve("second"));
        Files.writeString(second.resolve("new"), "n");
        run("umoci", "insert", "--image", image, "--opaque", second.toString(), "/etc");
        run("umoci", "config", "--image", image, "--config.entrypoint", "/bin/busybox", "--config.cmd", "true");
        run("umoci", "unpack", "--image", image, base.resolve("bundle").toString());
        return TestTree.read(base.resolve("bundle/rootfs"));
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void shouldHaveTheTreeThatUmociUnpacks(Backend backend) throws Exception {
        if (backend == Backend.OVERLAY) {
            TestHostAbilities.assumeOverlay(base);
        }
        SortedMap<String, String> expected = build();
        run(
                "skopeo",
                "copy",
                "--dest-tls-verify=false",
                "oci:" + base.resolve("oci") + ":bb",
                "docker://127.0.0.1:" + port + "/iso/bb:1");
        try (RegistryClient client = RegistryClient.open(RegistrySettings.defaults());
                ImageStore store = ImageStore.open(
                        StoreSettings.of(base.resolve("store"), client).withBackend(backend))) {
            Image image = store.pull(PullRequest.of(holder, ImageReference.parse("127.0.0.1:" + port + "/iso/bb:1")));
            RootFilesystems roots = RootFilesystems.open(store, base.resolve("roots"));
            Path root = roots.provide(holder, "rootfs", image, false);

            assertThat(TestTree.read(root)).isEqualTo(expected);
            assertThat(image.config().entrypoint()).containsExactly("/bin/busybox");
            assertThat(new ProcessBuilder("chroot", root.toString(), "/bin/busybox", "true")
                            .start()
                            .waitFor())
                    .isZero();
            roots.release(holder);
        }
    }

    @Test
    void shouldTakeAnArchiveThatSkopeoWritesForDocker() throws Exception {
        SortedMap<String, String> expected = build();
        Path images = Files.createDirectory(base.resolve("images"));
        run("skopeo", "copy", "oci:" + base.resolve("oci") + ":bb", "docker-archive:saved.tar:bb:1");
        Files.move(base.resolve("saved.tar"), images.resolve("bb:1.tar"));
        try (ImageStore store = ImageStore.open(
                StoreSettings.of(base.resolve("store"), new LocalImages(images)).withBackend(Backend.COPY))) {
            Image image = store.pull(PullRequest.of(holder, ImageReference.parse("bb:1")));
            RootFilesystems roots = RootFilesystems.open(store, base.resolve("roots"));

            assertThat(TestTree.read(roots.provide(holder, "rootfs", image, false)))
                    .isEqualTo(expected);
            roots.release(holder);
        }
    }
}
