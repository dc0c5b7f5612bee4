package dev.polder.offer;

import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.Resources;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which rule would say no if all that is in offers of an agent was free again: for reasons alone, nothing is noted. What
 * counts for quota is reckoned without those offers. Owned by the engine's thread.
 */
final class AsIfFree {
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final RoleTree tree;
    private final Quotas quotas;
    private final Eligibility eligibility;
    private final OpenOffers offers;

    AsIfFree(Books books) {
        agents = books.agents();
        subscriptions = books.subscriptions();
        tree = books.tree();
        quotas = books.quotas();
        eligibility = books.eligibility();
        offers = books.offers();
    }

    /** Returns what is free, or would be. */
    Resources amount(int agent) {
        return agents.free().get(agent).plus(agents.offered().get(agent));
    }

    /** Returns the rule, null if none says no; then, or after a filter said it, is known in {@link Eligibility} what of. */
    Refusal.@Nullable Why refusal(int subscription, int agent) {
        Left left = left(subscription, subscription, agent);
        return left.isNothing() ? left.cut : eligibility.refusalOf(subscription, agent, left.amount, left.cut);
    }

    /** Returns the rule by which an agent would be none for a gang, null if it would be one. */
    Refusal.@Nullable Why refusalOfGang(Gangs.Wanted gang, int agent) {
        Left left = left(gang.subscription, gang.key(), agent);
        return left.isNothing() ? left.cut : eligibility.refusalOf(gang, agent, left.amount, left.cut);
    }

    static boolean isByQuota(Refusal.@Nullable Why rule) {
        return rule == Refusal.Why.OVER_LIMIT || rule == Refusal.Why.HEADROOM;
    }

    /** What one may have, and the rule by which it is not more. */
    private record Left(Resources amount, Refusal.@Nullable Why cut) {
        /** Tells whether there is nothing, for another reason than quota, which leaves it to others to say so. */
        boolean isNothing() {
            return amount.isEmpty() && !isByQuota(cut);
        }
    }

    private Left left(int subscription, int key, int agent) {
        Resources visible = amount(agent).filter(id -> eligibility.isFor(subscription, id));
        if (visible.isEmpty()) {
            return new Left(visible, Refusal.Why.NOT_FOR_ROLE);
        }
        int role = subscriptions.role(subscription);
        Left left = quotas.isFree(role) ? new Left(visible, null) : cut(role, agent, visible);
        boolean isKept = subscriptions.setAsides.isForAnother(agent, key) && !servesGuarantee(role, agent, left.amount);
        return isKept ? new Left(left.amount.filter(id -> !Pool.contains(id)), Refusal.Why.SET_ASIDE) : left;
    }

    private boolean servesGuarantee(int role, int agent, Resources amount) {
        Quantities lacking = lacking(tree.top(role), agent);
        return Pool.of(amount).names().stream().anyMatch(name -> lacking.of(name) > 0);
    }

    // ---- quota

    private Left cut(int role, int agent, Resources visible) {
        Refusal.Why cut = null;
        Quantities wanted = Pool.of(visible);
        Map<String, Long> allowed = new TreeMap<>();
        for (String name : wanted.names()) {
            long belowLimits = belowLimits(role, agent, name);
            long most = Math.min(belowLimits, beyondHeadroom(role, agent, name));
            if (most < wanted.of(name)) {
                allowed.put(name, most);
                boolean isByLimit = belowLimits < wanted.of(name) || cut == Refusal.Why.OVER_LIMIT;
                cut = isByLimit ? Refusal.Why.OVER_LIMIT : Refusal.Why.HEADROOM;
            }
        }
        return new Left(shrink(visible, allowed), cut);
    }

    private long belowLimits(int role, int agent, String name) {
        long least = Long.MAX_VALUE;
        for (int at = role; at != RoleTree.ROOT; at = tree.parent(at)) {
            long limit = quotas.quota(at).limits().limit(name);
            if (limit < Long.MAX_VALUE) {
                least = Math.min(least, Math.max(0, limit - consumed(at, agent).of(name)));
            }
        }
        return least;
    }

    private long beyondHeadroom(int role, int agent, String name) {
        long needed = required(agent).of(name);
        if (needed == 0) {
            return Long.MAX_VALUE;
        }
        long available = quotas.availableQuantities().of(name)
                + (agents.isOpen(agent) ? Pool.of(agents.offered().get(agent)).of(name) : 0);
        return lacking(tree.top(role), agent).of(name) + Math.max(0, available - needed);
    }

    /** Returns what would count for a role's quota. */
    Quantities consumed(int node, int agent) {
        Quantities returned = Quantities.EMPTY;
        Links its = offers.ofAgent();
        for (int slot = its.first(agent); slot >= 0; slot = its.next(slot)) {
            if (tree.isAtOrBelow(subscriptions.role(offers.subscription(slot)), node)) {
                returned = returned.plus(
                        Pool.of(offers.amounts().get(slot).filter(id -> !id.isShared() || !isUsed(node, agent, id))));
            }
        }
        return quotas.consumed(node).minus(returned);
    }

    /** Tells whether something shared is in use under a node. */
    private boolean isUsed(int node, int agent, ResourceId shared) {
        Holdings holdings = agents.holdings;
        for (int slot = holdings.ofAgent().first(agent);
                slot >= 0;
                slot = holdings.ofAgent().next(slot)) {
            boolean isBelow = tree.isAtOrBelow(subscriptions.role(holdings.subscription(slot)), node);
            if (isBelow
                    && !holdings.amounts().special(slot).filter(shared::equals).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private Quantities lacking(int top, int agent) {
        return quotas.quota(top).guarantees().minusSaturating(consumed(top, agent));
    }

    /** Returns what would have to be held back for guarantees. */
    Quantities required(int agent) {
        BitSet tops = new BitSet();
        Links its = offers.ofAgent();
        for (int slot = its.first(agent); slot >= 0; slot = its.next(slot)) {
            tops.set(tree.top(subscriptions.role(offers.subscription(slot))));
        }
        Quantities required = quotas.required();
        for (int top = tops.nextSetBit(0); top >= 0; top = tops.nextSetBit(top + 1)) {
            required = required.minus(quotas.unsatisfied(top)).plus(lacking(top, agent));
        }
        return required;
    }

    /** Takes the pool's scalars down to what is allowed of them, the plain ones first. */
    private static Resources shrink(Resources visible, Map<String, Long> allowed) {
        if (allowed.isEmpty()) {
            return visible;
        }
        Map<String, Long> rest = new TreeMap<>(allowed);
        long[] plain = new long[ResourceColumn.FIELDS];
        for (int field = 0; field < plain.length; field++) {
            String name = ClusterTotal.fieldName(field);
            long kept = Math.min(visible.plain().scalar(name), allowed.getOrDefault(name, Long.MAX_VALUE));
            plain[field] = kept;
            rest.computeIfPresent(name, (key, left) -> left - kept);
        }
        Resources special = visible.special();
        return special.filter(id -> !Pool.contains(id))
                .plus(special.filter(Pool::contains).shrinkTo(Limits.of(rest)))
                .plus(Resources.ofPlain(plain[0], plain[1], plain[2], plain[3]));
    }
}
