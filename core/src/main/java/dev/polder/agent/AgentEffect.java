package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.check.CheckSpec;
import dev.polder.isolation.fetch.FetchRequest;
import dev.polder.model.AgentId;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What must be done once the facts of its turn are durable; never before. An effect may be lost in a crash: frames are
 * made again at the next registration, kills and forgotten containers when the containers are recovered. A
 * lost launch is not repeated; its task is reported as never started.
 */
public sealed interface AgentEffect {
    /** Send a frame, if that connection still stands. */
    record Send(long connection, ToMaster frame) implements AgentEffect {}

    /** End a connection; a new one follows by itself. */
    record EndConnection(long connection, String why) implements AgentEffect {}

    /** The cluster has this agent: its id is durable. */
    record Admitted(AgentId id) implements AgentEffect {}

    /** The cluster does not want this agent. End the connection, tell people, and connect no more. */
    record Refused(String why) implements AgentEffect {}

    /**
     * Make the sandbox of this task, bring its images here and what it wants there; {@code SandboxReady}, {@code
     * SandboxFailed}, {@code PullFailed} or {@code FetchFailed} answers.
     *
     * @param engineImage what a Docker engine is to have; empty if none runs the task
     */
    record PrepareSandbox(
            TaskSpec spec, List<TaskImage> images, List<FetchRequest> fetches, Optional<TaskDocker.Image> engineImage)
            implements AgentEffect {
        /** Copies. */
        public PrepareSandbox {
            images = List.copyOf(images);
            fetches = List.copyOf(fetches);
        }
    }

    /** Bring nothing more for this task, and let go of its images; who answers is not listened to. */
    record StopPreparing(ContainerId id) implements AgentEffect {}

    /** Give the container to the containerizer. */
    record Launch(ContainerSpec container) implements AgentEffect {
        /** Returns what it runs. */
        public TaskSpec spec() {
            return container.task();
        }
    }

    /** Have a container ended. */
    record Kill(ContainerId id, Duration grace) implements AgentEffect {}

    /**
     * Begin to check a container; {@code Checked} tells what comes of it. Made again when the containers are recovered.
     *
     * @param runningFor how long its task has been running, or since when nothing new was told of it
     * @param isHealthKnown whether its health was told before
     */
    record StartChecks(
            ContainerSpec container, long pid, List<CheckSpec> checks, Duration runningFor, boolean isHealthKnown)
            implements AgentEffect {
        /** Copies. */
        public StartChecks {
            checks = List.copyOf(checks);
        }
    }

    /** Check a container no more; one that is killed is not checked any more either. */
    record StopChecks(ContainerId id) implements AgentEffect {}

    /** Have a container forgotten that has ended. */
    record Forget(ContainerId id) implements AgentEffect {}
}
