package dev.polder.isolation.gpu;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which container holds which processors, by their indexes. Any thread may call. */
final class HeldGpus {
    private final List<Integer> all;
    private final Map<ContainerId, Set<Integer>> held = new HashMap<>();

    HeldGpus(Collection<Integer> all) {
        this.all = all.stream().sorted().toList();
    }

    /**
     * Returns so many that nobody holds, the lowest first, which the container holds from now on.
     *
     * @throws IOException if there are not so many, in words for the task's owner
     */
    synchronized List<Integer> take(ContainerId id, int count) throws IOException {
        Set<Integer> taken = new HashSet<>();
        held.values().forEach(taken::addAll);
        List<Integer> free =
                all.stream().filter(index -> !taken.contains(index)).toList();
        if (free.size() < count) {
            throw new IOException("Requested " + count + " gpus but only " + free.size() + " available");
        }
        List<Integer> chosen = free.subList(0, count);
        held.put(id, Set.copyOf(chosen));
        return chosen;
    }

    /** The container holds these, as it did before a restart. */
    synchronized void hold(ContainerId id, Collection<Integer> indexes) {
        held.put(id, Set.copyOf(indexes));
    }

    /** The container holds nothing any more. */
    synchronized void release(ContainerId id) {
        held.remove(id);
    }
}
