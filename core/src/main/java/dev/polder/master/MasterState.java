package dev.polder.master;

import static dev.polder.model.InvariantBrokenException.check;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.Facts;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster remembers. Every master applies the same facts in the same order and holds the same state; nothing
 * else changes it. Owned by the master thread; others see {@link MasterView}s.
 *
 * <p>A fact that does not fit the state is a fault of ours and throws before anything was changed.
 */
final class MasterState {
    /** How much history is kept. */
    record Limits(int completedFrameworksMax, int completedTasksPerFrameworkMax) {
        /** As Mesos keeps it. */
        static final Limits DEFAULT = new Limits(50, 1000);
    }

    private final Limits limits;
    private final CompletedTasks completed;
    private final Table<FrameworkRecord> frameworks = new Table<>();
    private final Table<AgentRecord> agents = new Table<>();
    private final Table<TaskRecord> tasks = new Table<>();
    private final Table<MasterView.Completed> completedTasks = new Table<>();

    private final Map<FrameworkId, FrameworkEntry> frameworkEntries = new LinkedHashMap<>();
    private final Map<AgentId, AgentEntry> agentEntries = new LinkedHashMap<>();
    private final Map<String, AgentId> agentsByIncarnation = new HashMap<>();
    /** Removed frameworks, oldest first, with the slots of their completed tasks. */
    private final Map<FrameworkId, CompletedFramework> completedFrameworks = new LinkedHashMap<>();

    private String clusterId = "";
    private Mesos.@Nullable MasterInfo master;
    private long term;
    private long electedWallMs;
    private long clusterTimeMs;
    private long nextFramework;
    private long nextAgent;
    private long nextCompleted;
    /** The sequences of completed tasks that are out of the state, and whose records are to go too. */
    private List<Long> forgotten = new ArrayList<>();

    /** A living framework: its slot, the slots of its tasks, and of its completed tasks, oldest first. */
    private static final class FrameworkEntry {
        final int slot;
        final Map<TaskId, Integer> taskSlots = new LinkedHashMap<>();
        final Deque<Integer> completedSlots = new ArrayDeque<>();
        /** The slots of the completed tasks of each id, oldest first: a framework may use an id again and again. */
        final Map<TaskId, List<Integer>> completedByTask = new HashMap<>();

        FrameworkEntry(int slot) {
            this.slot = slot;
        }

