package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rule by which each agent is passed over for one framework and role, or one gang; {@link RefusalWords} has
 * the numbers behind it. It asks the question that the round asks, so that it cannot differ from it. Of an agent that is in offers altogether the question is what would be if it was
 * free again: only if nothing else is in the way others came first.
 */
final class Explanation {
    private final Books books;
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final OpenOffers offers;
    private final Eligibility eligibility;
    private final Allocation allocation;
    private final AsIfFree asIfFree;
    private final RefusalWords words;

    /** What is asked whether something fits it. */
    private final ResourceColumn amount = new ResourceColumn();

    Explanation(Books books, Allocation allocation) {
        this.books = books;
        this.agents = books.agents();
        this.subscriptions = books.subscriptions();
        this.offers = books.offers();
        this.eligibility = books.eligibility();
        this.allocation = allocation;
        this.asIfFree = new AsIfFree(books);
        this.words = new RefusalWords(books, allocation, asIfFree);
        allocation.rekeyIfStale();
        amount.ensure(0);
    }

    List<Refusal> explain(long nowMs, int framework, String role) {
        List<Refusal> refusals = new ArrayList<>();
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            explain(nowMs, framework, role, agent).ifPresent(refusals::add);
        }
        return refusals;
    }

    /** Explains agents together that have the same and are passed over by the same rule. */
    List<RefusedAgents> explainInShort(long nowMs, int framework, String role) {
        int subscription = subscriptions.find(framework, role);
        Refusal.Why everywhere = everywhere(framework, subscription);
        Map<Resources, Map<Refusal.Why, RefusedAgents>> classes = new LinkedHashMap<>();
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            if (subscription < 0 || !hasOffer(subscription, agent)) {
                Refusal.Why why = everywhere == null ? why(subscription, agent) : everywhere;
                Quantities free = agents.free()
                        .plainQuantities(agent)
                        .plus(agents.free().special(agent).quantities());
                int example = agent;
                classes.computeIfAbsent(agents.profile(agent).total(), total -> new EnumMap<>(Refusal.Why.class))
                        .compute(
                                why,
                                (key, before) -> before == null
                                        ? new RefusedAgents(
                                                agents.profile(example).total(),
                                                1,
                                                free,
                                                explain(nowMs, framework, role, example)
                                                        .orElseThrow())
                                        : before.withOneMore(free));
            }
        }
        return classes.values().stream()
                .flatMap(byRule -> byRule.values().stream())
                .toList();
    }

    Optional<Refusal> explain(long nowMs, int framework, String role, int agent) {
        int subscription = subscriptions.find(framework, role);
        if (subscription >= 0 && hasOffer(subscription, agent)) {
            return Optional.empty();
        }
        Refusal.Why everywhere = everywhere(framework, subscription);
        if (everywhere != null) {
            return Optional.of(new Refusal(agent, everywhere, words.everywhere(everywhere, framework, role)));
        }
        Refusal.Why why = why(subscription, agent);
        return Optional.of(new Refusal(agent, why, words.detail(why, nowMs, subscription, agent)));
    }

    private boolean hasOffer(int subscription, int agent) {
        Links its = offers.ofAgent();
        for (int slot = its.first(agent); slot >= 0; slot = its.next(slot)) {
            if (offers.subscription(slot) == subscription) {
                return true;
            }
        }
        return false;
    }

    /** Returns the rule that holds whatever the agent, null if none does. */
    private Refusal.@Nullable Why everywhere(int framework, int subscription) {
        if (!subscriptions.frameworks.isActive(framework)) {
            return Refusal.Why.FRAMEWORK_INACTIVE;
        }
        if (subscription < 0 || !subscriptions.isSubscribed(subscription)) {
            return Refusal.Why.ROLE_NOT_SUBSCRIBED;
        }
        if (subscriptions.isSuppressed(subscription)) {
            return Refusal.Why.SUPPRESSED;
        }
        if (subscriptions.demands.isSatisfied(subscription)) {
            return Refusal.Why.SATISFIED;
        }
        return allocation.isPaused() ? Refusal.Why.PAUSED : null;
    }

    /** Returns the first rule that says no; nobody is asked for words. */
    private Refusal.Why why(int subscription, int agent) {
        Refusal.Why whatever = whyWhatever(subscription, agent);
        if (whatever != null) {
            return whatever;
        }
        boolean isFree = !agents.free().isEmpty(agent);
        Refusal.Why rule = isFree ? eligibility.refusal(subscription, agent) : asIfFree.refusal(subscription, agent);
        if (rule == null) {
            boolean isNext = isFree && allocation.next(agent) == subscription;
            return isNext ? Refusal.Why.NEXT_RUN : Refusal.Why.OTHERS_FIRST;
        }
        Resources amount = isFree ? agents.free().get(agent) : asIfFree.amount(agent);
        boolean isTooLittle =
                AsIfFree.isByQuota(rule) && subscriptions.demands.has(subscription) && !fitsAny(subscription, amount);
        return isTooLittle ? Refusal.Why.UNSUITABLE : rule;
    }

    /** Returns the first rule that says no whatever is wanted of the agent, null if none does. */
    private Refusal.@Nullable Why whyWhatever(int subscription, int agent) {
        if (!agents.isActive(agent)) {
            return Refusal.Why.AGENT_INACTIVE;
        }
        if (agents.isBarred(agent)) {
            return Refusal.Why.NOT_WHITELISTED;
        }
        Refusal.Why whatever = eligibility.refusalWhatever(subscription, agent);
        if (whatever != null) {
            return whatever;
        }
        boolean isUsedUp = agents.free().isEmpty(agent) && offers.ofAgent().count(agent) == 0;
        return isUsedUp ? Refusal.Why.NOTHING_FREE : null;
    }

    /** Tells whether a demand that waits would fit what of an amount is not out of reach anyway. */
    private boolean fitsAny(int subscription, Resources free) {
        Demands demands = subscriptions.demands;
        for (int demand = 0; demand < demands.count(subscription); demand++) {
            if (demands.isOpen(subscription, demand)
                    && fits(subscription, demands.demand(subscription, demand), free)) {
                return true;
            }
        }
        return false;
    }

    private boolean fits(int subscription, Demand demand, Resources free) {
        amount.set(0, free.filter(id -> eligibility.isFor(subscription, id)));
        return Bundle.fit(demand, amount, 0) > 0;
    }

    // ---- gangs

    /** Counts the agents on which a gang has no room, by the rule. */
    WaitingGang explain(Gangs.Wanted gang) {
        Map<Refusal.Why, Integer> refused = new EnumMap<>(Refusal.Why.class);
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            Refusal.Why why = whyNotGang(gang, agent);
            if (why != null) {
                refused.merge(why, 1, Integer::sum);
            }
        }
        return new WaitingGang(gang.gang.agents(), refused, present.cardinality());
    }

    private Refusal.@Nullable Why whyNotGang(Gangs.Wanted gang, int agent) {
        if (!subscriptions.isWilling(gang.subscription)) {
            return Refusal.Why.SUPPRESSED;
        }
        if (allocation.isPaused()) {
            return Refusal.Why.PAUSED;
        }
        Refusal.Why whatever = whyWhatever(gang.subscription, agent);
        if (whatever != null) {
            return whatever;
        }
        if (!agents.free().isEmpty(agent)) {
            Resources free = agents.free().get(agent);
            Refusal.Why rule = unlessTooLittle(gang, free, allocation.refusalOfGangInTurn(gang, agent));
            if (rule != Refusal.Why.UNSUITABLE) {
                return rule;
            }
        }
        return whyNotOffered(gang, agent);
    }

    /** Returns why a gang cannot have what it lacks of what is in offers of an agent. */
    private Refusal.Why whyNotOffered(Gangs.Wanted gang, int agent) {
        Refusal.Why rule = unlessTooLittle(gang, asIfFree.amount(agent), asIfFree.refusalOfGang(gang, agent));
        if (rule != null) {
            return agents.free().isEmpty(agent) ? rule : Refusal.Why.UNSUITABLE;
        }
        Resources own = agents.free().get(agent);
        Links its = offers.ofAgent();
        for (int slot = its.first(agent); slot >= 0; slot = its.next(slot)) {
            boolean isOwn = offers.subscription(slot) == gang.subscription;
            own = isOwn ? own.plus(offers.amounts().get(slot)) : own;
        }
        return fits(gang.subscription, gang.gang.each(), own) ? Refusal.Why.OWN_OFFERS : Refusal.Why.OTHERS_FIRST;
    }

    private Refusal.@Nullable Why unlessTooLittle(Gangs.Wanted gang, Resources free, Refusal.@Nullable Why rule) {
        boolean isTooLittle = AsIfFree.isByQuota(rule) && !fits(gang.subscription, gang.gang.each(), free);
        return isTooLittle ? Refusal.Why.UNSUITABLE : rule;
    }

    // ---- demands

    /** Tells of each demand how far it is. */
    List<WaitingDemand> explainDemands(long nowMs, int subscription) {
        List<WaitingDemand> all = new ArrayList<>();
        Demands demands = subscriptions.demands;
        int count = demands.has(subscription) ? demands.count(subscription) : 0;
        for (int index = 0; index < count; index++) {
            Demand demand = demands.demand(subscription, index);
            long covered = demands.covered(subscription, index);
            long waiting = Math.max(0, demands.outstanding(subscription, index) - covered);
            Optional<WaitingDemand.Room> room = waiting == 0 ? Optional.empty() : room(nowMs, subscription, demand);
            all.add(new WaitingDemand(demand, waiting, covered, capable(subscription, demand), room));
        }
        return all;
    }

    /** Counts the agents that could hold a task if nothing else was there. */
    private int capable(int subscription, Demand demand) {
        int capable = 0;
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            boolean isCapable = eligibility.refusalWhatever(subscription, agent) == null
                    && fits(subscription, demand, agents.total().get(agent));
            capable += isCapable ? 1 : 0;
        }
        return capable;
    }

    private Optional<WaitingDemand.Room> room(long nowMs, int subscription, Demand demand) {
        SetAsides setAsides = subscriptions.setAsides;
        int agent = setAsides.agentOf(subscription);
        Demand its = agent == SetAsides.NONE ? null : setAsides.demand(agent);
        if (its == null || !its.isOfSameTasks(demand)) {
            return Optional.empty();
        }
        List<Long> ending = books.tasks().on(agent).stream()
                .filter(task -> books.tasks().isEnding(nowMs, task))
                .map(RunningTask::id)
                .toList();
        return Optional.of(new WaitingDemand.Room(agent, books.deadlines().timeMs(setAsides.deadline(agent)), ending));
    }
}
