package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerEnd.Exited;
import dev.polder.isolation.ContainerEnd.NotStarted;
import dev.polder.isolation.RecordingContainers.Ended;
import dev.polder.isolation.attach.ContainerCommand;
import dev.polder.isolation.attach.Entry;
import dev.polder.isolation.attach.Namespaces;
import dev.polder.isolation.attach.RunningContainer;
import dev.polder.isolation.image.TreeDeletion;
import dev.polder.isolation.network.NetworkIsolator;
import dev.polder.isolation.network.NetworkNamespaces;
import dev.polder.isolation.network.RealPlugins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers in the host's own tree that are attached to networks, by Debian's plug-ins. Needs root. */
@Tag("slow")
class NetworksTest {
    private static final ContainerNetwork PLOT = ContainerNetwork.of("plot");
    private static final ContainerNetwork LEAN = ContainerNetwork.of("lean");
    private static final String WAITING = "echo ready; until [ -e go ]; do sleep 0.02; done";
    private static final String READS = "ip -o -4 addr; cat /etc/hosts /etc/hostname /etc/resolv.conf; hostname";

    @TempDir
    static Path ofPlugins;

    private static RealPlugins plugins;
    private static String before;

    @TempDir
    Path base;

    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Containerizer containerizer;

    @BeforeAll
    static void makeHost() throws Exception {
        plugins = new RealPlugins(ofPlugins);
        plugins.warmUp();
        before = plugins.traces();
    }

    @AfterAll
    static void endHost() throws Exception {
        if (plugins != null) {
            plugins.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        base = base.toRealPath();
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        host = new TestHost(base);
        containerizer = start();
    }

    private Containerizer start() throws IOException {
        Containerizer opened = Containerizer.open(new Containerizer.Settings(
                host.containers, "n1", false, List.of(open(base.resolve("network"))), heard));
        opened.start();
        return opened;
    }

    private static Isolator open(Path directory) throws IOException {
        return NetworkIsolator.open(
                directory, plugins.settings.configurationDirectory(), plugins.settings.pluginDirectories());
    }

    private void startAgain() throws IOException {
        containerizer.close();
        heard = new RecordingContainers();
        containerizer = start();
    }

    @AfterEach
    void leavesNothing() throws Exception {
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
        assertThat(plugins.traces()).isEqualTo(before);
        for (String directory : List.of("containers", "namespaces", "cni/attachments", "cni/tmp")) {
            assertThat(base.resolve("network").resolve(directory)).isEmptyDirectory();
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(base.toString());
    }

    // ---- what the tests say

    private ContainerSpec launch(@Nullable String user, String command, ContainerNetwork... networks)
            throws IOException {
        ContainerId id = TestHost.newId();
        TaskSpec task = host.spec(
                id, "/bin/sh", List.of("sh", "-c", command), Map.of("PATH", "/usr/sbin:/usr/bin:/bin:/sbin"), user);
        if (user != null) {
            Files.setOwner(
                    task.sandbox(),
                    task.sandbox()
                            .getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName(user));
        }
        return launch(ContainerSpec.of(task).attachedTo(List.of(networks)));
    }

    private ContainerSpec launch(ContainerSpec spec) {
        containerizer.launch(spec);
        return spec;
    }

    private Ended ended(ContainerSpec spec) {
        Ended ended = heard.awaitEnd(spec.id());
        assertThat(ended.remains()).isEmpty();
        return ended;
    }

    private String said(ContainerSpec spec) throws IOException {
        assertThat(ended(spec).end())
                .as(() -> "with " + spec.task().sandbox())
                .isEqualTo(new Exited(new ExitStatus.Exited(0)));
        return host.stdout(spec.id());
    }

    private String refusal(ContainerSpec spec) {
        ContainerEnd end = ended(spec).end();
        assertThat(end).isInstanceOf(NotStarted.class);
        return ((NotStarted) end).why();
    }

    private void awaitOutput(ContainerSpec spec) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> host.stdout(spec.id()).contains("ready"));
    }

