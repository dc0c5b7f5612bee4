package dev.polder.isolation.host;

import static dev.polder.isolation.host.IsolatorName.CGROUPS_CPU;
import static dev.polder.isolation.host.IsolatorName.CGROUPS_MEM;
import static dev.polder.isolation.host.IsolatorName.DOCKER_RUNTIME;
import static dev.polder.isolation.host.IsolatorName.FILESYSTEM_LINUX;
import static dev.polder.isolation.host.IsolatorName.NAMESPACES_PID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What an operator may write. */
class IsolationSettingsTest {
    @Test
    void shouldRequireNothingByItself() {
        IsolationSettings settings = IsolationSettings.parse("auto", "");

        assertThat(settings.wanted()).containsExactly(CGROUPS_CPU, CGROUPS_MEM, FILESYSTEM_LINUX, DOCKER_RUNTIME);
        assertThat(settings.required()).isEmpty();
    }

    @Test
    void shouldRequireWhatIsNamedBesideWhatTheHostCanDo() {
        IsolationSettings settings = IsolationSettings.parse("auto", "cgroups/mem, namespaces/pid");

        assertThat(settings.wanted())
                .containsExactly(CGROUPS_CPU, CGROUPS_MEM, NAMESPACES_PID, FILESYSTEM_LINUX, DOCKER_RUNTIME);
        assertThat(settings.required()).containsExactly(CGROUPS_MEM, NAMESPACES_PID);
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
    void shouldRunImagesByMesossTwoNamesTogether() {
        assertThat(IsolationSettings.parse("filesystem/linux,docker/runtime", "")
                        .required())
                .containsExactly(FILESYSTEM_LINUX, DOCKER_RUNTIME);
        assertThatThrownBy(() -> IsolationSettings.parse("cgroups/cpu,docker/runtime", ""))
                .hasMessage("filesystem/linux,docker/runtime run images together, and only one of them is chosen");
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
        assertThatThrownBy(() -> IsolationSettings.parse("", "")).hasMessageStartingWith("'' is no isolator");
    }
}
