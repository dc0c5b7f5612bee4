package dev.polder.agent;

import dev.polder.model.AgentId;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.AgentFacts.ContainerForgotten;
import dev.polder.wire.proto.AgentFacts.FrameworkEnded;
import dev.polder.wire.proto.AgentFacts.Joined;
import dev.polder.wire.proto.AgentFacts.TaskAccepted;
import dev.polder.wire.proto.AgentFacts.TaskKillAccepted;
import dev.polder.wire.proto.AgentFacts.TermSeen;
import dev.polder.wire.proto.AgentFacts.UpdateAcknowledged;
import dev.polder.wire.proto.AgentFacts.UpdateAdded;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.time.Duration;
import java.util.List;

/** Makes the facts of an agent. */
final class NewFact {
    private NewFact() {}

    static AgentFact joined(AgentId agentId, String clusterId) {
        return AgentFact.newBuilder()
                .setJoined(Joined.newBuilder()
                        .setAgentId(Mesos.AgentID.newBuilder().setValue(agentId.value()))
                        .setClusterId(clusterId))
                .build();
    }

    static AgentFact termSeen(long term) {
        return AgentFact.newBuilder()
                .setTermSeen(TermSeen.newBuilder().setTerm(term))
                .build();
    }

    static AgentFact taskAccepted(Mesos.FrameworkInfo framework, Mesos.TaskInfo task, String containerId) {
        return AgentFact.newBuilder()
                .setTaskAccepted(TaskAccepted.newBuilder()
                        .setFramework(framework)
                        .setTask(task)
                        .setContainerId(containerId))
                .build();
    }

    static AgentFact killAccepted(TaskKey key, Duration grace, boolean completionTimeReached) {
        TaskKillAccepted.Builder kill = TaskKillAccepted.newBuilder()
                .setFrameworkId(key.frameworkProto())
                .setTaskId(key.taskProto())
                .setGrace(grace.toNanos());
        if (completionTimeReached) {
            kill.setMaxCompletionTimeReached(true);
        }
        return AgentFact.newBuilder().setTaskKillAccepted(kill).build();
    }

    static AgentFact updateAdded(TaskKey key, TaskStatus status) {
        return AgentFact.newBuilder()
                .setUpdateAdded(UpdateAdded.newBuilder()
                        .setFrameworkId(key.frameworkProto())
                        .setStatus(status))
                .build();
    }

    static AgentFact updateAcknowledged(TaskKey key, TaskStatus status) {
        return AgentFact.newBuilder()
                .setUpdateAcknowledged(UpdateAcknowledged.newBuilder()
                        .setFrameworkId(key.frameworkProto())
                        .setTaskId(key.taskProto())
                        .setUuid(status.getUuid()))
                .build();
    }

    static AgentFact frameworkEnded(Mesos.FrameworkID framework, List<String> containers) {
        return AgentFact.newBuilder()
                .setFrameworkEnded(
                        FrameworkEnded.newBuilder().setFrameworkId(framework).addAllContainerIds(containers))
                .build();
    }

    static AgentFact containerForgotten(String containerId) {
        return AgentFact.newBuilder()
                .setContainerForgotten(ContainerForgotten.newBuilder().setContainerId(containerId))
                .build();
    }
}