    private void go(ContainerSpec spec) throws IOException {
        Files.createFile(spec.task().sandbox().resolve("go"));
    }

    private String address(ContainerSpec spec, int network) {
        return heard.attached(spec.id()).get(network).addresses().get(0);
    }

    private RunningContainer running(ContainerSpec spec) throws IOException {
        RunningTask task = RunningTask.of(heard.awaitStart(spec.id()));
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(task::isAtItsProgram);
        return new RunningContainer(
                spec.id(), task, Optional.empty(), Privileges.USUAL, spec.task().sandbox(), Map.of(), List.of());
    }

    // ---- the tests

    @Test
    void shouldHaveTheInterfacesAndFilesOfItsNetworks() throws IOException {
        String ofHost = Files.readString(Path.of("/etc/hosts"));

        ContainerSpec spec = launch("nobody", READS, PLOT, LEAN);

        String said = said(spec);
        assertThat(heard.attached(spec.id()).stream().map(AttachedNetwork::name))
                .containsExactly("plot", "lean");
        assertThat(address(spec, 0)).startsWith("198.18.77.");
        assertThat(address(spec, 1)).startsWith("198.18.78.");
        assertThat(said.lines().filter(line -> line.contains("inet")))
                .hasSize(3)
                .anyMatch(line -> line.contains("lo ") && line.contains("127.0.0.1/8"))
                .anyMatch(line -> line.contains("eth0") && line.contains(address(spec, 0) + "/24"))
                .anyMatch(line -> line.contains("eth1") && line.contains(address(spec, 1) + "/24"));
        assertThat(said.lines().filter(line -> !line.contains("inet")))
                .containsExactly(
                        "127.0.0.1 localhost",
                        "::1 localhost ip6-localhost ip6-loopback",
                        address(spec, 0) + " " + spec.id(),
                        address(spec, 1) + " " + spec.id(),
                        spec.id().toString(),
                        "nameserver 198.18.77.53",
                        spec.id().toString());
        assertThat(Path.of("/etc/hosts")).hasContent(ofHost);
    }

    @Test
    void shouldLookNamesUpAsItsHostDoesWhereNoNetworkSaysHow() throws IOException {
        ContainerSpec spec = launch(null, "cat /etc/resolv.conf", LEAN);

        assertThat(said(spec)).isEqualTo(Files.readString(Path.of("/etc/resolv.conf")));
    }

    @Test
    void shouldHaveTheNameThatItWants() throws IOException {
        TaskSpec task = host.shell("hostname; cat /etc/hostname; grep -c plot-7 /etc/hosts");
        ContainerSpec spec =
                launch(ContainerSpec.of(task).named(Optional.of("plot-7")).attachedTo(List.of(LEAN)));

        assertThat(said(spec)).isEqualTo("plot-7\nplot-7\n1\n");
    }

