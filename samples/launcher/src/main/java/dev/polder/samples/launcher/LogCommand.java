package dev.polder.samples.launcher;

import dev.polder.raft.LogReport;
import dev.polder.raft.LogTool;
import dev.polder.raft.NewGroupOutcome;
import dev.polder.raft.RepairOutcome;
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

/** {@code log}: looks into the log of a node that does not run, and mends it. */
@Command(name = "log", description = "Look into the log of a node that does not run, or mend it.")
final class LogCommand implements Runnable {
    private static final int WIDTH_MIN = 4;

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: verify, dump, repair or force-new-cluster");
    }

    @Command(
            name = "verify",
            description = "Read every byte, one line a file, and say whether a node would start with them.",
            exitCodeList = {
                "0:it would start; what is broken it would mend or ignore",
                "1:it would not, or nothing can be read"
            })
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

    @Command(
            name = "dump",
            description = {
                "Show the entries, one a line: index, term, kind; then of one that lists the members",
                "those, else how many bytes."
            },
            exitCodeList = {
                "0:all of them were shown",
                "1:none of them is there, or one cannot be read",
                "2:from and to make no sense"
            })
    void dump(
            @Parameters(paramLabel = "DIR", description = "The node's data directory, or the log's in it")
                    Path directory,
            @Option(
                            names = "--from",
                            paramLabel = "INDEX",
                            defaultValue = "1",
                            description = "The first entry (default: ${DEFAULT-VALUE})")
                    long from,
            @Option(
                            names = "--to",
                            paramLabel = "INDEX",
                            defaultValue = "9223372036854775807",
                            description = "The last entry (default: the last one there is)")
                    long to,
            @Option(names = "--hex", description = "Show the bytes themselves, not how many they are") boolean hex)
            throws IOException, LauncherException {
        if (from < 1 || to < from) {
            throw new ParameterException(
                    spec.commandLine(),
                    from < 1
                            ? "--from " + from + ": entries are counted from 1"
                            : "--to " + to + ": is before --from " + from);
        }
        PrintWriter out = spec.commandLine().getOut();
        try (LogTool log = LogTool.open(logOf(directory))) {
            boolean[] isShown = new boolean[1];
            log.dump(from, to, entry -> {
                if (!isShown[0]) {
                    out.println("INDEX TERM KIND CONTENT");
                    isShown[0] = true;
                }
                out.println(line(entry, hex));
            });
            if (!isShown[0]) {
                throw new LauncherException("no entry from " + from + " on" + (to == Long.MAX_VALUE ? "" : " to " + to)
                        + " is in the log: " + extent(log));
            }
        }
    }

    private static String line(LogTool.Entry entry, boolean hex) {
        String content = hex
                ? HexFormat.of().formatHex(entry.bytes())
                : entry.members().isEmpty() ? entry.bytes().length + " bytes" : String.join(",", entry.members());
        return entry.index() + " " + entry.term() + " " + entry.kind() + " " + content;
    }

    private static String extent(LogTool log) throws IOException {
        long[] ends = new long[2];
        log.dump(1, Long.MAX_VALUE, entry -> {
            ends[0] = ends[0] == 0 ? entry.index() : ends[0];
            ends[1] = entry.index();
        });
        return ends[0] == 0 ? "it has none" : "it has " + ends[0] + " to " + ends[1];
    }

    @Command(
            name = "repair",
            description = {
                "Make a master start again whose log is damaged, while the other masters are well.",
                "Damaged files are renamed and kept; it gets what it lacks from the leader,",
                "and has no vote before it has it."
            },
            exitCodeList = {"0:it starts", "1:it cannot be repaired so, and nothing was changed"})
    int repair(
            @Parameters(paramLabel = "DIR", description = "The node's data directory, or the log's in it")
                    Path directory)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (LogTool log = LogTool.open(logOf(directory))) {
            RepairOutcome outcome = log.repair();
            if (outcome instanceof RepairOutcome.Refused refused) {
                out.println("not repaired: " + refused.reason());
                return 1;
            }
            if (outcome instanceof RepairOutcome.Repaired repaired) {
                out.println("was damaged: " + repaired.damage());
                repaired.kept().forEach(name -> out.println("kept as " + name));
                repaired.notes().forEach(out::println);
            } else if (outcome instanceof RepairOutcome.Sound sound) {
                out.println("nothing is damaged, and nothing was changed");
                sound.notes().forEach(out::println);
            }
            return 0;
        }
    }

    @Command(
            name = "force-new-cluster",
            description = {
                "Make this master the only one, because most masters are gone for good.",
                "What only the others had is LOST, even if it was acknowledged. They are refused",
                "should they come back. Without --member this says what would be done."
            },
            exitCodeList = {"0:done; start it, then add others", "1:nothing was changed"})
    int forceNewCluster(
            @Parameters(paramLabel = "DIR", description = "The node's data directory, or the log's in it")
                    Path directory,
            @Option(
                            names = "--member",
                            paramLabel = "HOST:RAFTPORT",
                            defaultValue = "",
                            description = "This master, so that it is not the wrong directory")
                    String member)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (LogTool log = LogTool.open(logOf(directory))) {
            NewGroupOutcome outcome = log.forceNewGroup(member);
            if (outcome instanceof NewGroupOutcome.Forced forced) {
                out.println(forced.member() + " is the only master, from entry " + forced.lastIndex() + " on");
                forced.givenUp()
                        .forEach(name -> out.println(
                                "given up: " + name + "; it can come back with an empty directory, when it is added"));
                return 0;
            }
            if (outcome instanceof NewGroupOutcome.Refused refused) {
                out.println("nothing was changed: " + refused.reason());
            } else if (outcome instanceof NewGroupOutcome.Unconfirmed unconfirmed) {
                tell(unconfirmed, member);
            }
            return 1;
        }
    }

    private void tell(NewGroupOutcome.Unconfirmed would, String typed) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("nothing was changed: " + (typed.isEmpty() ? "" : "--member " + typed + " is another one; ")
                + would.words());
        out.println((would.givenUp().isEmpty()
                        ? "would end what was interrupted"
                        : "would give up " + String.join(", ", would.givenUp()) + ": what only they had is lost")
                + "; do it with --member " + would.member());
    }

    private static Path logOf(Path directory) {
        Path inside = directory.resolve("raft");
        return Files.isDirectory(inside) ? inside : directory;
    }
}
