package dev.polder.master;

import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.wire.proto.Mesos;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The whole committed state at one log index, and what only the leader knew then. Immutable; read by any thread.
 *
 * @param index the log index of the last fact in it
 * @param clusterTimeMs the time of that entry, in the cluster's own monotonic time
 * @param nextFramework the number of the next framework
 * @param nextAgent the number of the next agent
 * @param nextCompleted the sequence of the next completed task, which may be more than one above what is remembered
 * @param tasks every task that is not completed: those that run, and ended ones that are not acknowledged yet
 * @param completedTasks of living and completed frameworks
 * @param completedFrameworks oldest first
 */
public record MasterView(
        long term,
        long index,
        long clusterTimeMs,
        long nextFramework,
        long nextAgent,
        long nextCompleted,
        Mesos.MasterInfo master,
        String clusterId,
        long electedWallMs,
        Table.View<AgentRecord> agents,
        Table.View<FrameworkRecord> frameworks,
        Table.View<TaskRecord> tasks,
        Table.View<Completed> completedTasks,
        List<FrameworkRecord> completedFrameworks,
        Soft soft) {
    /** Returns the same view, known to be committed at this index. */
    public MasterView at(long committedIndex) {
        return new MasterView(
                term,
                committedIndex,
                clusterTimeMs,
                nextFramework,
                nextAgent,
                nextCompleted,
                master,
                clusterId,
                electedWallMs,
                agents,
                frameworks,
                tasks,
                completedTasks,
                completedFrameworks,
                soft);
    }

    /**
     * A task that is over and acknowledged, or whose framework is over.
     *
     * @param sequence counts completed tasks up
     */
    public record Completed(long sequence, TaskRecord task) {}

    /**
     * What a leader knows and no log remembers.
     *
     * @param connectedFrameworks those with an open stream
     * @param connectedAgents those with an open connection
     * @param offers open offers by framework, oldest first
     */
    public record Soft(
            Set<FrameworkId> connectedFrameworks,
            Set<AgentId> connectedAgents,
            Map<FrameworkId, List<Mesos.Offer>> offers,
            MasterCounters counters) {
        static final Soft NONE =
                new Soft(Set.of(), Set.of(), Map.of(), new MasterCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }
}
