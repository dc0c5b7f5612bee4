package dev.polder.samples.launcher;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The runnable jar's commands. */
@Command(
        name = "polder.jar",
        description = "A cluster in one process: its masters, agents and tasks.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        subcommands = {RunCommand.class, NodeCommand.class, DemoCommand.class, MembersCommand.class, LogCommand.class})
public final class Main implements Runnable {
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";
    /** Whether Netty tells Java's flight recorder of its buffers: that loads and makes classes at each start, recorded or not. */
    private static final String NETTY_RECORDS = "io.netty.jfr.enabled";

    @Option(
            names = "--verbose",
            description = "Log what happens, and show where errors come from.",
            scope = ScopeType.INHERIT)
    private boolean verbose;

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs a command and ends the process with its exit code: 0 good, 1 failed, 2 misused, or a task's own. */
    public static void main(String[] args) {
        if (System.getProperty(NETTY_RECORDS) == null) {
            System.setProperty(NETTY_RECORDS, "false");
        }
        Charset console = Charset.defaultCharset();
        System.exit(run(new PrintWriter(System.out, true, console), new PrintWriter(System.err, true, console), args));
    }

    static int run(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine commandLine = new CommandLine(main).setOut(out).setErr(err);
        commandLine.setExecutionStrategy(parsed -> {
            // before anything logs, for the logger reads it once
            if (System.getProperty(LOG_LEVEL) == null) {
                System.setProperty(LOG_LEVEL, main.verbose ? "debug" : "warn");
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        commandLine.setParameterExceptionHandler(Main::misused);
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> main.failed(failure, command));
        return commandLine.execute(args);
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: run, node, demo, members or log");
    }

    private static int misused(ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(message(mistake));
        if (!UnmatchedArgumentException.printSuggestions(mistake, err)) {
            err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        }
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** Says of options that are unknown which, and nothing of their values, which nobody asked for. */
    private static String message(ParameterException mistake) {
        if (mistake instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
            List<String> options = unmatched.getUnmatched().stream()
                    .filter(argument -> argument.startsWith("-"))
                    .map(option -> "'" + option + "'")
                    .toList();
            return "Unknown option" + (options.size() == 1 ? ": " : "s: ") + String.join(", ", options);
        }
        return String.valueOf(mistake.getMessage());
    }

    private int failed(Exception failure, CommandLine command) {
        PrintWriter err = command.getErr();
        if (verbose) {
            failure.printStackTrace(err);
        } else {
            String message = failure.getMessage();
            err.println("polder: " + (message == null ? failure.toString() : message));
        }
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    /** The version as the build wrote it into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"Polder " + (version == null ? "from source" : version)};
        }
    }
}
