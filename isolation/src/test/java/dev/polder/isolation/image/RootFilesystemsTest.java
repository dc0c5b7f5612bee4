package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class RootFilesystemsTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    @TempDir
    Path base;

    private final ContainerId holder = new ContainerId(UUID.randomUUID());
    private TestRegistry registry;
    private RegistryClient client;

    @BeforeEach
    void open() throws IOException {
        registry = new TestRegistry();
        client = RegistryClient.open(RegistrySettings.defaults());
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        registry.close();
        TestHostAbilities.assertNothingIsMounted(base);
    }

    private ImageStore store(Backend backend) throws IOException {
        if (backend == Backend.OVERLAY) {
            TestHostAbilities.assumeOverlay(base);
        }
        return ImageStore.open(StoreSettings.of(base.resolve("store"), client).withBackend(backend));
    }

    private Image pull(ImageStore store, TestImage image) throws IOException {
        registry.with("1", image);
        return store.pull(PullRequest.of(holder, registry.reference("x:1")).withCached(false));
    }

    private RootFilesystems roots(ImageStore store) throws IOException {
        return RootFilesystems.open(store, base.resolve("roots"));
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void shouldGiveEachContainerATreeOfItsOwn(Backend backend) throws Exception {
        try (ImageStore store = store(backend)) {
            Image image = pull(
                    store,
                    TestImage.of(
                            new TestLayer()
                                    .directory("./", 0711)
                                    .file("a", "below")
                                    .file("b", "below")
                                    .file("c/d", "x"),
                            new TestLayer()
                                    .directory("./", 0751)
                                    .file("a", "above")
                                    .whiteout("", "b")));
            RootFilesystems roots = roots(store);
            ContainerId other = new ContainerId(UUID.randomUUID());

            Path mine = roots.provide(holder, "rootfs", image, false);
            Path theirs = roots.provide(other, "rootfs", image, false);
            Files.writeString(mine.resolve("a"), "mine");
            Files.delete(mine.resolve("c/d"));

            assertThat(TestTree.read(theirs)).containsOnlyKeys(".", "a", "c", "c/d");
            assertThat(TestTree.read(theirs).get(".")).startsWith("directory 751");
            assertThat(theirs.resolve("a")).hasContent("above");
            assertThat(mine.resolve("a")).hasContent("mine");
            assertThat(image.layers().get(1).resolve("a")).hasContent("above");
            roots.release(holder);
            roots.release(holder);
            assertThat(theirs.resolve("a")).hasContent("above");
            roots.release(other);
            assertThat(base.resolve("roots")).isEmptyDirectory();
        }
    }

    @Test
    void shouldShowADirectoryAsItsLayerHasItThoughItHidesSomething() throws Exception {
        try (ImageStore store = store(Backend.OVERLAY)) {
            Image image = pull(
                    store,
                    TestImage.of(
                            new TestLayer().directory("./", 0755).file("a", "x"),
                            new TestLayer()
                                    .directory("./", 0751)
                                    .directory("outer", 0711)
                                    .directory("outer/lone", 01733)
                                    .file("outer/lone/kept", "x")
                                    .whiteout("outer/lone", "gone")));
            RootFilesystems roots = roots(store);

            Path root = roots.provide(holder, "rootfs", image, false);

            assertThat(TestTree.read(root)).containsOnlyKeys(".", "a", "outer", "outer/lone", "outer/lone/kept");
            for (String name : List.of("", "outer", "outer/lone")) {
                Path inLayer = image.layers().get(1).resolve(name);
                assertThat(TestTree.describe(root.resolve(name))).as(name).isEqualTo(TestTree.describe(inLayer));
                assertThat(Files.getLastModifiedTime(root.resolve(name)))
                        .as(name)
                        .isEqualTo(Files.getLastModifiedTime(inLayer));
            }
            roots.release(holder);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void shouldGiveAVolumeThatNobodyWritesTo(Backend backend) throws Exception {
        TestHostAbilities.assumeRoot(base);
        try (ImageStore store = store(backend)) {
            Image image = pull(store, TestImage.of(new TestLayer().file("a", "x")));
            RootFilesystems roots = roots(store);

            Path volume = roots.provide(holder, "volume-0", image, true);

            assertThat(volume.resolve("a")).hasContent("x");
            assertThatThrownBy(() -> Files.writeString(volume.resolve("a"), "y"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Read-only");
            roots.release(holder);
        }
    }

    @Test
    void shouldMountMoreLayersThanTheirPathsWouldLeaveRoomFor() throws Exception {
        try (ImageStore store = store(Backend.OVERLAY)) {
            List<TestLayer> layers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                layers.add(new TestLayer().file("f" + i, "x").file("last", Integer.toString(i)));
            }
            Image image = pull(store, TestImage.of(layers.toArray(new TestLayer[0])));
            RootFilesystems roots = roots(store);

            Path root = roots.provide(holder, "rootfs", image, false);

            assertThat(TestTree.read(root)).hasSize(202);
            assertThat(root.resolve("last")).hasContent("199");
            roots.release(holder);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void shouldReleaseWhatAKilledProcessLeft(Backend backend) throws Exception {
        ContainerId gone = new ContainerId(UUID.randomUUID());
        try (ImageStore store = store(backend)) {
            Image image = pull(store, TestImage.of(new TestLayer().file("a", "x")));
            roots(store).provide(gone, "rootfs", image, false);
            roots(store).provide(gone, "volume-0", image, true);
            roots(store).provide(holder, "rootfs", image, false);
        }
        try (ImageStore store = store(backend)) {
            RootFilesystems roots = roots(store);

            assertThat(roots.recover(Set.of(holder))).containsExactly(gone);

            assertThat(base.resolve("roots").resolve(holder.toString()).resolve("rootfs/root/a"))
                    .hasContent("x");
            assertThat(base.resolve("roots").resolve(gone.toString())).doesNotExist();
            assertThat(roots.recover(Set.of())).containsExactly(holder);
            assertThat(base.resolve("roots")).isEmptyDirectory();
        }
    }

    @Test
    void shouldReleaseATreeThatAProcessStillUses() throws Exception {
        try (ImageStore store = store(Backend.OVERLAY)) {
            Image image = pull(store, TestImage.of(new TestLayer().file("a", "x")));
            RootFilesystems roots = roots(store);
            Path root = roots.provide(holder, "rootfs", image, false);
            Process user = new ProcessBuilder("cat").directory(root.toFile()).start();
            try {
                roots.release(holder);
            } finally {
                user.destroyForcibly().waitFor();
            }
            assertThat(base.resolve("roots")).isEmptyDirectory();
        }
    }

    @Test
    void shouldLeaveNothingIfTheKernelRefuses() throws Exception {
        try (ImageStore store = store(Backend.OVERLAY)) {
            Image image = pull(store, TestImage.of(new TestLayer().file("a", "x")));
            TreeDeletion.delete(image.layers().get(0));
            Files.createFile(image.layers().get(0));

            assertThatThrownBy(() -> roots(store).provide(holder, "rootfs", image, false))
                    .isInstanceOf(IOException.class);

            assertThat(base.resolve("roots").resolve(holder.toString())).isEmptyDirectory();
            assertThatThrownBy(() -> roots(store).provide(holder, "../x", image, false))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void shouldRunAProgramOfAnImage(Backend backend) throws Exception {
        TestHostAbilities.assumeRoot(base);
        assumeTrue(Files.exists(BUSYBOX), "no /bin/busybox to make an image of");
        try (ImageStore store = store(backend)) {
            TestLayer layer = new TestLayer()
                    .directory("bin")
                    .file("bin/busybox", Files.readAllBytes(BUSYBOX), 0755)
                    .hardLink("bin/true", "bin/busybox");
            Image image = pull(store, TestImage.of("{\"Cmd\":[\"/bin/busybox\",\"true\"]}", layer));
            RootFilesystems roots = roots(store);
            Path root = roots.provide(holder, "rootfs", image, false);
            TaskCommand.Invocation invocation =
                    new TaskCommand(false, java.util.Optional.empty(), List.of()).in(image.config());
            List<String> line = new ArrayList<>(List.of("chroot", root.toString(), invocation.program()));
            line.addAll(invocation.arguments().subList(1, invocation.arguments().size()));

            assertThat(new ProcessBuilder(line).inheritIO().start().waitFor()).isZero();
            assertThat(new ProcessBuilder("chroot", root.toString(), "/bin/true")
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(new ProcessBuilder("chroot", root.toString(), "/bin/busybox", "false")
                            .start()
                            .waitFor())
                    .isEqualTo(1);
            roots.release(holder);
        }
    }
}
