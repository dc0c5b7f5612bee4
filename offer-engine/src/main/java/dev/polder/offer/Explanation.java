package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rule, and the numbers behind it, by which each agent is passed over for one framework and role. It asks the
 * question that the round asks, so that it cannot differ from it; like that, it may have an agent looked at once more.
 */
final class Explanation {
    private static final int NUMBERS_MAX = 500;

    private final Books books;
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Eligibility eligibility;
    private final Allocation allocation;

    Explanation(Books books, Allocation allocation) {
        this.books = books;
        this.agents = books.agents();
        this.subscriptions = books.subscriptions();
        this.eligibility = books.eligibility();
        this.allocation = allocation;
        allocation.rekeyIfStale();
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
        return Optional.of(
                everywhere != null
                        ? new Refusal(agent, everywhere, words(everywhere, framework, role))
                        : explainAgent(nowMs, subscription, agent));
    }

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
        return allocation.refusalOfGang(gang, agent);
    }

    private boolean hasOffer(int subscription, int agent) {
        OpenOffers offers = books.offers();
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

    private static String words(Refusal.Why everywhere, int framework, String role) {
        return switch (everywhere) {
            case FRAMEWORK_INACTIVE -> "framework " + framework + " is not active";
            case ROLE_NOT_SUBSCRIBED -> "framework " + framework + " is not subscribed to role " + role;
            case SUPPRESSED -> "framework " + framework + " suppressed role " + role + " and did not revive it yet";
            case SATISFIED ->
                "framework " + framework + " has offers for all that it said it waits for under role " + role;
            case PAUSED -> "no offers are made before resume";
            default -> throw Invariant.broken("%s depends on the agent", everywhere);
        };
    }

    private Refusal explainAgent(long nowMs, int subscription, int agent) {
        Refusal.Why why = why(subscription, agent);
        return new Refusal(agent, why, detail(why, nowMs, subscription, agent));
    }

    /** Returns the first rule that says no; nobody is asked for words. */
    private Refusal.Why why(int subscription, int agent) {
        Refusal.Why whatever = whyWhatever(subscription, agent);
        if (whatever != null) {
            return whatever;
        }
        Refusal.Why rule = eligibility.refusal(subscription, agent);
        if (rule != null) {
            return rule;
        }
        return allocation.next(agent) == subscription ? Refusal.Why.NEXT_RUN : Refusal.Why.OTHERS_FIRST;
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
        if (agents.free().isEmpty(agent)) {
            return books.offers().ofAgent().count(agent) == 0 ? Refusal.Why.NOTHING_FREE : Refusal.Why.OTHERS_FIRST;
        }
        return null;
    }

    private String detail(Refusal.Why why, long nowMs, int subscription, int agent) {
        return switch (why) {
            case AGENT_INACTIVE -> "the agent is not active";
            case NOT_WHITELISTED -> "host '" + agents.profile(agent).hostname() + "' is not on the whitelist";
            case NOTHING_FREE ->
                "of " + agents.total().get(agent) + " is in use "
                        + agents.used().get(agent);
            case NEXT_RUN -> {
                eligibility.refusal(subscription, agent);
                yield eligibility.granted().get(0) + " is free for it, offered at the next run";
            }
            case OTHERS_FIRST ->
                agents.free().isEmpty(agent)
                        ? offeredToOthers(subscription, agent)
                        : "free is " + agents.free().get(agent) + ", and first comes "
                                + othersAndShares(subscription, allocation.next(agent));
            default -> {
                // what is granted is of whoever was asked last
                eligibility.refusal(subscription, agent);
                yield numbers(why, nowMs, subscription, agent);
            }
        };
    }

    private String offeredToOthers(int subscription, int agent) {
        Links its = books.offers().ofAgent();
        return agents.offered().get(agent) + " is offered, " + (its.count(agent) == 1 ? "" : "last ") + "to "
                + othersAndShares(subscription, books.offers().subscription(its.last(agent)));
    }

    private String othersAndShares(int subscription, int other) {
        return subscriptions.describe(other) + ": " + shares(subscription, other);
    }

    private String numbers(Refusal.Why rule, long nowMs, int subscription, int agent) {
        String free = "free is " + agents.free().get(agent);
        return switch (rule) {
            case CONSTRAINTS ->
                subscriptions
                        .constraints(subscription)
                        .refusal(agents.profile(agent))
                        .orElse("");
            case OTHER_REGION ->
                "the agent is in region " + agents.profile(agent).region().orElse("") + ", the master in "
                        + books.config().region().orElse("");
            case GPUS -> "the agent has gpus: " + agents.total().get(agent);
            case SET_ASIDE ->
                free + ", kept for "
                        + forWhom(subscriptions.setAsides.key(agent)) + " for another "
                        + Math.max(0, books.deadlines().timeMs(subscriptions.setAsides.deadline(agent)) - nowMs)
                        + " ms";
            case UNSUITABLE -> free + ", too little for " + openDemands(subscription);
            case NOT_FOR_ROLE -> free + ", nothing of it for role " + subscriptions.path(subscription);
            case OVER_LIMIT ->
                free + ", of which quota leaves "
                        + nothingOr(eligibility.granted().get(0).toString()) + ": " + limits(subscription);
            case HEADROOM ->
                free + ", of which is left "
                        + nothingOr(eligibility.granted().get(0).toString())
                        + " beyond what other roles are guaranteed: "
                        + books.quotas().required() + " is to be held back in all";
            case BELOW_MINIMUM ->
                free + ", less than each of the minimum "
                        + subscriptions.minimum(subscription).alternatives();
            case FILTERED -> {
                int filter = books.filters().matching(agent, subscription, eligibility.granted(), 0);
                yield free + ", the framework refused "
                        + books.filters().refused().get(filter) + " for another "
                        + Math.max(0, books.filters().untilMs(filter) - nowMs) + " ms";
            }
            default -> throw Invariant.broken("%s does not depend on the agent", rule);
        };
    }

    private String forWhom(int key) {
        for (Gangs.Wanted gang : subscriptions.gangs.waiting()) {
            if (gang.key() == key) {
                return "a gang of " + subscriptions.describe(gang.subscription);
            }
        }
        return subscriptions.describe(key);
    }

    /** Names the demands that have no offer yet. */
    private String openDemands(int subscription) {
        StringBuilder text = new StringBuilder();
        Demands demands = subscriptions.demands;
        for (int demand = 0; demand < demands.count(subscription) && text.length() < NUMBERS_MAX; demand++) {
            if (demands.isOpen(subscription, demand)) {
                text.append(text.isEmpty() ? "" : "; ")
                        .append(demands.demand(subscription, demand).shape());
                demands.demand(subscription, demand)
                        .pieces()
                        .forEach((name, count) ->
                                text.append(" and ").append(count).append(' ').append(name));
            }
        }
        return text.toString();
    }

    private static String nothingOr(String text) {
        return text.isEmpty() ? "nothing" : text;
    }

    /** Names the limits of a role and those above it, with what is consumed. */
    private String limits(int subscription) {
        StringBuilder text = new StringBuilder();
        RoleTree tree = subscriptions.tree;
        for (int node = subscriptions.role(subscription); node != RoleTree.ROOT; node = tree.parent(node)) {
            Quota quota = books.quotas().quota(node);
            if (!quota.limits().isNone() && text.length() < NUMBERS_MAX) {
                Quantities consumed = books.quotas().consumed(node);
                text.append(text.isEmpty() ? "" : "; ")
                        .append("role ")
                        .append(tree.path(node))
                        .append(" consumes ")
                        .append(nothingOr(consumed.toString()))
                        .append(" of ")
                        .append(quota.limits());
            }
        }
        return text.toString();
    }

    /** Sets the shares side by side that decide between two subscriptions. */
    private String shares(int ours, int theirs) {
        RoleTree tree = subscriptions.tree;
        if (subscriptions.role(ours) == subscriptions.role(theirs)) {
            return "share " + percent(subscriptions.shares.share(ours)) + " here, "
                    + percent(subscriptions.shares.share(theirs)) + " there";
        }
        int ourNode = tree.leaf(subscriptions.role(ours));
        int theirNode = tree.leaf(subscriptions.role(theirs));
        int ourSide = tree.siblingTowards(ourNode, theirNode);
        int theirSide = tree.siblingTowards(theirNode, ourNode);
        return "role " + name(ourSide) + " has share " + percent(tree.shares.share(ourSide)) + ", role "
                + name(theirSide) + " " + percent(tree.shares.share(theirSide));
    }

    private String name(int node) {
        RoleTree tree = subscriptions.tree;
        return tree.isVirtual(node) ? tree.path(tree.roleOf(node)) + " itself" : tree.path(node);
    }

    /** Returns a share as people read it. */
    private static String percent(long share) {
        long hundredths = share / (Divisor.WHOLE / 10_000);
        return String.format(Locale.ROOT, "%d.%02d%%", hundredths / 100, hundredths % 100);
    }
}
