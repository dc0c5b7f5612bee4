package dev.polder.offer;

import dev.polder.offer.FrameworkProfile.Capability;
import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.Resources;
import org.jspecify.annotations.Nullable;

/**
 * Tells what of an agent's free resources an eligible subscription may be offered, or the first rule that says no. The
 * round and the explanation ask the same question. Owned by the engine's thread.
 */
final class Eligibility {
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Quotas quotas;
    private final Filters filters;
    private final ConstraintAnswers constraints;
    private final Demands demands;
    private final SetAsides setAsides;

    /** What one task of a demand needs. */
    private static final int ONE_TASK = 1;

    /** Nothing that a subscription is about to have besides; never changed. */
    final ResourceColumn nothing = new ResourceColumn();

    /** What the last question left, in row 0. */
    private final ResourceColumn granted = new ResourceColumn();

    /** The demand for which something was granted last, {@link Demands#NONE} if for none in particular. */
    private int grantedDemand = Demands.NONE;

    /** Whether the last grant is of what is set aside for others, for the role lacks something of its guarantee. */
    private boolean isByGuarantee;

    /** The rule by which something was taken off the last grant, null if none did. */
    private Refusal.@Nullable Why cut;

    Eligibility(Agents agents, Subscriptions subscriptions, Quotas quotas, Filters filters) {
        this.agents = agents;
        this.subscriptions = subscriptions;
        this.quotas = quotas;
        this.filters = filters;
        this.constraints = new ConstraintAnswers(agents, subscriptions);
        this.demands = subscriptions.demands;
        this.setAsides = subscriptions.setAsides;
        granted.ensure(ONE_TASK);
        nothing.ensure(0);
    }

    /** Returns, in row 0, what {@link #refusal} found to be offered; valid until it is asked again. */
    ResourceColumn granted() {
        return granted;
    }

    /** Returns the demand that what was granted is for, {@link Demands#NONE} if the subscription named none. */
    int grantedDemand() {
        return grantedDemand;
    }

    /** Tells whether what was granted is set aside for others, and granted for what the role's guarantee lacks. */
    boolean isByGuarantee() {
        return isByGuarantee;
    }

    ConstraintAnswers constraints() {
        return constraints;
    }

    /** Returns the rule by which a subscription is not offered anything of an agent, null if it may be. */
    Refusal.@Nullable Why refusal(int subscription, int agent) {
        Refusal.Why rule = grant(subscription, subscription, agent, nothing);
        return rule != null ? rule : refusalOfGranted(subscription, agent);
    }

    /** Returns the rule by which a subscription would not be offered an amount that was cut down, by a rule, to this. */
    Refusal.@Nullable Why refusalOf(int subscription, int agent, Resources amount, Refusal.@Nullable Why itsCut) {
        suppose(amount, itsCut);
        return refusalOfGranted(subscription, agent);
    }

    private void suppose(Resources amount, Refusal.@Nullable Why itsCut) {
        granted.set(0, amount);
        grantedDemand = Demands.NONE;
        isByGuarantee = false;
        cut = itsCut;
    }

    private Refusal.@Nullable Why refusalOfGranted(int subscription, int agent) {
        if (demands.has(subscription)) {
            return refusalByDemand(subscription, agent);
        }
        if (!subscriptions.minimum(subscription).isReachedBy(granted, 0)) {
            return cut != null ? cut : Refusal.Why.BELOW_MINIMUM;
        }
        return filters.match(agent, subscription, granted, 0) ? Refusal.Why.FILTERED : null;
    }

    /**
     * Returns the rule by which an agent is none for a gang, whosever turn it is, null if it is one; then is granted what it
     * needs there. For its role's guarantee the gang is about to have what is in {@code more} of others.
     */
    Refusal.@Nullable Why refusalOfGang(Gangs.Wanted gang, int agent, ResourceColumn more) {
        Refusal.Why rule = grant(gang.subscription, gang.key(), agent, more);
        return rule != null ? rule : refusalOfGranted(gang, agent);
    }

    /** Returns the rule by which an agent is none for a gang with an amount that was cut down, by a rule, to this. */
    Refusal.@Nullable Why refusalOf(Gangs.Wanted gang, int agent, Resources amount, Refusal.@Nullable Why itsCut) {
        suppose(amount, itsCut);
        return refusalOfGranted(gang, agent);
    }

