package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collection;
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
    /** A role on an agent. */
    private record Place(int agent, String role) {}

    private final Map<Long, RunningTask> byId = new HashMap<>();
    private final Map<Integer, Map<Long, RunningTask>> byAgent = new HashMap<>();

    /** Until when it is waited for them, by id, tasks that were asked to end and have not. */
    private final SortedMap<Long, Long> asked = new TreeMap<>();

    /** What all tasks of a role on an agent use together. */
    private final Map<Place, Resources> sums = new HashMap<>();

    private final Map<String, Integer> priorities = new HashMap<>();

    void add(RunningTask task) {
        byId.put(task.id(), task);
        byAgent.computeIfAbsent(task.agent(), agent -> new LinkedHashMap<>()).put(task.id(), task);
        sums.merge(new Place(task.agent(), task.role()), task.resources(), Resources::plus);
    }

    /** Forgets a task, if it is known. */
    void remove(long id) {
        RunningTask task = byId.remove(id);
        asked.remove(id);
        if (task != null) {
            sums.computeIfPresent(new Place(task.agent(), task.role()), (place, sum) -> {
                Resources rest = sum.minus(task.resources());
                return rest.isEmpty() ? null : rest;
            });
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
        ids.forEach(id -> asked.put(id, untilMs));
    }

    /** Tells whether a task was asked to end, and it is still waited for that. */
    boolean isEnding(long nowMs, RunningTask task) {
        Long untilMs = asked.get(task.id());
        return untilMs != null && nowMs < untilMs;
    }

    /** Tells whether a task was asked to end, however long ago. */
    boolean isAsked(RunningTask task) {
        return asked.containsKey(task.id());
    }

    /** Returns all tasks that were asked to end, in order of id. */
    List<RunningTask> asked() {
        List<RunningTask> all = new ArrayList<>();
        asked.keySet().forEach(id -> all.add(Objects.requireNonNull(byId.get(id))));
        return all;
    }

    /** Returns what all tasks of a role on an agent use. */
    Resources sum(int agent, String role) {
        return sums.getOrDefault(new Place(agent, role), Resources.EMPTY);
    }

    @Nullable
    RunningTask find(long id) {
        return byId.get(id);
    }

    /** Tells whether the indexes say the same; for the audit. */
    boolean isConsistent() {
        long there = byAgent.values().stream().mapToLong(Map::size).sum();
        Map<Place, Resources> added = new HashMap<>();
        byId.values()
                .forEach(task -> added.merge(new Place(task.agent(), task.role()), task.resources(), Resources::plus));
        return there == byId.size() && byId.keySet().containsAll(asked.keySet()) && added.equals(sums);
    }

    Collection<RunningTask> on(int agent) {
        Map<Long, RunningTask> tasks = byAgent.get(agent);
        return tasks == null ? List.of() : tasks.values();
    }
}
