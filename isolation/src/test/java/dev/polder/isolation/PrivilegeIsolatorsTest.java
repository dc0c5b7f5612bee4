package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of what a container wants and an operator allows. */
class PrivilegeIsolatorsTest {
    private static final TaskSpec TASK =
            new TaskSpec(TestHost.newId(), "/x", List.of("/x"), Map.of(), Path.of("/s"), null);
    private static final Set<Capability> KILL = EnumSet.of(Capability.KILL);
    private static final Set<Capability> BOTH = EnumSet.of(Capability.KILL, Capability.CHOWN);

    private static Privileges of(@Nullable Set<Capability> effective, @Nullable Set<Capability> bounding) {
        return Privileges.USUAL.withCapabilities(Optional.ofNullable(effective), Optional.ofNullable(bounding));
    }

    /** Returns what a container gets that wants something on a node whose operator says something. */
    private static Privileges given(Privileges operator, Privileges wanted) throws IOException {
        return new Isolators(List.of(new CapabilitiesIsolator(operator.effective(), operator.bounding())))
                .prepare(ContainerSpec.of(TASK).with(wanted))
                .containment()
                .privileges();
    }

    @Test
    void shouldGiveWhatIsWantedAndNoMore() throws IOException {
        assertThat(given(of(null, null), of(null, null))).isEqualTo(Privileges.USUAL);
        assertThat(given(of(null, null), of(KILL, null))).isEqualTo(of(KILL, KILL));
        assertThat(given(of(null, null), of(null, KILL))).isEqualTo(of(null, KILL));
        assertThat(given(of(null, null), of(KILL, BOTH))).isEqualTo(of(KILL, BOTH));
        assertThat(given(of(null, null), of(Set.of(), null))).isEqualTo(of(Set.of(), Set.of()));
    }

    @Test
    void shouldGiveWhatTheOperatorSaysToWhoSaysNothing() throws IOException {
        assertThat(given(of(KILL, null), of(null, null))).isEqualTo(of(KILL, KILL));
        assertThat(given(of(null, BOTH), of(null, null))).isEqualTo(of(null, BOTH));
        assertThat(given(of(KILL, BOTH), of(null, null))).isEqualTo(of(KILL, BOTH));
        assertThat(given(of(KILL, BOTH), of(BOTH, null))).isEqualTo(of(BOTH, BOTH));
        assertThat(given(of(null, BOTH), of(KILL, null))).isEqualTo(of(KILL, BOTH));
    }

    @Test
    void shouldRefuseWhatIsOutOfBounds() {
        String refusal = "linux/capabilities: Requested capabilities '[CHOWN, KILL]', but only '[KILL]' are allowed";

        assertThatThrownBy(() -> given(of(null, KILL), of(BOTH, null))).hasMessage(refusal);
        assertThatThrownBy(() -> given(of(null, KILL), of(null, BOTH))).hasMessage(refusal);
        assertThatThrownBy(() -> given(of(BOTH, BOTH), of(null, KILL))).hasMessage(refusal);
        assertThatThrownBy(() -> new CapabilitiesIsolator(Optional.of(BOTH), Optional.of(KILL)))
                .hasMessageContaining("more than the bounding");
    }

    @Test
    void shouldLeaveNothingOutSilently() {
        Isolators none = new Isolators(List.of());
        Rlimit limit = new Rlimit("RLIMIT_CPU", 1, 1);

        assertThatThrownBy(() -> none.prepare(ContainerSpec.of(TASK).with(of(null, KILL))))
                .hasMessage("capabilities: no isolator here gives a container its own");
        assertThatThrownBy(
                        () -> none.prepare(ContainerSpec.of(TASK).with(Privileges.USUAL.withRlimits(List.of(limit)))))
                .hasMessage("rlimits: no isolator here sets those of a container");
        assertThatThrownBy(() -> none.prepare(ContainerSpec.of(TASK).with(Privileges.USUAL.withNoNewPrivileges())))
                .hasMessage("noNewPrivileges: no isolator here sees to that");
    }

    @Test
    void shouldAddUpWhatSeveralGive() throws IOException {
        Rlimit limit = new Rlimit("RLIMIT_CPU", 1, 1);
        Isolators all = new Isolators(List.of(
                new RlimitsIsolator(),
                new CapabilitiesIsolator(Optional.of(KILL), Optional.empty()),
                new NoNewPrivilegesIsolator()));

        assertThat(all.prepare(ContainerSpec.of(TASK).with(Privileges.USUAL.withRlimits(List.of(limit))))
                        .containment()
                        .privileges())
                .isEqualTo(new Privileges(Optional.of(KILL), Optional.of(KILL), List.of(limit), true));
    }
}
