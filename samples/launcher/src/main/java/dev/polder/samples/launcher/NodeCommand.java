package dev.polder.samples.launcher;

import static java.util.Objects.requireNonNull;

import dev.polder.ClusterConfig;
import dev.polder.ClusterNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code node}: a node until the process is told to end. */
@Command(
        name = "node",
        description = "Run a node until SIGTERM. With --data its tasks go on and are found again at the next start.",
        footer = {
            "",
            "What --set can set, and what would be set: polder.jar node --settings",
            "",
            "A cluster of three machines, the same --seeds on each and its own address:",
            "  polder.jar node --data /var/lib/polder --bind 10.0.0.1 --trust-network \\",
            "      --seeds 10.0.0.1:5052,10.0.0.2:5052,10.0.0.3:5052"
        })
final class NodeCommand implements Callable<Integer> {
    /** So long the first lines wait for a leader to name. */
    private static final Duration READY_WAIT = Duration.ofSeconds(2);

    /** How often it is looked who leads. */
    private static final long LEADER_LOOK_MS = 500;

    /** What the names of settings begin with in files; here they need not. */
    private static final String PREFIX = "polder.";

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Where the node keeps its state (default: a temporary directory, its tasks end with the node)")
    private @Nullable Path data;

    @Option(names = "--name", paramLabel = "NAME", description = "The node's name (default: ${DEFAULT-VALUE})")
    private String name = "polder";

    @Option(
            names = "--seeds",
            paramLabel = "HOST:RAFTPORT,...",
            description = "The masters of the cluster, the same everywhere (default: a cluster of one)")
    private String seeds = "";

    @Option(
            names = "--roles",
            paramLabel = "ROLE,...",
            description = "master, agent or both; only an agent joins by the seeds (default: ${DEFAULT-VALUE})")
    private String roles = "master,agent";

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
            description = "For the other masters; a cluster of one does not open it (default: ${DEFAULT-VALUE})")
    private int raftPort = 5052;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "Where to listen (default: ${DEFAULT-VALUE})")
    private String bind = "127.0.0.1";

    @Option(
            names = "--advertise",
            paramLabel = "HOST",
            description = "Under which address others reach this node (default: that of --bind)")
    private String advertise = "";

    @Option(
            names = "--resources",
            paramLabel = "TEXT",
            description = "What the agent offers, cpus:4;mem:1024 (default: what the machine has)")
    private String resources = "";

    @Option(names = "--attributes", paramLabel = "TEXT", description = "What the agent tells of itself, rack:r1;zone:7")
    private String attributes = "";

    @Option(
            names = "--trust-network",
            description = "Listen beyond this machine although nobody has to prove who he is.")
    private boolean trustNetwork;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any other setting, such as agent-timeout=30s or join=true; may be given several times.")
    private Map<String, String> others = Map.of();

    @Option(names = "--settings", description = "Show all settings with their values, and end.")
    private boolean showSettings;

    @Option(
            names = "--until-eof",
            description = "End when standard input does: for whoever starts a node and must not leave it behind.")
    private boolean untilEof;

    @Override
    public Integer call() throws Exception {
        ClusterConfig config = config();
        if (showSettings) {
            spec.commandLine().getOut().println(config);
            return 0;
        }
        try (Hosted<ClusterNode> hosted = Hosted.start(() -> ClusterNode.start(config), () -> {})) {
            if (untilEof) {
                closeAtEndOfInput(hosted);
            }
            tellLeaders(hosted, describe(hosted.get()));
        } catch (ExecutionException failed) {
            throw new IllegalStateException(requireNonNull(failed.getCause()).getMessage(), failed);
        }
        return 0;
    }

    /** Says what the node is; returns the last line of that, who leads. */
    private String describe(ClusterNode node) {
        IllegalStateException obstacle = null;
        try {
            node.awaitReady(READY_WAIT);
        } catch (IllegalStateException notYet) {
            obstacle = notYet;
        }
        String description = node.describe();
        if (node.closed().isDone()) {
            return lastLine(description); // it was ended, or failed, meanwhile
        }
        System.out.println(description);
        System.out.flush();
        if (obstacle != null) {
            // it goes on trying
            spec.commandLine().getErr().println("polder: " + obstacle.getMessage());
            CompletableFuture<Void> unused = node.ready().thenRun(() -> {
                System.out.println("ready");
                System.out.flush();
            });
        }
        return lastLine(description);
    }

    /**
     * Tells whenever somebody else leads, or nobody, until the node is closed: the shutdown hook does that, and then the
     * process ends; or the node fails.
     */
    private static void tellLeaders(Hosted<ClusterNode> hosted, String first)
            throws InterruptedException, ExecutionException {
        ClusterNode node = hosted.get();
        String told = first;
        while (!isClosedWithin(node, LEADER_LOOK_MS)) {
            String leader = lastLine(node.describe());
            if (!leader.equals(told) && !hosted.isEnding()) {
                System.out.println(leader);
                System.out.flush();
                told = leader;
            }
        }
    }

    private static boolean isClosedWithin(ClusterNode node, long timeMs)
            throws InterruptedException, ExecutionException {
        try {
            node.closed().get(timeMs, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException open) {
            return false;
        }
    }

    private static String lastLine(String lines) {
        return lines.substring(lines.lastIndexOf('\n') + 1);
    }

    private static void closeAtEndOfInput(Hosted<ClusterNode> hosted) {
        Thread reader = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException gone) {
                        // an end, too
                    }
                    try {
                        hosted.close();
                    } catch (RuntimeException failed) {
                        // node.closed() tells it
                    }
                },
                hosted.get().config().name() + "-stdin");
        reader.setDaemon(true);
        reader.start();
    }

    private ClusterConfig config() {
        Properties settings = new Properties();
        for (Map.Entry<String, String> other : others.entrySet()) {
            String key = other.getKey().startsWith(PREFIX) ? other.getKey().substring(PREFIX.length()) : other.getKey();
            if (spec.optionsMap().containsKey("--" + key)) {
                throw new ParameterException(
                        spec.commandLine(), "--set " + other.getKey() + ": has an option of its own, --" + key);
            }
            set(settings, key, other.getValue());
        }
        Path lasting = data;
        if (lasting != null) {
            set(settings, "data-dir", lasting.toString());
            set(settings, "keep-tasks-on-close", "true");
        }
        set(settings, "name", name);
        set(settings, "seeds", seeds);
        set(settings, "roles", roles);
        set(settings, "master-port", Integer.toString(masterPort));
        set(settings, "agent-port", Integer.toString(agentPort));
        set(settings, "raft-port", Integer.toString(raftPort));
        set(settings, "bind", bind);
        set(settings, "advertise", advertise);
        set(settings, "resources", resources);
        set(settings, "attributes", attributes);
        set(settings, "trust-network", Boolean.toString(trustNetwork));
        try {
            return ClusterConfig.from(settings);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static void set(Properties settings, String key, String value) {
        settings.setProperty(PREFIX + key, value);
    }
}
