package dev.polder.api;

import dev.polder.master.AgentRecord;
import dev.polder.master.MasterCounters;
import dev.polder.master.MasterView;
import dev.polder.model.TaskState;
import java.util.List;
import java.util.Map;

/** What a view of the leading master says in numbers, under Mesos's names. */
final class MasterMetrics {
    private MasterMetrics() {}

    static void putAll(MasterView view, Map<String, Double> metrics) {
        agents(view, metrics);
        frameworks(view, metrics);
        ViewSums sums = ViewSums.of(view);
        tasks(view.soft().counters(), sums, metrics);
        calls(view, metrics);
        for (String name : List.of("cpus", "gpus", "mem", "disk")) {
            long total = sums.total().scalar(name);
            long used = sums.totalUsed().scalar(name);
            metrics.put("master/" + name + "_total", total / 1000.0);
            metrics.put("master/" + name + "_used", used / 1000.0);
            metrics.put("master/" + name + "_percent", total == 0 ? 0 : (double) used / total);
        }
    }

    private static void agents(MasterView view, Map<String, Double> metrics) {
        int reachable = 0;
        int connected = 0;
        for (AgentRecord agent : view.agents()) {
            if (!agent.unreachable()) {
                reachable++;
                connected += view.soft().connectedAgents().contains(agent.id()) ? 1 : 0;
            }
        }
        put(metrics, "slaves_connected", connected);
        put(metrics, "slaves_disconnected", reachable - connected);
        put(metrics, "slaves_active", connected);
        put(metrics, "slaves_inactive", reachable - connected);
        put(metrics, "slaves_unreachable", view.agents().size() - reachable);
    }

    private static void frameworks(MasterView view, Map<String, Double> metrics) {
        int connected = view.soft().connectedFrameworks().size();
        int disconnected = view.frameworks().size() - connected;
        put(metrics, "frameworks_connected", connected);
        put(metrics, "frameworks_disconnected", disconnected);
        put(metrics, "frameworks_active", connected);
        put(metrics, "frameworks_inactive", disconnected);
    }

    private static void tasks(MasterCounters counters, ViewSums sums, Map<String, Double> metrics) {
        put(metrics, "tasks_staging", sums.count(TaskState.TASK_STAGING));
        put(metrics, "tasks_starting", sums.count(TaskState.TASK_STARTING));
        put(metrics, "tasks_running", sums.count(TaskState.TASK_RUNNING));
        put(metrics, "tasks_killing", sums.count(TaskState.TASK_KILLING));
        put(metrics, "tasks_unreachable", sums.count(TaskState.TASK_UNREACHABLE));
        put(metrics, "tasks_finished", counters.tasksFinished());
        put(metrics, "tasks_failed", counters.tasksFailed());
        put(metrics, "tasks_killed", counters.tasksKilled());
        put(metrics, "tasks_lost", counters.tasksLost());
        put(metrics, "tasks_error", counters.tasksError());
    }

    /** Mesos has no counter of launched tasks, of sent and rescinded offers or of invalid calls: those names are ours. */
    private static void calls(MasterView view, Map<String, Double> metrics) {
        MasterCounters counters = view.soft().counters();
        put(metrics, "messages_status_update", counters.statusUpdates());
        put(metrics, "messages_status_update_acknowledgement", counters.acknowledgements());
        put(
                metrics,
                "outstanding_offers",
                view.soft().offers().values().stream().mapToInt(List::size).sum());
        metrics.put("polder/master/tasks_launched", (double) counters.tasksLaunched());
        metrics.put("polder/master/offers_sent", (double) counters.offersSent());
        metrics.put("polder/master/offers_declined", (double) counters.offersDeclined());
        metrics.put("polder/master/offers_rescinded", (double) counters.offersRescinded());
        metrics.put("polder/master/invalid_calls", (double) counters.invalidCalls());
    }

    private static void put(Map<String, Double> metrics, String name, long value) {
        metrics.put("master/" + name, (double) value);
    }
}
