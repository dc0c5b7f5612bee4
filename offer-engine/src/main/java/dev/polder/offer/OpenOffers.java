package dev.polder.offer;

import java.util.Arrays;

/**
 * Open offers as columns by slot, found by id, and in a list of each agent and each subscription in the order in which
 * they were made. Owned by the engine's thread. Bounded by what there is to offer: an offer is never empty, and none
 * overlaps another.
 */
final class OpenOffers {
    static final int NONE = -1;

    private final FreeList slots = new FreeList();
    private final OfferIndex byId = new OfferIndex();
    private final ResourceColumn amounts = new ResourceColumn();
    private long[] id = {};
    private int[] agent = {};
    private int[] subscription = {};
    private int[] deadline = {};

    /** The gang that an offer is part of. */
    private long[] gang = {};

    private long[] madeAtMs = {};
    private final Links ofAgent = new Links();
    private final Links ofSubscription = new Links();
    private long nextId;

    /** Makes room for an agent, and for one more offer: the usual. */
    void reserve(int forAgent) {
        ofAgent.reserve(forAgent);
        if (forAgent >= id.length) {
            grow(FreeList.rowsFor(forAgent));
        }
    }

    /** Enters an offer of what is in {@code row}; returns its slot. */
    int add(int toSubscription, int onAgent, ResourceColumn from, int row, long nowMs) {
        int slot = slots.take();
        if (slot >= id.length) {
            grow(FreeList.rowsFor(slot));
        }
        id[slot] = takeId();
        agent[slot] = onAgent;
        subscription[slot] = toSubscription;
        madeAtMs[slot] = nowMs;
        deadline[slot] = NONE;
        gang[slot] = Gangs.NONE;
        amounts.copy(slot, from, row);
        byId.put(id[slot], slot);
        ofAgent.append(onAgent, slot);
        ofSubscription.append(toSubscription, slot);
        return slot;
    }

    /** Returns an id that no offer had before. */
    long takeId() {
        return nextId++;
    }

    private void grow(int rows) {
        id = Arrays.copyOf(id, rows);
        agent = Arrays.copyOf(agent, rows);
        subscription = Arrays.copyOf(subscription, rows);
        deadline = Arrays.copyOf(deadline, rows);
        gang = Arrays.copyOf(gang, rows);
        madeAtMs = Arrays.copyOf(madeAtMs, rows);
        amounts.ensure(rows - 1);
        byId.reserve(rows);
        ofAgent.reserveSlots(rows);
        ofSubscription.reserveSlots(rows);
    }

    /** Forgets an offer; its slot may be another's with the next {@link #add}, until then it can still be read. */
    void remove(int slot) {
        byId.remove(id[slot], slot);
        ofAgent.remove(agent[slot], slot);
        ofSubscription.remove(subscription[slot], slot);
        slots.give(slot);
    }

    void setDeadline(int slot, int node) {
        deadline[slot] = node;
    }

    void setGang(int slot, long id) {
        gang[slot] = id;
    }

    // ---- questions

    /** Returns the gang that an offer is part of, {@link Gangs#NONE} if of none. */
    long gang(int slot) {
        return gang[slot];
    }

    /** Returns the slot of an open offer, -1 if there is none of that id. */
    int find(long offerId) {
        return byId.get(offerId);
    }

    /** Returns how many offers are open. */
    int size() {
        return slots.taken();
    }

    long id(int slot) {
        return id[slot];
    }

    int agent(int slot) {
        return agent[slot];
    }

    int subscription(int slot) {
        return subscription[slot];
    }

    /** Returns the deadline's node, -1 if none is set. */
    int deadline(int slot) {
        return deadline[slot];
    }

    long madeAtMs(int slot) {
        return madeAtMs[slot];
    }

    /** Returns what each offer promises, by slot. */
    ResourceColumn amounts() {
        return amounts;
    }

    /** Returns the slots of each agent. */
    Links ofAgent() {
        return ofAgent;
    }

    /** Returns the slots of each subscription. */
    Links ofSubscription() {
        return ofSubscription;
    }

    /** Returns the id that the next offer gets. */
    long nextId() {
        return nextId;
    }
}
