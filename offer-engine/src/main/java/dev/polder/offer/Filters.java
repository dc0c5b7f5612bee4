package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decline filters by subscription and agent. A filter keeps its subscription from being offered what it refused, or
 * less; more than that is a new offer. Owned by the engine's thread.
 *
 * <p>Bounded: a subscription has at most {@link #PER_AGENT_MAX} filters of one agent. One more pushes out the one that
 * ends first, which costs the framework an offer sooner than it asked for and nobody else anything.
 */
final class Filters {
    static final int PER_AGENT_MAX = 8;

    private final Deadlines deadlines;

    /** Chains of filters by agent, at the subscription's index. */
    private final List<Int2ObjectHashMap<Deadline.Filter>> bySubscription = new ArrayList<>();

    Filters(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    /** Tells whether {@code free} of this agent must not be offered to this subscription. */
    boolean match(int subscription, int agent, Resources free) {
        return matching(subscription, agent, free) != null;
    }

    /** Returns the filter, of those that stand against this offer, that ends last; null if none does. */
    Deadline.@Nullable Filter matching(int subscription, int agent, Resources free) {
        Deadline.Filter last = null;
        for (Deadline.Filter filter = first(subscription, agent); filter != null; filter = filter.next) {
            if ((last == null || filter.atMs > last.atMs) && filter.refused.covers(free)) {
                last = filter;
            }
        }
        return last;
    }

    void add(int subscription, int agent, Resources refused, long untilMs) {
        Deadline.Filter kept = null;
        Deadline.Filter endsFirst = null;
        int count = 0;
        Deadline.Filter next;
        for (Deadline.Filter filter = first(subscription, agent); filter != null; filter = next) {
            next = filter.next;
            if (filter.atMs <= untilMs && refused.covers(filter.refused)) {
                deadlines.callOff(filter);
                continue;
            }
            filter.next = kept;
            kept = filter;
            count++;
            endsFirst = endsFirst == null || filter.isBefore(endsFirst) ? filter : endsFirst;
        }
        if (endsFirst != null && count == PER_AGENT_MAX) {
            kept = without(kept, endsFirst);
            deadlines.callOff(endsFirst);
        }
        Deadline.Filter added = new Deadline.Filter(subscription, agent, refused, untilMs);
        added.next = kept;
        deadlines.set(added);
        chains(subscription).put(agent, added);
    }

    /** Forgets a filter whose deadline has passed. */
    void expire(Deadline.Filter filter) {
        Deadline.Filter rest = without(first(filter.subscription, filter.agent), filter);
        if (rest == null) {
            chains(filter.subscription).remove(filter.agent);
        } else {
            chains(filter.subscription).put(filter.agent, rest);
        }
    }

    /** Forgets all filters of a subscription. */
    void clear(int subscription) {
        if (subscription < bySubscription.size()) {
            chains(subscription).values().forEach(this::callOffChain);
            chains(subscription).clear();
        }
    }

    /** Forgets all filters of an agent. */
    void removeAgent(int agent) {
        for (Int2ObjectHashMap<Deadline.Filter> chains : bySubscription) {
            callOffChain(chains.remove(agent));
        }
    }

    /** Returns how many filters a subscription has. */
    int count(int subscription) {
        if (subscription >= bySubscription.size()) {
            return 0;
        }
        int count = 0;
        for (Deadline.Filter first : chains(subscription).values()) {
            for (Deadline.Filter filter = first; filter != null; filter = filter.next) {
                count++;
            }
        }
        return count;
    }

    private void callOffChain(Deadline.@Nullable Filter first) {
        for (Deadline.Filter filter = first; filter != null; filter = filter.next) {
            deadlines.callOff(filter);
        }
    }

    private Deadline.@Nullable Filter first(int subscription, int agent) {
        return subscription < bySubscription.size() ? chains(subscription).get(agent) : null;
    }

    private Int2ObjectHashMap<Deadline.Filter> chains(int subscription) {
        while (bySubscription.size() <= subscription) {
            bySubscription.add(new Int2ObjectHashMap<>());
        }
        return bySubscription.get(subscription);
    }

    private static Deadline.@Nullable Filter without(Deadline.@Nullable Filter first, Deadline.Filter unwanted) {
        if (first == unwanted) {
            return first.next;
        }
        for (Deadline.Filter filter = first; filter != null; filter = filter.next) {
            if (filter.next == unwanted) {
                filter.next = unwanted.next;
                break;
            }
        }
        return first;
    }
}
