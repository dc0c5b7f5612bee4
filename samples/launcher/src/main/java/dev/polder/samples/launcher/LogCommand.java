package dev.polder.samples.launcher;

import dev.polder.raft.LogReport;
import dev.polder.raft.LogTool;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code log}: looks into the log of a node that does not run. */
@Command(name = "log", description = "Look into the log of a node that does not run.")
final class LogCommand implements Runnable {
    private static final int WIDTH_MIN = 4;

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: verify or dump");
    }

    @Command(
            name = "verify",
            description = "Read every byte, one line a file, and say whether a node would start with them.",
            exitCodeList = {"0:it would start", "1:it would not, or a file cannot be read"})
    int verify(
            @Parameters(paramLabel = "DIR", description = "The node's data directory, or the log's in it")
                    Path directory)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (LogTool log = LogTool.open(logOf(directory))) {
            LogReport report = log.verify();
            int width = report.files().stream()
                    .mapToInt(file -> file.name().length())
                    .max()
                    .orElse(WIDTH_MIN);
            for (LogReport.FileReport file : report.files()) {
                out.printf(
                        Locale.ROOT,
                        "%-" + width + "s  %-6s %s%n",
                        file.name(),
                        file.isSound() ? "sound" : "BROKEN",
                        file.words());
            }
            report.notes().forEach(out::println);
            report.problem().ifPresent(problem -> out.println("a node would not start: " + problem));
            return report.isSound() ? 0 : 1;
        }
    }

    @Command(name = "dump", description = "Show the entries: index, term, kind, bytes.")
    void dump(
            @Parameters(paramLabel = "DIR", description = "The node's data directory, or the log's in it")
                    Path directory,
            @Option(names = "--from", paramLabel = "INDEX", defaultValue = "1", description = "The first entry")
                    long from,
            @Option(
                            names = "--to",
                            paramLabel = "INDEX",
                            defaultValue = "9223372036854775807",
                            description = "The last entry (default: the last one there is)")
                    long to,
            @Option(names = "--hex", description = "Show the bytes themselves, not how many they are") boolean hex)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (LogTool log = LogTool.open(logOf(directory))) {
            log.dump(
                    from,
                    to,
                    entry -> out.println(entry.index() + " " + entry.term() + " " + entry.kind() + " "
                            + (hex ? HexFormat.of().formatHex(entry.bytes()) : entry.bytes().length + " bytes")));
        }
    }

    private static Path logOf(Path directory) {
        Path inside = directory.resolve("raft");
        return Files.isDirectory(inside) ? inside : directory;
    }
}
