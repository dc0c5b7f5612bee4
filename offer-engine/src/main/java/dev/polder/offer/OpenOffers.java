package dev.polder.offer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Open offers by id, by framework and by agent, each in the order in which they were made. Owned by the engine's
 * thread. Bounded by what there is to offer: an offer is never empty, and none overlaps another.
 */
final class OpenOffers {
    private final Long2ObjectHashMap<Deadline.OpenOffer> byId = new Long2ObjectHashMap<>();
    private final List<Set<Deadline.OpenOffer>> byFramework = new ArrayList<>();
    private final List<Set<Deadline.OpenOffer>> byAgent = new ArrayList<>();

    void add(Deadline.OpenOffer open) {
        byId.put(open.offer.id(), open);
        at(byFramework, open.offer.framework()).add(open);
        at(byAgent, open.offer.agent()).add(open);
    }

    void remove(Deadline.OpenOffer open) {
        byId.remove(open.offer.id());
        at(byFramework, open.offer.framework()).remove(open);
        at(byAgent, open.offer.agent()).remove(open);
    }

    int size() {
        return byId.size();
    }

    Deadline.@Nullable OpenOffer get(long offerId) {
        return byId.get(offerId);
    }

    /** Returns a framework's offers as they are now. */
    List<Deadline.OpenOffer> ofFramework(int framework) {
        return new ArrayList<>(at(byFramework, framework));
    }

    /** Returns an agent's offers as they are now. */
    List<Deadline.OpenOffer> ofAgent(int agent) {
        return new ArrayList<>(at(byAgent, agent));
    }

    private static Set<Deadline.OpenOffer> at(List<Set<Deadline.OpenOffer>> column, int index) {
        while (column.size() <= index) {
            column.add(new LinkedHashSet<>());
        }
        return column.get(index);
    }
}
