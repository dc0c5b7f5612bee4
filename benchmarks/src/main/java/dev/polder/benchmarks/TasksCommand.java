package dev.polder.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts nodes and runs real tasks. */
@Command(
        name = "tasks",
        description = {
            "start: how long ClusterNode.start() takes until the node is ready, first and later times in one JVM.",
            "launch-only: /bin/true as often as the launcher alone can start it.",
            "one-node: real /bin/true tasks, as many at once as offers allow, framework over HTTP, log forced to disk.",
            "three-nodes: the same on three nodes in three JVMs.",
            "failover: from kill -9 of the leader until a framework is subscribed at the next one."
        },
        mixinStandardHelpOptions = true)
final class TasksCommand implements Callable<Integer> {
    private static final List<String> CASES = List.of("start", "launch-only", "one-node", "three-nodes", "failover");

    @Option(names = "--csv", description = "Rows of case,metric,value,unit in place of a table.")
    private boolean csv;

    @Option(names = "--tasks", defaultValue = "2000", description = "How many tasks (default ${DEFAULT-VALUE}).")
    private int tasks;

    @Option(names = "--kills", defaultValue = "20", description = "How many leaders (default ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--data",
            description = "Where the node keeps its files; the disk counts. Default: a temporary directory.")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--only", split = ",", description = "Which cases, in which order (default: all).")
    private List<String> only = CASES;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter progress = spec.commandLine().getErr();
        for (String name : only) {
            if (!CASES.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(), "--only " + name + ": none of the cases " + String.join(", ", CASES));
            }
        }
        List<Figure> figures = new ArrayList<>();
        for (String name : only) {
            progress.println(name + " ...");
            figures.addAll(measure(name, progress));
        }
        if (csv) {
            out.println(Figure.CSV_HEADER);
        }
        figures.forEach(figure -> out.println(csv ? figure.csv() : figure.line()));
        out.flush();
        return 0;
    }

    private List<Figure> measure(String name, PrintWriter progress) throws IOException, InterruptedException {
        return switch (name) {
            case "start" -> StartCase.measure();
            case "launch-only" -> new LaunchOnlyCase(tasks, data).measure();
            case "one-node" -> new OneNodeCase(tasks, data, progress).measure();
            case "three-nodes" -> new ThreeNodesCase(tasks, data, progress).measure();
            case "failover" -> new FailoverCase(kills, data, progress).measure();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
