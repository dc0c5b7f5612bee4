package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.fetch.FetchRequest;
import dev.polder.model.AgentId;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus.Reason;
import java.util.List;
import java.util.Optional;

/** What to do with a task that was accepted: run it, or end it at once. */
sealed interface LaunchPlan {
    /** Make the sandbox, bring images and what is fetched, then launch. */
    record Run(
            ContainerSpec container,
            List<TaskImage> images,
            List<FetchRequest> fetches,
            Optional<TaskDocker.Image> engineImage)
            implements LaunchPlan {
        /** No Docker engine runs it. */
        Run(ContainerSpec container, List<TaskImage> images, List<FetchRequest> fetches) {
            this(container, images, fetches, Optional.empty());
        }

        /** Copies. */
        public Run {
            images = List.copyOf(images);
            fetches = List.copyOf(fetches);
        }
    }

    /**
     * Never launch.
     *
     * @param startingFirst whether the framework sees TASK_STARTING before, as Mesos shows it for a command without a value
     */
    record Refuse(TaskState state, Reason reason, String message, boolean startingFirst) implements LaunchPlan {}

    /** Plans a task. */
    static LaunchPlan of(
            AgentProfile profile, AgentId agent, FrameworkInfo framework, TaskInfo task, ContainerId container) {
        return new LaunchPlanner(profile, agent, framework, task, container).plan();
    }
}
