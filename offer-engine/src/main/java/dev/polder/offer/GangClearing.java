package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Sets agents aside for gangs that wait, those that have room and those that lack least: they would wait for ever
 * otherwise. Owned by the engine's thread.
 *
 * <p>Bounded: for one gang at a time, and a quarter of all agents on average, at any time no more than that or
 * {@link #SET_ASIDE_LEAST}. The order is that of {@link Clearing}.
 */
final class GangClearing extends WaitingLine<Gangs.Wanted> {
    /** Of so many agents one may be set aside for a gang, but {@link #SET_ASIDE_LEAST} in any case. */
    private static final int AGENTS_FOR_ONE = 4;

    private static final int SET_ASIDE_LEAST = 4;

    private final Agents agents;
    private final Subscriptions subscriptions;
    private final SetAsides setAsides;
    private final Quotas quotas;
    private final long setAsideMs;
    private final Pause pause = new Pause(AGENTS_FOR_ONE);

    GangClearing(Books books, Prospects prospects) {
        super(prospects);
        agents = books.agents();
        subscriptions = books.subscriptions();
        setAsides = subscriptions.setAsides;
        quotas = books.quotas();
        setAsideMs = books.config().setAsideMs();
    }

    @Override
    long openFromMs(long nowMs) {
        return setAsideMs == 0 || setAsides.hasGang()
                ? Long.MAX_VALUE
                : pause.untilMs(nowMs, setAsideMs, agents.present().cardinality());
    }

    @Override
    List<Gangs.Wanted> waiting(long nowMs) {
        List<Gangs.Wanted> waiting = new ArrayList<>();
        for (Gangs.Wanted wanted : subscriptions.gangs.waiting()) {
            if (subscriptions.isWilling(wanted.subscription)) {
                waiting.add(wanted);
            }
        }
        return waiting;
    }

    @Override
    Comparator<Gangs.Wanted> order() {
        Comparator<Integer> bySubscription = setAsides.longestAgoFirst(true).thenComparing(subscriptions::compare);
        return Comparator.comparing((Gangs.Wanted wanted) -> wanted.subscription, bySubscription)
                .thenComparingLong(wanted -> wanted.setAsideMs);
    }

    @Override
    long dueMs(Gangs.Wanted wanted) {
        return wanted.restUntilMs;
    }

    @Override
    void restUntil(Gangs.Wanted wanted, long timeMs) {
        wanted.restUntilMs = timeMs;
    }

    @Override
    boolean makeRoom(long nowMs, Gangs.Wanted wanted, OfferSink sink) {
        int most = Math.max(SET_ASIDE_LEAST, agents.present().cardinality() / AGENTS_FOR_ONE);
        int count = wanted.gang.agents();
        if (count > most || !isAllowed(wanted)) {
            return false;
        }
        List<Prospects.Prospect> found = prospects.search(
                wanted.subscription, wanted.gang.each(), agent -> setAsides.isForAnother(agent, wanted.key()));
        if (found.size() < count) {
            return false;
        }
        long untilMs = Math.min(wanted.endsMs, Deadlines.after(nowMs, setAsideMs));
        for (Prospects.Prospect each : setAsides.inTurn(wanted.key(), found).subList(0, count)) {
            setAsides.add(each.agent(), wanted.key(), null, untilMs);
        }
        setAsides.noteLast(wanted.subscription, true, nowMs);
        wanted.setAsideMs = nowMs;
        wanted.isNews = true;
        pause.begin(nowMs, count);
        return true;
    }

    /** Tells whether quota leaves room for all of a gang together, once all of it is free. */
    private boolean isAllowed(Gangs.Wanted wanted) {
        Quantities all = wanted.gang.each().shape().times(wanted.gang.agents());
        return quotas.allows(subscriptions.role(wanted.subscription), all, all);
    }
}
