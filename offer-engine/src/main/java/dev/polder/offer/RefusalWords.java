package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Thousandths;
import java.util.List;
import java.util.Locale;

/** Says the numbers behind the rule by which an agent is passed over. Owned by the engine's thread. */
final class RefusalWords {
    private static final int NUMBERS_MAX = 500;

    private final Books books;
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Eligibility eligibility;
    private final Allocation allocation;
    private final AsIfFree asIfFree;

    RefusalWords(Books books, Allocation allocation, AsIfFree asIfFree) {
        this.books = books;
        this.agents = books.agents();
        this.subscriptions = books.subscriptions();
        this.eligibility = books.eligibility();
        this.allocation = allocation;
        this.asIfFree = asIfFree;
    }

    /** Says a rule that holds for all agents. */
    String everywhere(Refusal.Why rule, int framework, String role) {
        String whose = subscriptions.frameworks.describe(framework);
        return switch (rule) {
            case FRAMEWORK_INACTIVE -> whose + " is not active";
            case ROLE_NOT_SUBSCRIBED -> whose + " is not subscribed to role " + role;
            case SUPPRESSED -> whose + " suppressed role " + role + " and did not revive it yet";
            case SATISFIED -> satisfied(subscriptions.find(framework, role));
            case PAUSED -> "no offers are made before resume";
            default -> throw Invariant.broken("%s depends on the agent", rule);
        };
    }

    private String satisfied(int subscription) {
        String whose = subscriptions.describe(subscription);
        if (subscriptions.demands.count(subscription) > 0) {
            return whose + " has offers for all that it said it waits for, or has launched it";
        }
        int gangs = subscriptions.gangs.waiting(subscription);
        return whose + " said that it waits for nothing"
                + (gangs == 0 ? "" : " but " + gangs + " gangs: see explainGang");
    }

    /** Says a rule that depends on the agent. */
    String detail(Refusal.Why rule, long nowMs, int subscription, int agent) {
        return switch (rule) {
            case AGENT_INACTIVE -> "the agent is not active";
            case NOT_WHITELISTED -> "host '" + agents.profile(agent).hostname() + "' is not on the whitelist";
            case CONSTRAINTS ->
                subscriptions
                        .constraints(subscription)
                        .refusal(agents.profile(agent))
                        .orElse("");
            case OTHER_REGION ->
                "the agent is in region " + agents.profile(agent).region().orElse("") + ", the master in "
                        + books.config().region().orElse("");
            case GPUS ->
                "the agent has gpus:"
                        + Thousandths.text(
                                agents.total().get(agent).quantities().gpus())
                        + ", kept for frameworks with GPU_RESOURCES";
            case NOTHING_FREE ->
                agents.total().get(agent).isEmpty()
                        ? "the agent has nothing"
                        : "of " + agents.total().get(agent) + " is in use "
                                + agents.used().get(agent);
            case OTHERS_FIRST ->
                agents.free().isEmpty(agent) ? offered(nowMs, agent) : othersFirst(subscription, agent);
            default -> {
                boolean isFree = !agents.free().isEmpty(agent);
                // what is granted is of whoever was asked last
                if (isFree) {
                    eligibility.refusal(subscription, agent);
                } else {
                    asIfFree.refusal(subscription, agent);
                }
                yield (isFree ? "free is " + agents.free().get(agent) : "in offers is " + asIfFree.amount(agent)) + ", "
                        + numbers(rule, nowMs, subscription, agent);
            }
        };
    }

    // ---- numbers

    private String numbers(Refusal.Why rule, long nowMs, int subscription, int agent) {
        return switch (rule) {
            case NOT_FOR_ROLE -> "nothing of it for role " + subscriptions.path(subscription);
            case SET_ASIDE ->
                "kept for " + forWhom(subscriptions.setAsides.key(agent)) + " for another "
                        + leftMs(nowMs, subscriptions.setAsides.deadline(agent)) + " ms";
            case UNSUITABLE -> "too little for " + openDemands(subscription) + room(nowMs, subscription, agent);
            case OVER_LIMIT -> "of which quota leaves " + granted() + ": " + limits(subscription, agent);
            case HEADROOM ->
                "of which is left " + granted() + " beyond what other roles are guaranteed: "
                        + (agents.free().isEmpty(agent)
                                ? asIfFree.required(agent)
                                : books.quotas().required())
                        + " is to be held back in all";
            case BELOW_MINIMUM ->
                "less than each of the minimum "
                        + subscriptions.minimum(subscription).alternatives();
            case FILTERED -> {
                int filter = books.filters().matching(agent, subscription, eligibility.granted(), 0);
                yield "the framework refused " + books.filters().refused().get(filter) + " for another "
                        + Math.max(0, books.filters().untilMs(filter) - nowMs) + " ms";
            }
            case NEXT_RUN ->
                "of which " + granted() + " is offered at the next run,"
                        + " if an offer of another agent does not make it another's turn first";
            default -> throw Invariant.broken("%s has words of its own", rule);
        };
    }

