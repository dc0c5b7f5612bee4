package dev.polder.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void shouldShowCountersAndGaugesAsTheyAreNow() {
        Counter calls = metrics.counter("polder/calls");
        metrics.gauge("master/elected", () -> 1);

        calls.increment();
        calls.add(2);

        assertThat(metrics.snapshot()).containsExactly(entry("master/elected", 1.0), entry("polder/calls", 3.0));
    }

    @Test
    void shouldRefuseANameThatIsTaken() {
        metrics.counter("a");

        assertThatThrownBy(() -> metrics.gauge("a", () -> 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a'");
    }

    @Test
    void shouldLeaveOutWhatIsNoNumber() {
        metrics.gauge("unknown", () -> Double.NaN);

        assertThat(metrics.snapshot()).isEmpty();
    }

    @Test
    void shouldRefuseACounterThatFalls() {
        Counter counter = metrics.counter("a");

        assertThatThrownBy(() -> counter.add(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKnowTheMachine() {
        SystemMetrics.register(metrics);

        assertThat(metrics.snapshot())
                .containsKeys("system/cpus_total", "system/mem_total_bytes", "system/mem_free_bytes");
        assertThat(metrics.snapshot().get("system/cpus_total"))
                .isEqualTo(Runtime.getRuntime().availableProcessors());
    }
}
