package dev.polder.benchmarks;

import dev.polder.ClusterNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One node of a cluster of several JVMs, until its standard input ends; then it writes what it has recorded. */
@Command(name = NodeCommand.NAME, hidden = true)
final class NodeCommand implements Callable<Integer> {
    static final String NAME = "node";
    /** What a node says when it is ready. */
    static final String READY = "ready";

    private static final Duration READY_PATIENCE = Duration.ofSeconds(30);

    @Option(names = "--directory", required = true)
    private Path directory = Path.of("");

    @Option(names = "--raft-port", required = true)
    private int raftPort;

    @Option(names = "--master-port", required = true)
    private int masterPort;

    @Option(names = "--seeds", required = true, split = ",")
    private String[] seeds = {};

    @Option(names = "--cpus", required = true)
    private int cpus;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (Recording recording = Recording.start();
                ClusterNode node = ClusterNode.start(config -> config.name("bench-" + raftPort)
                        .dataDir(directory.resolve("data"))
                        .seeds(seeds)
                        .raftPort(raftPort)
                        .masterPort(masterPort)
                        .resources("cpus:" + cpus + ";mem:65536;disk:65536"))) {
            node.awaitReady(READY_PATIENCE);
            spec.commandLine().getOut().println(READY);
            while (System.in.read() >= 0) {
                // until it ends
            }
            recording.dump(recordingOf(directory));
        }
        return 0;
    }

    static Path recordingOf(Path directory) {
        return directory.resolve("node.jfr");
    }
}
