package dev.polder.model;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;

/** The loss of an agent or of an executor. Told as a courtesy: what became of the tasks comes as their updates. */
public sealed interface Failure {
    /** Returns where it happened. */
    AgentId agentId();

    /** The agent was removed from the cluster. */
    record AgentLost(AgentId agentId) implements Failure {
        public AgentLost {
            requireNonNull(agentId, "agentId");
        }
    }

    /**
     * An executor ended.
     *
     * @param status its wait status, if known
     */
    record ExecutorTerminated(AgentId agentId, String executorId, OptionalInt status) implements Failure {
        public ExecutorTerminated {
            requireNonNull(agentId, "agentId");
            requireNonNull(executorId, "executorId");
            requireNonNull(status, "status");
        }
    }
}
