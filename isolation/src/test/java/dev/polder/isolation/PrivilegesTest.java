package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.NotContained;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What processes of tasks may do, as the kernel shows it. Needs root but for limits. */
@Tag("slow")
class PrivilegesTest {
    private static final String SHOW = "sed -n 's/^\\(Cap[IPEBA].*\\|NoNewPrivs\\):.*\\([0-9a-f]\\{4\\}\\)$/\\1 \\2/p;"
            + "s/^\\(NoNewPrivs\\):.\\(.\\)$/\\1 \\2/p' /proc/self/status";
    /** Bits 0, 5, 13 of the kernel's numbers. */
    private static final Set<Capability> THREE = EnumSet.of(Capability.CHOWN, Capability.KILL, Capability.NET_RAW);

    private static final Set<Capability> TWO = EnumSet.of(Capability.CHOWN, Capability.NET_RAW);

    @TempDir
    Path base;

    private final RecordingListener heard = new RecordingListener();
    private TestHost host;
    private TaskLauncher launcher;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
        launcher = TaskLauncher.open(host.containers, "n1", false, heard);
        launcher.start();
    }

    @AfterEach
    void close() {
        launcher.killAll(Duration.ZERO);
        launcher.close();
    }

    private TaskSpec task(@Nullable String user, String command, Privileges privileges, Set<Namespace> namespaces)
            throws IOException {
        ContainerId id = TestHost.newId();
        TaskSpec spec = host.spec(id, "/bin/sh", List.of("sh", "-c", command), Map.of("A", "it's"), user);
        if (user != null) {
            Path sandbox = host.sandbox(id);
            Files.setOwner(
                    sandbox,
                    sandbox.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
        }
        return spec.in(new Containment(List.of(), namespaces, Optional.empty()).with(privileges));
    }

    private ExitStatus run(TaskSpec spec) {
        launcher.launch(spec);
        return heard.awaitExit(spec.id());
    }

    private String output(TaskSpec spec) throws IOException {
        assertThat(run(spec)).isEqualTo(new Exited(0));
        return host.stdout(spec.id());
    }

    /** With and without namespaces it must be the same. */
    private void assertShows(@Nullable String user, Privileges privileges, String expected) throws IOException {
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root may take and give rights");
        for (Set<Namespace> namespaces : List.of(Set.<Namespace>of(), Set.of(Namespace.IPC, Namespace.PID))) {
            assertThat(output(task(user, "echo $A; " + SHOW, privileges, namespaces)))
                    .isEqualTo("it's\n" + expected);
        }
    }

    private static Privileges capabilities(@Nullable Set<Capability> effective, @Nullable Set<Capability> bounding) {
        return Privileges.USUAL.withCapabilities(Optional.ofNullable(effective), Optional.ofNullable(bounding));
    }

    @Test
    void shouldGiveAUserRightsOfRoot() throws IOException {
        assertShows(
                "nobody",
                capabilities(TWO, THREE),
                "CapInh 2001\nCapPrm 2001\nCapEff 2001\nCapBnd 2021\nCapAmb 2001\nNoNewPrivs 0\n");
    }

    @Test
    void shouldBindAUserToWhatItMayEverGet() throws IOException {
        assertShows(
                "nobody",
                capabilities(null, THREE),
                "CapInh 0000\nCapPrm 0000\nCapEff 0000\nCapBnd 2021\nCapAmb 0000\nNoNewPrivs 0\n");
    }

    @Test
    void shouldTakeFromRootWhatItIsNotToHave() throws IOException {
        assertShows(
                null,
                capabilities(null, THREE),
                "CapInh 0000\nCapPrm 2021\nCapEff 2021\nCapBnd 2021\nCapAmb 0000\nNoNewPrivs 0\n");
        assertShows(
                null,
                capabilities(TWO, THREE),
                "CapInh 2001\nCapPrm 2001\nCapEff 2001\nCapBnd 2021\nCapAmb 2001\nNoNewPrivs 0\n");
        assertShows(
                null,
                capabilities(Set.of(), Set.of()),
                "CapInh 0000\nCapPrm 0000\nCapEff 0000\nCapBnd 0000\nCapAmb 0000\nNoNewPrivs 0\n");
    }

    @Test
    void shouldShutTheWayToMoreRights() throws IOException {
        assertShows(
                "nobody",
                capabilities(Set.of(), Set.of()).withNoNewPrivileges(),
                "CapInh 0000\nCapPrm 0000\nCapEff 0000\nCapBnd 0000\nCapAmb 0000\nNoNewPrivs 1\n");
    }

    @Test
    void shouldLimitEachProcess() throws IOException {
        Privileges limited = Privileges.USUAL.withRlimits(
                List.of(new Rlimit("RLIMIT_NOFILE", 100, 200), new Rlimit("RLIMIT_CORE", 0, 0)));
        for (Set<Namespace> namespaces : List.of(Set.<Namespace>of(), Set.of(Namespace.PID))) {
            if (namespaces.isEmpty() || Files.getAttribute(base, "unix:uid").equals(0)) {
                assertThat(output(task(null, "ulimit -Sn; ulimit -Hn; ulimit -c", limited, namespaces)))
                        .isEqualTo("100\n200\n0\n");
            }
        }
    }

    @Test
    void shouldLimitAnotherUsersProcessesBeyondWhatThatUserMay() throws IOException {
        assumeTrue(Files.getAttribute(base, "unix:uid").equals(0), "only root may be another");
        Privileges limited = Privileges.USUAL.withRlimits(List.of(
                new Rlimit("RLIMIT_CPU", Rlimit.UNLIMITED, Rlimit.UNLIMITED), new Rlimit("RLIMIT_NOFILE", 50, 60)));

        assertThat(output(task("nobody", "id -un; ulimit -Hn; ulimit -t", limited, Set.of())))
                .isEqualTo("nobody\n60\nunlimited\n");
    }

    @Test
    void shouldSayWhatCouldNotBeGiven() throws IOException {
        Path refusing = Files.writeString(base.resolve("prlimit"), "#!/bin/sh\necho not permitted >&2\nexit 1\n");
        Files.setPosixFilePermissions(refusing, PosixFilePermissions.fromString("rwx------"));
        HostTools found = HostTools.find();
        HostTools tools = new HostTools(found.setsid(), found.setpriv(), refusing, found.unshare(), found.bash());
        launcher.close();
        launcher = TaskLauncher.open(
                LauncherSettings.of(host.containers, "n2", false, heard).with(tools, Path.of("/proc")));
        launcher.start();
        Privileges limited = Privileges.USUAL.withRlimits(List.of(new Rlimit("RLIMIT_CORE", 0, 0)));
        boolean root = Files.getAttribute(base, "unix:uid").equals(0);

        for (Set<Namespace> namespaces :
                root ? List.of(Set.<Namespace>of(), Set.of(Namespace.PID)) : List.of(Set.<Namespace>of())) {
            TaskSpec spec = task(root ? "nobody" : null, "echo never", limited, namespaces);
            assertThat(run(spec)).isEqualTo(new NotContained("not permitted"));
            assertThat(host.stdout(spec.id())).isEmpty();
        }
    }

    @Test
    void shouldRefuseWhatContradictsItself() {
        assertThatThrownBy(() -> capabilities(THREE, TWO))
                .hasMessage(
                        "effective capabilities [CHOWN, KILL, NET_RAW] are more than the bounding [CHOWN, NET_RAW]");
        Rlimit twice = new Rlimit("RLIMIT_CPU", 1, 2);
        assertThatThrownBy(() -> Privileges.USUAL.withRlimits(List.of(twice, twice)))
                .hasMessageContaining("name one twice");
    }
}
