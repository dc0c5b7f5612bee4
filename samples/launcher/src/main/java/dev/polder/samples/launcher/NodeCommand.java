package dev.polder.samples.launcher;

import static java.util.Objects.requireNonNull;

import dev.polder.ClusterConfig;
import dev.polder.ClusterNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code node}: a node until the process is told to end. */
@Command(
        name = "node",
        description = "Run a node until SIGTERM. Its tasks go on and are found again at the next start.")
final class NodeCommand implements Callable<Integer> {
    /** So long the first lines wait for a leader to name. */
    private static final Duration READY_WAIT = Duration.ofSeconds(10);

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "Where the node keeps its state.")
    private Path data = Path.of("");

    @Option(
            names = "--master-port",
            paramLabel = "PORT",
            description = "For frameworks and operators, 0 = any free one (default: ${DEFAULT-VALUE})")
    private int masterPort = 5050;

    @Option(
            names = "--agent-port",
            paramLabel = "PORT",
            description = "For the agent's own pages, 0 = any free one (default: ${DEFAULT-VALUE})")
    private int agentPort = 5051;

    @Option(
            names = "--raft-port",
            paramLabel = "PORT",
            description = "Kept for the other masters; a cluster of one does not open it (default: ${DEFAULT-VALUE})")
    private int raftPort = 5052;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "Where to listen (default: ${DEFAULT-VALUE})")
    private String bind = "127.0.0.1";

    @Option(
            names = "--trust-network",
            description = "Listen beyond this machine although nobody has to prove who he is.")
    private boolean trustNetwork;

    @Override
    public Integer call() throws Exception {
        ClusterConfig config = config();
        try (HostedNode hosted = HostedNode.start(() -> ClusterNode.start(config), () -> {})) {
            try {
                hosted.node().awaitReady(READY_WAIT);
            } catch (IllegalStateException notYet) {
                // it says so itself, and goes on trying
                spec.commandLine().getErr().println("polder: " + notYet.getMessage());
            }
            System.out.println(hosted.node().describe());
            System.out.flush();
            // the shutdown hook closes the node, and then the process ends; or the node fails
            hosted.node().closed().get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException(requireNonNull(failed.getCause()).getMessage(), failed);
        }
        return 0;
    }

    private ClusterConfig config() {
        try {
            return ClusterConfig.builder()
                    .dataDir(data)
                    .masterPort(masterPort)
                    .agentPort(agentPort)
                    .raftPort(raftPort)
                    .bind(bind)
                    .trustNetwork(trustNetwork)
                    .keepTasksOnClose(true)
                    .build();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }
}
