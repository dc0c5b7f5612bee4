package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.check.CheckKind;
import dev.polder.isolation.check.CheckSpec;
import dev.polder.isolation.engine.DockerTask;
import dev.polder.isolation.fetch.FetchRequest;
import dev.polder.wire.proto.Mesos.ContainerInfo.DockerInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plans tasks with containers of the type DOCKER. */
final class DockerPlan {
    private DockerPlan() {}

    /**
     * Plans one, for an agent that has an engine.
     *
     * @param user who the sandbox belongs to; null for the agent's own account. In the container the image says who it is
     */
    static LaunchPlan of(
            TaskInfo task, ContainerId container, Path sandbox, @Nullable String user, List<FetchRequest> fetches) {
        try {
            refuseChecks(task);
        } catch (IllegalArgumentException e) {
            return LaunchPlanner.invalid(
                    "task '" + task.getTaskId().getValue() + "' cannot be started: " + e.getMessage());
        }
        try {
            TaskDocker docker = TaskDocker.of(task, container, sandbox);
            String program = LaunchPlanner.PROGRAM_OF_IMAGE;
            TaskSpec spec = new TaskSpec(container, program, List.of(program), Map.of(), sandbox, user);
            return new LaunchPlan.Run(
                    ContainerSpec.of(spec, TaskLimits.of(task)).by(new DockerTask(docker.run())),
                    List.of(),
                    fetches,
                    Optional.of(docker.image()));
        } catch (IllegalArgumentException e) {
            return new LaunchPlan.Refuse(
                    TaskState.TASK_FAILED,
                    Reason.REASON_CONTAINER_LAUNCH_FAILED,
                    "Failed to create docker run options: " + e.getMessage(),
                    false);
        }
    }

    /** They would be made where the engine's client is: in this host's network, and in its tree. */
    private static void refuseChecks(TaskInfo task) {
        List<CheckSpec> checks = TaskChecks.of(task);
        if (checks.stream().anyMatch(check -> check.kind() instanceof CheckKind.Command)) {
            throw new IllegalArgumentException("checks by command of containers of type DOCKER are not supported yet");
        }
        if (!checks.isEmpty() && task.getContainer().getDocker().getNetwork() != DockerInfo.Network.HOST) {
            throw new IllegalArgumentException(
                    "checks of containers of type DOCKER are not supported yet unless their network is HOST");
        }
    }
}
