package dev.polder.benchmarks;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

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
        CommandLine commandLine = new CommandLine(new Main()).setParameterExceptionHandler(Main::misused);
        requireNonNull(commandLine.getSubcommands().get(MicroCommand.NAME))
                .setUnmatchedOptionsArePositionalParams(true);
        return commandLine;
    }

    private static int misused(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(mistake.getMessage());
        boolean isName = mistake instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption();
        if (isName && command.getCommand() instanceof CasesCommand) {
            err.println("Cases are chosen with --only=CASE,...");
        }
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }
}
