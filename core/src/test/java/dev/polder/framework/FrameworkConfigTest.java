package dev.polder.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.framework.FrameworkConfig.Capability;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FrameworkConfigTest {
    @Test
    void shouldHaveTheseDefaults() {
        FrameworkConfig config = FrameworkConfig.named("hello");

        assertThat(config.name()).isEqualTo("hello");
        assertThat(config.user()).isEqualTo(System.getProperty("user.name"));
        assertThat(config.roles()).containsExactly("*");
        assertThat(config.suppressedRoles()).isEmpty();
        assertThat(config.failoverTimeout()).isZero();
        assertThat(config.capabilities())
                .containsExactlyInAnyOrder(
                        Capability.MULTI_ROLE, Capability.PARTITION_AWARE, Capability.TASK_KILLING_STATE);
        assertThat(config.acknowledgeByHand()).isFalse();
        assertThat(config.frameworkId()).isEmpty();
        assertThat(config.hostname()).isEmpty();
        assertThat(config.webUiUrl()).isEmpty();
        assertThat(config.principal()).isEmpty();
        assertThat(config.labels()).isEmpty();
    }

    @Test
    void shouldAlwaysHaveRoles() {
        assertThat(FrameworkConfig.builder("f").capabilities(Set.of()).build().capabilities())
                .containsExactly(Capability.MULTI_ROLE);
    }

    @Test
    void shouldNameAllMistakesTogether() {
        assertThatThrownBy(() -> FrameworkConfig.builder("f")
                        .roles()
                        .suppressedRoles("x")
                        .failoverTimeout(Duration.ofSeconds(-1))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("framework f: roles is empty")
                .hasMessageContaining("suppressedRoles is [x]")
                .hasMessageContaining("failoverTimeout is PT-1S");
    }

    @Test
    void shouldRefuseARoleThatNoMasterWouldTake() {
        assertThatThrownBy(() -> FrameworkConfig.builder("f").roles("a//b").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("framework f: role 'a//b': empty component at index 2");
    }

    @Test
    void shouldBePrintable() {
        assertThat(FrameworkConfig.named("f"))
                .asString()
                .startsWith("framework f (user=")
                .contains("roles=[*]");
    }
}
