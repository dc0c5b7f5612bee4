package dev.polder.isolation.host;

import static dev.polder.isolation.host.IsolatorName.CGROUPS_BLKIO;
import static dev.polder.isolation.host.IsolatorName.CGROUPS_CPU;
import static dev.polder.isolation.host.IsolatorName.CGROUPS_CPUSET;
import static dev.polder.isolation.host.IsolatorName.CGROUPS_DEVICES;
import static dev.polder.isolation.host.IsolatorName.CGROUPS_HUGETLB;
import static dev.polder.isolation.host.IsolatorName.CGROUPS_MEM;
import static dev.polder.isolation.host.IsolatorName.CGROUPS_NET_CLS;
import static dev.polder.isolation.host.IsolatorName.CGROUPS_PIDS;
import static dev.polder.isolation.host.IsolatorName.DOCKER;
import static dev.polder.isolation.host.IsolatorName.DOCKER_RUNTIME;
import static dev.polder.isolation.host.IsolatorName.DOCKER_VOLUME;
import static dev.polder.isolation.host.IsolatorName.FILESYSTEM_LINUX;
import static dev.polder.isolation.host.IsolatorName.LINUX_CAPABILITIES;
import static dev.polder.isolation.host.IsolatorName.LINUX_SECCOMP;
import static dev.polder.isolation.host.IsolatorName.NAMESPACES_PID;
import static dev.polder.isolation.host.IsolatorName.NETWORK_CNI;
import static dev.polder.isolation.host.IsolatorName.POSIX_RLIMITS;
import static dev.polder.isolation.host.IsolatorName.VOLUME_HOST_PATH;
import static dev.polder.isolation.host.IsolatorName.VOLUME_IMAGE;
import static dev.polder.isolation.host.IsolatorName.VOLUME_SANDBOX_PATH;
import static dev.polder.isolation.host.IsolatorName.VOLUME_SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.Capability;
import dev.polder.isolation.Privileges;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an operator may write. */
class IsolationSettingsTest {
    @Test
    void shouldRequireNothingByItself() {
        IsolationSettings settings = IsolationSettings.parse("auto", "");

        assertThat(settings.wanted())
                .containsExactly(
                        CGROUPS_CPU,
                        CGROUPS_MEM,
                        LINUX_CAPABILITIES,
                        POSIX_RLIMITS,
                        FILESYSTEM_LINUX,
                        DOCKER_RUNTIME,
                        LINUX_SECCOMP,
                        VOLUME_HOST_PATH,
                        VOLUME_SANDBOX_PATH,
                        VOLUME_SECRET,
                        VOLUME_IMAGE,
                        DOCKER_VOLUME,
                        NETWORK_CNI,
                        DOCKER);
        assertThat(settings.required()).isEmpty();
    }

    @Test
    void shouldRequireWhatIsNamedBesideWhatTheHostCanDo() {
        IsolationSettings settings = IsolationSettings.parse("auto", "cgroups/mem, namespaces/pid");

        assertThat(settings.wanted())
                .contains(CGROUPS_CPU, CGROUPS_MEM, NAMESPACES_PID, FILESYSTEM_LINUX, DOCKER_RUNTIME)
                .hasSize(15);
        assertThat(settings.required()).containsExactly(CGROUPS_MEM, NAMESPACES_PID);
    }

    @Test
    void shouldReadCapabilities() {
        IsolationSettings auto = IsolationSettings.parse("auto", "");

        assertThat(auto.privileges()).isEqualTo(Privileges.USUAL);
        assertThat(auto.withCapabilities("none", "KILL, NET_RAW").privileges())
                .isEqualTo(Privileges.USUAL.withCapabilities(
                        Optional.of(Set.of()), Optional.of(Set.of(Capability.KILL, Capability.NET_RAW))));
    }

    @Test
    void shouldRequireAllOfAList() {
        IsolationSettings settings = IsolationSettings.parse("cgroups/mem,namespaces/pid", "");

        assertThat(settings.wanted()).containsExactly(CGROUPS_MEM, NAMESPACES_PID);
        assertThat(settings.required()).containsExactly(CGROUPS_MEM, NAMESPACES_PID);
    }

