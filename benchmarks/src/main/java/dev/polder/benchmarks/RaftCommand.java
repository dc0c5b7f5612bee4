package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Measures the replicated log, beside ZooKeeper. */
@Command(
        name = "raft",
        description = {
            "The replicated log: three members in three JVMs on loopback, every write forced to disk; medians of the rounds.",
            "load: 200-byte writes and linearizable reads, in turns, in the leader's JVM (polder), by a client of the key-value"
                    + " recipe (polder-remote), and by one of three ZooKeeper servers, at their leader.",
            "facts: 200-byte entries with 2,048 outstanding.",
            "kill: the leader is killed (SIGKILL); from the last write it saw acknowledged to the first of the next leader.",
            "host-loss: the same, but the leader stands still with its connections open (SIGSTOP).",
            "first-write: three JVMs begin with nothing; from main of the last one to the first acknowledged write.",
            "restart: the same with logs of 1,000,000 entries and no snapshot.",
            "install: heap after collection of a new member that is sent a snapshot of 2 GB; it has 256 MiB."
        },
        mixinStandardHelpOptions = true)
final class RaftCommand extends CasesCommand<RaftFigure> {
    @Option(names = "--rounds", description = "How often each load and each start counts (default: 5).")
    private Optional<Integer> rounds = Optional.empty();

    @Option(names = "--kills", description = "How many leaders are killed (default: 20).")
    private Optional<Integer> kills = Optional.empty();

    @Option(
            names = "--data",
            description = "Where the members keep their files; the disk counts. Default: a temporary directory.")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--quick", description = "Once, for moments, with small logs: whether it works, not how fast.")
    private boolean quick;

    @Override
    Map<String, Case<RaftFigure>> cases(PrintWriter progress) {
        RaftEffort effort = effort();
        Map<String, Case<RaftFigure>> cases = new LinkedHashMap<>();
        cases.put("load", () -> new LoadCase(effort, data, progress).measure());
        cases.put("facts", () -> new FactsCase(effort, data, progress).measure());
        cases.put("kill", () -> new RecoveryCase(effort, data, progress).measureKills());
        cases.put("host-loss", () -> new RecoveryCase(effort, data, progress).measureHostLosses());
        cases.put("first-write", () -> List.of(new StartUpCase(effort, data, progress).measureFirst()));
        cases.put("restart", () -> List.of(new StartUpCase(effort, data, progress).measureRestart()));
        cases.put("install", () -> List.of(new InstallCase(effort, data, progress).measure()));
        cases.put("replay", () -> List.of(new ReplayCase(effort, data, progress).measure()));
        return cases;
    }

    private RaftEffort effort() {
        RaftEffort effort = quick ? RaftEffort.QUICK : RaftEffort.FULL;
        return effort.with(chosen("--rounds", rounds, effort.rounds()), chosen("--kills", kills, effort.kills()));
    }

    private int chosen(String option, Optional<Integer> value, int unlessChosen) {
        int number = value.orElse(unlessChosen);
        if (number < 1) {
            throw new ParameterException(commandLine(), option + " " + number + ": must be at least 1");
        }
        return number;
    }

    @Override
    List<String> rows(List<RaftFigure> figures) {
        return Stream.concat(Stream.of(RaftFigure.CSV_HEADER), figures.stream().map(RaftFigure::csv))
                .toList();
    }

    @Override
    List<String> table(List<RaftFigure> figures) throws IOException {
        Path disk = data.orElse(Path.of(System.getProperty("java.io.tmpdir")));
        return Stream.concat(RaftTable.lines(figures).stream(), Stream.of("", Machine.line(disk)))
                .toList();
    }
}
