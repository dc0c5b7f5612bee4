package dev.polder.master;

import com.google.protobuf.ByteString;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.wire.proto.Mesos;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The whole committed state at one log index, and what only the leader knew then. Immutable but for the records of
 * completed tasks, which lie elsewhere and may be gone; read by any thread.
 *
 * @param index the log index of the last fact in it
 * @param clusterTimeMs the time of that entry, in the cluster's own monotonic time
 * @param nextFramework the number of the next framework
 * @param nextAgent the number of the next agent
 * @param nextCompleted the sequence of the next completed task, which may be more than one above what is remembered
 * @param tasks every task that is not completed: those that run, and ended ones that are not acknowledged yet
 * @param completedTasks of living and completed frameworks
 * @param completedRecords where the records of the completed tasks are
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
        CompletedTasks completedRecords,
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
                completedRecords,
                completedFrameworks,
                soft);
    }

    /** Returns the record of a completed task; empty if it was forgotten since, or is lost. */
    public Optional<TaskRecord> recordOf(Completed completed) {
        return Optional.ofNullable(completedRecords.find(completed.sequence())).filter(completed::isOf);
    }

    /**
     * A task that is over and acknowledged, or whose framework is over: what is remembered of it to decide with.
     *
     * @param sequence counts completed tasks up
     * @param state its last one
     * @param uuids of the updates that are remembered: by them a repeated one is known
     */
    public record Completed(
            long sequence,
            FrameworkId frameworkId,
            TaskId taskId,
            AgentId agentId,
            TaskState state,
            List<ByteString> uuids) {
        /** Returns what is remembered of a task that is over. */
        public static Completed of(long sequence, TaskRecord task) {
            return new Completed(
                    sequence,
                    task.frameworkId(),
                    task.id(),
                    task.agentId(),
                    task.state(),
                    task.statuses().stream()
                            .filter(Mesos.TaskStatus::hasUuid)
                            .map(Mesos.TaskStatus::getUuid)
                            .toList());
        }

        /** Tells whether a record is this task's. */
        boolean isOf(TaskRecord task) {
            return equals(of(sequence, task));
        }
    }

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
