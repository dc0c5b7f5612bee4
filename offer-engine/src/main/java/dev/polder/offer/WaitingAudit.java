package dev.polder.offer;

import static dev.polder.offer.Invariant.check;

import java.util.BitSet;

/** Checks what is kept for those that wait: demands and the offers that cover them, gangs, agents that are set aside. */
final class WaitingAudit {
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final OpenOffers offers;
    private final RunningTasks tasks;

    private final Allocation allocation;
    private final Quotas quotas;

    WaitingAudit(Books books, Allocation allocation) {
        this.allocation = allocation;
        quotas = books.quotas();
        agents = books.agents();
        subscriptions = books.subscriptions();
        offers = books.offers();
        tasks = books.tasks();
    }

    void run() {
        BitSet present = subscriptions.demands.present();
        for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
            checkDemands(row);
        }
        BitSet kept = subscriptions.setAsides.present();
        for (int agent = kept.nextSetBit(0); agent >= 0; agent = kept.nextSetBit(agent + 1)) {
            checkSetAside(agent);
        }
        subscriptions.gangs.waiting().forEach(this::checkWaiting);
        subscriptions.gangs.served().forEach(this::checkServed);
        check(tasks.isConsistent(), "tasks are not where they run, or end and do not run");
    }

    private void checkDemands(int subscription) {
        Demands demands = subscriptions.demands;
        check(subscriptions.isSubscribed(subscription), "demands of %s, which is no subscription", subscription);
        long[] covered = new long[demands.count(subscription)];
        Links its = offers.ofSubscription();
        for (int slot = its.first(subscription); slot >= 0; slot = its.next(slot)) {
            if (offers.gang(slot) == Gangs.NONE && demands.demandOf(slot) != Demands.NONE) {
                covered[demands.demandOf(slot)] += demands.tasksOf(slot);
            }
        }
        for (int demand = 0; demand < covered.length; demand++) {
            check(
                    demands.covered(subscription, demand) == covered[demand],
                    "%s: demand %s is covered for %s tasks, not %s",
                    subscriptions.describe(subscription),
                    demand,
                    covered[demand],
                    demands.covered(subscription, demand));
        }
    }

    private void checkSetAside(int agent) {
        int key = subscriptions.setAsides.key(agent);
        Demand demand = subscriptions.setAsides.demand(agent);
        check(agents.isOpen(agent), "agent %s is set aside, but not offered", agent);
        if (demand == null) {
            boolean isWaiting =
                    subscriptions.gangs.waiting().stream().anyMatch(gang -> gang.key() == key && isWilling(gang));
            check(isWaiting, "agent %s is set aside for gang %s, which does not wait", agent, key);
        } else {
            check(
                    subscriptions.isEligible(key) && subscriptions.demands.isOpen(key, demand),
                    "agent %s is set aside for %s, which does not wait",
                    agent,
                    demand);
        }
    }

    private boolean isWilling(Gangs.Wanted gang) {
        return subscriptions.isWilling(gang.subscription);
    }

    private void checkWaiting(Gangs.Wanted gang) {
        check(subscriptions.isSubscribed(gang.subscription), "gang %s waits for no subscription", gang.id);
        check(gang.open.isEmpty(), "gang %s waits and has offers", gang.id);
        quotas.setNoting(false);
        boolean isOverlooked = allocation.isOverlooked(gang);
        quotas.setNoting(true);
        check(!isOverlooked, "gang %s has room, and nothing has it be served", gang.id);
    }

    private void checkServed(Gangs.Wanted gang) {
        check(!gang.open.isEmpty(), "gang %s has no offers, and is not forgotten", gang.id);
        for (int slot : gang.open.toIntArray()) {
            check(
                    offers.gang(slot) == gang.id && offers.subscription(slot) == gang.subscription,
                    "offer %s is not of gang %s",
                    slot,
                    gang.id);
        }
    }
}
