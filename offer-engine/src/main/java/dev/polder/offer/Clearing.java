package dev.polder.offer;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Sets agents aside for demands that fit nowhere, though they would on some agent if less was in use there: were what
 * becomes free offered at once, a large shape would wait for ever behind small ones. Owned by the engine's thread.
 *
 * <p>Bounded: one agent for a subscription, and a sixteenth of all agents together, or one of fewer for a sixteenth of
 * the time; who had one until its time was over rests for as long.
 */
final class Clearing {
    /** Of so many agents one may be set aside. */
    private static final int AGENTS_FOR_ONE = 16;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Demands demands;
    private final SetAsides setAsides;
    private final Prospects prospects;
    private final long setAsideMs;

    /** Until when nothing is set aside for anybody, where there are too few agents to do without one for long. */
    private long restUntilMs = Long.MIN_VALUE;

    Clearing(Books books, Prospects prospects) {
        agents = books.agents();
        subscriptions = books.subscriptions();
        demands = subscriptions.demands;
        setAsides = subscriptions.setAsides;
        setAsideMs = books.config().setAsideMs();
        this.prospects = prospects;
    }

    /** Sets agents aside for those that wait after a round, in their order; returns when to look again. */
    long choose(long nowMs) {
        if (setAsideMs == 0 || demands.present().isEmpty()) {
            return Long.MAX_VALUE;
        }
        int count = agents.present().cardinality();
        int most = Math.max(1, count / AGENTS_FOR_ONE);
        while (setAsides.forDemands() < most && restUntilMs <= nowMs) {
            OptionalInt first = waiting()
                    .filter(each -> setAsides.restUntilMs(each) <= nowMs)
                    .reduce((one, other) -> subscriptions.comesBefore(one, other) ? one : other);
            if (first.isEmpty()) {
                return waiting().mapToLong(setAsides::restUntilMs).min().orElse(Long.MAX_VALUE);
            }
            if (!prospects.maySearch(nowMs)) {
                return prospects.searchableAtMs();
            }
            int subscription = first.getAsInt();
            if (!setAside(nowMs, subscription)) {
                setAsides.restUntil(subscription, Deadlines.after(nowMs, Prospects.REST_MS));
            } else if (count < AGENTS_FOR_ONE) {
                restUntilMs = Deadlines.after(nowMs, setAsideMs * AGENTS_FOR_ONE / count);
            }
        }
        // the end of a set-aside is a deadline of its own
        return restUntilMs > nowMs ? restUntilMs : Long.MAX_VALUE;
    }

    /** Returns those that wait in vain and for whom nothing is set aside. */
    private IntStream waiting() {
        return demands.present().stream()
                .filter(each -> subscriptions.isEligible(each) && setAsides.agentOf(each) == SetAsides.NONE);
    }

    /** Sets the agent aside that lacks least for the first demand for which one does; tells whether there is one. */
    private boolean setAside(long nowMs, int subscription) {
        for (int index = 0; index < demands.count(subscription); index++) {
            if (demands.isOpen(subscription, index)) {
                Demand demand = demands.demand(subscription, index);
                Optional<Prospects.Prospect> closest = prospects.search(subscription, subscription, demand).stream()
                        .filter(each -> each.lacking() > 0)
                        .min(Prospects.Prospect.CLOSEST_FIRST);
                if (closest.isPresent()) {
                    setAsides.add(closest.get().agent(), subscription, demand, Deadlines.after(nowMs, setAsideMs));
                    setAsides.restUntil(subscription, Deadlines.after(nowMs, 2 * setAsideMs));
                    return true;
                }
            }
        }
        return false;
    }
}
