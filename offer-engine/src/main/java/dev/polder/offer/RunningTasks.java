package dev.polder.offer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that run, by agent, and the priorities of roles. Nothing is kept of them unless preemption is on. Owned by the
 * engine's thread.
 */
final class RunningTasks {
    private final Map<Long, RunningTask> byId = new HashMap<>();
    private final Map<Integer, Map<Long, RunningTask>> byAgent = new HashMap<>();

    /** Until when it is waited for them, by id, tasks that were asked to end and have not. */
    private final SortedMap<Long, Long> ending = new TreeMap<>();

    private final Map<String, Integer> priorities = new HashMap<>();

    void add(RunningTask task) {
        byId.put(task.id(), task);
        byAgent.computeIfAbsent(task.agent(), agent -> new LinkedHashMap<>()).put(task.id(), task);
    }

    /** Forgets a task, if it is known. */
    void remove(long id) {
        RunningTask task = byId.remove(id);
        ending.remove(id);
        if (task != null) {
            byAgent.computeIfPresent(task.agent(), (agent, others) -> {
                others.remove(id);
                return others.isEmpty() ? null : others;
            });
        }
    }

    void removeAgent(int agent) {
        List.copyOf(on(agent)).forEach(task -> remove(task.id()));
    }

    void setPriority(String role, int priority) {
        priorities.put(role, priority);
    }

    void clearPriority(String role) {
        priorities.remove(role);
    }

    /** Returns the priority of a role: its own, or that of the nearest one above it, or 0. */
    int priority(String role) {
        for (String at = role; ; at = at.substring(0, at.lastIndexOf('/'))) {
            Integer own = priorities.get(at);
            if (own != null || at.indexOf('/') < 0) {
                return own == null ? 0 : own;
            }
        }
    }

    /** Returns the priority of something under a role that may have one of its own: that of the role is the highest. */
    int priority(OptionalInt own, String role) {
        int ofRole = priority(role);
        return own.isPresent() ? Math.min(own.getAsInt(), ofRole) : ofRole;
    }

    int priority(RunningTask task) {
        return priority(task.priority(), task.role());
    }

    /** Notes that tasks were asked to end, and how long it is waited for them. */
    void setEnding(Collection<Long> ids, long untilMs) {
        ids.forEach(id -> ending.put(id, untilMs));
    }

    /** Tells whether a task was asked to end, and it is still waited for that. */
    boolean isEnding(long nowMs, RunningTask task) {
        Long untilMs = ending.get(task.id());
        return untilMs != null && nowMs < untilMs;
    }

    /** Tells whether there is a task on an agent that was asked to end, and it is still waited for that. */
    boolean hasEnding(long nowMs, int agent) {
        return !ending.isEmpty() && on(agent).stream().anyMatch(task -> isEnding(nowMs, task));
    }

    /** Returns all tasks that were asked to end, in order of id. */
    List<RunningTask> ending() {
        List<RunningTask> all = new ArrayList<>();
        ending.keySet().forEach(id -> all.add(Objects.requireNonNull(byId.get(id))));
        return all;
    }

    @Nullable
    RunningTask find(long id) {
        return byId.get(id);
    }

    /** Tells whether the indexes say the same; for the audit. */
    boolean isConsistent() {
        long there = byAgent.values().stream().mapToLong(Map::size).sum();
        return there == byId.size() && byId.keySet().containsAll(ending.keySet());
    }

    Collection<RunningTask> on(int agent) {
        Map<Long, RunningTask> tasks = byAgent.get(agent);
        return tasks == null ? List.of() : tasks.values();
    }

    /** Tells whether there is a task on an agent that has less than a priority, and was not asked to end. */
    boolean hasBelow(int priority, int agent) {
        for (RunningTask task : on(agent)) {
            if (!ending.containsKey(task.id()) && priority(task) < priority) {
                return true;
            }
        }
        return false;
    }

    /** Returns the tasks on an agent that have less than a priority and were not asked to end, lowest and youngest first. */
    List<RunningTask> below(int priority, int agent) {
        List<RunningTask> below = new ArrayList<>();
        Map<Long, Integer> priorities = new HashMap<>();
        for (RunningTask task : on(agent)) {
            int its = priority(task);
            if (its < priority && !ending.containsKey(task.id())) {
                below.add(task);
                priorities.put(task.id(), its);
            }
        }
        below.sort(Comparator.<RunningTask, Integer>comparing(task -> priorities.get(task.id()))
                .thenComparing(Comparator.comparingLong(RunningTask::startedMs).reversed())
                .thenComparingLong(RunningTask::id));
        return below;
    }
}