        void addCompleted(TaskId id, int completedSlot) {
            completedByTask.merge(
                    id,
                    List.of(completedSlot),
                    (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
        }

        void removeOldestCompleted(TaskId id) {
            completedByTask.computeIfPresent(
                    id, (key, some) -> some.size() == 1 ? null : List.copyOf(some.subList(1, some.size())));
        }
    }

    /** An agent: its slot, and the slots of the tasks on it. */
    private static final class AgentEntry {
        final int slot;
        final Set<Integer> taskSlots = new LinkedHashSet<>();

        AgentEntry(int slot) {
            this.slot = slot;
        }
    }

    private record CompletedFramework(FrameworkRecord framework, Deque<Integer> completedSlots) {}

    /**
     * Begins with nothing.
     *
     * @param completed keeps the records of completed tasks, and has no say in anything
     */
    MasterState(Limits limits, CompletedTasks completed) {
        this.limits = limits;
        this.completed = completed;
    }

    /** Returns the state that a view shows; the records of its completed tasks are there already. */
    static MasterState of(MasterView view, Limits limits, CompletedTasks completed) {
        MasterState state = new MasterState(limits, completed);
        state.clusterId = view.clusterId();
        state.master = view.master().getId().isEmpty() ? null : view.master();
        state.term = view.term();
        state.electedWallMs = view.electedWallMs();
        state.clusterTimeMs = view.clusterTimeMs();
        state.nextFramework = view.nextFramework();
        state.nextAgent = view.nextAgent();
        state.nextCompleted = view.nextCompleted();
        view.agents().forEach(state::insertAgent);
        view.frameworks().forEach(state::insertFramework);
        for (FrameworkRecord framework : view.completedFrameworks()) {
            state.completedFrameworks.put(framework.id(), new CompletedFramework(framework, new ArrayDeque<>()));
        }
        view.tasks().forEach(state::insertTask);
        List<MasterView.Completed> oldestFirst = new ArrayList<>();
        view.completedTasks().forEach(oldestFirst::add);
        oldestFirst.sort((a, b) -> Long.compare(a.sequence(), b.sequence()));
        for (MasterView.Completed one : oldestFirst) {
            int slot = state.completedTasks.add(one);
            state.completedSlotsOf(one.frameworkId()).add(slot);
            FrameworkEntry living = state.frameworkEntries.get(one.frameworkId());
            if (living != null) {
                living.addCompleted(one.taskId(), slot);
            }
        }
        return state;
    }

    // ---- questions

    String clusterId() {
        return clusterId;
    }

    long term() {
        return term;
    }

    /** Returns the elected master; there is one in every term that serves. */
    Mesos.MasterInfo master() {
        Mesos.MasterInfo elected = master;
        check(elected != null, "no master was elected yet");
        return requireNonNull(elected);
    }

    long clusterTimeMs() {
        return clusterTimeMs;
    }

    /** Returns the id that the next framework without one of its own gets. */
    FrameworkId nextFrameworkId() {
        return new FrameworkId(String.format(Locale.ROOT, "%s-%04d", master().getId(), nextFramework));
    }

    /** Tells whether this master will give the id to a framework later on, unless somebody takes it before. */
    boolean isYetToBeGiven(FrameworkId id) {
        String prefix = master().getId() + "-";
        String number = id.value().startsWith(prefix) ? id.value().substring(prefix.length()) : "";
        return number.matches("\\d{1,18}") && Long.parseLong(number) >= nextFramework;
    }

    /** Returns the id that the next agent gets. */
    AgentId nextAgentId() {
        return new AgentId(master().getId() + "-S" + nextAgent);
    }

    @Nullable
    FrameworkRecord framework(FrameworkId id) {
        FrameworkEntry entry = frameworkEntries.get(id);
        return entry == null ? null : frameworks.get(entry.slot);
    }

    boolean isCompleted(FrameworkId id) {
        return completedFrameworks.containsKey(id);
    }

    /** Returns the ids of the living frameworks in the order in which they came; do not change the state meanwhile. */
    Collection<FrameworkId> frameworkIds() {
        return frameworkEntries.keySet();
    }

    @Nullable
    AgentRecord agent(AgentId id) {
        AgentEntry entry = agentEntries.get(id);
        return entry == null ? null : agents.get(entry.slot);
    }

    /** Returns the agent of a data directory, null if it was never admitted. */
    @Nullable
    AgentId agentOf(String incarnation) {
        return agentsByIncarnation.get(incarnation);
    }

    /** Returns the ids of all agents in the order in which they came; do not change the state meanwhile. */
    Collection<AgentId> agentIds() {
        return agentEntries.keySet();
    }

    @Nullable
    TaskRecord task(FrameworkId frameworkId, TaskId taskId) {
        FrameworkEntry entry = frameworkEntries.get(frameworkId);
        Integer slot = entry == null ? null : entry.taskSlots.get(taskId);
        return slot == null ? null : tasks.get(slot);
    }

    /**
     * Tells whether an update is one of a completed task that had the same id before: its agent repeats it because the
     * acknowledgement was lost. Known as far as completed tasks are remembered.
     */
    boolean isOfFormerRun(TaskRecord task, ByteString uuid) {
        FrameworkEntry entry = frameworkEntries.get(task.frameworkId());
        return entry != null
                && entry.completedByTask.getOrDefault(task.id(), List.of()).stream()
                        .anyMatch(slot -> completedTasks.get(slot).uuids().contains(uuid));
    }

    /** Returns the tasks of a framework that are not completed, in no order that masters agree on. */
    List<TaskRecord> tasksOf(FrameworkId id) {
        FrameworkEntry entry = frameworkEntries.get(id);
        return entry == null
                ? List.of()
                : entry.taskSlots.values().stream().map(tasks::get).toList();
    }

    /** Returns the tasks on an agent that are not completed, in no order that masters agree on. */
    List<TaskRecord> tasksOn(AgentId id) {
        AgentEntry entry = agentEntries.get(id);
        return entry == null
                ? List.of()
                : entry.taskSlots.stream().map(tasks::get).toList();
    }

    /** Takes a view; the soft parts come from the leader. */
    MasterView view(long index, MasterView.Soft soft) {
        return new MasterView(
                term,
                index,
                clusterTimeMs,
                nextFramework,
                nextAgent,
                nextCompleted,
                master == null ? Mesos.MasterInfo.getDefaultInstance() : master,
                clusterId,
                electedWallMs,
                agents.view(),
                frameworks.view(),
                tasks.view(),
                completedTasks.view(),
                completed,
                completedFrameworks.values().stream()
                        .map(CompletedFramework::framework)
                        .toList(),
                soft);
    }

    /** Returns who keeps the records of completed tasks. */
    CompletedTasks completed() {
        return completed;
    }

    /** Returns the sequences whose records are to go once all that was applied is committed, and leaves that to others. */
    List<Long> takeForgotten() {
        List<Long> taken = forgotten;
        forgotten = taken.isEmpty() ? taken : new ArrayList<>();
        return taken;
    }

    /** Lets go of records: all that was applied is committed. */
    void forgetNow() {
        takeForgotten().forEach(completed::forget);
    }

    // ---- facts

    /** Applies a fact that was decided at the given cluster time. */
    void apply(Fact fact, long atMs) {
        switch (fact.getKindCase()) {
            case CLUSTER_FORMED -> clusterFormed(fact.getClusterFormed());
            case MASTER_ELECTED -> masterElected(fact.getMasterElected());
            case CLOCK_ADVANCED -> {
                // the entry's time is all there is to it
            }
            case FRAMEWORK_ADDED -> frameworkAdded(fact.getFrameworkAdded());
            case FRAMEWORK_UPDATED -> frameworkUpdated(fact.getFrameworkUpdated());
            case FRAMEWORK_DISCONNECTED -> frameworkDisconnected(fact.getFrameworkDisconnected());
            case FRAMEWORK_REMOVED -> frameworkRemoved(fact.getFrameworkRemoved());
            case ROLES_SUPPRESSED ->
                suppress(
                        fact.getRolesSuppressed().getFrameworkId(),
                        fact.getRolesSuppressed().getRolesList(),
                        true);
            case ROLES_REVIVED ->
                suppress(
                        fact.getRolesRevived().getFrameworkId(),
                        fact.getRolesRevived().getRolesList(),
                        false);
            case AGENT_ADMITTED -> agentAdmitted(fact.getAgentAdmitted());
            case AGENT_READMITTED -> agentReadmitted(fact.getAgentReadmitted());
            case AGENT_UNREACHABLE -> agentUnreachable(fact.getAgentUnreachable());
            case TASK_LAUNCHED -> taskLaunched(fact.getTaskLaunched());
            case TASK_STATE_CHANGED -> taskStateChanged(fact.getTaskStateChanged());
            case TASK_ACKNOWLEDGED -> taskAcknowledged(fact.getTaskAcknowledged());
            case TASK_KILL_REQUESTED -> taskKillRequested(fact.getTaskKillRequested());
            case KIND_NOT_SET -> check(false, "a fact of a kind that this version does not know: %s", fact);
        }
        clusterTimeMs = Math.max(clusterTimeMs, atMs);
    }

    private void clusterFormed(Facts.ClusterFormed fact) {
        check(clusterId.isEmpty(), "cluster %s formed again as %s", clusterId, fact.getClusterId());
        clusterId = fact.getClusterId();
    }

    private void masterElected(Facts.MasterElected fact) {
        check(fact.getTerm() > term, "master elected in term %d after term %d", fact.getTerm(), term);
        master = fact.getMaster();
        term = fact.getTerm();
        electedWallMs = fact.getWallMs();
    }

    private void frameworkAdded(Facts.FrameworkAdded fact) {
        FrameworkId id = new FrameworkId(fact.getInfo().getId().getValue());
        check(!frameworkEntries.containsKey(id) && !isCompleted(id), "framework %s added again", id);
        insertFramework(new FrameworkRecord(
                id,
                fact.getInfo(),
                List.copyOf(FrameworkRules.rolesOf(fact.getInfo())),
                Set.copyOf(fact.getSuppressedRolesList()),
                fact.getOfferConstraints(),
                fact.getWallMs(),
                0,
                0,
                -1));
        if (fact.getNumbered()) {
            nextFramework++;
        }
    }

    private void frameworkUpdated(Facts.FrameworkUpdated fact) {
        FrameworkEntry entry = requireFramework(fact.getInfo().getId());
        FrameworkRecord old = frameworks.get(entry.slot);
        frameworks.set(
                entry.slot,
                old.withInfo(
                        fact.getInfo(),
                        List.copyOf(FrameworkRules.rolesOf(fact.getInfo())),
                        Set.copyOf(fact.getSuppressedRolesList()),
                        fact.getOfferConstraints(),
                        fact.getWallMs()));
    }

    private void frameworkDisconnected(Facts.FrameworkDisconnected fact) {
        FrameworkEntry entry = requireFramework(fact.getFrameworkId());
        frameworks.set(entry.slot, frameworks.get(entry.slot).withReturnDeadline(fact.getDeadlineMs()));
    }

    private void frameworkRemoved(Facts.FrameworkRemoved fact) {
        FrameworkEntry entry = requireFramework(fact.getFrameworkId());
        // in an order that does not depend on how this master came to its state
        for (TaskId taskId : entry.taskSlots.keySet().stream()
                .sorted(Comparator.comparing(TaskId::value))
                .toList()) {
            TaskRecord task = removeTask(entry, taskId);
            TaskState last = task.state().isTerminal() ? task.state() : TaskState.TASK_KILLED;
            Mesos.TaskStatus status = task.state().isTerminal()
                    ? requireNonNull(task.latest())
                    : Mesos.TaskStatus.newBuilder()
                            .setTaskId(task.info().getTaskId())
                            .setAgentId(task.info().getAgentId())
                            .setState(Mesos.TaskState.TASK_KILLED)
                            .setSource(Mesos.TaskStatus.Source.SOURCE_MASTER)
                            .setReason(Mesos.TaskStatus.Reason.REASON_FRAMEWORK_REMOVED)
                            .setTimestamp(fact.getWallMs() / 1000.0)
                            .build();
            complete(entry, task.with(last, status));
        }
        FrameworkRecord record = frameworks.remove(entry.slot).unregistered(fact.getWallMs());
        frameworkEntries.remove(record.id());
        completedFrameworks.put(record.id(), new CompletedFramework(record, entry.completedSlots));
        while (completedFrameworks.size() > limits.completedFrameworksMax()) {
            FrameworkId oldest = completedFrameworks.keySet().iterator().next();
            requireNonNull(completedFrameworks.remove(oldest)).completedSlots().forEach(this::removeCompleted);
        }
    }

    private void suppress(Mesos.FrameworkID id, List<String> roles, boolean suppressed) {
        FrameworkEntry entry = requireFramework(id);
        FrameworkRecord old = frameworks.get(entry.slot);
        Set<String> now = new LinkedHashSet<>(old.suppressedRoles());
        if (suppressed) {
            now.addAll(roles);
        } else {
            roles.forEach(now::remove);
        }
        frameworks.set(entry.slot, old.withSuppressed(Set.copyOf(now)));
    }

    private void agentAdmitted(Facts.AgentAdmitted fact) {
        AgentId id = new AgentId(fact.getInfo().getId().getValue());
        check(!agentEntries.containsKey(id), "agent %s admitted again", id);
        check(
                !agentsByIncarnation.containsKey(fact.getIncarnation()),
                "agent %s admitted with another's incarnation %s",
                id,
                fact.getIncarnation());
        insertAgent(new AgentRecord(
                id,
                fact.getInfo(),
                ResourceCodec.amounts(fact.getInfo().getResourcesList()),
                fact.getIncarnation(),
                fact.getVersion(),
                fact.getIp(),
                fact.getWallMs(),
                0,
                0));
        nextAgent++;
    }

    private void agentReadmitted(Facts.AgentReadmitted fact) {
        AgentEntry entry = requireAgent(fact.getInfo().getId());
        AgentRecord old = agents.get(entry.slot);
        agents.set(
                entry.slot,
                new AgentRecord(
                        old.id(),
                        fact.getInfo(),
                        ResourceCodec.amounts(fact.getInfo().getResourcesList()),
                        old.incarnation(),
                        fact.getVersion(),
                        fact.getIp(),
                        old.registeredWallMs(),
                        fact.getWallMs(),
                        0));
    }

    private void agentUnreachable(Facts.AgentUnreachable fact) {
        AgentEntry entry = requireAgent(fact.getAgentId());
        AgentRecord old = agents.get(entry.slot);
        check(!old.unreachable(), "agent %s unreachable again", old.id());
        agents.set(
                entry.slot,
                new AgentRecord(
                        old.id(),
                        old.info(),
                        old.total(),
                        old.incarnation(),
                        old.version(),
                        old.ip(),
                        old.registeredWallMs(),
                        old.reregisteredWallMs(),
                        fact.getWallMs()));
    }

    private void taskLaunched(Facts.TaskLaunched fact) {
        FrameworkEntry framework = requireFramework(fact.getFrameworkId());
        TaskId taskId = new TaskId(fact.getTask().getTaskId().getValue());
        check(!framework.taskSlots.containsKey(taskId), "task %s launched again", taskId);
        AgentEntry agent = requireAgent(fact.getTask().getAgentId());
        insertTask(new TaskRecord(
                frameworks.get(framework.slot).id(),
                taskId,
                agents.get(agent.slot).id(),
                fact.getTask(),
                fact.getRole(),
                ResourceCodec.amounts(fact.getTask().getResourcesList()),
                TaskState.TASK_STAGING,
                List.of(),
                null));
    }

    private void taskStateChanged(Facts.TaskStateChanged fact) {
        int slot = requireTask(fact.getFrameworkId(), fact.getStatus().getTaskId());
        TaskRecord old = tasks.get(slot);
        check(!old.state().isTerminal(), "task %s changed after its end", old.id());
        TaskState state = TaskState.valueOf(fact.getStatus().getState().name());
        // an agent that is back says at once which of its tasks go on; what it reports of another one, short of
        // its end, is of the time before, and the resources are somebody else's now
        boolean isPast = old.state() == TaskState.TASK_UNREACHABLE
                && !state.isTerminal()
                && fact.getStatus().hasUuid();
        TaskRecord task = old.with(isPast ? old.state() : state, fact.getStatus());
        tasks.set(slot, task);
        if (state.isTerminal() && !fact.getStatus().hasUuid()) {
            // nobody acknowledges an update without a uuid
            completeLiving(task);
        }
    }

    private void taskAcknowledged(Facts.TaskAcknowledged fact) {
        int slot = requireTask(fact.getFrameworkId(), fact.getTaskId());
        TaskRecord task = tasks.get(slot);
        check(task.state().isTerminal(), "task %s acknowledged as ended in state %s", task.id(), task.state());
        completeLiving(task);
    }

    private void taskKillRequested(Facts.TaskKillRequested fact) {
        int slot = requireTask(fact.getFrameworkId(), fact.getTaskId());
        tasks.set(slot, tasks.get(slot).withKill(fact.getKillPolicy()));
    }

    // ---- tables

    private void insertFramework(FrameworkRecord framework) {
        frameworkEntries.put(framework.id(), new FrameworkEntry(frameworks.add(framework)));
    }

    private void insertAgent(AgentRecord agent) {
        agentEntries.put(agent.id(), new AgentEntry(agents.add(agent)));
        agentsByIncarnation.put(agent.incarnation(), agent.id());
    }

    private void insertTask(TaskRecord task) {
        int slot = tasks.add(task);
        requireNonNull(frameworkEntries.get(task.frameworkId())).taskSlots.put(task.id(), slot);
        requireNonNull(agentEntries.get(task.agentId())).taskSlots.add(slot);
    }

    private TaskRecord removeTask(FrameworkEntry framework, TaskId taskId) {
        Integer slot = framework.taskSlots.remove(taskId);
        check(slot != null, "task %s is not there", taskId);
        TaskRecord task = tasks.remove(requireNonNull(slot));
        requireNonNull(agentEntries.get(task.agentId())).taskSlots.remove(slot);
        return task;
    }

    private void completeLiving(TaskRecord task) {
        FrameworkEntry framework = requireNonNull(frameworkEntries.get(task.frameworkId()));
        removeTask(framework, task.id());
        complete(framework, task);
    }

    private void complete(FrameworkEntry framework, TaskRecord task) {
        completed.keep(nextCompleted, task);
        int slot = completedTasks.add(MasterView.Completed.of(nextCompleted++, task));
        framework.completedSlots.add(slot);
        framework.addCompleted(task.id(), slot);
        while (framework.completedSlots.size() > limits.completedTasksPerFrameworkMax()) {
            Integer oldest = framework.completedSlots.remove();
            framework.removeOldestCompleted(removeCompleted(oldest).taskId());
        }
    }

    private MasterView.Completed removeCompleted(int slot) {
        MasterView.Completed removed = completedTasks.remove(slot);
        forgotten.add(removed.sequence());
        return removed;
    }

    private Deque<Integer> completedSlotsOf(FrameworkId id) {
        FrameworkEntry living = frameworkEntries.get(id);
        return living != null
                ? living.completedSlots
                : requireNonNull(completedFrameworks.get(id)).completedSlots();
    }

    private FrameworkEntry requireFramework(Mesos.FrameworkID id) {
        FrameworkEntry entry = frameworkEntries.get(new FrameworkId(id.getValue()));
        check(entry != null, "framework %s is not there", id.getValue());
        return requireNonNull(entry);
    }

    private AgentEntry requireAgent(Mesos.AgentID id) {
        AgentEntry entry = agentEntries.get(new AgentId(id.getValue()));
        check(entry != null, "agent %s is not there", id.getValue());
        return requireNonNull(entry);
    }

    private int requireTask(Mesos.FrameworkID frameworkId, Mesos.TaskID taskId) {
        Integer slot = requireFramework(frameworkId).taskSlots.get(new TaskId(taskId.getValue()));
        check(slot != null, "task %s of framework %s is not there", taskId.getValue(), frameworkId.getValue());
        return requireNonNull(slot);
    }
}
