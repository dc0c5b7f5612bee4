package dev.polder.samples.launcher;

import dev.polder.ClusterConfig;
import dev.polder.ClusterNode;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code run}: a command as tasks, on a node that lives only for them or on a cluster that there is. */
@Command(
        name = "run",
        description = "Run a command as tasks, on a private node or a cluster, and show what they print.",
        footer = {
            "",
            "One word after -- is a line for /bin/sh, several are a program and its arguments.",
            "The exit code is that of the first task, in order of their numbers, whose is not 0."
        })
final class RunCommand implements Callable<Integer> {
    private static final int INSTANCES_MAX = 1_000;

    /** The private node is the only one. */
    private static final int AGENTS = 1;

    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    /** After so long without a master its user is told what is waited for. */
    private static final Duration MASTER_PATIENCE = Duration.ofSeconds(10);

    private static final FrameworkConfig INTRODUCTION = FrameworkConfig.named("run");

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--cpus",
            paramLabel = "N",
            defaultValue = "0.1",
            description = "CPUs of each task (default: ${DEFAULT-VALUE})")
    private double cpus;

    @Option(
            names = "--mem",
            paramLabel = "MB",
            defaultValue = "32",
            description = "Memory of each task (default: ${DEFAULT-VALUE})")
    private double mem;

    @Option(names = "--instances", paramLabel = "N", description = "How many tasks (default: ${DEFAULT-VALUE})")
    private int instances = 1;

    @Option(
            names = "--connect",
            paramLabel = "MASTER,...",
            description = "Run them on the cluster of these masters, host:port, instead of a private node. It tries"
                    + " until one of them answers.")
    private @Nullable String masters;

    @Parameters(paramLabel = "COMMAND", arity = "1..*", description = "What each task runs.")
    private List<String> command = List.of();

    @Override
    public Integer call() throws Exception {
        List<TaskInfo> tasks = tasks();
        if (masters != null) {
            return runAt(masters, tasks, System.out, System.err);
        }
        try (Hosted<ClusterNode> hosted = Hosted.start(RunCommand::startNode, () -> {})) {
            hosted.get().awaitReady(START_PATIENCE);
            return run(hosted.get(), tasks, System.out, System.err);
        }
    }

    private static ClusterNode startNode() {
        // whatever the tasks print is printed, and their sandboxes go with the node
        return ClusterNode.start(
                ClusterConfig.builder().maxStdoutSize(0).maxStderrSize(0).build());
    }

    /** Runs them on a node of this process and returns the exit code. */
    static int run(ClusterNode node, List<TaskInfo> tasks, PrintStream out, PrintStream err) throws Exception {
        Sandboxes sandboxes = new Sandboxes(node.sandboxes());
        Map<TaskId, TaskStatus> ended;
        try (OutputTail tail = OutputTail.start()) {
            Batch batch = new Batch(
                    List.of(tasks),
                    AGENTS,
                    Batch.Lost.WAIT_OR_FAIL,
                    (task, offer, status) -> sandboxes
                            .of(offer.frameworkId(), status)
                            .ifPresent(directory -> {
                                tail.add(directory.resolve("stdout"), task + " | ", out);
                                tail.add(directory.resolve("stderr"), task + " ! ", err);
                            }));
            try (FrameworkDriver driver = FrameworkDriver.start(batch, INTRODUCTION, node.masterAddress())) {
                driver.join();
            }
            ended = batch.result();
        }
        return exitCode(ended, err);
    }

    /** Runs them on a cluster, wherever it is, and returns the exit code. They end with this process. */
    private int runAt(String cluster, List<TaskInfo> tasks, PrintStream out, PrintStream err) throws Exception {
        Map<TaskId, TaskStatus> ended;
        try (RemoteOutput output = RemoteOutput.start()) {
            Batch batch =
                    new Batch(List.of(tasks), Batch.AGENTS_UNKNOWN, Batch.Lost.WAIT_OR_FAIL, (task, offer, status) -> {
                        output.follow(task.value(), offer, status, out, err);
                        if (status.state() == TaskState.TASK_UNREACHABLE) {
                            err.println("polder: " + status + "; it may still run, waiting for its agent");
                        }
                    });
            try (FrameworkDriver driver = connect(batch, cluster)) {
                if (!driver.join(MASTER_PATIENCE) && driver.frameworkId().isEmpty()) {
                    String obstacle = driver.obstacle();
                    err.println("polder: no leading master answers at " + cluster + " yet, still trying"
                            + (obstacle.isEmpty() ? "" : ": " + obstacle));
                }
                driver.join();
            }
            ended = batch.result();
        }
        return exitCode(ended, err);
    }

    private FrameworkDriver connect(Batch batch, String cluster) {
        try {
            return FrameworkDriver.start(batch, INTRODUCTION, cluster);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static int exitCode(Map<TaskId, TaskStatus> ended, PrintStream err) {
        ended.values().stream()
                .filter(status -> status.exitCode().isEmpty())
                .forEach(status -> err.println("polder: " + status));
        return ExitCodes.of(ended.values());
    }

    private List<TaskInfo> tasks() {
        if (instances < 1 || instances > INSTANCES_MAX) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--instances': " + instances + ", allowed is 1 to " + INSTANCES_MAX);
        }
        List<TaskInfo> tasks = new ArrayList<>();
        for (int i = 1; i <= instances; i++) {
            TaskInfo.Builder task = TaskInfo.builder("run-" + i).name(command.get(0));
            if (command.size() == 1) {
                task.shell(command.get(0));
            } else {
                task.command(command.get(0), command.subList(1, command.size()).toArray(new String[0]));
            }
            try {
                tasks.add(task.cpus(cpus).mem(mem).build());
            } catch (IllegalArgumentException wrong) {
                throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
            }
        }
        return tasks;
    }
}
