package dev.polder.master;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps the records of completed tasks in the heap, all that the state has not forgotten. */
public final class HeapCompletedTasks implements CompletedTasks {
    private final Map<Long, TaskRecord> tasks = new ConcurrentHashMap<>();

    @Override
    public void keep(long sequence, TaskRecord task) {
        tasks.put(sequence, task);
    }

    @Override
    public void forget(long sequence) {
        tasks.remove(sequence);
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
