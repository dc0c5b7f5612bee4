package dev.polder.agent;

import dev.polder.wire.proto.Mesos.TaskStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When pending updates are sent: of each task the oldest, again and again until it is acknowledged, so that updates arrive
 * in order. Nothing is sent while the agent is not registered; at each registration everything is outstanding anew.
 *
 * <p>Holds no update; what is pending stands in {@link AgentTask}. Owned by the agent thread.
 */
final class StatusUpdates {
    static final long RESEND_MS_MIN = 10_000;
    static final long RESEND_MS_MAX = 600_000;

    /** A sent update of which nothing was heard yet; {@code order} tells two of the same time apart. */
    private record Outstanding(AgentTask task, long dueMs, long intervalMs, long order) {}

    private final Map<TaskKey, Outstanding> outstanding = new LinkedHashMap<>();
    private final TreeSet<Outstanding> byTime =
            new TreeSet<>(Comparator.comparingLong(Outstanding::dueMs).thenComparingLong(Outstanding::order));
    private long orders;
    private boolean registered;

    /** Begins to send; returns the tasks whose {@link AgentTask#head()} is to be sent now. */
    List<AgentTask> registered(long nowMs, Iterable<AgentTask> tasks) {
        paused();
        registered = true;
        List<AgentTask> toSend = new ArrayList<>();
        for (AgentTask task : tasks) {
            if (task.head() != null) {
                put(task, nowMs, RESEND_MS_MIN);
                toSend.add(task);
            }
        }
        return toSend;
    }

    /** Sends no more until the next registration. */
    void paused() {
        registered = false;
        outstanding.clear();
        byTime.clear();
    }

    /**
     * A task's pending updates have changed: one was added, or the oldest acknowledged. Returns the one to send now; null
     * if there is none, or an older one is outstanding.
     */
    @Nullable
    TaskStatus changed(long nowMs, AgentTask task, boolean headAcknowledged) {
        if (headAcknowledged) {
            forget(task.key());
        }
        TaskStatus head = task.head();
        if (!registered || head == null || outstanding.containsKey(task.key())) {
            return null;
        }
        put(task, nowMs, RESEND_MS_MIN);
        return head;
    }

    /** A task is forgotten with all its updates. */
    void forget(TaskKey key) {
        Outstanding old = outstanding.remove(key);
        if (old != null) {
            byTime.remove(old);
        }
    }

    /** Returns the tasks whose {@link AgentTask#head()} has waited long enough to be sent again. */
    List<AgentTask> due(long nowMs) {
        List<AgentTask> due = new ArrayList<>();
        while (deadlineMs() <= nowMs) {
            Outstanding first = byTime.first();
            forget(first.task().key());
            put(first.task(), nowMs, Math.min(first.intervalMs() * 2, RESEND_MS_MAX));
            due.add(first.task());
        }
        return due;
    }

    /** Returns when the next update must be sent again; {@link Long#MAX_VALUE} for never. */
    long deadlineMs() {
        return byTime.isEmpty() ? Long.MAX_VALUE : byTime.first().dueMs();
    }

    private void put(AgentTask task, long nowMs, long intervalMs) {
        Outstanding sent = new Outstanding(task, nowMs + intervalMs, intervalMs, orders++);
        outstanding.put(task.key(), sent);
        byTime.add(sent);
    }
}
