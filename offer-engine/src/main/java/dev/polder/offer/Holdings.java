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
    private final Long2LongHashMap byPair = new Long2LongHashMap(NONE);
    private final ResourceColumn amounts = new ResourceColumn();
    private int[] agent = {};
    private int[] subscription = {};
    private final Links ofAgent = new Links();
    private final Links ofSubscription = new Links();

    /** Returns the slot of what is used, -1 if nothing is. */
    int find(int onAgent, int itsSubscription) {
        return (int) byPair.get(pair(onAgent, itsSubscription));
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
        if (slot >= agent.length) {
            int rows = FreeList.rowsFor(slot);
            agent = Arrays.copyOf(agent, rows);
            subscription = Arrays.copyOf(subscription, rows);
            amounts.ensure(rows - 1);
        }
        agent[slot] = onAgent;
        subscription[slot] = itsSubscription;
        amounts.copy(slot, more, row);
        byPair.put(pair(onAgent, itsSubscription), slot);
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
        byPair.remove(pair(agent[slot], subscription[slot]));
        ofAgent.remove(agent[slot], slot);
        ofSubscription.remove(subscription[slot], slot);
        slots.give(slot);
    }

    ResourceColumn amounts() {
        return amounts;
    }

    int agent(int slot) {
        return agent[slot];
    }

    int subscription(int slot) {
        return subscription[slot];
    }

    Links ofAgent() {
        return ofAgent;
    }

    Links ofSubscription() {
        return ofSubscription;
    }
}
