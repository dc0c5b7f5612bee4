package dev.polder.benchmarks;

import static java.util.Objects.requireNonNull;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The measurements, a command each. */
@Command(
        name = "polder-benchmarks.jar",
        description = "Measures Polder. Figures of one machine compare only with others of the same run.",
        mixinStandardHelpOptions = true,
        subcommands = {TasksCommand.class, OffersCommand.class, MicroCommand.class, NodeCommand.class})
final class Main {
    private Main() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        requireNonNull(commandLine.getSubcommands().get(MicroCommand.NAME))
                .setUnmatchedOptionsArePositionalParams(true);
        return commandLine;
    }
}
