package dev.polder.master;

import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.wire.proto.Mesos;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The whole committed state at one log index, and the soft state that the leader had then. Immutable; read by any thread.
 *
 * @param index the log index of the last fact in it
 * @param tasks every task that is not completed: those that run, and ended ones that are not acknowledged yet
 * @param completedTasks of living and completed frameworks, oldest first
 * @param completedFrameworks oldest first
 * @param connectedFrameworks those with an open stream
 * @param connectedAgents those with an open connection
 * @param offers open offers by framework, oldest first
 */
public record MasterView(
        long term,
        long index,
        Mesos.MasterInfo master,
        String clusterId,
        long electedWallMs,
        Table.View<AgentRecord> agents,
        Table.View<FrameworkRecord> frameworks,
        Table.View<TaskRecord> tasks,
        List<TaskRecord> completedTasks,
        List<FrameworkRecord> completedFrameworks,
        Set<FrameworkId> connectedFrameworks,
        Set<AgentId> connectedAgents,
        Map<FrameworkId, List<Mesos.Offer>> offers,
        MasterCounters counters) {}
