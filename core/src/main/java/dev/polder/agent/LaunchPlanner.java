package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ImageTask;
import dev.polder.isolation.Privileges;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.host.IsolatorName;
import dev.polder.model.AgentId;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.Environment;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plans one task; used once. */
final class LaunchPlanner {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int NAME_BYTES_MAX = 255;

    /** What is put where a program must stand, though the image is asked for it. */
    static final String PROGRAM_OF_IMAGE = "/bin/sh";

    /** Where a program listens that does not know which addresses its network will give it. */
    private static final String ANY_ADDRESS = "0.0.0.0";

    private final AgentProfile profile;
    private final AgentId agent;
    private final FrameworkInfo framework;
    private final TaskInfo task;
    private final CommandInfo command;
    private final ContainerId container;
    private final TaskFetches fetches;
    private final boolean inImage;

    LaunchPlanner(AgentProfile profile, AgentId agent, FrameworkInfo framework, TaskInfo task, ContainerId container) {
        this.profile = profile;
        this.agent = agent;
        this.framework = framework;
        this.task = task;
        this.command = task.getCommand();
        this.container = container;
        this.fetches = TaskFetches.of(task.getCommand());
        this.inImage = task.getContainer().getMesos().hasImage();
    }

    LaunchPlan plan() {
        String invalid = invalid();
        if (invalid != null) {
            return invalid(invalid);
        }
        Path sandbox = sandbox();
        String user = user();
        if (!user.equals(profile.user()) && !profile.root()) {
            return new LaunchPlan.Refuse(
                    Statuses.stateFor(framework, TaskState.TASK_DROPPED),
                    Reason.REASON_EXECUTOR_TERMINATED,
                    Statuses.sandboxFailure(
                            sandbox,
                            "Failed to chown directory to '" + user + "': the agent runs as '" + profile.user()
                                    + "', and only root may run tasks as another user"),
                    false);
        }
        LaunchPlan.Refuse unsupported = unsupported();
        if (unsupported != null) {
            return unsupported;
        }
        if (TaskDocker.has(task)) {
            return DockerPlan.of(
                    task, container, sandbox, user.equals(profile.user()) ? null : user, fetches.requests());
        }
        Privileges privileges;
        try {
            privileges = TaskPrivileges.of(task.getContainer());
        } catch (IllegalArgumentException e) {
            return notLaunched(String.valueOf(e.getMessage()));
        }
        Optional<IsolatorName> missing = TaskPrivileges.missing(privileges, profile.isolators());
        if (missing.isPresent()) {
            return notLaunched(missing.get() + " is not among the isolators of this agent");
        }
        if (!command.hasValue() && !inImage) {
            return new LaunchPlan.Refuse(
                    TaskState.TASK_FAILED, Reason.REASON_EXECUTOR_TERMINATED, "Executor terminated", true);
        }
        String other = user.equals(profile.user()) ? null : user;
        TaskVolumes volumes;
        try {
            volumes = TaskVolumes.of(
                    task.getContainer().getVolumesList(),
                    profile.volumes(),
                    profile.images().registryDefault());
            // refuses what cannot be had
            TaskNetworks.of(task);
            TaskSeccomp.of(task);
        } catch (IllegalArgumentException e) {
            return notLaunched(String.valueOf(e.getMessage()));
        }
        if (task.getContainer().getLinuxInfo().hasSeccomp()
                && inImage
                && !profile.isolators().contains(IsolatorName.LINUX_SECCOMP)) {
            return notLaunched(IsolatorName.LINUX_SECCOMP + " is not among the isolators of this agent");
        }
        if (TaskNetworks.has(task) && !profile.isolators().contains(IsolatorName.NETWORK_CNI)) {
            return notLaunched(IsolatorName.NETWORK_CNI + " is not among the isolators of this agent");
        }
        try {
            // refuses checks that cannot be done
            TaskChecks.of(task);
            return inImage ? inImage(sandbox, other, privileges, volumes) : inHost(sandbox, other, privileges, volumes);
        } catch (IllegalArgumentException e) {
            return invalid("task '" + task.getTaskId().getValue() + "' cannot be started: " + e.getMessage());
        }
    }

    private LaunchPlan inHost(Path sandbox, @Nullable String user, Privileges privileges, TaskVolumes volumes) {
        Map<String, String> environment = defaults(sandbox, sandbox.toString());
        environment.putAll(variables());
        TaskSpec spec = new TaskSpec(
                container,
                command.getShell() ? "/bin/sh" : command.getValue(),
                arguments(),
                environment,
                sandbox,
                user);
        return new LaunchPlan.Run(container(spec, privileges, volumes), volumes.images(), fetches.requests());
    }

    private ContainerSpec container(TaskSpec spec, Privileges privileges, TaskVolumes volumes) {
        ContainerInfo wanted = task.getContainer();
        return ContainerSpec.of(spec, TaskLimits.of(task))
                .with(privileges)
                .with(volumes.volumes())
                .attachedTo(TaskNetworks.of(task))
                .named(wanted.hasHostname() ? Optional.of(wanted.getHostname()) : Optional.empty());
    }

    private LaunchPlan inImage(Path sandbox, @Nullable String user, Privileges privileges, TaskVolumes volumes) {
        TaskImage image;
        try {
            image = TaskImage.of(
                    task.getContainer().getMesos().getImage(), profile.images().registryDefault());
        } catch (IllegalArgumentException e) {
            return notLaunched(String.valueOf(e.getMessage()));
        }
        TaskSpec spec =
                new TaskSpec(container, PROGRAM_OF_IMAGE, List.of(PROGRAM_OF_IMAGE), variables(), sandbox, user);
        List<TaskImage> images = new ArrayList<>(volumes.images());
        images.add(image);
        ImageTask told = new ImageTask(
                images.size() > 1 ? Optional.of(image.reference().toString()) : Optional.empty(),
                command.getShell(),
                command.hasValue() ? Optional.of(command.getValue()) : Optional.empty(),
                command.getArgumentsList(),
                defaults(sandbox, ImageTask.SANDBOX),
                TaskSeccomp.of(task));
        return new LaunchPlan.Run(container(spec, privileges, volumes).in(told), images, fetches.requests());
    }

