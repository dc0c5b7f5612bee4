package dev.polder.agent;

import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.AgentFacts.FrameworkEnded;
import dev.polder.wire.proto.AgentFacts.Joined;
import dev.polder.wire.proto.AgentFacts.TaskAccepted;
import dev.polder.wire.proto.AgentFacts.TaskKillAccepted;
import dev.polder.wire.proto.AgentFacts.UpdateAcknowledged;
import dev.polder.wire.proto.AgentFacts.UpdateAdded;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an agent remembers: who it is, the highest term it obeyed, its tasks with their unacknowledged updates, and the
 * containers of ended frameworks that have not ended yet. The same facts in the same order give the same state. Owned by
 * the agent thread.
 */
public final class AgentState {
    private @Nullable AgentId agentId;
    private @Nullable String clusterId;
    private long term;
    private final Map<TaskKey, AgentTask> tasks = new LinkedHashMap<>();
    private final Map<String, AgentTask> tasksByContainer = new LinkedHashMap<>();
    private final Map<String, FrameworkId> endingContainers = new LinkedHashMap<>();

    /** Remembers nothing yet. */
    public AgentState() {}

    /** Returns the id that the cluster gave; null before the first registration. */
    @Nullable
    AgentId agentId() {
        return agentId;
    }

    /** Returns the id that the cluster gave; only members have tasks. */
    AgentId knownAgentId() {
        if (agentId == null) {
            throw new IllegalStateException("this agent belongs to no cluster yet");
        }
        return agentId;
    }

    /** Returns the cluster that the agent belongs to; null before the first registration. */
    @Nullable
    String clusterId() {
        return clusterId;
    }

    /** Returns the highest term of any leader that gave an order. */
    long term() {
        return term;
    }

    /** Returns the tasks whose terminal state is not yet acknowledged, in the order of their acceptance. */
    Collection<AgentTask> tasks() {
        return Collections.unmodifiableCollection(tasks.values());
    }

    @Nullable
    AgentTask task(TaskKey key) {
        return tasks.get(key);
    }

    @Nullable
    AgentTask taskIn(String containerId) {
        return tasksByContainer.get(containerId);
    }

    /** Returns the containers of ended frameworks that have not ended yet. */
    Collection<String> endingContainers() {
        return Collections.unmodifiableCollection(endingContainers.keySet());
    }

    boolean isEnding(String containerId) {
        return endingContainers.containsKey(containerId);
    }

    /**
     * Changes the state.
     *
     * @throws IllegalStateException if the fact does not follow from those before it
     */
    public void apply(AgentFact fact) {
        switch (fact.getKindCase()) {
            case JOINED -> join(fact.getJoined());
            case TERM_SEEN -> term = Math.max(term, fact.getTermSeen().getTerm());
            case TASK_ACCEPTED -> accept(fact.getTaskAccepted());
            case TASK_KILL_ACCEPTED -> kill(fact.getTaskKillAccepted());
            case UPDATE_ADDED -> add(fact.getUpdateAdded());
            case UPDATE_ACKNOWLEDGED -> acknowledge(fact.getUpdateAcknowledged());
            case FRAMEWORK_ENDED -> end(fact.getFrameworkEnded());
            case CONTAINER_FORGOTTEN ->
                endingContainers.remove(fact.getContainerForgotten().getContainerId());
            case KIND_NOT_SET ->
                throw new IllegalStateException("a fact of a kind that this version does not know: " + fact);
        }
    }

    /** Returns facts that lead from nothing to this state, as few as there can be. */
    public List<AgentFact> facts() {
        List<AgentFact> facts = new ArrayList<>();
        if (agentId != null && clusterId != null) {
            facts.add(NewFact.joined(agentId, clusterId));
        }
        if (term > 0) {
            facts.add(NewFact.termSeen(term));
        }
        endingContainers.forEach((container, framework) -> facts.add(NewFact.frameworkEnded(
                Mesos.FrameworkID.newBuilder().setValue(framework.value()).build(), List.of(container))));
        for (AgentTask task : tasks.values()) {
            addFacts(task, facts);
        }
        return facts;
    }

    private static void addFacts(AgentTask task, List<AgentFact> facts) {
        facts.add(NewFact.taskAccepted(task.framework(), task.info(), task.containerId()));
        TaskStatus newest = task.newest();
        if (newest != null && task.pending().isEmpty()) {
            facts.add(NewFact.updateAdded(task.key(), newest));
            facts.add(NewFact.updateAcknowledged(task.key(), newest));
        }
        for (TaskStatus status : task.pending()) {
            facts.add(NewFact.updateAdded(task.key(), status));
        }
        Duration grace = task.killGrace();
        if (grace != null) {
            facts.add(NewFact.killAccepted(task.key(), grace, task.completionTimeReached()));
        }
    }

    private void join(Joined fact) {
        agentId = new AgentId(fact.getAgentId().getValue());
        clusterId = fact.getClusterId();
    }

    private void accept(TaskAccepted fact) {
        TaskKey key = TaskKey.of(fact.getFramework().getId(), fact.getTask().getTaskId());
        AgentTask task = new AgentTask(key, fact.getFramework(), fact.getTask(), fact.getContainerId());
        if (tasks.putIfAbsent(key, task) != null) {
            throw new IllegalStateException("task " + key + " was accepted twice");
        }
        tasksByContainer.put(fact.getContainerId(), task);
    }

    private void kill(TaskKillAccepted fact) {
        known(TaskKey.of(fact.getFrameworkId(), fact.getTaskId()))
                .kill(Duration.ofNanos(fact.getGrace()), fact.getMaxCompletionTimeReached());
    }

    private void add(UpdateAdded fact) {
        TaskStatus status = fact.getStatus();
        AgentTask task = known(TaskKey.of(fact.getFrameworkId(), status.getTaskId()));
        if (task.isTerminal()) {
            throw new IllegalStateException("task " + task.key() + " has ended in " + task.state()
                    + "; nothing can follow, yet there is " + status.getState());
        }
        task.add(status);
    }

    private void acknowledge(UpdateAcknowledged fact) {
        AgentTask task = known(TaskKey.of(fact.getFrameworkId(), fact.getTaskId()));
        TaskStatus head = task.head();
        if (head == null || !head.getUuid().equals(fact.getUuid())) {
            throw new IllegalStateException("task " + task.key() + " has no such update outstanding: " + fact);
        }
        task.acknowledgeHead();
        if (Statuses.isTerminal(head.getState())) {
            forget(task);
        }
    }

    private void end(FrameworkEnded fact) {
        FrameworkId framework = new FrameworkId(fact.getFrameworkId().getValue());
        for (AgentTask task : tasksOf(framework)) {
            forget(task);
        }
        for (String container : fact.getContainerIdsList()) {
            endingContainers.put(container, framework);
        }
    }

    List<AgentTask> tasksOf(FrameworkId framework) {
        return tasks.values().stream()
                .filter(task -> task.key().framework().equals(framework))
                .toList();
    }

    private void forget(AgentTask task) {
        tasks.remove(task.key());
        tasksByContainer.remove(task.containerId());
    }

    private AgentTask known(TaskKey key) {
        AgentTask task = tasks.get(key);
        if (task == null) {
            throw new IllegalStateException("task " + key + " was never accepted, or is forgotten");
        }
        return task;
    }
}
