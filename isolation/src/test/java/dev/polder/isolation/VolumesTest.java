package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerEnd.Exited;
import dev.polder.isolation.ContainerEnd.NotStarted;
import dev.polder.isolation.ContainerVolume.External;
import dev.polder.isolation.ContainerVolume.HostPath;
import dev.polder.isolation.ContainerVolume.SandboxPath;
import dev.polder.isolation.ContainerVolume.Secret;
import dev.polder.isolation.ContainerVolume.Source;
import dev.polder.isolation.RecordingContainers.Ended;
import dev.polder.isolation.image.HostCommand;
import dev.polder.isolation.volume.VolumeDriver;
import dev.polder.isolation.volume.VolumeIsolator;
import dev.polder.isolation.volume.VolumeKind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Volumes of containers in the host's own tree, mounted by the kernel that runs the tests. Needs root. */
@Tag("slow")
class VolumesTest {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final String USER = "nobody";

    @TempDir
    Path base;

    private RecordingContainers heard = new RecordingContainers();
    private final List<Path> mounted = new ArrayList<>();
    private TestHost host;
    private Path shared;
    private VolumeIsolator isolator;
    private Containerizer containerizer;

    @BeforeEach
    void open() throws IOException {
        base = base.toRealPath();
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root mounts volumes");
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        host = new TestHost(base);
        shared = Files.createDirectories(base.resolve("host/shared directory"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(shared.resolve("file"), "of the host\n");
        containerizer = start(List.of());
    }

    private Containerizer start(List<Isolator> further) throws IOException {
        isolator = VolumeIsolator.open(new VolumeIsolator.Settings(
                base.resolve("volumes"),
                MEMORY,
                List.of(base.resolve("host")),
                EnumSet.allOf(VolumeKind.class),
                Optional.empty(),
                new DirectoryDriver()));
        List<Isolator> isolators = new ArrayList<>(List.of(isolator));
        isolators.addAll(further);
        Containerizer opened =
                Containerizer.open(new Containerizer.Settings(host.containers, "n1", false, isolators, heard));
        opened.start();
        return opened;
    }

    private void startAgain() throws IOException {
        containerizer.close();
        heard = new RecordingContainers();
        containerizer = start(List.of());
    }

    /** A driver whose volumes are directories. */
    private final class DirectoryDriver implements VolumeDriver {
        @Override
        public Path mount(String driver, String name, Map<String, String> options) throws IOException {
            mounted.add(Path.of(driver, name));
            return Files.createDirectories(base.resolve(driver).resolve(name));
        }

        @Override
        public Optional<Path> mounted(String driver, String name) {
            return Optional.empty();
        }

        @Override
        public void unmount(String driver, String name) {
            mounted.remove(Path.of(driver, name));
        }
    }

    @AfterEach
    void leavesNothing() throws IOException {
        if (containerizer == null) {
            return; // skipped
        }
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
        if (mountinfo().contains(base.resolve("host/later").toString())) {
            HostCommand.get("umount").run(base, base.resolve("host/later").toString());
        }
        assertThat(mountinfo()).doesNotContain(base.toString());
        assertThat(base.resolve("volumes/mounts")).isEmptyDirectory();
        assertThat(secretsDirectory()).doesNotExist();
        assertThat(mounted).isEmpty();
    }

    private Path secretsDirectory() {
        Path directory = base.resolve("volumes");
        return MEMORY.resolve(
                "polder-" + UUID.nameUUIDFromBytes(directory.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static String mountinfo() throws IOException {
        return Files.readString(Path.of("/proc/self/mountinfo")).replace("\\040", " ");
    }

    // ---- what the tests say

    private static ContainerVolume at(String path, Source source) {
        return new ContainerVolume(path, false, source);
    }

    private static ContainerVolume readOnly(String path, Source source) {
        return new ContainerVolume(path, true, source);
    }

    private Source ofHost(String path) {
        return new HostPath(base.resolve("host").resolve(path).toString(), false);
    }

    private static Source secret(String text) {
        return new Secret(new SecretValue(text.getBytes(StandardCharsets.UTF_8)));
    }

    private TaskSpec task(@Nullable String user, String command) throws IOException {
        ContainerId id = TestHost.newId();
        TaskSpec task = host.spec(id, "/bin/sh", List.of("sh", "-c", command), Map.of(), user);
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

    private ContainerSpec launch(TaskSpec task, ContainerVolume... volumes) {
        ContainerSpec spec = ContainerSpec.of(task).with(List.of(volumes));
        containerizer.launch(spec);
        return spec;
    }

    private Ended ended(ContainerSpec spec) {
        Ended ended = heard.awaitEnd(spec.id());
        assertThat(ended.remains()).isEmpty();
        return ended;
    }

    /** Runs it to a good end, and returns what it says. */
    private String run(@Nullable String user, String command, ContainerVolume... volumes) throws IOException {
        ContainerSpec spec = launch(task(user, command), volumes);
        assertThat(ended(spec).end())
                .as(() -> "with " + spec.task().sandbox())
                .isEqualTo(new Exited(new ExitStatus.Exited(0)));
        return host.stdout(spec.id());
    }

    private String refusal(TaskSpec task, ContainerVolume... volumes) {
        ContainerEnd end = ended(launch(task, volumes)).end();
        assertThat(end).isInstanceOf(NotStarted.class);
        return ((NotStarted) end).why();
    }

    // ---- the tests

    @ParameterizedTest
    @ValueSource(strings = {"root", USER})
    void shouldShowADirectoryOfTheHost(String user) throws IOException {
        String said = run(
                user.equals("root") ? null : user,
                "cat data/in/file; echo written >data/in/made; pwd; id -u; ls",
                at("data/in", ofHost("shared directory")));

        assertThat(said).startsWith("of the host\n").contains(user.equals("root") ? "\n0\n" : "\n65534\n");
        assertThat(shared.resolve("made")).hasContent("written\n");
        assertThat(said).contains(base + "/sandboxes/");
    }

    @Test
    void shouldShowAFileOfTheHost() throws IOException {
        assertThat(run(USER, "cat 'a file'; stat -c %U 'a file'", at("a file", ofHost("shared directory/file"))))
                .isEqualTo("of the host\nroot\n");
    }

    @Test
    void shouldShowASocketOfTheHost() throws IOException {
        Path socket = base.resolve("host/s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThat(run(USER, "[ -S sock ] && echo socket", at("sock", ofHost("s"))))
                    .isEqualTo("socket\n");
        }
    }

    /** Also what is mounted below, which one flag of mount(2) leaves as it is. */
    @Test
    void shouldLetNobodyWriteWhatIsReadOnly() throws IOException {
        Path below = Files.createDirectory(shared.resolve("below it"));
        HostCommand.get("mount").run(base, "-t", "tmpfs", "-o", "nosuid,mode=1777", "tmpfs", below.toString());
        try {
            String said = run(
                    null,
                    "touch v/x v/'below it'/x; cat v/file; grep '/v/below' /proc/self/mountinfo; exit 0",
                    readOnly("v", ofHost("shared directory")));

            assertThat(said).startsWith("of the host\n").contains(" ro,nosuid,");
            assertThat(shared.resolve("x")).doesNotExist();
            assertThat(below).isEmptyDirectory();
            assertThat(Files.isWritable(below)).isTrue();
        } finally {
            HostCommand.get("umount").run(base, below.toString());
        }
    }

    @Test
    void shouldShowPartsOfTheSandboxAndMakeThemIfTheyAreMissing() throws IOException {
        TaskSpec task = task(USER, "echo 1 >view/one; cat own/one; cat file; stat -c %U own view");
        Files.writeString(task.sandbox().resolve("there"), "there\n");

        ContainerSpec spec =
                launch(task, at("view", new SandboxPath("own")), readOnly("file", new SandboxPath("there")));

        assertThat(ended(spec).end()).isEqualTo(new Exited(new ExitStatus.Exited(0)));
        assertThat(host.stdout(spec.id())).isEqualTo("1\nthere\nnobody\nnobody\n");
        assertThat(task.sandbox().resolve("view")).isEmptyDirectory();
    }

    @Test
    void shouldGiveASecretToItsTaskAlone() throws IOException {
        TaskSpec task = task(USER, "cat key; stat -c '%a %U %s' key; stat -f -c %T key; echo x >>key; exit 0");

        ContainerSpec spec = launch(task, at("key", secret("a secret word")));

        ended(spec);
        assertThat(host.stdout(spec.id())).isEqualTo("a secret word400 nobody 13\ntmpfs\n");
        assertThat(host.stderr(spec.id())).contains("Permission denied");
        assertThat(task.sandbox().resolve("key")).isEmptyFile();
        assertThat(filesWith("a secret word")).containsExactly(task.sandbox().resolve("stdout"));
    }

    /** Below the directory of the test, where all is that a node writes. */
    private List<Path> filesWith(String text) throws IOException {
        try (Stream<Path> all = Files.walk(base)) {
            List<Path> found = new ArrayList<>();
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    found.add(file);
                }
            }
            return found;
        }
    }

    @Test
    void shouldKeepASecretFromDiskWhileItsTaskRuns() throws IOException {
        ContainerSpec spec = launch(task(USER, "echo ready; sleep 1000"), at("key", secret("a secret word")));
        awaitOutput(spec);

        assertThat(filesWith("a secret word")).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secretsDirectory())))
                .isEqualTo("rwx------");
        assertThat(spec.toString()).doesNotContain("a secret word").contains("13 secret bytes");
    }

    private void awaitOutput(ContainerSpec spec) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> host.stdout(spec.id()).contains("ready"));
    }

    @Test
    void shouldRefuseAPlaceForSecretsThatSomebodyElseMadeFirst() throws IOException {
        Path directory = Files.createDirectory(secretsDirectory());
        try {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertThat(refusal(task(USER, "true"), at("key", secret("x"))))
                    .contains("is somebody else's, or open to others");
        } finally {
            Files.delete(directory);
        }
    }

    @Test
    void shouldMountNothingOnTheHost() throws IOException {
        ContainerSpec spec = launch(
                task(USER, "echo ready; sleep 1000"),
                at("d", ofHost("shared directory")),
                at("s", new SandboxPath("x")),
                at("k", secret("x")));
        awaitOutput(spec);

        assertThat(mountinfo()).doesNotContain(base.toString());
        assertThat(spec.task().sandbox().resolve("d")).isEmptyDirectory();
    }

    @Test
    void shouldSeeLaterMountsOfTheHostWhereThatIsWanted() throws IOException {
        Path later = Files.createDirectory(base.resolve("host/later"));
        HostCommand.get("mount").run(base, "-t", "tmpfs", "tmpfs", later.toString());
        HostCommand.get("mount").run(base, "--make-shared", later.toString());
        Path point = Files.createDirectory(later.resolve("point"));
        String command = "echo ready; until [ -e go ]; do sleep 0.02; done; cat w/point/f; cat n/point/f; exit 0";
        ContainerSpec spec =
                launch(task(USER, command), at("w", new HostPath(later.toString(), true)), at("n", ofHost("later")));
        awaitOutput(spec);

        HostCommand.get("mount").run(base, "-t", "tmpfs", "tmpfs", point.toString());
        Files.writeString(point.resolve("f"), "later\n");
        Files.createFile(spec.task().sandbox().resolve("go"));

        ended(spec);
        HostCommand.get("umount").run(base, point.toString());
        assertThat(host.stdout(spec.id())).isEqualTo("ready\nlater\n");
        assertThat(host.stderr(spec.id())).contains("n/point/f");
    }

    @Test
    void shouldGiveWhatADriverProvides() throws IOException {
        ContainerSpec spec = launch(
                task(null, "echo ready >v/made; echo ready; sleep 1000"),
                at("v", new External("dir", "one", Map.of())));
        awaitOutput(spec);
        assertThat(mounted).containsExactly(Path.of("dir/one"));

        startAgain();
        assertThat(containerizer.recovered()).containsExactly(spec.id());
        containerizer.kill(spec.id(), Duration.ZERO);
        ended(spec);

        assertThat(mounted).isEmpty();
        assertThat(base.resolve("dir/one/made")).hasContent("ready\n");
    }

    @Test
    void shouldRefuseWhatLeadsOutOfTheSandbox() throws IOException {
        TaskSpec task = task(USER, "echo ran");
        Files.createSymbolicLink(task.sandbox().resolve("out"), Path.of("/etc"));
        Path target = base.resolve("outside");

        assertThat(refusal(task, at("d", new SandboxPath("out/ssl"))))
                .isEqualTo(
                        "filesystem/linux: '" + task.sandbox() + "/out' is a symbolic link, or was exchanged just now");
        TaskSpec other = task(USER, "echo ran");
        Files.createSymbolicLink(other.sandbox().resolve("out"), target);
        assertThat(refusal(other, at("out/made", ofHost("shared directory")))).contains("is a symbolic link");
        assertThat(target).doesNotExist();
        assertThat(refusal(task(USER, ""), at("d", new SandboxPath("/etc")))).contains("is not relative");
        assertThat(refusal(task(USER, ""), at("d", new SandboxPath("../x")))).contains("has a '..'");
        assertThat(refusal(task(USER, ""), at("/etc", new SandboxPath("x")))).contains("is absolute");
    }

    @Test
    void shouldRefuseATargetOfAnotherKind() throws IOException {
        TaskSpec task = task(USER, "");
        Files.createFile(task.sandbox().resolve("file"));
        assertThat(refusal(task, at("file", ofHost("shared directory"))))
                .contains("'file' in the sandbox is a file, and what is to be mounted there is not");
        TaskSpec other = task(USER, "");
        Files.createDirectory(other.sandbox().resolve("dir"));
        assertThat(refusal(other, at("dir", ofHost("shared directory/file")))).contains("is a directory, and");
    }

    /** Between the look of the node and the mount somebody may have been quick. */
    @Test
    void shouldNotMountWhatWasExchangedMeanwhile() throws IOException {
        Path moved = base.resolve("host/moved");
        containerizer.close();
        containerizer = start(List.of(new Exchange(() -> {
            Files.move(shared, moved);
            Files.createSymbolicLink(shared, Path.of("/etc"));
        })));

        ContainerSpec spec = launch(task(USER, "echo ran"), at("d", ofHost("shared directory")));

        assertUncontained(spec, "is not what it was");
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "a/d"})
    void shouldNotMountOnATargetThatWasExchangedMeanwhile(String path) throws IOException {
        TaskSpec task = task(USER, "echo ran");
        Path first = task.sandbox().resolve(Path.of(path).getName(0));
        containerizer.close();
        containerizer = start(List.of(new Exchange(() -> {
            Files.move(first, task.sandbox().resolve("moved"));
            Files.createSymbolicLink(first, shared.getParent());
            Files.createDirectories(shared.resolveSibling("d"));
        })));

        ContainerSpec spec = launch(task, at(path, ofHost("shared directory")));

        assertUncontained(spec, "is not what it was");
    }

    @Test
    void shouldNotMountOnAFileThatWasExchangedMeanwhile() throws IOException {
        TaskSpec task = task(USER, "echo ran");
        containerizer.close();
        containerizer = start(List.of(new Exchange(() -> {
            Files.delete(task.sandbox().resolve("key"));
            Files.createSymbolicLink(task.sandbox().resolve("key"), shared.resolve("file"));
        })));

        assertUncontained(launch(task, at("key", secret("x"))), "is not what it was");
    }

    private void assertUncontained(ContainerSpec spec, String why) throws IOException {
        ContainerEnd end = ended(spec).end();
        assertThat(end)
                .isInstanceOfSatisfying(
                        Exited.class,
                        exited -> assertThat(exited.status())
                                .isInstanceOf(ExitStatus.NotContained.class)
                                .asString()
                                .contains(why));
        assertThat(host.stdout(spec.id())).doesNotContain("ran");
    }

    /** Does something after all is prepared and before anything is mounted. */
    private record Exchange(Deed deed) implements Isolator {
        interface Deed {
            void run() throws IOException;
        }

        @Override
        public String name() {
            return "exchange";
        }

        @Override
        public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
            deed.run();
        }
    }

    @Test
    void shouldRunNoProgramOfTheTasksUserBeforeItIsContained() throws IOException {
        TaskSpec task = task(USER, "id -u; [ -e loaded ] || echo nothing");
        Map<String, String> hostile = Map.of(
                "PATH", task.sandbox() + ":/usr/bin:/bin",
                "LD_PRELOAD", task.sandbox() + "/no.so",
                "ENV", task.sandbox() + "/env");
        for (String program : List.of("mount", "stat", "readlink", "mkdir")) {
            Path file = Files.writeString(
                    task.sandbox().resolve(program),
                    "#!/bin/sh\n[ $(/usr/bin/id -u) = 0 ] && echo >" + task.sandbox() + "/loaded\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.writeString(task.sandbox().resolve("env"), "echo >" + task.sandbox() + "/loaded\n");
        TaskSpec told = new TaskSpec(task.id(), task.program(), task.arguments(), hostile, task.sandbox(), task.user());

        ContainerSpec spec = launch(told, at("a/b", ofHost("shared directory")), at("k", secret("x")));

        ended(spec);
        assertThat(host.stdout(spec.id())).isEqualTo("65534\nnothing\n");
    }

    @Test
    void shouldHaveNoVolumesOfKindsThatTheNodeLacks() throws IOException {
        VolumeIsolator none = VolumeIsolator.open(new VolumeIsolator.Settings(
                base.resolve("none"), MEMORY, List.of(), Set.of(), Optional.empty(), new DirectoryDriver()));
        ContainerSpec spec = ContainerSpec.of(task(null, "")).with(List.of(at("v", new SandboxPath("x"))));

        assertThatThrownBy(() -> none.prepare(spec, new LaunchPlan(spec.task(), Privileges.USUAL)))
                .hasMessage("volume 'v': this agent has no volumes of the kind SANDBOX_PATH");
        none.close();
    }
}
