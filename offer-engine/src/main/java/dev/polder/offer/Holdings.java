package dev.polder.offer;

import java.util.Arrays;
import org.agrona.collections.Long2LongHashMap;

/**
 * What each subscription uses on each agent, as columns by slot, found by the pair and listed by agent and by
 * subscription. Never empty. Owned by the engine's thread.
 */
final class Holdings {
    static final int NONE = -1;

    private final FreeList slots = new FreeList();

    /** The slots by pair, but for the first of each agent: most often there is no other, and it is found quicker there. */
    private final Long2LongHashMap byPair = new Long2LongHashMap(NONE);

    private final ResourceColumn amounts = new ResourceColumn();

    /** The subscription and, in the lower half, the agent of each slot. */
    private long[] pairs = {};

    private final Links ofAgent = new Links();
    private final Links ofSubscription = new Links();

    /** Returns the slot of what is used, -1 if nothing is. */
    int find(int onAgent, int itsSubscription) {
        int first = ofAgent.first(onAgent);
        long pair = pair(onAgent, itsSubscription);
        return first == NONE || pairs[first] == pair ? first : (int) byPair.get(pair);
    }

    private static long pair(int onAgent, int itsSubscription) {
        return ((long) itsSubscription << Integer.SIZE) | onAgent;
    }

    void add(int onAgent, int itsSubscription, ResourceColumn more, int row) {
        int known = find(onAgent, itsSubscription);
        if (known != NONE) {
            amounts.add(known, more, row);
            return;
        }
        int slot = slots.take();
        if (slot >= pairs.length) {
            pairs = Arrays.copyOf(pairs, FreeList.rowsFor(slot));
            amounts.ensure(pairs.length - 1);
        }
        pairs[slot] = pair(onAgent, itsSubscription);
        amounts.copy(slot, more, row);
        if (ofAgent.first(onAgent) != NONE) {
            byPair.put(pairs[slot], slot);
        }
        ofAgent.append(onAgent, slot);
        ofSubscription.append(itsSubscription, slot);
    }

    /** Takes away what must be there; ends the holding with the last of it. */
    void subtract(int slot, ResourceColumn less, int row) {
        amounts.subtract(slot, less, row);
        if (amounts.isEmpty(slot)) {
            remove(slot);
        }
    }

    void remove(int slot) {
        int agent = agent(slot);
        boolean wasFirst = ofAgent.first(agent) == slot;
        ofAgent.remove(agent, slot);
        int first = ofAgent.first(agent);
        if (!wasFirst) {
            byPair.remove(pairs[slot]);
        } else if (first != NONE) {
            byPair.remove(pairs[first]);
        }
        ofSubscription.remove(subscription(slot), slot);
        slots.give(slot);
    }

    ResourceColumn amounts() {
        return amounts;
    }

    int agent(int slot) {
        return (int) pairs[slot];
    }

    int subscription(int slot) {
        return (int) (pairs[slot] >>> Integer.SIZE);
    }

    Links ofAgent() {
        return ofAgent;
    }

    Links ofSubscription() {
        return ofSubscription;
    }
}