    @Test
    void shouldKnowMesossShortNames() {
        assertThat(IsolationSettings.parse("cgroups", "").wanted()).containsExactly(CGROUPS_CPU, CGROUPS_MEM);
        assertThat(IsolationSettings.parse("posix/cpu,posix/mem,disk/du", "").wanted())
                .isEmpty();
    }

    @Test
    void shouldWantAllGroupsOfAHostAndRequireNone() {
        IsolationSettings all = IsolationSettings.parse("cgroups/all,namespaces/pid,cgroups/mem", "");

        assertThat(all.wanted())
                .containsExactly(
                        CGROUPS_CPU,
                        CGROUPS_MEM,
                        CGROUPS_PIDS,
                        CGROUPS_CPUSET,
                        CGROUPS_BLKIO,
                        CGROUPS_HUGETLB,
                        CGROUPS_NET_CLS,
                        CGROUPS_DEVICES,
                        NAMESPACES_PID);
        assertThat(all.required()).containsExactly(CGROUPS_MEM, NAMESPACES_PID);
        assertThatThrownBy(() -> IsolationSettings.parse("auto", "cgroups/all"))
                .hasMessage("'cgroups/all' is what the host has of control groups, and cannot be required");
        assertThatThrownBy(() -> IsolationSettings.parse("cgroups/all,cgroups/all", ""))
                .hasMessage("'cgroups/all' comes twice");
    }

    @Test
    void shouldRunImagesByMesossTwoNamesTogether() {
        assertThat(IsolationSettings.parse("filesystem/linux,docker/runtime", "")
                        .required())
                .containsExactly(FILESYSTEM_LINUX, DOCKER_RUNTIME);
        assertThatThrownBy(() -> IsolationSettings.parse("cgroups/cpu,docker/runtime", ""))
                .hasMessage("filesystem/linux,docker/runtime run images together, and only one of them is chosen");
        assertThatThrownBy(() -> IsolationSettings.parse("linux/seccomp", ""))
                .hasMessage(
                        "linux/seccomp is for tasks in images, and needs filesystem/linux,docker/runtime beside it");
    }

    @Test
    void shouldBringVolumesWithImagesAndByTheirNames() {
        IsolationSettings images = IsolationSettings.parse("filesystem/linux,docker/runtime", "");
        assertThat(images.wanted())
                .containsExactly(FILESYSTEM_LINUX, DOCKER_RUNTIME, VOLUME_HOST_PATH, VOLUME_SANDBOX_PATH, VOLUME_IMAGE);
        assertThat(images.required()).doesNotContain(VOLUME_IMAGE);

        IsolationSettings volumes = IsolationSettings.parse("volume/secret,docker/volume", "");
        assertThat(volumes.wanted()).containsExactly(VOLUME_SECRET, DOCKER_VOLUME);
        assertThat(volumes.required()).containsExactly(VOLUME_SECRET, DOCKER_VOLUME);
    }

    @Test
    void shouldRefuseWhatItDoesNotKnowOrCannotBe() {
        assertThatThrownBy(() -> IsolationSettings.parse("cgroups/men", ""))
                .hasMessageStartingWith("'cgroups/men' is no isolator; there are cgroups/cpu,cgroups/mem,");
        assertThatThrownBy(() -> IsolationSettings.parse("cgroups/mem,cgroups/mem", ""))
                .hasMessage("'cgroups/mem' comes twice");
        assertThatThrownBy(() -> IsolationSettings.parse("none", "cgroups/mem"))
                .hasMessage("required and not chosen: cgroups/mem");
        assertThatThrownBy(() -> IsolationSettings.parse("cgroups/cpu", "cgroups/mem"))
                .hasMessage("required and not chosen: cgroups/mem");
        IsolationSettings auto = IsolationSettings.parse("auto", "");
        assertThatThrownBy(() -> auto.withCapabilities("CAP_KILL", ""))
                .hasMessage("'CAP_KILL' is no capability; NET_RAW is one");
        assertThatThrownBy(() -> auto.withCapabilities("KILL", "none"))
                .hasMessageContaining("[KILL] are more than the bounding []");
        assertThatThrownBy(() -> IsolationSettings.parse("", "")).hasMessageStartingWith("'' is no isolator");
    }
}
