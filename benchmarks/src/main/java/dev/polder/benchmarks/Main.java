package dev.polder.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The measurements, a command each. */
@Command(
        name = "polder-benchmarks.jar",
        description = "Measures Polder. Figures of one machine compare only with others of the same run.",
        mixinStandardHelpOptions = true,
        subcommands = {TasksCommand.class, MicroCommand.class})
final class Main {
    private Main() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
