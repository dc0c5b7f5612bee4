package dev.polder.api;

import dev.polder.master.AgentRecord;
import dev.polder.master.MasterView;
import dev.polder.master.TaskRecord;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskState;
import dev.polder.wire.proto.Mesos.Offer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tasks of a view by framework, and what is used and offered by framework and by agent. Built in one pass, then read only. */
final class ViewSums {
    private final Map<FrameworkId, List<TaskRecord>> tasks = new HashMap<>();
    private final Map<FrameworkId, List<TaskRecord>> unreachableTasks = new HashMap<>();
    private final Map<FrameworkId, List<MasterView.Completed>> completedTasks = new HashMap<>();
    private final Map<Object, ResourceTotals> used = new HashMap<>();
    private final Map<Object, ResourceTotals> offered = new HashMap<>();
    private final Map<FrameworkId, ResourceTotals> held = new HashMap<>();
    private final Map<TaskState, Long> byState = new EnumMap<>(TaskState.class);
    private final ResourceTotals total = new ResourceTotals();
    private final ResourceTotals totalUsed = new ResourceTotals();

    private ViewSums() {}

    static ViewSums of(MasterView view) {
        ViewSums sums = new ViewSums();
        view.tasks().forEach(sums::add);
        List<MasterView.Completed> completed = new ArrayList<>();
        view.completedTasks().forEach(completed::add);
        completed.sort(Comparator.comparingLong(MasterView.Completed::sequence));
        for (MasterView.Completed one : completed) {
            sums.completedTasks
                    .computeIfAbsent(one.frameworkId(), any -> new ArrayList<>())
                    .add(one);
        }
        view.soft().offers().forEach(sums::add);
        for (AgentRecord agent : view.agents()) {
            if (!agent.unreachable()) {
                sums.total.add(agent.info().getResourcesList());
            }
        }
        return sums;
    }

    List<TaskRecord> tasks(FrameworkId framework) {
        return tasks.getOrDefault(framework, List.of());
    }

    List<TaskRecord> unreachableTasks(FrameworkId framework) {
        return unreachableTasks.getOrDefault(framework, List.of());
    }

    /** Oldest first. */
    List<MasterView.Completed> completedTasks(FrameworkId framework) {
        return completedTasks.getOrDefault(framework, List.of());
    }

    ResourceTotals used(FrameworkId framework) {
        return used.getOrDefault(framework, new ResourceTotals());
    }

    ResourceTotals used(AgentId agent) {
        return used.getOrDefault(agent, new ResourceTotals());
    }

    ResourceTotals offered(FrameworkId framework) {
        return offered.getOrDefault(framework, new ResourceTotals());
    }

    ResourceTotals offered(AgentId agent) {
        return offered.getOrDefault(agent, new ResourceTotals());
    }

    /** What is used by the framework or offered to it. */
    ResourceTotals held(FrameworkId framework) {
        return held.getOrDefault(framework, new ResourceTotals());
    }

    /** How many tasks that are not completed have this state. */
    long count(TaskState state) {
        return byState.getOrDefault(state, 0L);
    }

    /** What all reachable agents have. */
    ResourceTotals total() {
        return total;
    }

    /** What all tasks on reachable agents use. */
    ResourceTotals totalUsed() {
        return totalUsed;
    }

    private void add(TaskRecord task) {
        byState.merge(task.state(), 1L, Long::sum);
        boolean unreachable = task.state() == TaskState.TASK_UNREACHABLE;
        (unreachable ? unreachableTasks : tasks)
                .computeIfAbsent(task.frameworkId(), any -> new ArrayList<>())
                .add(task);
        if (task.usesResources() && !unreachable) {
            var resources = task.info().getResourcesList();
            sum(used, task.frameworkId()).add(resources);
            sum(used, task.agentId()).add(resources);
            sum(held, task.frameworkId()).add(resources);
            totalUsed.add(resources);
        }
    }

    private void add(FrameworkId framework, List<Offer> offers) {
        for (Offer offer : offers) {
            var resources = offer.getResourcesList();
            sum(offered, framework).add(resources);
            sum(offered, new AgentId(offer.getAgentId().getValue())).add(resources);
            sum(held, framework).add(resources);
        }
    }

    private static <K> ResourceTotals sum(Map<K, ResourceTotals> sums, K key) {
        return sums.computeIfAbsent(key, any -> new ResourceTotals());
    }
}
