package dev.polder.benchmarks;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The measurements, a command each. */
@Command(
        name = "polder-benchmarks.jar",
        description = "Measures Polder. Figures of one machine compare only with others of the same run.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TasksCommand.class,
            OffersCommand.class,
            RaftCommand.class,
            LaunchCommand.class,
            MicroCommand.class,
            NodeCommand.class,
            ZooKeeperServerCommand.class
        })
final class Main {
    /** More than it takes to end every child of a command. */
    private static final int INTERRUPTED_SECONDS_MAX = 60;

    /** As a shell calls a command that a signal has ended. */
    private static final int INTERRUPTED = 130;

    private Main() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        CommandLine commandLine = commandLine();
        CountDownLatch ended = new CountDownLatch(1);
        if (startsChildren(
                args.length == 0 ? null : commandLine.getSubcommands().get(args[0]))) {
            Thread command = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupt(command, ended), "interrupt"));
        }
        int code = commandLine.execute(args);
        ended.countDown();
        System.exit(code);
    }

    private static boolean startsChildren(@Nullable CommandLine chosen) {
        return chosen != null && chosen.getCommand() instanceof CasesCommand<?>;
    }

    /** Has a command that a signal ends early end its children and delete its files first. */
    private static void interrupt(Thread command, CountDownLatch ended) {
        if (ended.getCount() == 0) {
            return;
        }
        command.interrupt();
        try {
            if (!ended.await(INTERRUPTED_SECONDS_MAX, TimeUnit.SECONDS)) {
                System.err.println("the command still runs after " + INTERRUPTED_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main()).setParameterExceptionHandler(Main::misused);
        requireNonNull(commandLine.getSubcommands().get(MicroCommand.NAME))
                .setUnmatchedOptionsArePositionalParams(true);
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof InterruptedException) {
                command.getErr().println("interrupted");
                return INTERRUPTED;
            }
            throw failure;
        });
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
