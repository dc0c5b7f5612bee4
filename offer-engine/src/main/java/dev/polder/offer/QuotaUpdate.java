package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * Replaces quotas, all of an update or none: checks them against each other and the cluster, and takes back offers that
 * stand in their way. Owned by the engine's thread.
 */
final class QuotaUpdate {
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final RoleTree tree;
    private final Quotas quotas;
    private final OpenOffers offers;
    private final Ledger ledger;

    QuotaUpdate(Books books, Ledger ledger) {
        this.agents = books.agents();
        this.subscriptions = books.subscriptions();
        this.tree = books.tree();
        this.quotas = books.quotas();
        this.offers = books.offers();
        this.ledger = ledger;
    }

    /**
     * Checks an update.
     *
     * @throws IllegalArgumentException if it must not be made; says why
     */
    void check(Map<String, Quota> update, boolean force) {
        Quantities guaranteed = Quantities.EMPTY;
        Map<String, Quota> all = new TreeMap<>(current());
        all.putAll(update);
        for (Map.Entry<String, Quota> entry : all.entrySet()) {
            RoleTree.requirePath(entry.getKey());
            Quantities guarantees = entry.getValue().guarantees();
            if (!guarantees.isEmpty() && entry.getKey().indexOf('/') >= 0) {
                throw new IllegalArgumentException("quota of role '" + entry.getKey()
                        + "': has guarantees, but only top-level roles can be guaranteed something");
            }
            guaranteed = guaranteed.plus(guarantees);
        }
        if (force) {
            return;
        }
        Quantities capacity = capacity();
        Quantities tooMuch = guaranteed.minusSaturating(capacity);
        if (!tooMuch.isEmpty()) {
            throw new IllegalArgumentException("quota: guarantees of all roles together, " + guaranteed
                    + ", are more than the cluster has, " + capacity + ": too much is "
                    + tooMuch + ", of roles " + guaranteedSomeOf(tooMuch, all));
        }
        update.forEach((path, quota) -> {
            Quantities inUse = inUse(path);
            if (!quota.limits().allow(inUse)) {
                throw new IllegalArgumentException("quota of role '" + path + "': limit " + quota.limits()
                        + " is below what it consumes already, " + inUse);
            }
        });
    }

    private static List<String> guaranteedSomeOf(Quantities these, Map<String, Quota> all) {
        return all.entrySet().stream()
                .filter(role -> these.names().stream()
                        .anyMatch(name -> role.getValue().guarantees().of(name) > 0))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Returns the scalars of all agents that can serve a quota: all but what is revocable. */
    private Quantities capacity() {
        Quantities sum = Quantities.EMPTY;
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            sum = sum.plus(
                    agents.total().get(agent).filter(id -> !id.isRevocable()).quantities());
        }
        return sum;
    }

    private Map<String, Quota> current() {
        Map<String, Quota> current = new TreeMap<>();
        BitSet present = tree.present();
        for (int node = present.nextSetBit(1); node >= 0; node = present.nextSetBit(node + 1)) {
            if (tree.isUnderQuota(node)) {
                current.put(tree.path(node), quotas.quota(node));
            }
        }
        return current;
    }

    /** Returns what counts for a role's quota and is not merely offered. */
    private Quantities inUse(String path) {
        int role = tree.find(path);
        if (role < 0) {
            return Quantities.EMPTY;
        }
        return quotas.consumed(role).minus(ledger.offered(role));
    }

    private Quantities pool(int slot) {
        return Pool.of(offers.amounts(), slot);
    }

    /** Returns the open offers under roles of which this is true, those made last first. */
    private List<Integer> openOffers(IntPredicate isMeant) {
        List<Integer> slots = new ArrayList<>();
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            Links its = offers.ofAgent();
            for (int slot = its.first(agent); slot >= 0; slot = its.next(slot)) {
                if (isMeant.test(subscriptions.role(offers.subscription(slot)))) {
                    slots.add(slot);
                }
            }
        }
        slots.sort(Comparator.comparing((Integer slot) -> offers.id(slot)).reversed());
        return slots;
    }

    /** Makes an update that was checked. */
    void perform(SortedMap<String, Quota> update, OfferSink sink) {
        update.forEach((path, quota) -> {
            int role = tree.index(path);
            quotas.set(role, quota);
        });
        update.keySet().forEach(path -> rescindAboveLimits(path, sink));
        rescindForGuarantees(sink);
        BitSet present = subscriptions.present();
        for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
            subscriptions.refresh(row);
        }
    }

    private void rescindAboveLimits(String path, OfferSink sink) {
        int role = tree.find(path);
        if (role < 0 || quotas.quota(role).limits().isNone()) {
            return;
        }
        for (int slot : openOffers(at -> tree.isAtOrBelow(at, role))) {
            Quantities consumed = quotas.consumed(role);
            boolean helps = pool(slot).names().stream()
                    .anyMatch(name ->
                            consumed.of(name) > quotas.quota(role).limits().limit(name));
            if (helps) {
                ledger.rescind(slot, OfferSink.Reason.QUOTA, sink);
            }
        }
    }

    /** Takes back offers until what is guaranteed is available, but none that serves a guarantee itself. */
    private void rescindForGuarantees(OfferSink sink) {
        if (!quotas.hasGuarantees()) {
            return;
        }
        for (int slot : openOffers(at -> true)) {
            int top = tree.top(subscriptions.role(offers.subscription(slot)));
            Quantities offered = pool(slot);
            Quantities consumed = quotas.consumed(top);
            boolean helps = offered.names().stream()
                    .anyMatch(name -> quotas.isLacking(name)
                            && consumed.of(name) - offered.of(name)
                                    >= quotas.quota(top).guarantees().of(name));
            if (helps) {
                ledger.rescind(slot, OfferSink.Reason.QUOTA, sink);
            }
        }
    }
}
