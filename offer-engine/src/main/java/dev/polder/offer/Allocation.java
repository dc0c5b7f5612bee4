package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.BitSet;

/**
 * One round of offers: for each agent that is due, in order of index, all that is free goes to the subscription whose
 * turn it is. Owned by the engine's thread.
 *
 * <p>Between rounds one thing holds, and makes the next one cheap: whatever is offerable and not marked as changed is
 * filtered for every eligible subscription that is not fresh. So a round looks at changed agents with everybody in
 * mind, and at the others only for the fresh.
 */
final class Allocation {
    /** With more fresh subscriptions than this it is quicker to walk the order than to search them for the first. */
    private static final int SEARCHED_MAX = 8;

    private final Books books;
    private long nextOfferId;

    Allocation(Books books) {
        this.books = books;
    }

    boolean isDue() {
        return !books.agents().changed().isEmpty()
                || !books.subscriptions().fresh().isEmpty();
    }

    void round(long nowMs, OfferSink sink) {
        Agents agents = books.agents();
        BitSet fresh = books.subscriptions().fresh();
        books.subscriptions().refreshIfStale();
        boolean isWalked = fresh.cardinality() > SEARCHED_MAX;
        BitSet due = fresh.isEmpty() ? agents.changed() : agents.offerable();
        for (int agent = due.nextSetBit(0); agent >= 0; agent = due.nextSetBit(agent + 1)) {
            boolean everybody = isWalked || agents.changed().get(agent);
            int subscription = everybody ? next(agent) : nextFresh(agent);
            if (subscription >= 0) {
                offer(nowMs, subscription, agent, sink);
            }
        }
        agents.changed().clear();
        fresh.clear();
    }

    /** Returns the subscription whose turn it is on this agent, -1 if it is nobody's. */
    int next(int agent) {
        Resources free = books.agents().free(agent);
        FairOrder roles = books.roles().order;
        for (int i = 0; i < roles.size(); i++) {
            FairOrder members = books.roles().members(roles.get(i));
            for (int j = 0; j < members.size(); j++) {
                if (!books.filters().match(members.get(j), agent, free)) {
                    return members.get(j);
                }
            }
        }
        return -1;
    }

    private int nextFresh(int agent) {
        Resources free = books.agents().free(agent);
        BitSet fresh = books.subscriptions().fresh();
        int first = -1;
        for (int candidate = fresh.nextSetBit(0); candidate >= 0; candidate = fresh.nextSetBit(candidate + 1)) {
            boolean isEarlier = first < 0 || books.subscriptions().comesBefore(candidate, first);
            if (isEarlier && !books.filters().match(candidate, agent, free)) {
                first = candidate;
            }
        }
        return first;
    }

    private void offer(long nowMs, int subscription, int agent, OfferSink sink) {
        long id = nextOfferId++;
        Resources resources = books.agents().offer(agent);
        books.subscriptions().offer(subscription, resources, id);
        Offer offer = new Offer(
                id,
                books.subscriptions().framework(subscription),
                books.subscriptions().roleName(subscription),
                agent,
                resources,
                nowMs);
        long timesOutAtMs = Deadline.after(nowMs, books.config().offerTimeoutMs());
        Deadline.OpenOffer open = new Deadline.OpenOffer(offer, subscription, timesOutAtMs);
        books.offers().add(open);
        books.deadlines().set(open);
        sink.offered(offer);
    }
}
