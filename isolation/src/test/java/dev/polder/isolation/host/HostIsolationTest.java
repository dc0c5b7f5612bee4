package dev.polder.isolation.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.Ability;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.PortRanges;
import dev.polder.isolation.cgroup.CgroupIsolator;
import dev.polder.isolation.volume.VolumeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host can do, on the one that runs the tests, and on one without control groups. */
class HostIsolationTest {
    private static final Path PROC = Path.of("/proc");

    @TempDir
    Path empty;

    private static HostIsolation find(String isolation, String required, Path proc) throws IOException {
        String name = "host-test-" + ProcessHandle.current().pid();
        return HostIsolation.find(name, IsolationSettings.parse(isolation, required), HostIsolation.Places.NONE, proc);
    }

    @Test
    void shouldSayOfEachIsolatorWhetherThisHostHasIt() throws IOException {
        HostIsolation found = HostIsolation.find(
                "host-test-" + ProcessHandle.current().pid(),
                new IsolationSettings(EnumSet.allOf(IsolatorName.class), Set.of()),
                HostIsolation.Places.NONE);
        try {
            assertThat(found.abilities())
                    .extracting(Ability::name)
                    .containsExactly(
                            "cgroups/cpu",
                            "cgroups/mem",
                            "cgroups/pids",
                            "cgroups/cpuset",
                            "cgroups/blkio",
                            "cgroups/hugetlb",
                            "cgroups/net_cls",
                            "cgroups/devices",
                            "namespaces/pid",
                            "namespaces/ipc",
                            "namespaces/uts",
                            "linux/capabilities",
                            "linux/nnp",
                            "posix/rlimits",
                            "filesystem/linux",
                            "docker/runtime",
                            "linux/seccomp",
                            "volume/host_path",
                            "volume/sandbox_path",
                            "volume/secret",
                            "volume/image",
                            "docker/volume",
                            "network/cni",
                            "network/ports",
                            "gpu/nvidia",
                            "docker");
            String able = String.join(
                    ",",
                    found.abilities().stream()
                            .filter(Ability::available)
                            .map(Ability::name)
                            .toList());
            assertThat(found.text()).isEqualTo(able.isEmpty() ? "none" : able);
        } finally {
            found.isolators().forEach(each -> each.close());
        }
    }

    @Test
    void shouldSayWhyThereAreNoImages() throws IOException {
        HostIsolation without = find("none", "", PROC);
        assertThat(without.imagesRefusal()).isEqualTo("docker/runtime is not among the isolators of this agent");

        HostIsolation noPlace = find("auto", "", empty);
        assertThat(noPlace.images()).isEmpty();
        assertThat(noPlace.imagesRefusal())
                .isEqualTo("docker/runtime: not available: this node has no place for images");
    }

    @Test
    void shouldSayWhyThereAreNoVolumes() throws IOException {
        HostIsolation without = find("none", "", PROC);
        assertThat(without.volumesRefusal(VolumeKind.SECRET))
                .isEqualTo("volume/secret is not among the isolators of this agent");

        HostIsolation noPlace = find("auto", "", empty);
        assertThat(noPlace.volumesRefusal(VolumeKind.SECRET))
                .isEqualTo("volume/secret: not available: this node has no place for volumes");
    }

    private HostIsolation findNetworks(NetworkSettings settings) throws IOException {
        return HostIsolation.find(
                "host-test-" + ProcessHandle.current().pid(),
                new IsolationSettings(EnumSet.of(IsolatorName.NETWORK_CNI), Set.of()),
                HostIsolation.Places.NONE.with(new HostIsolation.NetworkPlace(empty.resolve("network"), settings)));
    }

    @Test
    void shouldSayWhyThereAreNoNetworks() throws IOException {
        assertThat(find("none", "", PROC).networksRefusal())
                .isEqualTo("network/cni is not among the isolators of this agent");
        assertThat(find("auto", "", empty).networksRefusal())
                .isEqualTo("network/cni: not available: this node has no place for networks");
        assertThat(findNetworks(NetworkSettings.DEFAULT).networksRefusal())
                .isEqualTo("network/cni: not available: no directory says which networks there are (cni-config-dir)");
        assertThat(empty.resolve("network")).doesNotExist();
    }

    @Test
    void shouldAttachToNetworksWhereAnOperatorSetsThemUp() throws IOException {
        assumeTrue(Files.getAttribute(empty, "unix:uid").equals(0), "only root attaches containers to networks");
        NetworkSettings settings = NetworkSettings.DEFAULT.withConfigurations(empty.resolve("absent"));
        assertThat(findNetworks(settings).networksRefusal()).contains("absent' is no directory (cni-config-dir)");

        HostIsolation found = findNetworks(settings.withConfigurations(empty));
        assertThat(found.networksRefusal()).isEmpty();
        assertThat(found.isolators()).extracting(Isolator::name).containsExactly("network/cni");
        found.close();
    }

