package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerEnd.Exited;
import dev.polder.isolation.ContainerVolume.HostPath;
import dev.polder.isolation.ContainerVolume.OfImage;
import dev.polder.isolation.ContainerVolume.SandboxPath;
import dev.polder.isolation.ContainerVolume.Secret;
import dev.polder.isolation.ContainerVolume.Source;
import dev.polder.isolation.RecordingContainers.Ended;
import dev.polder.isolation.host.HostImages;
import dev.polder.isolation.host.HostIsolation;
import dev.polder.isolation.host.ImageSettings;
import dev.polder.isolation.host.IsolationSettings;
import dev.polder.isolation.host.VolumeSettings;
import dev.polder.isolation.image.HostCommand;
import dev.polder.isolation.image.ImageReference;
import dev.polder.isolation.image.TestImage;
import dev.polder.isolation.image.TestLayer;
import dev.polder.isolation.image.TestRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes of containers in images, and images that are volumes, by a real runtime. Needs root and runc. */
@Tag("slow")
class ImageVolumesTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final List<String> APPLETS = List.of("sh", "cat", "grep", "id", "ls", "stat", "touch");

    @TempDir
    Path base;

    private final RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Path shared;
    private TestRegistry registry;
    private HostIsolation isolation;
    private Containerizer containerizer;

    @BeforeEach
    void open() throws IOException {
        base = base.toRealPath();
        host = new TestHost(base);
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root runs containers of images");
        assumeTrue(Files.isExecutable(BUSYBOX), "no busybox on this host");
        assumeTrue(
                Stream.of("/usr/sbin/runc", "/usr/bin/runc").anyMatch(file -> Files.isExecutable(Path.of(file))),
                "no runc on this host");
        shared = Files.createDirectories(base.resolve("host/shared"));
        Files.writeString(shared.resolve("file"), "of the host\n");
        isolation = HostIsolation.find(
                "volume-test-" + ProcessHandle.current().pid(),
                IsolationSettings.parse("filesystem/linux,docker/runtime,volume/secret", ""),
                HostIsolation.Places.NONE
                        .with(new HostIsolation.ImagePlace(base.resolve("images"), ImageSettings.DEFAULT))
                        .with(new HostIsolation.VolumePlace(
                                base.resolve("volumes"),
                                VolumeSettings.DEFAULT.withHostPathsAllowed(List.of(base.resolve("host"))))));
        assertThat(isolation.text())
                .isEqualTo(
                        "filesystem/linux,docker/runtime,volume/host_path,volume/sandbox_path,volume/secret,volume/image");
        containerizer = Containerizer.open(
                new Containerizer.Settings(host.containers, "n1", false, isolation.isolators(), heard));
        containerizer.start();
        registry = new TestRegistry();
        registry.with("1", TestImage.of("{}", busybox()));
        registry.with("same", TestImage.of("{}", busybox()));
        registry.with("data", TestImage.of("{}", new TestLayer().file("etc/of-image", "of the image\n")));
    }

    private static TestLayer busybox() throws IOException {
        TestLayer layer = new TestLayer()
                .directory("tmp")
                .link("out", "/etc")
                .file("etc/passwd", "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n")
                .file("bin/busybox", Files.readAllBytes(BUSYBOX.toRealPath()), 0755);
        APPLETS.forEach(applet -> layer.link("bin/" + applet, "busybox"));
        return layer;
    }

    private HostImages images() {
        return isolation.images().orElseThrow();
    }

    @AfterEach
    void leavesNothing() throws IOException {
        if (registry == null) {
            return; // skipped
        }
        registry.close();
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
        images().close();
        for (String directory :
                List.of("images/bundles", "images/roots", "images/runtime", "images/store/holds", "volumes/mounts")) {
            assertThat(base.resolve(directory)).isEmptyDirectory();
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(base.toString());
    }

    private String reference(String tag) {
        return ImageReference.parse(registry.host() + "/x:" + tag).toString();
    }

    private static ContainerVolume at(String path, Source source) {
        return new ContainerVolume(path, false, source);
    }

    private static ContainerVolume readOnly(String path, Source source) {
        return new ContainerVolume(path, true, source);
    }

    private Source ofHost(String path) {
        return new HostPath(base.resolve("host").resolve(path).toString(), false);
    }

    private TaskSpec task(@Nullable String user, String command) throws IOException {
        TaskSpec task =
                host.spec(TestHost.newId(), "/bin/sh", List.of("sh", "-c", command), Map.of("PATH", "/bin"), user);
        if (user != null) {
            Files.setOwner(
                    task.sandbox(),
                    task.sandbox()
                            .getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName(user));
        }
        return task;
    }

    private ContainerSpec inImage(@Nullable String user, String command, ContainerVolume... volumes)
            throws IOException {
        ImageTask told = new ImageTask(Optional.of(reference("1")), true, Optional.of(command), List.of(), Map.of());
        return ContainerSpec.of(task(user, "unused")).in(told).with(List.of(volumes));
    }

    private Ended run(ContainerSpec spec) throws IOException {
        for (String tag : List.of("1", "same", "data")) {
            images().pull(spec.id(), ImageReference.parse(reference(tag)), true, Optional.empty());
        }
        containerizer.launch(spec);
        Ended ended = heard.awaitEnd(spec.id());
        assertThat(ended.remains()).isEmpty();
        return ended;
    }

    private String said(ContainerSpec spec) throws IOException {
        ContainerEnd end = run(spec).end();
        assertThat(end).as(() -> stderr(spec)).isEqualTo(new Exited(new ExitStatus.Exited(0)));
        return host.stdout(spec.id());
    }

    private String stderr(ContainerSpec spec) {
        try {
            return host.stderr(spec.id());
        } catch (IOException none) {
            return "";
        }
    }

    @Test
    void shouldHaveVolumesOfAllKinds() throws IOException {
        ContainerSpec spec = inImage(
                "nobody",
                "cat /new/dir/file in/file /etc/one /run/key /image/etc/of-image; stat -c '%a %u' /run/key;"
                        + " echo 1 >/own/made; cat own/made; exit 0",
                at("/new/dir", ofHost("shared")),
                at("in", ofHost("shared")),
                at("/etc/one", ofHost("shared/file")),
                at("/own", new SandboxPath("own")),
                at("/run/key", new Secret(new SecretValue("word\n".getBytes(StandardCharsets.UTF_8)))),
                readOnly("/image", new OfImage(reference("data"))));

        assertThat(said(spec)).isEqualTo("of the host\nof the host\nof the host\nword\nof the image\n400 65534\n1\n");
        assertThat(stderr(spec)).isEmpty();
    }

    @Test
    void shouldLetNobodyWriteWhatIsReadOnly() throws IOException {
        Path below = Files.createDirectory(shared.resolve("below"));
        HostCommand.get("mount").run(base, "-t", "tmpfs", "tmpfs", below.toString());
        try {
            ContainerSpec spec = inImage(
                    null,
                    "touch /v/x /v/below/x /image/x /w/x; exit 0",
                    readOnly("/v", ofHost("shared")),
                    readOnly("/image", new OfImage(reference("data"))),
                    at("/w", new OfImage(reference("data"))));

            said(spec);
            assertThat(stderr(spec).lines().filter(line -> line.contains("Read-only file system")))
                    .hasSize(3);
            assertThat(below).isEmptyDirectory();
            assertThat(shared.resolve("x")).doesNotExist();
        } finally {
            HostCommand.get("umount").run(base, below.toString());
        }
    }

    /** Of two names that mean one image each may be the root or a volume. */
    @Test
    void shouldBeInItsImageWhateverVolumesItHas() throws IOException {
        ContainerSpec spec = inImage(
                null,
                "ls /same/bin/busybox /again/bin/busybox; touch /same/x; ls /x /again/x; exit 0",
                at("/same", new OfImage(reference("same"))),
                at("/again", new OfImage(reference("1"))));

        assertThat(said(spec).lines()).containsExactlyInAnyOrder("/same/bin/busybox", "/again/bin/busybox");
        assertThat(stderr(spec)).contains("ls: /x: No such", "ls: /again/x: No such");
    }

    @Test
    void shouldHaveTheTreeOfAnImageOutsideOfAny() throws IOException {
        ContainerSpec spec = ContainerSpec.of(task("nobody", "/bin/cat tree/etc/of-image; /bin/pwd"))
                .with(List.of(at("tree", new OfImage(reference("data")))));

        assertThat(said(spec)).isEqualTo("of the image\n" + spec.task().sandbox() + "\n");
    }

    /** A link of the image is followed as the container would follow it, and so leads nowhere on the host. */
    @Test
    void shouldFollowLinksOfTheImageWithinIt() throws IOException {
        ContainerSpec spec = inImage(null, "cat /etc/polder-test/file", at("/out/polder-test", ofHost("shared")));

        assertThat(said(spec)).isEqualTo("of the host\n");
        assertThat(Path.of("/etc/polder-test")).doesNotExist();
    }

    @Test
    void shouldRefuseAnImageThatItDoesNotHold() throws IOException {
        ContainerSpec spec =
                ContainerSpec.of(task(null, "")).with(List.of(at("tree", new OfImage("registry.test/none:1"))));

        assertThat(run(spec).end())
                .isEqualTo(new ContainerEnd.NotStarted(
                        "filesystem/linux: the container does not hold the image registry.test/none:1"));
    }

    @Test
    void shouldSeeNoPlaceOfTheNodes() throws IOException {
        ContainerSpec spec =
                inImage(null, "grep -c " + base + " /proc/self/mounts; exit 0", at("/v", new SandboxPath("own")));

        assertThat(said(spec)).isEqualTo("0\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(base.resolve("volumes"))))
                .isEqualTo("rwx------");
    }
}