    static LaunchPlan.Refuse invalid(String why) {
        return new LaunchPlan.Refuse(TaskState.TASK_ERROR, Reason.REASON_TASK_INVALID, why, false);
    }

    /** What no master should let through: names become directories. Null if all is well. */
    private @Nullable String invalid() {
        if (!isFileName(task.getTaskId().getValue())) {
            return "task id '" + task.getTaskId().getValue() + "' must be usable as a file name";
        }
        if (!isFileName(framework.getId().getValue())) {
            return "framework id '" + framework.getId().getValue() + "' must be usable as a file name";
        }
        if (!task.hasCommand()) {
            return "task '" + task.getTaskId().getValue() + "' has no command; executors are not supported yet";
        }
        if (TaskDocker.has(task) && hasEngine()) {
            return TaskDocker.invalid(task.getContainer())
                    .map(why -> "Task's `ContainerInfo` is invalid: " + why)
                    .orElse(null);
        }
        return null;
    }

    private LaunchPlan.@Nullable Refuse unsupported() {
        ContainerInfo wanted = task.getContainer();
        boolean byDocker = TaskDocker.has(task);
        if (byDocker && !hasEngine()) {
            return new LaunchPlan.Refuse(
                    TaskState.TASK_FAILED,
                    Reason.REASON_EXECUTOR_TERMINATED,
                    "Abnormal executor termination: unknown container",
                    false);
        }
        if (!fetches.mistake().isEmpty()) {
            return notLaunched(Statuses.fetchFailure(container, fetches.mistake()));
        }
        if (command.getEnvironment().getVariablesList().stream()
                .anyMatch(variable -> variable.getType() == Environment.Variable.Type.SECRET)) {
            return notLaunched("secrets in the environment are not supported yet");
        }
        if (inImage && !profile.images().refusal().isEmpty()) {
            return notLaunched(
                    "images do not run on this agent: " + profile.images().refusal());
        }
        if (wanted.hasHostname() && !byDocker && !TaskNetworks.has(task)) {
            return notLaunched("hostnames of containers in the host's network are not supported yet");
        }
        String feature = byDocker ? null : unsupportedFeature(wanted);
        return feature == null ? null : notLaunched(feature + " of a container are not supported yet");
    }

    private boolean hasEngine() {
        return profile.isolators().contains(IsolatorName.DOCKER);
    }

    /** Limits and isolation that were asked for are never left out silently. */
    private static @Nullable String unsupportedFeature(ContainerInfo wanted) {
        String unsupported = TaskPrivileges.unsupported(wanted.getLinuxInfo());
        if (unsupported != null) {
            return unsupported;
        }
        return wanted.hasTtyInfo() ? "tty_info" : null;
    }

    private static LaunchPlan.Refuse notLaunched(String why) {
        return new LaunchPlan.Refuse(
                TaskState.TASK_FAILED, Reason.REASON_CONTAINER_LAUNCH_FAILED, Statuses.launchFailure(why), false);
    }

    private Path sandbox() {
        return profile.sandboxes()
                .resolve("slaves")
                .resolve(agent.value())
                .resolve("frameworks")
                .resolve(framework.getId().getValue())
                .resolve("executors")
                .resolve(task.getTaskId().getValue())
                .resolve("runs")
                .resolve(container.toString());
    }

    /** An empty name is the node's own account, which is what Mesos's scheduler drivers make of it. */
    private String user() {
        String user = command.getUser().isEmpty() ? framework.getUser() : command.getUser();
        return user.isEmpty() ? profile.user() : user;
    }

    private List<String> arguments() {
        if (command.getShell()) {
            return List.of("sh", "-c", command.getValue());
        }
        return command.getArgumentsCount() > 0 ? List.copyOf(command.getArgumentsList()) : List.of(command.getValue());
    }

    /**
     * What Mesos gives a command, without what only its executor needs; the image's variables win, and the task's own over
     * all.
     *
     * @param seen the sandbox, as the task sees it
     */
    private Map<String, String> defaults(Path sandbox, String seen) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", PATH);
        environment.put("LIBPROCESS_IP", TaskNetworks.has(task) ? ANY_ADDRESS : profile.ip());
        environment.put("MESOS_AGENT_ENDPOINT", endpoint());
        environment.put("MESOS_ALLOCATION_ROLE", role());
        environment.put("MESOS_DIRECTORY", sandbox.toString());
        environment.put("MESOS_EXECUTOR_ID", task.getTaskId().getValue());
        environment.put("MESOS_FRAMEWORK_ID", framework.getId().getValue());
        environment.put("MESOS_SANDBOX", seen);
        environment.put("MESOS_SLAVE_ID", agent.value());
        return environment;
    }

    private Map<String, String> variables() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (Environment.Variable variable : command.getEnvironment().getVariablesList()) {
            environment.put(variable.getName(), variable.getValue());
        }
        return environment;
    }

    private String endpoint() {
        String host = profile.ip().indexOf(':') < 0 ? profile.ip() : "[" + profile.ip() + "]";
        return host + ":" + profile.info().getPort();
    }

    private String role() {
        return task.getResourcesCount() > 0
                ? task.getResources(0).getAllocationInfo().getRole()
                : "*";
    }

    private static boolean isFileName(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }
}
