package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Containers to look at when their time has come. An entry stays until then, also that of a container which has ended
 * before. Owned by the agent thread.
 */
final class ContainerDeadlines {
    private record Deadline(long ms, long order, ContainerId id) {}

    private final PriorityQueue<Deadline> deadlines =
            new PriorityQueue<>(Comparator.comparingLong(Deadline::ms).thenComparingLong(Deadline::order));
    private long added;

    void add(long ms, ContainerId id) {
        deadlines.add(new Deadline(ms, added++, id));
    }

    /** Returns the first deadline; {@link Long#MAX_VALUE} if there is none. */
    long firstMs() {
        Deadline first = deadlines.peek();
        return first == null ? Long.MAX_VALUE : first.ms();
    }

    ContainerId removeFirst() {
        return deadlines.remove().id();
    }
}
