package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.image.StoreProbe.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes are killed with -9 at each step of a pull, and the store is opened again. */
@Tag("slow")
class ImageStoreCrashTest {
    private static final int NOBODY = 65534;

    @TempDir
    Path base;

    private final TestImage image = TestImage.of(
            new TestLayer().directory("d").file("d/a", "x".repeat(100_000)).link("l", "d/a"),
            new TestLayer().file("b", "y".repeat(100_000)).whiteout("d", "a"));
    private TestRegistry registry;
    private final ContainerId holder = new ContainerId(UUID.randomUUID());

    @BeforeEach
    void open() throws IOException {
        registry = new TestRegistry().with("1", image);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private Process start(Path store, String stopAt) throws IOException {
        return process(store, stopAt).start();
    }

    private ProcessBuilder process(Path store, String stopAt) {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PullingProcess.class.getName(),
                        store.toString(),
                        registry.reference("x:1").toString(),
                        holder.toString(),
                        stopAt)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void shouldKnowForeignNamesInAnyLocale(String locale) throws Exception {
        registry.with(
                "1",
                TestImage.of(new TestLayer().file("Főtanúsítvány/ключ", "x").link("l", "Főtanúsítvány/ключ")));
        Path directory = base.resolve("store");
        ProcessBuilder process = process(directory, Step.NAMED.name());
        process.environment().put("LC_ALL", locale);

        killWhenReached(process.start());

        try (var layers = Files.list(directory.resolve("layers/plain"))) {
            Path tree = layers.findFirst().orElseThrow().resolve("tree");
            assertThat(TestTree.read(tree)).containsOnlyKeys(".", "Főtanúsítvány", "Főtanúsítvány/ключ", "l");
            assertThat(tree.resolve("l")).hasContent("x");
        }
    }

    private static void killWhenReached(Process process) throws Exception {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("reached");
        }
        process.destroyForcibly().waitFor();
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void shouldHaveWholeLayersOnlyWhereverItWasKilled(Step step) throws Exception {
        Path directory = base.resolve("store");

        killWhenReached(start(directory, step.name()));

        checkAfterKill(directory, step.compareTo(Step.HELD) >= 0);
    }

    @Test
    void shouldHaveNoLayerIfItWasKilledInTheMiddleOfADownload() throws Exception {
        Path directory = base.resolve("store");
        byte[] layer = image.blobs.get(image.layers.get(0));
        Process[] process = new Process[1];
        java.util.concurrent.CountDownLatch killed = new java.util.concurrent.CountDownLatch(1);
        java.util.concurrent.CountDownLatch asked = new java.util.concurrent.CountDownLatch(1);
        registry.fault = exchange -> {
            if (!exchange.getRequestURI().getPath().endsWith(image.layers.get(0).toString())) {
                return false;
            }
            exchange.sendResponseHeaders(200, layer.length);
            exchange.getResponseBody().write(layer, 0, layer.length / 2);
            exchange.getResponseBody().flush();
            asked.countDown();
            try {
                killed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        };
        process[0] = start(directory, "none");
        asked.await();
        process[0].destroyForcibly().waitFor();
        killed.countDown();
        registry.fault = exchange -> false;

        checkAfterKill(directory, false);
    }

    @Test
    void shouldPullAsSomebodyWhoIsNotRoot() throws Exception {
        TestHostAbilities.assumeRoot(base);
        assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "no setpriv to become somebody else with");
        registry.with(
                "1",
                TestImage.of(new TestLayer()
                        .directory("closed", 0)
                        .file("closed/a", "x", 04000)
                        .device("null", TarConstants.LF_CHR, 1, 3)
                        .fifo("fifo")));
        Path home = Files.createDirectory(base.resolve("home"));
        Files.setAttribute(home, "unix:uid", NOBODY);
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path classes = Files.createDirectory(base.resolve("classes"));
        ProcessBuilder process = process(home.resolve("store"), Step.NAMED.name());
        List<String> line = new ArrayList<>(List.of(
                "/usr/bin/setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--no-new-privs"));
        line.addAll(process.command());
        line.set(line.indexOf("-cp") + 1, copyOfClassPath(classes));

        killWhenReached(process.command(line).directory(home.toFile()).start());

        try (var layers = Files.list(home.resolve("store/layers/plain"))) {
            assertThat(TestTree.read(layers.findFirst().orElseThrow().resolve("tree")))
                    .containsEntry("closed", "directory 700 " + NOBODY + ":" + NOBODY)
                    .containsEntry("closed/a", "file 600 " + NOBODY + ":" + NOBODY + " x1 x")
                    .containsOnlyKeys(".", "closed", "closed/a", "fifo");
        }
    }

    /** The home of root, where libraries may be, is closed to others. */
    private static String copyOfClassPath(Path to) throws Exception {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            if (Files.exists(Path.of(entry))) {
                Path copy = to.resolve(Integer.toString(copies.size()));
                assertThat(new ProcessBuilder("cp", "-r", entry, copy.toString())
                                .start()
                                .waitFor())
                        .isZero();
                copies.add(copy.toString());
            }
        }
        assertThat(new ProcessBuilder("chmod", "-R", "a+rX", to.toString())
                        .start()
                        .waitFor())
                .isZero();
        return String.join(java.io.File.pathSeparator, copies);
    }

    private void checkAfterKill(Path directory, boolean held) throws IOException {
        try (RegistryClient client = RegistryClient.open(RegistrySettings.defaults());
                ImageStore store =
                        ImageStore.open(StoreSettings.of(directory, client).withBackend(Backend.COPY))) {
            assertThat(directory.resolve("tmp")).isEmptyDirectory();
            assertThat(store.holders()).isEqualTo(held ? Set.of(holder) : Set.of());
            assertLayersAreWhole(directory);
            if (held) {
                assertThat(store.prune(Set.of())).isZero();
            }

            Image pulled = store.pull(PullRequest.of(holder, registry.reference("x:1")));

            assertThat(pulled.manifest()).isEqualTo(image.digest());
            assertThat(pulled.layers()).hasSize(2);
            assertLayersAreWhole(directory);
            store.release(holder);
            assertThat(store.prune(Set.of())).isEqualTo(2);
            for (String emptied : List.of("blobs", "layers/plain", "images", "holds", "tmp")) {
                assertThat(directory.resolve(emptied)).isEmptyDirectory();
            }
        }
    }

    private void assertLayersAreWhole(Path directory) throws IOException {
        try (var layers = Files.list(directory.resolve("layers/plain"))) {
            for (Path layer : layers.toList()) {
                boolean first = layer.endsWith(image.diffIds.get(0).fileName());
                assertThat(TestTree.read(layer.resolve("tree")))
                        .containsOnlyKeys(first ? Set.of(".", "d", "d/a", "l") : Set.of(".", "d", "b"));
                assertThat(layer.resolve(first ? "tree/d/a" : "tree/b")).hasSize(100_000);
                assertThat(Whiteouts.read(layer.resolve("whiteouts")).hidden()).hasSize(first ? 0 : 1);
            }
        }
    }
}