    @Test
    void shouldWatchPortsWhereThatIsWanted() throws IOException {
        assumeTrue(Files.exists(PROC.resolve("self/net/tcp")), "this host has no /proc of Linux");
        HostIsolation.Places places = HostIsolation.Places.NONE.with(new HostIsolation.PortsPlace(
                empty.resolve("ports"), "n1-ports", PortRanges.NONE, PortsSettings.DEFAULT.withEnforced(true)));

        HostIsolation unwanted = HostIsolation.find("unwanted", IsolationSettings.parse("none", ""), places);
        HostIsolation wanted = HostIsolation.find("wanted", IsolationSettings.parse("network/ports", ""), places);

        assertThat(unwanted.isolators()).isEmpty();
        assertThat(wanted.isolators()).extracting(Isolator::name).containsExactly("network/ports");
        assertThat(wanted.abilities()).containsExactly(new Ability("network/ports", true, "enforced"));
        wanted.close();
        assertThatThrownBy(() -> find("network/ports", "", PROC))
                .hasMessage(
                        "isolation: this host lacks what is required: network/ports: not available: this node has no"
                                + " place for notes on ports");
    }

    @Test
    void shouldNotStartWithADeviceThatIsNotThere() {
        DeviceSettings absent = new DeviceSettings(List.of(new DeviceAccess(empty.resolve("absent"), "r")), List.of());
        IsolationSettings settings = IsolationSettings.parse("none", "").withDevices(absent);

        assertThatThrownBy(() -> HostIsolation.find(
                        "absent",
                        IsolationSettings.parse("cgroups/devices", "").withDevices(absent),
                        HostIsolation.Places.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("device '" + empty.resolve("absent") + "' cannot be looked at: ");
        assertThatCode(() -> HostIsolation.find("absent", settings, HostIsolation.Places.NONE))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldLookAtThePortsThatAnOperatorNames() {
        PortRanges ofAgent = PortRanges.of(List.of(31000));
        PortRanges named = PortRanges.of(List.of(80));

        assertThat(PortsSettings.DEFAULT.checked(ofAgent)).isEqualTo(PortRanges.ALL);
        assertThat(PortsSettings.DEFAULT.withAgentRangeOnly(true).checked(ofAgent))
                .isEqualTo(ofAgent);
        assertThat(PortsSettings.DEFAULT.withIsolatedRange(Optional.of(named)).checked(ofAgent))
                .isEqualTo(named);
    }

    @Test
    void shouldHaveNoImagesWithoutTheCredentialsThatItIsToHave() throws IOException {
        ImageSettings settings = ImageSettings.DEFAULT.withCredentialsFile(empty.resolve("absent.json"));
        HostIsolation found = HostIsolation.find(
                "host-test-" + ProcessHandle.current().pid(),
                IsolationSettings.parse("auto", ""),
                HostIsolation.Places.NONE.with(new HostIsolation.ImagePlace(empty.resolve("images"), settings)));
        try {
            assertThat(found.images()).isEmpty();
            assertThat(found.imagesRefusal()).startsWith("docker/runtime: not available: ");
        } finally {
            found.isolators().forEach(each -> each.close());
        }
    }

    @Test
    void shouldDoWithoutWhatAHostLacks() throws IOException {
        HostIsolation found = find("auto", "", empty);

        assertThat(found.text()).doesNotContain("cgroups", "docker/runtime");
        assertThat(found.isolators()).noneMatch(CgroupIsolator.class::isInstance);
        assertThat(found.abilities())
                .anySatisfy(row -> assertThat(row.toString()).startsWith("cgroups/mem: not available: "));
    }

    @Test
    void shouldNotStartWithoutWhatIsRequired() {
        assertThatThrownBy(() -> find("auto", "cgroups/mem", empty))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("isolation: this host lacks what is required: cgroups/mem: not available: ");
        assertThatThrownBy(() -> find("cgroups/cpu", "", empty)).hasMessageContaining("required: cgroups/cpu");
    }

    @Test
    void shouldLeaveNoGroupWhereNoneIsUsed() throws IOException {
        HostIsolation found = find("none", "", PROC);

        assertThat(found.text()).isEqualTo("none");
        assertThat(found.isolators()).isEmpty();
        assertThat(found.abilities()).isEmpty();
        assertThat(groups()).isEmpty();
    }

    @Test
    void shouldLeaveNoGroupWhenItIsClosed() throws IOException {
        find("auto", "", PROC).isolators().forEach(each -> each.close());

        assertThat(groups()).isEmpty();
    }

    private static Stream<Path> groups() throws IOException {
        String name = "polder-host-test-" + ProcessHandle.current().pid();
        try (Stream<Path> hierarchies =
                Files.find(Path.of("/sys/fs/cgroup"), 4, (path, attributes) -> path.endsWith(name))) {
            return hierarchies.toList().stream();
        }
    }
}
