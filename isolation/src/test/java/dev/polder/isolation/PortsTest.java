package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.RecordingContainers.Ended;
import dev.polder.isolation.cgroup.CgroupIsolator;
import dev.polder.isolation.cgroup.CgroupSettings;
import dev.polder.isolation.cgroup.Cgroups;
import dev.polder.isolation.cgroup.Controller;
import dev.polder.isolation.network.PortsIsolator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On which ports containers listen, with real processes. */
@Tag("slow")
class PortsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final PortRanges ANY = PortRanges.parse("[1-65535]");

    @TempDir
    Path base;

    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Path notes;
    private Containerizer containerizer;
    private Optional<Cgroups> cgroups = Optional.empty();

    /** Listens on any port of the loopback, which it says, until somebody ends it. */
    static final class Listener {
        private Listener() {}

        public static void main(String[] arguments) throws Exception {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                System.out.println(socket.getLocalPort());
                socket.accept();
            }
        }
    }

    @BeforeEach
    void make() {
        assumeTrue(Files.exists(Path.of("/proc/self/net/tcp")), "this host has no /proc of Linux");
        host = new TestHost(base);
        notes = base.resolve("ports");
    }

    private void start(boolean enforces, Isolator... others) throws IOException {
        PortsIsolator ports = PortsIsolator.open(
                new PortsIsolator.Settings(notes, "n1-ports", Duration.ofMillis(50), enforces, PortRanges.ALL));
        List<Isolator> isolators = new ArrayList<>(List.of(others));
        isolators.add(ports);
        heard = new RecordingContainers();
        containerizer = Containerizer.open(new Containerizer.Settings(host.containers, "n1", false, isolators, heard));
        containerizer.start();
    }

    private CgroupIsolator groups() {
        String name = "ports-" + ProcessHandle.current().pid();
        Cgroups found = Cgroups.discover(CgroupSettings.of(name).withWanted(EnumSet.of(Controller.CPU)));
        assumeTrue(found.has(Controller.CPU), () -> "no control groups here: " + found.abilities());
        cgroups = Optional.of(found);
        return new CgroupIsolator(found);
    }

    @AfterEach
    void leavesNothing() {
        if (containerizer == null) {
            return;
        }
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("n1-"));
        cgroups.ifPresent(used -> assertThat(used.removeRoots()).isEmpty());
    }

    private static String listener() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String classes = Listener.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        return ShellText.quote(java.toString()) + " -XX:TieredStopAtLevel=1 -cp " + ShellText.quote(classes) + " "
                + ShellText.quote(Listener.class.getName());
    }

    private ContainerSpec spec(String command, PortRanges ports) {
        return ContainerSpec.of(
                host.shell(command),
                new ContainerLimits(100, OptionalLong.empty(), 1 << 20, OptionalLong.empty(), OptionalLong.empty())
                        .withPorts(ports));
    }

    private ContainerId launch(ContainerSpec spec) {
        containerizer.launch(spec);
        return spec.id();
    }

    private String awaitPort(ContainerId id) {
        Awaitility.await().atMost(PATIENCE).until(() -> host.stdout(id).endsWith("\n"));
        try {
            return host.stdout(id).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldEndWhoListensOnPortsThatAreNotHis() throws IOException {
        start(true);
        ContainerId own = launch(spec("exec " + listener(), ANY));
        ContainerId free = launch(ContainerSpec.of(host.shell("exec " + listener())));
        awaitPort(own);
        awaitPort(free);

        ContainerId stranger = launch(spec(listener() + "; exit", PortRanges.NONE));
        Ended ended = heard.awaitEnd(stranger);

        assertThat(ended.limitation()).hasValueSatisfying(limitation -> {
            assertThat(limitation.kind()).isEqualTo(Limitation.Kind.PORTS);
            // it may be ended before it has said which port it was given
            assertThat(limitation.message())
                    .matches("Container " + stranger + " is listening on unallocated port\\(s\\): \\[(\\d+)-\\1\\]");
        });
        assertThat(heard.endedCount()).isEqualTo(1);
    }

    @Test
    void shouldFindWhoHasLeftItsParentsByItsControlGroup() throws IOException {
        start(true, groups());

        ContainerId id = launch(spec("(" + listener() + " &); exec sleep 1000", PortRanges.NONE));

        assertThat(heard.awaitEnd(id).limitation()).isPresent();
    }

    @Test
    void shouldEnforceAfterARestartWhatWasOnlySaidBefore() throws IOException {
        start(false);
        ContainerId id = launch(spec("exec " + listener(), PortRanges.NONE));
        awaitPort(id);
        assertThat(heard.endedCount()).isZero();

        containerizer.close();
        start(true);

        assertThat(heard.awaitEnd(id).limitation()).isPresent();
    }

    @Test
    void shouldFollowAnUpdate() throws Exception {
        start(true);
        ContainerSpec spec = spec("exec " + listener(), ANY);
        ContainerId id = launch(spec);
        awaitPort(id);

        containerizer
                .update(id, spec.limits().orElseThrow().withPorts(PortRanges.NONE))
                .get();

        assertThat(heard.awaitEnd(id).limitation()).isPresent();
    }

    @Test
    void shouldKeepNothingOfWhatHasEndedOrWasNeverReady() throws IOException {
        start(false);
        ContainerId running = launch(spec("exec sleep 1000", ANY));
        heard.awaitStart(running);
        heard.awaitEnd(launch(spec("exit 0", ANY)));
        heard.awaitStart(launch(ContainerSpec.of(host.shell("exec sleep 1000"))));
        containerizer.close();
        Files.writeString(notes.resolve(TestHost.newId().toString()), "[1-2]\n");
        Files.writeString(notes.resolve(TestHost.newId() + ".new"), "[1-");

        start(false);

        try (var left = Files.list(notes)) {
            assertThat(left).containsExactly(notes.resolve(running.toString()));
        }
    }

    @Test
    void shouldRefuseAnIntervalThatIsNone() {
        assertThatThrownBy(() -> new PortsIsolator.Settings(notes, "n", Duration.ZERO, false, ANY))
                .hasMessage("interval PT0S is below 1 ms");
    }
}
