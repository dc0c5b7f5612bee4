package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import dev.polder.master.CompletedTasks;
import dev.polder.master.TaskRecord;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps the records of completed tasks for good, so that views can be compared long after. What it is told is committed. */
final class EveryCompletedTask implements CompletedTasks {
    private final Map<Long, TaskRecord> tasks = new HashMap<>();

    @Override
    public void keep(long sequence, TaskRecord task) {
        TaskRecord before = tasks.put(sequence, task);
        check(before == null, () -> "two completed tasks have the sequence " + sequence + ": " + before + ", " + task);
    }

    @Override
    public void forget(long sequence) {
        check(tasks.containsKey(sequence), () -> "forgotten, but never completed: " + sequence);
    }

    @Override
    public void clear() {
        tasks.clear();
    }

    @Override
    public @Nullable TaskRecord find(long sequence) {
        return tasks.get(sequence);
    }
}
