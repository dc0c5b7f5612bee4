package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class MicroCommandTest {
    @Test
    void shouldHandOverOptionsAndTheirValuesAsTheyCame() {
        CommandLine.ParseResult parsed =
                Main.commandLine().parseArgs("micro", "-f", "1", "View", "-i", "5", "-w", "1", "-h");

        MicroCommand command = (MicroCommand) parsed.subcommand().commandSpec().userObject();
        assertThat(command.arguments()).containsExactly("-f", "1", "View", "-i", "5", "-w", "1", "-h");
    }
}
