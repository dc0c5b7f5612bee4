package dev.polder.offer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that run, by agent, and the priorities of roles. Nothing is kept of them unless preemption is on. Owned by the
 * engine's thread.
 */
final class RunningTasks {
    private final Map<Long, RunningTask> byId = new HashMap<>();
    private final Map<Integer, Map<Long, RunningTask>> byAgent = new HashMap<>();

    /** Tasks that were asked to be ended and have not ended yet. */
    private final Set<Long> ending = new TreeSet<>();

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
        if (priority == 0) {
            priorities.remove(role);
        } else {
            priorities.put(role, priority);
        }
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

    int priority(RunningTask task) {
        return task.priority().orElseGet(() -> priority(task.role()));
    }

    void setEnding(Collection<Long> ids) {
        ending.addAll(ids);
    }

    boolean isEnding(RunningTask task) {
        return ending.contains(task.id());
    }

    @Nullable
    RunningTask find(long id) {
        return byId.get(id);
    }

    Collection<RunningTask> on(int agent) {
        Map<Long, RunningTask> tasks = byAgent.get(agent);
        return tasks == null ? List.of() : tasks.values();
    }

    /** Tells whether there is a task on an agent that has less than a priority, or is ending. */
    boolean hasBelowOrEnding(int priority, int agent) {
        for (RunningTask task : on(agent)) {
            if (priority(task) < priority || isEnding(task)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the tasks on an agent that have less than a priority and are not ending already, lowest and youngest first. */
    List<RunningTask> below(int priority, int agent) {
        List<RunningTask> below = new ArrayList<>();
        for (RunningTask task : on(agent)) {
            if (priority(task) < priority && !isEnding(task)) {
                below.add(task);
            }
        }
        below.sort((one, other) -> {
            int byPriority = Integer.compare(priority(one), priority(other));
            int byAge = Long.compare(other.startedMs(), one.startedMs());
            return byPriority != 0 ? byPriority : byAge != 0 ? byAge : Long.compare(one.id(), other.id());
        });
        return below;
    }
}
