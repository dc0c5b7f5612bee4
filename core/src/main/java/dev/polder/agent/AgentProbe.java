package dev.polder.agent;

import dev.polder.isolation.LaunchProbe;
import dev.polder.model.TaskId;
import java.util.Optional;

/** For tests: stops the agent at one point of a task's life, so that something can be killed just there. */
public interface AgentProbe {
    /** Returns one that never stops anything. */
    static AgentProbe none() {
        return new AgentProbe() {};
    }

    /** Returns what stops launches; empty for nothing. Asked once, at the start. */
    default Optional<LaunchProbe> launches() {
        return Optional.empty();
    }

    /**
     * A task's terminal state is durable, and the master has not been told. Called on the agent's thread, which goes on
     * when this returns.
     */
    default void endNotSent(TaskId task) {}
}
