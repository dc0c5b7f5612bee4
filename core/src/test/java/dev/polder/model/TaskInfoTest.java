package dev.polder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.resource.Resources;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TaskInfoTest {
    @Test
    void shouldCountAmountsInThousandths() {
        TaskInfo task = TaskInfo.builder("t")
                .shell("true")
                .cpus(0.1)
                .mem(32)
                .disk(0.001)
                .port(31000)
                .build();

        assertThat(task.resources())
                .isEqualTo(Resources.builder()
                        .scalar("cpus", 100)
                        .scalar("mem", 32_000)
                        .scalar("disk", 1)
                        .range("ports", 31000, 31000)
                        .build());
    }

    @Test
    void shouldRefuseAmountsThatAreFinerThanAThousandth() {
        assertThatThrownBy(() -> TaskInfo.builder("t").cpus(0.0005))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cpus is 5.0E-4, amounts have at most three digits behind the point");
        for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
            assertThatThrownBy(() -> TaskInfo.builder("t").mem(bad)).hasMessageContaining("mem is " + bad);
        }
    }

    @Test
    void shouldTakeTheIdAsNameUnlessGivenOne() {
        TaskInfo.Builder builder = TaskInfo.builder("t").shell("true").cpus(1);

        assertThat(builder.build().name()).isEqualTo("t");
        assertThat(builder.name("web").build().name()).isEqualTo("web");
    }

    @Test
    void shouldTellAShellLineFromAProgram() {
        TaskInfo.Builder builder = TaskInfo.builder("t").cpus(1);

        CommandInfo line = builder.shell("echo $HOME").build().command();
        CommandInfo program =
                builder.command("/bin/echo", "$HOME", "x y").build().command();

        assertThat(line.shell()).isTrue();
        assertThat(line.arguments()).isEmpty();
        assertThat(program.shell()).isFalse();
        assertThat(program.value()).isEqualTo("/bin/echo");
        assertThat(program.arguments()).isEqualTo(List.of("/bin/echo", "$HOME", "x y"));
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThatThrownBy(() -> TaskInfo.builder("t").cpus(1).build()).hasMessageContaining("task t has no command");
        assertThatThrownBy(() -> TaskInfo.builder("t").shell("true").build())
                .hasMessageContaining("task t asks for no resources");
        assertThatThrownBy(() -> TaskInfo.builder("t").shell("").cpus(1).build())
                .hasMessageContaining("command is empty");
        assertThatThrownBy(() -> TaskInfo.builder("t").killGracePeriod(Duration.ofSeconds(-1)))
                .hasMessageContaining("killGracePeriod is PT-1S");
    }

    @Test
    void shouldAddResourcesUp() {
        Resources more = Resources.builder()
                .scalar("cpus", 500)
                .range("ports", 1, 2)
                .item("zones", "a")
                .build();

        assertThat(TaskInfo.builder("t")
                        .shell("true")
                        .cpus(1)
                        .resources(more)
                        .build()
                        .resources())
                .isEqualTo(Resources.builder()
                        .scalar("cpus", 1_500)
                        .range("ports", 1, 2)
                        .item("zones", "a")
                        .build());
    }

    @Test
    void shouldBeEqualWhenItSaysTheSame() {
        TaskInfo.Builder builder = TaskInfo.builder("t").shell("true").cpus(1);

        assertThat(builder.build()).isEqualTo(builder.build()).hasSameHashCodeAs(builder.build());
        assertThat(builder.build()).isNotEqualTo(builder.label("k", "v").build());
        assertThat(builder.build()).hasToString("task t {cpus:1} true");
    }
}