    private Refusal.@Nullable Why refusalOfGranted(Gangs.Wanted gang, int agent) {
        Demand each = gang.gang.each();
        if (Bundle.fit(each, granted, 0) == 0) {
            return cut != null ? cut : Refusal.Why.UNSUITABLE;
        }
        Bundle.cut(each, 1, granted, 0, granted, 0);
        return filters.match(agent, gang.subscription, granted, 0) ? Refusal.Why.FILTERED : null;
    }

    /** Grants what a subscription may have within quota, or returns the rule by which it may have nothing. */
    private Refusal.@Nullable Why grant(int subscription, int key, int agent, ResourceColumn more) {
        Refusal.Why whatever = refusalWhatever(subscription, agent);
        if (whatever != null) {
            return whatever;
        }
        granted.copy(0, agents.free(), agent);
        if (agents.isMixed(agent)) {
            Resources special = granted.special(0);
            granted.setSpecial(0, special.filter(id -> isFor(subscription, id)));
            if (granted.isEmpty(0)) {
                return Refusal.Why.NOT_FOR_ROLE;
            }
        }
        int role = subscriptions.role(subscription);
        grantedDemand = Demands.NONE;
        cut = quotas.isFree(role) ? null : quotas.cut(role, agent, granted, 0);
        isByGuarantee = setAsides.isForAnother(agent, key);
        if (isByGuarantee && !quotas.servesGuarantee(role, granted, 0, more)) {
            isByGuarantee = false;
            if (quotas.hasGuarantees()) {
                quotas.hold(agent);
            }
            granted.clearPool(0);
            cut = Refusal.Why.SET_ASIDE;
        }
        return cut == Refusal.Why.SET_ASIDE && granted.isEmpty(0) ? cut : null;
    }

    /** Returns the rule by which a subscription never gets anything of an agent, whatever is free. */
    Refusal.@Nullable Why refusalWhatever(int subscription, int agent) {
        if (!constraints.allows(subscription, agent)) {
            return Refusal.Why.CONSTRAINTS;
        }
        if (!agents.isClosed(agent)) {
            return null;
        }
        if (agents.isRemote(agent) && !subscriptions.can(subscription, Capability.REGION_AWARE)) {
            return Refusal.Why.OTHER_REGION;
        }
        if (agents.isGuarded(agent) && !subscriptions.can(subscription, Capability.GPU_RESOURCES)) {
            return Refusal.Why.GPUS;
        }
        return null;
    }

    /**
     * Cuts what is granted down to what the first demand needs that fits and was not refused here. A demand is refused
     * here if one task of it was: how many of them are offered besides makes no difference.
     */
    private Refusal.@Nullable Why refusalByDemand(int subscription, int agent) {
        boolean isFiltered = false;
        for (int demand = 0; demand < demands.count(subscription); demand++) {
            Demand its = demands.demand(subscription, demand);
            boolean isServed =
                    demands.isOpen(subscription, demand) && !setAsides.isForAnotherDemand(agent, subscription, its);
            long fitting = isServed ? Bundle.fit(its, granted, 0) : 0;
            if (fitting > 0) {
                Bundle.cut(its, 1, granted, 0, granted, ONE_TASK);
                if (!filters.match(agent, subscription, granted, ONE_TASK)) {
                    grantedDemand = demand;
                    Bundle.cut(its, demands.servable(subscription, demand, fitting), granted, 0, granted, 0);
                    return null;
                }
                isFiltered = true;
            }
        }
        if (isFiltered) {
            granted.copy(0, granted, ONE_TASK);
            return Refusal.Why.FILTERED;
        }
        return cut != null ? cut : Refusal.Why.UNSUITABLE;
    }

    /** Tells whether a framework may have a resource at all under a role. */
    boolean isFor(int subscription, ResourceId id) {
        return id.isAllocatableTo(subscriptions.path(subscription))
                && (!id.isRefined() || subscriptions.can(subscription, Capability.RESERVATION_REFINEMENT))
                && (!id.isRevocable() || subscriptions.can(subscription, Capability.REVOCABLE_RESOURCES))
                && (!id.isShared() || subscriptions.can(subscription, Capability.SHARED_RESOURCES));
    }
}
