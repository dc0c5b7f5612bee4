package dev.polder.master;

import dev.polder.model.AgentId;
import dev.polder.model.Names;
import dev.polder.model.TaskId;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.CheckRules;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.VariableRules;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.TaskInfo;
import org.jspecify.annotations.Nullable;

/** What a task must be like to be launched. Words name the thing, the value and the rule. */
final class TaskRules {
    private TaskRules() {}

    /** A task that may be launched, with the allocation written into its resources; or why it may not. */
    sealed interface Verdict {
        /** It may. */
        record Launchable(TaskInfo task, Resources resources) implements Verdict {}

        /** It may not. */
        record Refused(String why) implements Verdict {}
    }

    /**
     * Judges one task of an ACCEPT.
     *
     * @param available what is left of the offers
     */
    static Verdict judge(TaskInfo task, AgentId agent, String role, Resources available, boolean idTaken) {
        String problem = problemOfIdentity(task, agent, idTaken);
        if (problem == null) {
            problem = problemOfWhatItRuns(task);
        }
        if (problem == null) {
            problem = problemOfTimes(task);
        }
        if (problem != null) {
            return new Verdict.Refused(problem);
        }
        return judgeResources(task, role, available);
    }

    private static Verdict judgeResources(TaskInfo task, String role, Resources available) {
        if (task.getResourcesCount() == 0) {
            return new Verdict.Refused("task '" + task.getTaskId().getValue() + "': uses no resources");
        }
        TaskInfo.Builder allocated = task.toBuilder().clearResources();
        for (Mesos.Resource resource : task.getResourcesList()) {
            if (resource.hasAllocationInfo()
                    && !resource.getAllocationInfo().getRole().equals(role)) {
                return new Verdict.Refused("resource '" + resource.getName() + "': allocated to role '"
                        + resource.getAllocationInfo().getRole() + "', but the offer is for role '" + role + "'");
            }
            allocated.addResources(resource.toBuilder()
                    .setAllocationInfo(
                            Mesos.Resource.AllocationInfo.newBuilder().setRole(role)));
        }
        Resources wanted;
        try {
            wanted = ResourceCodec.amounts(task.getResourcesList());
        } catch (IllegalArgumentException e) {
            return new Verdict.Refused("task '" + task.getTaskId().getValue() + "': " + e.getMessage());
        }
        if (!available.covers(wanted)) {
            return new Verdict.Refused("task '" + task.getTaskId().getValue() + "': needs " + wanted + ", but "
                    + available + " is left of the offer");
        }
        return new Verdict.Launchable(allocated.build(), wanted);
    }

    private static @Nullable String problemOfIdentity(TaskInfo task, AgentId agent, boolean idTaken) {
        String id = task.getTaskId().getValue();
        String problem = Names.problemOfId("task_id", id);
        if (problem != null) {
            return problem;
        }
        if (idTaken) {
            return "task '" + id + "': the framework has a task of this id already";
        }
        if (!task.getAgentId().getValue().equals(agent.value())) {
            return "task '" + id + "': for agent '" + task.getAgentId().getValue() + "', but the offer is of agent '"
                    + agent + "'";
        }
        return null;
    }

    private static @Nullable String problemOfWhatItRuns(TaskInfo task) {
        String id = task.getTaskId().getValue();
        if (task.hasExecutor() == task.hasCommand()) {
            return "task '" + id + "': exactly one of 'command' and 'executor' must be set";
        }
        if (task.hasExecutor()) {
            return "task '" + id + "': executors are not supported yet";
        }
        for (Mesos.Volume volume : task.getContainer().getVolumesList()) {
            int sources = (volume.hasHostPath() ? 1 : 0) + (volume.hasImage() ? 1 : 0) + (volume.hasSource() ? 1 : 0);
            if (sources != 1) {
                return "task '" + id + "': volume '" + volume.getContainerPath() + "' has " + sources
                        + " of 'host_path', 'image' and 'source'; exactly one is needed";
            }
        }
        if (task.getLimitsCount() > 0) {
            return "task '" + id + "': limits are not supported yet";
        }
        String problem = VariableRules.problem(task.getCommand().getEnvironment());
        if (problem == null) {
            problem = CheckRules.problem(task);
        }
        return problem == null ? null : "task '" + id + "': " + problem;
    }

    private static @Nullable String problemOfTimes(TaskInfo task) {
        String id = task.getTaskId().getValue();
        long grace = task.getKillPolicy().getGracePeriod().getNanoseconds();
        if (grace < 0) {
            return "task '" + id + "': kill_policy.grace_period " + grace + " ns is negative";
        }
        long most = task.getMaxCompletionTime().getNanoseconds();
        return most < 0 ? "task '" + id + "': max_completion_time " + most + " ns is negative" : null;
    }

    /** Returns the task's id as the model has it. */
    static TaskId idOf(TaskInfo task) {
        return new TaskId(task.getTaskId().getValue());
    }
}