    @Test
    void shouldShareItsHostsNetworkWithoutAny() throws IOException {
        String own = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        ContainerSpec spec = launch(null, "readlink /proc/self/ns/net /proc/self/ns/mnt");

        assertThat(said(spec)).isEqualTo(own + "\n" + Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")) + "\n");
        assertThat(heard.attached(spec.id())).isEmpty();
    }

    @Test
    void shouldBeReachedThroughAPortOfItsHostAndByWhoEntersItsNetwork() throws Exception {
        Path page = Files.createDirectory(base.resolve("page"));
        Files.writeString(page.resolve("index.html"), "of the container");
        ContainerSpec spec = launch(
                null,
                "exec busybox httpd -f -p 80 -h " + page,
                new ContainerNetwork(
                        "plot", List.of(new PortMapping(31013, 80, PortMapping.Protocol.TCP)), List.of(), List.of()));
        RunningContainer running = running(spec);

        RealPlugins.awaitPage(plugins.host.path, RealPlugins.GATEWAY, 31013, "of the container");
        RealPlugins.awaitPage(plugins.host.path, address(spec, 0), 80, "of the container");
        RealPlugins.awaitPage(
                Path.of("/proc", Long.toString(running.task().pid()), "ns/net"), "127.0.0.1", 80, "of the container");
        assertThat(Namespaces.enterNetwork(running.task())).isNotEmpty();
        containerizer.kill(spec.id(), Duration.ZERO);
        ended(spec);
    }

    @Test
    void shouldBeEnteredByCommands() throws Exception {
        ContainerSpec spec = launch(null, WAITING, LEAN);
        awaitOutput(spec);

        Process command = Entry.of(running(spec), ContainerCommand.shell("ip -o -4 addr show eth0; hostname"))
                .process()
                .start();
        command.getOutputStream().close();
        String said = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(command.waitFor()).isZero();
        assertThat(said).contains(address(spec, 0)).contains(spec.id().toString());
        go(spec);
        ended(spec);
    }

    @Test
    void shouldHearTermAndBeKilled() throws IOException {
        ContainerSpec polite =
                launch(null, "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.02; done", LEAN);
        ContainerSpec early = launch(null, "sleep 4321", LEAN);
        heard.awaitStart(early.id());
        containerizer.kill(early.id(), Duration.ofSeconds(30));
        awaitOutput(polite);

        containerizer.kill(polite.id(), Duration.ofSeconds(30));

        assertThat(ended(early).end()).isEqualTo(new Exited(new ExitStatus.Signaled(15)));
        assertThat(ended(polite).end()).isEqualTo(new Exited(new ExitStatus.Exited(3)));
    }

    @Test
    void shouldTellItsAddressesAgainAfterARestart() throws IOException {
        ContainerSpec spec = launch(null, WAITING + "; ip -o -4 addr show eth0", PLOT, LEAN);
        ContainerSpec plain = launch(null, WAITING);
        awaitOutput(spec);
        awaitOutput(plain);
        List<AttachedNetwork> told = heard.attached(spec.id());

        startAgain();
        heard.awaitStart(spec.id());
        heard.awaitStart(plain.id());

        assertThat(told).hasSize(2);
        assertThat(heard.attached(spec.id())).isEqualTo(told);
        assertThat(heard.attached(plain.id())).isEmpty();
        go(spec);
        assertThat(said(spec)).contains(told.get(0).addresses().get(0));
    }

    @Test
    void shouldTellTheAddressesOfWhoHasEndedMeanwhile() throws IOException {
        ContainerSpec spec = launch(null, WAITING, LEAN);
        awaitOutput(spec);
        List<AttachedNetwork> told = heard.attached(spec.id());

        containerizer.close();
        go(spec);
        Awaitility.await().until(() -> host.files(spec.id()).read().exit() != null);
        heard = new RecordingContainers();
        containerizer = start();

        ended(spec);
        assertThat(heard.attached(spec.id())).isEqualTo(told).isNotEmpty();
    }

    @Test
    void shouldSayWhyItIsNotAttachedAndLeaveNothing() throws Exception {
        assertThat(refusal(launch(null, "echo ran", PLOT, ContainerNetwork.of("absent"))))
                .startsWith("network/cni: there is no network 'absent' in ");
        setUp("full");
        Path program = plugins.settings.pluginDirectories().get(0).resolve("full");
        Files.writeString(
                program,
                "#!/bin/sh\ncase $CNI_COMMAND in VERSION) echo '{\"cniVersion\":\"1.0.0\",\"supportedVersions\":[\"1.0.0\"]}';;"
                        + " ADD) echo '{\"code\":100,\"msg\":\"no address is left\"}'; exit 1;; esac\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        assertThat(refusal(launch(null, "echo ran", PLOT, ContainerNetwork.of("full"))))
                .startsWith("network/cni: plug-in full, ADD")
                .endsWith("failed with code 100: no address is left");
        assertThat(refusal(launch(
                        null,
                        "echo ran",
                        new ContainerNetwork(
                                "lean",
                                List.of(new PortMapping(31013, 80, PortMapping.Protocol.TCP)),
                                List.of(),
                                List.of()))))
                .contains("no plug-in of network 'lean' has capability [portMappings]");
        assertThat(plugins.traces()).isEqualTo(before);
        assertThat(base.resolve("network/namespaces")).isEmptyDirectory();
    }

    @Test
    void shouldUseANetworkThatWasSetUpSinceItsNodeStarted() throws IOException {
        setUp("bridge");

        said(launch(null, "ip link show eth0", ContainerNetwork.of("bridge")));
    }

    /** Sets up a network of one plug-in, which has its name. */
    private void setUp(String type) throws IOException {
        Files.writeString(
                plugins.settings.configurationDirectory().resolve(type + ".conf"),
                "{\"cniVersion\":\"1.0.0\",\"name\":\"" + type + "\",\"type\":\"" + type + "\",\"bridge\":\"plot0\"}");
    }

    @Test
    void shouldEndContainersThatItCannotAttach() throws IOException {
        containerizer.close();
        containerizer = Containerizer.open(new Containerizer.Settings(host.containers, "n1", false, List.of(), heard));
        containerizer.start();

        assertThat(refusal(launch(null, "echo ran", PLOT)))
                .isEqualTo("network 'plot': no isolator here attaches a container to networks");
    }

    /** After a power loss, what was not forced to disk is gone, and so is what was mounted. */
    @Test
    void shouldDetachWhatItsNotesAloneKnowOf() throws Exception {
        Path directory = base.resolve("other");
        ContainerSpec spec = prepared(directory);
        TreeDeletion.delete(directory.resolve("containers").resolve(spec.id().toString()));
        NetworkNamespaces.open(directory.resolve("namespaces")).release(spec.id());
        assertThat(plugins.traces()).isNotEqualTo(before);

        open(directory).recover(Set.of());

        assertThat(plugins.traces()).isEqualTo(before);
        assertThat(directory.resolve("cni/attachments")).isEmptyDirectory();
    }

    private ContainerSpec prepared(Path directory) throws IOException {
        ContainerSpec spec = ContainerSpec.of(host.shell("")).attachedTo(List.of(LEAN));
        open(directory).prepare(spec, new LaunchPlan(spec.task(), Privileges.USUAL));
        return spec;
    }

    @Test
    void shouldLeaveAsItIsWhatItsNodeKnows() throws Exception {
        Path directory = base.resolve("other");
        ContainerSpec spec = prepared(directory);

        Isolator next = open(directory);
        next.recover(Set.of(spec.id()));

        assertThat(next.attached(spec.id())).hasSize(1);
        assertThat(plugins.traces()).isNotEqualTo(before);
        next.cleanup(spec.id());
        next.cleanup(spec.id());
        assertThat(directory.resolve("containers")).isEmptyDirectory();
    }

    @Test
    void shouldTryAgainAtTheNextStartWhatCouldNotBeDetached() throws Exception {
        ContainerSpec spec = launch(null, WAITING, LEAN);
        awaitOutput(spec);
        Path program = plugins.settings.pluginDirectories().get(0).resolve("tuning");
        String script = Files.readString(program);
        Files.writeString(program, "#!/bin/sh\nexit 9\n");

        go(spec);
        Ended ended = heard.awaitEnd(spec.id());

        assertThat(ended.remains().orElseThrow()).startsWith("network/cni: plug-in tuning, DEL");
        assertThat(base.resolve("network/namespaces").resolve(spec.id().toString()))
                .exists();
        Files.writeString(program, script);
        containerizer.forget(spec.id());
        Awaitility.await().until(() -> !Files.exists(host.files(spec.id()).path()));
        startAgain();
    }
}
