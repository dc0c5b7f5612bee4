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

/** Measures what it takes to start a task, beside the JDK's own way to start a process. */
@Command(
        name = "launch",
        description = {
            "What a launch costs, from the call to the exit code read: CPU time of this JVM and of all it starts, as a"
                    + " control group counts it, so it needs root. Every task is /bin/true; in turns, medians of the rounds.",
            "cost: plain (ProcessBuilder), shim (a task with its checkpoint and exit file), session (a session of its own"
                    + " besides, as every task of a node has), contained (control groups, and namespaces for processes,"
                    + " mounts, shared memory and the host's name), runc (called by hand on a bundle that is ready), oci"
                    + " (control groups, and an image that is here; its ratio is to runc, all others' to plain).",
            "contained-1000: 1,000 contained tasks that sleep are started, all run, all are killed."
        },
        mixinStandardHelpOptions = true)
final class LaunchCommand extends CasesCommand<LaunchFigure> {
    @Option(names = "--data", description = "Where sandboxes and images are; the disk counts. Default: temporary.")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--runtime",
            description =
                    "Where the state of containers is, as a node's runtime-dir. Default: /run or /dev/shm where that is"
                            + " in memory, else with the data.")
    private Optional<Path> runtime = Optional.empty();

    @Option(names = "--quick", description = "A few tasks, once: whether it works, not how fast.")
    private boolean quick;

    @Override
    Map<String, Case<LaunchFigure>> cases(PrintWriter progress) {
        LaunchEffort effort = quick ? LaunchEffort.QUICK : LaunchEffort.FULL;
        Map<String, Case<LaunchFigure>> cases = new LinkedHashMap<>();
        cases.put("cost", () -> new LaunchCostCase(effort, LaunchPlaces.of(data, runtime), progress).measure());
        cases.put(
                ManyContainersCase.NAME,
                () -> new ManyContainersCase(effort, LaunchPlaces.of(data, runtime), progress).measure());
        return cases;
    }

    @Override
    List<String> rows(List<LaunchFigure> figures) {
        return Stream.concat(
                        Stream.of(LaunchFigure.CSV_HEADER), figures.stream().map(LaunchFigure::csv))
                .toList();
    }

    @Override
    List<String> table(List<LaunchFigure> figures) throws IOException {
        Path disk = data.orElse(Path.of(System.getProperty("java.io.tmpdir")));
        return Stream.concat(figures.stream().map(LaunchFigure::line), Stream.of("", Machine.line(disk)))
                .toList();
    }
}
