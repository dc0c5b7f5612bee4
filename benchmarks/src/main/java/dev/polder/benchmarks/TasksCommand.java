package dev.polder.benchmarks;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts nodes and runs real tasks. */
@Command(
        name = "tasks",
        description = {
            "Whole nodes and real tasks, over HTTP and with the log forced to disk.",
            "start: how long ClusterNode.start() takes until the node is ready, first and later times in one JVM.",
            "launch-only: /bin/true as often as the launcher alone can start it.",
            "one-node: real /bin/true tasks, as many at once as offers allow.",
            "three-nodes: the same on three nodes in three JVMs.",
            "failover: from kill -9 of the leader until a framework is subscribed at the next one."
        },
        mixinStandardHelpOptions = true)
final class TasksCommand extends CasesCommand<Figure> {
    @Option(names = "--tasks", defaultValue = "2000", description = "How many tasks (default ${DEFAULT-VALUE}).")
    private int tasks;

    @Option(
            names = "--warm-up",
            defaultValue = "1000",
            description = "How many tasks run before, for each JVM, that do not count (default ${DEFAULT-VALUE}).")
    private int warmUpTasks;

    @Option(names = "--kills", defaultValue = "20", description = "How many leaders (default ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--data",
            description = "Where the node keeps its files; the disk counts. Default: a temporary directory.")
    private Optional<Path> data = Optional.empty();

    @Override
    Map<String, Case<Figure>> cases(PrintWriter progress) {
        Map<String, Case<Figure>> cases = new LinkedHashMap<>();
        cases.put("start", StartCase::measure);
        cases.put("launch-only", () -> new LaunchOnlyCase(tasks, data).measure());
        cases.put("one-node", () -> new OneNodeCase(tasks, warmUpTasks, data, progress).measure());
        cases.put("three-nodes", () -> new ThreeNodesCase(tasks, warmUpTasks, data, progress).measure());
        cases.put("failover", () -> new FailoverCase(kills, data, progress).measure());
        return cases;
    }

    @Override
    List<String> rows(List<Figure> figures) {
        return Stream.concat(Stream.of(Figure.CSV_HEADER), figures.stream().map(Figure::csv))
                .toList();
    }

    @Override
    List<String> table(List<Figure> figures) {
        return figures.stream().map(Figure::line).toList();
    }
}
