package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Test
    void shouldSayWhatIsWrongInFewLines() {
        assertThat(run("offers", "--quik")).isEqualTo(2);
        assertThat(run("offers", "full-round")).isEqualTo(2);

        assertThat(err.toString().lines())
                .containsExactly(
                        "Unknown option: '--quik'",
                        "Try 'polder-benchmarks.jar offers --help'.",
                        "Unmatched argument at index 1: 'full-round'",
                        "Cases are chosen with --only=CASE,...",
                        "Try 'polder-benchmarks.jar offers --help'.");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldSayWhatEachCommandIs() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString()).contains("Whole nodes and real tasks").contains("The offer engine alone");
    }
}
