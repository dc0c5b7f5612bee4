package dev.polder.offer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Sets agents aside for demands that fit nowhere, though they would on some agent if less was in use there: were what
 * becomes free offered at once, a large shape would wait for ever behind small ones. Owned by the engine's thread.
 *
 * <p>Bounded: one agent for a subscription, and a sixteenth of all agents together, or one of fewer for a sixteenth of
 * the time. Whose last set-aside is longest ago comes first; an agent that was kept for him in vain is not kept again
 * before all others that would do.
 */
final class Clearing extends WaitingLine<Integer> {
    /** Of so many agents one may be set aside. */
    private static final int AGENTS_FOR_ONE = 16;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Demands demands;
    private final SetAsides setAsides;
    private final long setAsideMs;
    private final Pause pause = new Pause(AGENTS_FOR_ONE);

    Clearing(Books books, Prospects prospects) {
        super(prospects);
        agents = books.agents();
        subscriptions = books.subscriptions();
        demands = subscriptions.demands;
        setAsides = subscriptions.setAsides;
        setAsideMs = books.config().setAsideMs();
    }

    @Override
    long openFromMs(long nowMs) {
        int count = agents.present().cardinality();
        int kept = setAsides.forDemands();
        if (setAsideMs == 0 || kept >= Math.max(1, count / AGENTS_FOR_ONE)) {
            return Long.MAX_VALUE;
        }
        return kept > 0 ? nowMs : pause.untilMs(nowMs, setAsideMs, count);
    }

    /** Returns those that wait in vain and for whom nothing is set aside. */
    @Override
    List<Integer> waiting(long nowMs) {
        List<Integer> waiting = new ArrayList<>();
        BitSet present = demands.present();
        for (int each = present.nextSetBit(0); each >= 0; each = present.nextSetBit(each + 1)) {
            if (subscriptions.isEligible(each) && setAsides.agentOf(each) == SetAsides.NONE) {
                waiting.add(each);
            }
        }
        return waiting;
    }

    @Override
    Comparator<Integer> order() {
        return setAsides.longestAgoFirst(false).thenComparing(subscriptions::compare);
    }

    @Override
    long dueMs(Integer subscription) {
        return setAsides.restUntilMs(subscription);
    }

    @Override
    void restUntil(Integer subscription, long timeMs) {
        setAsides.restUntil(subscription, timeMs);
    }

    /** Sets the agent aside that lacks least for the first demand for which one does; tells whether there is one. */
    @Override
    boolean makeRoom(long nowMs, Integer subscription, OfferSink sink) {
        for (int index = 0; index < demands.count(subscription); index++) {
            if (demands.isOpen(subscription, index)) {
                Demand demand = demands.demand(subscription, index);
                List<Prospects.Prospect> found =
                        prospects
                                .search(subscription, demand, agent -> setAsides.isForAnother(agent, subscription))
                                .stream()
                                .filter(each -> each.lacking() > 0)
                                .toList();
                if (!found.isEmpty()) {
                    int agent = setAsides.inTurn(subscription, found).get(0).agent();
                    setAsides.add(agent, subscription, demand, Deadlines.after(nowMs, setAsideMs));
                    setAsides.noteLast(subscription, false, nowMs);
                    pause.begin(nowMs, 1);
                    return true;
                }
            }
        }
        return false;
    }
}
