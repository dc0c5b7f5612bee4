package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerEnd.Exited;
import dev.polder.isolation.RecordingContainers.Ended;
import dev.polder.isolation.attach.ContainerCommand;
import dev.polder.isolation.attach.RunningContainer;
import dev.polder.isolation.attach.Session;
import dev.polder.isolation.attach.Sessions;
import dev.polder.isolation.host.DeviceAccess;
import dev.polder.isolation.host.DeviceSettings;
import dev.polder.isolation.host.HostImages;
import dev.polder.isolation.host.HostIsolation;
import dev.polder.isolation.host.ImageSettings;
import dev.polder.isolation.host.IsolationSettings;
import dev.polder.isolation.image.ImageReference;
import dev.polder.isolation.image.TestImage;
import dev.polder.isolation.image.TestLayer;
import dev.polder.isolation.image.TestRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers in images, run by a real runtime. Needs root, control groups and runc. */
@Tag("slow")
class ImageContainersTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final String IMAGES = "cgroups/cpu,cgroups/mem,cgroups/pids,filesystem/linux,docker/runtime";
    private static final List<String> APPLETS = List.of(
            "sh",
            "cat",
            "chmod",
            "dd",
            "env",
            "grep",
            "hostname",
            "id",
            "ls",
            "mount",
            "pwd",
            "sleep",
            "touch",
            "unshare");
    private static final long MIB = 1 << 20;

    @TempDir
    Path base;

    private final List<ContainerId> launched = new ArrayList<>();
    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private TestRegistry registry;
    private HostIsolation isolation;
    private Containerizer containerizer;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root runs containers of images");
        assumeTrue(Files.isExecutable(BUSYBOX), "no busybox on this host");
        assumeTrue(
                Stream.of("/usr/sbin/runc", "/usr/bin/runc").anyMatch(file -> Files.isExecutable(Path.of(file))),
                "no runc on this host");
        start(IMAGES);
        registry = new TestRegistry();
    }

    private void start(String isolators) throws IOException {
        start(IsolationSettings.parse("auto", isolators));
    }

    private ImageSettings imageSettings = ImageSettings.DEFAULT;

    private void start(IsolationSettings settings) throws IOException {
        isolation = HostIsolation.find(
                "image-test-" + ProcessHandle.current().pid(),
                settings,
                HostIsolation.Places.NONE
                        .with(new HostIsolation.ImagePlace(base.resolve("images"), imageSettings))
                        .with(new HostIsolation.GpuPlace(base.resolve("gpus"), base)));
        containerizer = Containerizer.open(
                new Containerizer.Settings(host.containers, "n1", false, isolation.isolators(), heard));
        containerizer.start();
    }

    private void stop() throws IOException {
        containerizer.close();
        images().close();
    }

    private void startAgain(String isolators) throws IOException {
        stop();
        heard = new RecordingContainers();
        start(isolators);
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
        stop();
        for (String directory : List.of("bundles", "roots", "runtime", "store/holds", "store/tmp")) {
            assertThat(base.resolve("images").resolve(directory)).isEmptyDirectory();
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(base.toString());
        for (ContainerId id : launched) {
            assertThat(Remains.groups(id)).isEmpty();
            assertThat(Remains.processes(id)).isEmpty();
        }
    }

    // ---- what the tests say

    private static TestLayer busybox() throws IOException {
        TestLayer layer = new TestLayer()
                .directory("tmp")
                .file("etc/passwd", "root:x:0:0::/:/bin/sh\n")
                .file("bin/busybox", Files.readAllBytes(BUSYBOX.toRealPath()), 0755);
        APPLETS.forEach(applet -> layer.link("bin/" + applet, "busybox"));
        return layer;
    }

    private TaskSpec task() {
        return host.spec(TestHost.newId(), "/unused", List.of("unused"), Map.of("PATH", "/bin"), null);
    }

    private ContainerSpec launch(ContainerSpec spec, String imageConfig) throws IOException {
        registry.with("1", TestImage.of(imageConfig, busybox()));
        images().pull(spec.id(), ImageReference.parse(registry.host() + "/x:1"), false, Optional.empty());
        launched.add(spec.id());
        containerizer.launch(spec);
        return spec;
    }

    private static ImageTask shell(String line) {
        return new ImageTask(true, Optional.of(line), List.of(), Map.of());
    }

    private ContainerSpec launch(String line) throws IOException {
        return launch(ContainerSpec.of(task()).in(shell(line)), "{}");
    }

    private Ended ended(ContainerSpec spec) {
        Ended ended = heard.awaitEnd(spec.id());
        assertThat(ended.remains()).isEmpty();
        return ended;
    }

    private static ContainerEnd exited(int code) {
        return new Exited(new ExitStatus.Exited(code));
    }

    private static ContainerEnd signaled(int signal) {
        return new Exited(new ExitStatus.Signaled(signal));
    }

    // ---- the tests

    @Test
    void shouldRunWhatTaskAndImageSayTogether() throws IOException {
        TaskSpec task =
                host.spec(TestHost.newId(), "/unused", List.of("unused"), Map.of("OF", "task", "TASK", "'t'"), null);
        ImageTask told = new ImageTask(
                false,
                Optional.empty(),
                List.of("env; pwd; id -u"),
                Map.of("OF", "agent", "PATH", "/none", "AGENT", "a"));

        ContainerSpec spec = launch(
                ContainerSpec.of(withoutPath(task)).in(told),
                "{\"Env\":[\"PATH=/bin\",\"OF=image\",\"IMAGE=i\"],\"Entrypoint\":[\"sh\",\"-c\"],\"Cmd\":[\"exit 9\"],"
                        + "\"WorkingDir\":\"/made/here\",\"User\":\"77\"}");

        assertThat(ended(spec).end()).as(host.stderr(spec.id())).isEqualTo(exited(0));
        assertThat(host.stdout(spec.id()).lines())
                .contains("PATH=/bin", "OF=task", "IMAGE=i", "AGENT=a", "TASK='t'", "/made/here", "0")
                .contains("POLDER_CONTAINER_ID=" + spec.id());
    }

    private static TaskSpec withoutPath(TaskSpec task) {
        return new TaskSpec(
                task.id(),
                task.program(),
                task.arguments(),
                Map.of("OF", "task", "TASK", "'t'"),
                task.sandbox(),
                task.user());
    }

    @Test
    void shouldSeeItsSandboxAndTheHostsNetworkAndNothingElseOfTheHost() throws IOException {
        Path secret = Files.writeString(base.resolve("secret"), "of the host");

        ContainerSpec spec =
                launch("pwd; touch made; ls " + secret + "; cat /etc/resolv.conf /etc/hosts; ls /sys/class/net;"
                        + " touch /of-the-container; touch /etc/hosts && echo changed");

        assertThat(ended(spec).end()).isEqualTo(exited(1));
        assertThat(host.sandbox(spec.id()).resolve("made")).exists();
        assertThat(host.stdout(spec.id()))
                .startsWith("/mnt/mesos/sandbox\n")
                .contains(Files.readString(Path.of("/etc/hosts")).strip())
                .contains("lo")
                .doesNotContain("changed");
        assertThat(host.stderr(spec.id())).contains("No such file", "Read-only file system");
        assertThat(Path.of("/of-the-container")).doesNotExist();
    }

    @Test
    void shouldEndAsItsProgramDoes() throws IOException {
        ContainerSpec seven = launch("exit 7");
        ContainerSpec killed = launch("kill -9 $$");
        ContainerSpec loud = launch("kill -15 $$");

        assertThat(ended(seven).end()).isEqualTo(exited(7));
        assertThat(ended(killed).end()).isEqualTo(signaled(9));
        assertThat(ended(loud).end()).isEqualTo(signaled(15));
    }

    @Test
    void shouldSayInStderrThatAProgramIsNotThere() throws IOException {
        ImageTask told = new ImageTask(false, Optional.of("/no/such"), List.of(), Map.of());

        ContainerSpec spec = launch(ContainerSpec.of(task()).in(told), "{}");

        assertThat(ended(spec).end()).isEqualTo(exited(1));
        assertThat(host.stderr(spec.id())).contains("/no/such");
    }

    @Test
    void shouldNotStartWithoutAProgram() throws IOException {
        ContainerSpec spec =
                launch(ContainerSpec.of(task()).in(new ImageTask(false, Optional.empty(), List.of(), Map.of())), "{}");

        assertThat(ended(spec).end())
                .isEqualTo(new ContainerEnd.NotStarted(
                        "docker/runtime: neither the command nor the image says which program to execute"));
    }

    @Test
    void shouldHearTermAndBeKilledWithAllThatItHasStarted() throws IOException {
        ContainerSpec plain = launch("sleep 4321; echo survived");
        ContainerSpec polite = launch("trap 'echo bye; exit 3' TERM; echo ready; while true; do sleep 0.05; done");
        ContainerSpec deaf =
                launch("trap '' TERM; (sleep 4321 &) ; (sleep 4321 &) ; echo ready; while true; do sleep 0.05; done");
        heard.awaitStart(plain.id());
        awaitOutput(polite);
        awaitOutput(deaf);

        containerizer.kill(plain.id(), Duration.ofSeconds(30));
        containerizer.kill(polite.id(), Duration.ofSeconds(30));
        containerizer.kill(deaf.id(), Duration.ofMillis(300));

        assertThat(ended(plain).end()).isEqualTo(signaled(15));
        assertThat(ended(polite).end()).isEqualTo(exited(3));
        assertThat(host.stdout(polite.id())).endsWith("bye\n");
        assertThat(ended(deaf).end()).isEqualTo(signaled(9));
        assertThat(Remains.processes(deaf.id())).isEmpty();
    }

    @Test
    void shouldHearTermWhileTheRuntimeStartsIt() throws IOException {
        for (int i = 0; i < 10; i++) {
            ContainerSpec spec = launch("sleep 4321");
            ProcessHandle started =
                    ProcessHandle.of(heard.awaitStart(spec.id())).orElseThrow();
            Awaitility.await()
                    .pollInterval(Duration.ofNanos(1))
                    .until(() -> started.descendants().anyMatch(ImageContainersTest::isRuntimesChild));

            containerizer.kill(spec.id(), Duration.ofSeconds(30));

            assertThat(ended(spec).end()).as(host.stderr(spec.id())).isEqualTo(signaled(15));
        }
    }

    private static boolean isRuntimesChild(ProcessHandle process) {
        return process.parent()
                .flatMap(parent -> parent.info().arguments())
                .filter(words -> words.length > 0 && words[0].equals("--root"))
                .isPresent();
    }

    private void awaitOutput(ContainerSpec spec) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> host.stdout(spec.id()).contains("ready"));
    }

    @Test
    void shouldMountNothingOnTheHost() throws IOException {
        ContainerSpec spec = launch("echo ready; cat >/written; exec sleep 1000");
        awaitOutput(spec);

        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(base.toString());
        containerizer.kill(spec.id(), Duration.ZERO);
        ended(spec);
    }

    @Test
    void shouldLeaveNoDaemonBehind() throws IOException {
        ContainerSpec spec = launch("(sleep 4321 >/dev/null 2>&1 &); exit 0");

        assertThat(ended(spec).end()).isEqualTo(exited(0));
        assertThat(Remains.processes(spec.id())).isEmpty();
    }

    @Test
    void shouldRunAsTheTasksUserWhoseFilesItsOutputsAre() throws IOException {
        ContainerId id = TestHost.newId();
        TaskSpec task = host.spec(id, "/unused", List.of("unused"), Map.of("PATH", "/bin"), "nobody");
        Files.setOwner(
                task.sandbox(),
                task.sandbox().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

        ContainerSpec spec = launch(ContainerSpec.of(task).in(shell("id -u; touch made; echo more >>stdout")), "{}");

        assertThat(ended(spec).end()).as(host.stderr(id)).isEqualTo(exited(0));
        assertThat(host.stdout(id)).isEqualTo("65534\nmore\n");
        assertThat(Files.getAttribute(host.sandbox(id).resolve("stdout"), "unix:uid"))
                .isEqualTo(65534);
        assertThat(Files.getAttribute(host.sandbox(id).resolve("made"), "unix:uid"))
                .isEqualTo(65534);
    }

    @Test
    void shouldHaveThePrivilegesThatItWants() throws IOException {
        ContainerSpec spec = launch(
                ContainerSpec.of(task())
                        .in(shell("grep -E 'Cap(Eff|Bnd)' /proc/self/status; ulimit -n"))
                        .with(new Privileges(
                                Optional.of(Set.of(Capability.KILL)),
                                Optional.of(Set.of(Capability.KILL, Capability.CHOWN)),
                                List.of(new Rlimit("RLIMIT_NOFILE", 100, 200)),
                                false)),
                "{}");

        assertThat(ended(spec).end()).as(host.stderr(spec.id())).isEqualTo(exited(0));
        assertThat(host.stdout(spec.id()))
                .containsPattern("CapEff:\\s0+20\\n")
                .containsPattern("CapBnd:\\s0+20\\n")
                .endsWith("100\n");
    }

    @Test
    void shouldNotWriteThroughALinkThatSomebodyPutInItsOutputsPlace() throws IOException {
        Path outside = base.resolve("outside");
        TaskSpec task = task();
        Files.createSymbolicLink(task.sandbox().resolve("stdout"), outside);

        ContainerSpec spec = launch(ContainerSpec.of(task).in(shell("echo caught")), "{}");

        assertThat(ended(spec).end())
                .isEqualTo(
                        new ContainerEnd.NotStarted("docker/runtime: there is a file stdout in the sandbox already"));
        assertThat(outside).doesNotExist();
    }

    @Test
    void shouldHaveDockersRightsAndNoMore() throws IOException {
        ContainerSpec spec = launch("grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status;"
                + " mount -t tmpfs x /tmp || unshare -n true || echo no");

        assertThat(ended(spec).end()).isEqualTo(exited(0));
        assertThat(host.stdout(spec.id()).lines())
                .containsExactly("CapEff:\t00000000a80425fb", "NoNewPrivs:\t0", "Seccomp:\t2", "no");
    }

    /** Of a container the filter is the one that it chooses, or that its node has for who chooses none. */
    @Test
    void shouldMakeTheSystemCallsOfTheProfileThatItChooses() throws Exception {
        Path profiles = Files.createDirectory(base.resolve("profiles"));
        for (String call : List.of("mkdir", "rename")) {
            Files.writeString(profiles.resolve("no-" + call + ".json"), """
                    {"defaultAction": "SCMP_ACT_ALLOW",
                     "syscalls": [{"names": ["%s", "%sat"], "action": "SCMP_ACT_ERRNO"}]}""".replace("%s", call));
        }
        stop();
        imageSettings = ImageSettings.DEFAULT.withSeccomp(Optional.of(profiles), Optional.of("no-mkdir.json"));
        start(IMAGES);
        String line = "mkdir /tmp/a && echo made; grep Seccomp: /proc/self/status";

        assertThat(linesWith(SeccompChoice.USUAL, line)).containsExactly("Seccomp:\t2");
        assertThat(linesWith(new SeccompChoice.Profile("no-rename.json"), line)).containsExactly("made", "Seccomp:\t2");
        assertThat(linesWith(SeccompChoice.UNCONFINED, line)).containsExactly("made", "Seccomp:\t0");

        ContainerSpec absent =
                launch(ContainerSpec.of(task()).in(shell("true").with(new SeccompChoice.Profile("absent.json"))), "{}");
        assertThat(ended(absent).end())
                .isEqualTo(new ContainerEnd.NotStarted(
                        "docker/runtime: seccomp profile 'absent.json': there is no such file in " + profiles));
    }

    private List<String> linesWith(SeccompChoice choice, String line) throws Exception {
        ContainerSpec spec = launch(ContainerSpec.of(task()).in(shell(line).with(choice)), "{}");
        assertThat(ended(spec).end()).isEqualTo(exited(0));
        return host.stdout(spec.id()).lines().toList();
    }

    @Test
    void shouldBeHeldToItsLimits() throws IOException {
        ContainerLimits limits =
                new ContainerLimits(500, OptionalLong.empty(), MIB, OptionalLong.of(64 * MIB), OptionalLong.of(64));

        ContainerSpec spec = launch(
                ContainerSpec.of(task(), limits)
                        .in(shell("cat /proc/self/cgroup; dd if=/dev/zero of=/dev/null bs=100M count=1")),
                "{}");

        Ended ended = ended(spec);
        assertThat(ended.limitation()).map(Limitation::kind).contains(Limitation.Kind.MEMORY);
        assertThat(host.stdout(spec.id()).lines().filter(line -> line.contains("memory")))
                .singleElement()
                .asString()
                .endsWith("/" + spec.id());
    }

    /** The kernel has no such device, which it says to whoever may open it. */
    private Path node(String name, int minor) throws Exception {
        Path node = base.resolve(name);
        Process made = new ProcessBuilder("mknod", node.toString(), "c", "1", Integer.toString(minor))
                .inheritIO()
                .start();
        assumeTrue(made.waitFor(60, TimeUnit.SECONDS) && made.exitValue() == 0, "nodes of devices cannot be made here");
        return node;
    }

    @Test
    void shouldFindTheNodesOfItsGraphicsProcessors() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup/devices")), "no control groups of devices here");
        node("nvidiactl", 250);
        node("nvidia-uvm", 251);
        node("nvidia0", 252);
        node("nvidia1", 253);
        stop();
        heard = new RecordingContainers();
        start(IsolationSettings.parse("auto", IMAGES + ",cgroups/devices,gpu/nvidia")
                .withDevices(DeviceSettings.NONE.withGpus("0,1")));
        ContainerLimits limits = new ContainerLimits(
                        500, OptionalLong.empty(), MIB, OptionalLong.of(64 * MIB), OptionalLong.of(64))
                .withGpus(1);

        ContainerSpec spec = launch(
                ContainerSpec.of(task(), limits)
                        .in(shell("ls /dev | grep nvidia; (: </dev/nvidia0); busybox mknod /dev/other c 1 253;"
                                + " (: </dev/other); true")),
                "{}");

        assertThat(ended(spec).end()).isEqualTo(exited(0));
        assertThat(host.stdout(spec.id())).isEqualTo("nvidia-uvm\nnvidia0\nnvidiactl\n");
        assertThat(host.stderr(spec.id()).lines())
                .satisfiesExactly(
                        words -> assertThat(words).endsWith("No such device or address"),
                        words -> assertThat(words).endsWith("Operation not permitted"));
    }

    @Test
    void shouldOpenTheDevicesThatAnOperatorAllowsAndNoOthers() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup/devices")), "no control groups of devices here");
        Path node = node("node", 12);
        String line = "busybox mknod /dev/own c 1 12; cat /dev/null && echo usual; (: </dev/own); (: >/dev/own); true";
        startAgain(IMAGES + ",cgroups/devices");
        ContainerSpec refused = launch(line);
        assertThat(ended(refused).end()).isEqualTo(exited(0));

        stop();
        heard = new RecordingContainers();
        start(IsolationSettings.parse("auto", IMAGES + ",cgroups/devices")
                .withDevices(new DeviceSettings(List.of(new DeviceAccess(node, "r")), List.of())));
        ContainerSpec allowed = launch(line);
        assertThat(ended(allowed).end()).isEqualTo(exited(0));

        assertThat(host.stdout(refused.id()) + host.stdout(allowed.id())).isEqualTo("usual\nusual\n");
        assertThat(host.stderr(refused.id()).lines())
                .hasSize(2)
                .allMatch(words -> words.endsWith("Operation not permitted"));
        assertThat(host.stderr(allowed.id()).lines())
                .satisfiesExactly(
                        words -> assertThat(words).endsWith("No such device or address"),
                        words -> assertThat(words).endsWith("Operation not permitted"));
    }

    @Test
    void shouldHaveNamespacesAndANameWhereThatIsWanted() throws IOException {
        startAgain(IMAGES + ",namespaces/ipc,namespaces/uts");
        ContainerSpec spec = launch(
                new ContainerSpec(task(), Optional.empty(), Set.of(), Optional.of("plot-7"))
                        .in(shell("hostname; ls -l /proc/self/ns")),
                "{}");

        assertThat(ended(spec).end()).isEqualTo(exited(0));
        assertThat(host.stdout(spec.id()))
                .startsWith("plot-7\n")
                .doesNotContain(namespace("ipc"), namespace("uts"), namespace("pid"), namespace("mnt"))
                .contains(namespace("net"));
    }

    private static String namespace(String kind) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns", kind)).toString();
    }

    private RunningContainer inside(ContainerSpec spec) throws IOException {
        return new RunningContainer(
                spec.id(),
                RunningTask.of(heard.awaitStart(spec.id())),
                Optional.empty(),
                Privileges.USUAL,
                Path.of("/nowhere"),
                Map.of(),
                containerizer.joinFiles(spec.id()),
                containerizer.entrance(spec.id()));
    }

    @Test
    void shouldGiveACommandInsideWhatItsTaskHas() throws Exception {
        startAgain(IMAGES + ",linux/nnp");
        TaskSpec task = host.spec(
                TestHost.newId(),
                "/unused",
                List.of("unused"),
                Map.of("PATH", "/bin", "OF", "task", "T", "'t'"),
                "nobody");
        Files.setAttribute(task.sandbox(), "unix:uid", 65534);
        ContainerSpec spec = launch(
                ContainerSpec.of(task)
                        .in(shell("touch ready; cat /proc/self/cgroup; echo ready; sleep 4321"))
                        .with(Privileges.USUAL.withNoNewPrivileges()),
                "{}");
        awaitOutput(spec);
        String line =
                "ls -d ready /etc/passwd; id -u; pwd; echo $OF $T; grep NoNewPrivs /proc/self/status; read x; echo got $x;"
                        + " cat /proc/self/cgroup >&2; exit 7";

        try (Sessions sessions = new Sessions("image-test");
                Session session = sessions.open(
                        inside(spec), new ContainerCommand("sh", List.of("-c", line), Map.of("OF", "command")))) {
            session.input().write("it\n".getBytes(StandardCharsets.UTF_8));
            session.input().close();

            assertThat(new String(session.output().readAllBytes(), StandardCharsets.UTF_8).lines())
                    .containsExactly(
                            "/etc/passwd",
                            "ready",
                            "65534",
                            "/mnt/mesos/sandbox",
                            "command 't'",
                            "NoNewPrivs:\t1",
                            "got it");
            assertThat(host.stdout(spec.id()))
                    .startsWith(new String(session.error().readAllBytes(), StandardCharsets.UTF_8));
            assertThat(session.exit().get()).isEqualTo(7);
        }
        try (Stream<Path> files =
                Files.list(base.resolve("images/bundles").resolve(spec.id().toString()))) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.startsWith("exec"));
        }
    }

    @Test
    void shouldEndACommandInsideWithItsSessionAndWithItsContainer() throws Exception {
        ContainerSpec spec = launch("echo ready; sleep 4321");
        awaitOutput(spec);
        ContainerCommand command = new ContainerCommand("sh", List.of("-c", "tty; sleep 4322"), Map.of());
        try (Sessions sessions = new Sessions("image-test")) {
            Session first = sessions.openTerminal(inside(spec), command, new TerminalSize(24, 80));
            Session second = sessions.open(inside(spec), command);
            // what it says, it says inside
            second.output().read();

            first.close();
            assertThat(first.exit().get(30, TimeUnit.SECONDS)).isNotZero();
            assertThat(second.exit()).isNotDone();
            containerizer.kill(spec.id(), Duration.ZERO);
            ended(spec);

            assertThat(second.exit().get(30, TimeUnit.SECONDS)).isNotZero();
        }
        assertThat(Remains.processes(spec.id())).isEmpty();
    }

    @Test
    void shouldFindItAgainAndKnowItsEnd() throws IOException {
        Path gate = base.resolve("sandboxes");
        ContainerSpec spec = launch("echo ready; until [ -e gate ]; do sleep 0.05; done; exit 5");
        awaitOutput(spec);

        startAgain(IMAGES);
        assertThat(containerizer.recovered()).containsExactly(spec.id());
        Files.createFile(gate.resolve(spec.id().toString()).resolve("gate"));

        assertThat(ended(spec).end()).isEqualTo(exited(5));
    }

    @Test
    void shouldRemoveWhatAKilledNodeLeft() throws IOException {
        ContainerSpec running = launch("echo ready; sleep 4321");
        ContainerId pulled = TestHost.newId();
        awaitOutput(running);
        images().pull(pulled, ImageReference.parse(registry.host() + "/x:1"), true, Optional.empty());
        stop();
        // nobody knows the container any more, as if the launcher's directory had been lost
        TaskLauncher launcher = TaskLauncher.open(host.containers, "n2", false, new RecordingListener());
        launcher.start();
        launcher.killAll(Duration.ZERO);
        launcher.recovered().forEach(launcher::forget);
        Awaitility.await()
                .until(() -> !Files.exists(host.containers.resolve(running.id().toString())));
        launcher.close();
        assertThat(base.resolve("images/bundles").resolve(running.id().toString()))
                .exists();

        heard = new RecordingContainers();
        start(IMAGES);

        assertThat(base.resolve("images/bundles")).isEmptyDirectory();
        assertThat(base.resolve("images/store/holds")).isEmptyDirectory();
    }
}
