package dev.polder.offer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Int2IntHashMap;

/**
 * Decline filters by agent and subscription. A filter keeps its subscription from being offered what it refused, or
 * less; more than that is a new offer. Owned by the engine's thread.
 *
 * <p>Bounded: a subscription has at most {@link #PER_AGENT_MAX} filters of one agent. One more pushes out the one that
 * ends first, which costs the framework an offer sooner than it asked for and nobody else anything.
 */
final class Filters {
    static final int PER_AGENT_MAX = 8;

    private static final int NONE = -1;

    private final Deadlines deadlines;
    private final FreeList slots = new FreeList();
    private final ResourceColumn refused = new ResourceColumn();
    private int[] subscription = {};
    private int[] agent = {};
    private int[] deadline = {};

    /** The next filter of the same agent and subscription, which ends no later than this one. */
    private int[] nextOfPair = {};

    /** Neighbours in the list of all filters of the subscription. */
    private int[] next = {};

    private int[] previous = {};

    /** The first filter of each subscription. */
    private int[] firstOf = {};

    /** How many filters each subscription has. */
    private int[] countOf = {};

    /** By agent, the first filter of each subscription: the one that ends last. */
    private final List<Int2IntHashMap> byAgent = new ArrayList<>();

    Filters(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    /** Tells whether what is in {@code row} of {@code amounts} must not be offered to this subscription. */
    boolean match(int itsAgent, int itsSubscription, ResourceColumn amounts, int row) {
        return matching(itsAgent, itsSubscription, amounts, row) != NONE;
    }

    /** Returns the filter, of those that stand against this offer, that ends last; -1 if none does. */
    int matching(int itsAgent, int itsSubscription, ResourceColumn amounts, int row) {
        for (int filter = first(itsAgent, itsSubscription); filter != NONE; filter = nextOfPair[filter]) {
            if (refused.covers(filter, amounts, row)) {
                return filter;
            }
        }
        return NONE;
    }

    private int first(int itsAgent, int itsSubscription) {
        if (count(itsSubscription) == 0) {
            return NONE;
        }
        return itsAgent < byAgent.size() ? byAgent.get(itsAgent).get(itsSubscription) : NONE;
    }

    /** Adds a filter; those that it makes pointless are dropped. */
    void add(int itsAgent, int itsSubscription, ResourceColumn amounts, int row, long untilMs) {
        int count = 0;
        int following;
        for (int filter = first(itsAgent, itsSubscription); filter != NONE; filter = following) {
            following = nextOfPair[filter];
            if (untilMs(filter) <= untilMs && amounts.covers(row, refused, filter)) {
                deadlines.callOff(deadline[filter]);
                drop(filter);
            } else {
                count++;
            }
        }
        if (count == PER_AGENT_MAX) {
            int last = lastOfPair(itsAgent, itsSubscription);
            deadlines.callOff(deadline[last]);
            drop(last);
        }
        int added = slots.take();
        if (added >= agent.length) {
            grow(FreeList.rowsFor(added));
        }
        refused.copy(added, amounts, row);
        subscription[added] = itsSubscription;
        agent[added] = itsAgent;
        deadline[added] = deadlines.set(untilMs, Deadlines.Kind.FILTER, added);
        linkToSubscription(added);
        linkToPair(added, untilMs);
    }

    private int lastOfPair(int itsAgent, int itsSubscription) {
        int last = first(itsAgent, itsSubscription);
        while (nextOfPair[last] != NONE) {
            last = nextOfPair[last];
        }
        return last;
    }

    private void linkToSubscription(int filter) {
        int its = subscription[filter];
        if (its >= firstOf.length) {
            int before = firstOf.length;
            firstOf = Arrays.copyOf(firstOf, FreeList.rowsFor(its));
            countOf = Arrays.copyOf(countOf, firstOf.length);
            Arrays.fill(firstOf, before, firstOf.length, NONE);
        }
        previous[filter] = NONE;
        next[filter] = firstOf[its];
        if (next[filter] != NONE) {
            previous[next[filter]] = filter;
        }
        firstOf[its] = filter;
        countOf[its]++;
    }

    /** Hangs a filter into its pair's list, behind those that end later. */
    private void linkToPair(int filter, long untilMs) {
        Int2IntHashMap pairs = pairs(agent[filter]);
        int before = NONE;
        int after = pairs.get(subscription[filter]);
        while (after != NONE && untilMs(after) > untilMs) {
            before = after;
            after = nextOfPair[after];
        }
        nextOfPair[filter] = after;
        if (before == NONE) {
            pairs.put(subscription[filter], filter);
        } else {
            nextOfPair[before] = filter;
        }
    }

    private Int2IntHashMap pairs(int itsAgent) {
        while (byAgent.size() <= itsAgent) {
            byAgent.add(new Int2IntHashMap(NONE));
        }
        return byAgent.get(itsAgent);
    }

    private void grow(int rows) {
        refused.ensure(rows - 1);
        subscription = Arrays.copyOf(subscription, rows);
        agent = Arrays.copyOf(agent, rows);
        deadline = Arrays.copyOf(deadline, rows);
        nextOfPair = Arrays.copyOf(nextOfPair, rows);
        next = Arrays.copyOf(next, rows);
        previous = Arrays.copyOf(previous, rows);
    }

    /** Forgets a filter whose deadline is called off or has passed. */
    void drop(int filter) {
        int its = subscription[filter];
        if (previous[filter] == NONE) {
            firstOf[its] = next[filter];
        } else {
            next[previous[filter]] = next[filter];
        }
        if (next[filter] != NONE) {
            previous[next[filter]] = previous[filter];
        }
        countOf[its]--;
        Int2IntHashMap pairs = pairs(agent[filter]);
        int before = pairs.get(its);
        if (before != filter) {
            while (nextOfPair[before] != filter) {
                before = nextOfPair[before];
            }
            nextOfPair[before] = nextOfPair[filter];
        } else if (nextOfPair[filter] == NONE) {
            pairs.remove(its);
        } else {
            pairs.put(its, nextOfPair[filter]);
        }
        refused.clear(filter);
        slots.give(filter);
    }

    /** Forgets all filters of a subscription. */
    void clear(int itsSubscription) {
        while (count(itsSubscription) > 0) {
            int filter = firstOf[itsSubscription];
            deadlines.callOff(deadline[filter]);
            drop(filter);
        }
    }

    /** Forgets all filters of an agent. */
    void removeAgent(int itsAgent) {
        if (itsAgent < byAgent.size()) {
            Int2IntHashMap pairs = byAgent.get(itsAgent);
            int[] subscriptions = pairs.keySet().stream().mapToInt(key -> key).toArray();
            for (int its : subscriptions) {
                for (int filter = pairs.get(its); filter != NONE; filter = pairs.get(its)) {
                    deadlines.callOff(deadline[filter]);
                    drop(filter);
                }
            }
        }
    }

    // ---- questions

    int agent(int filter) {
        return agent[filter];
    }

    int subscription(int filter) {
        return subscription[filter];
    }

    long untilMs(int filter) {
        return deadlines.timeMs(deadline[filter]);
    }

    ResourceColumn refused() {
        return refused;
    }

    /** Returns how many filters a subscription has. */
    int count(int itsSubscription) {
        return itsSubscription < countOf.length ? countOf[itsSubscription] : 0;
    }

    /** Returns how many filters there are. */
    int size() {
        return slots.taken();
    }
}