    private long leftMs(long nowMs, int deadline) {
        return Math.max(0, books.deadlines().timeMs(deadline) - nowMs);
    }

    private String granted() {
        Resources granted = eligibility.granted().get(0);
        return granted.isEmpty() ? "nothing" : granted.toString();
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

    /** Says that room is being made for a demand of the subscription, if it is. */
    private String room(long nowMs, int subscription, int agent) {
        if (subscriptions.setAsides.key(agent) != subscription) {
            return "";
        }
        List<Long> ending = books.tasks().on(agent).stream()
                .filter(task -> books.tasks().isEnding(nowMs, task))
                .map(RunningTask::id)
                .toList();
        return "; it is set aside for it for another " + leftMs(nowMs, subscriptions.setAsides.deadline(agent)) + " ms"
                + (ending.isEmpty() ? "" : ", and tasks " + ending + " were asked to end");
    }

    /** Names the limits of a role and those above it, with what is consumed. */
    private String limits(int subscription, int agent) {
        StringBuilder text = new StringBuilder();
        RoleTree tree = subscriptions.tree;
        for (int node = subscriptions.role(subscription); node != RoleTree.ROOT; node = tree.parent(node)) {
            Quota quota = books.quotas().quota(node);
            if (!quota.limits().isNone() && text.length() < NUMBERS_MAX) {
                Quantities consumed = agents.free().isEmpty(agent)
                        ? asIfFree.consumed(node, agent)
                        : books.quotas().consumed(node);
                text.append(text.isEmpty() ? "" : "; ")
                        .append("role ")
                        .append(tree.path(node))
                        .append(" consumes ")
                        .append(consumed.isEmpty() ? "nothing" : consumed.toString())
                        .append(" of ")
                        .append(quota.limits());
            }
        }
        return text.toString();
    }

    // ---- who comes first

    private String offered(long nowMs, int agent) {
        OpenOffers offers = books.offers();
        Links its = offers.ofAgent();
        int last = its.last(agent);
        return agents.offered().get(agent) + " is offered, " + (its.count(agent) == 1 ? "" : "last ") + "to "
                + subscriptions.describe(offers.subscription(last)) + ", for another "
                + leftMs(nowMs, offers.deadline(last)) + " ms at most";
    }

    private String othersFirst(int subscription, int agent) {
        int first = allocation.next(agent);
        String firstComes =
                "free is " + agents.free().get(agent) + ", and first comes " + subscriptions.describe(first);
        int role = subscriptions.role(first);
        if (books.quotas().servesGuarantee(role, eligibility.granted(), 0, eligibility.nothing)) {
            return firstComes + ": role " + subscriptions.tree.path(subscriptions.tree.top(role))
                    + " has less than it is guaranteed";
        }
        return firstComes + ": " + decisive(subscription, first);
    }

    /** Sets side by side what decides between two subscriptions. */
    private String decisive(int ours, int theirs) {
        RoleTree tree = subscriptions.tree;
        if (subscriptions.role(ours) == subscriptions.role(theirs)) {
            return decisive(subscriptions.shares, ours, "it", theirs, "that one");
        }
        int ourNode = tree.leaf(subscriptions.role(ours));
        int theirNode = tree.leaf(subscriptions.role(theirs));
        int ourSide = tree.siblingTowards(ourNode, theirNode);
        int theirSide = tree.siblingTowards(theirNode, ourNode);
        return decisive(tree.shares, ourSide, name(ourSide), theirSide, name(theirSide));
    }

    private String name(int node) {
        RoleTree tree = subscriptions.tree;
        return "role " + (tree.isVirtual(node) ? tree.path(tree.roleOf(node)) + " itself" : tree.path(node));
    }

    private static String decisive(Shares shares, int ours, String us, int theirs, String them) {
        if (shares.isRandom()) {
            return "the order is random, and it is the turn of " + them;
        }
        String text = us + " has share " + share(shares, ours) + ", " + them + " " + share(shares, theirs);
        if (shares.share(ours) != shares.share(theirs)) {
            return text;
        }
        return shares.offers(ours) == shares.offers(theirs)
                ? text + ", and as many offers; the name decides"
                : text + ", and got " + shares.offers(ours) + " offers, " + them + " " + shares.offers(theirs);
    }

    /** Returns a share as people read it, divided by the weight, which is named unless it is 1. */
    private static String share(Shares shares, int row) {
        long hundredths = shares.share(row) / (Divisor.WHOLE / 10_000);
        String percent = String.format(Locale.ROOT, "%d.%02d%%", hundredths / 100, hundredths % 100);
        long weight = shares.weight(row);
        return weight == Shares.WEIGHT_DEFAULT ? percent : percent + " by weight " + Thousandths.text(weight);
    }
}
