package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the rule, and the numbers behind it, by which each agent is passed over for one framework and role. */
final class Explanation {
    private final Books books;
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final Allocation allocation;

    Explanation(Books books, Allocation allocation) {
        this.books = books;
        this.agents = books.agents();
        this.subscriptions = books.subscriptions();
        this.allocation = allocation;
    }

    List<OfferEngine.Refusal> explain(long nowMs, int framework, String role) {
        subscriptions.refreshIfStale();
        int subscription = subscriptions.find(framework, role);
        BitSet served = new BitSet();
        for (Deadline.OpenOffer open : books.offers().ofFramework(framework)) {
            if (open.subscription == subscription) {
                served.set(open.offer.agent());
            }
        }
        OfferEngine.Refusal.@Nullable Why everywhere = everywhere(framework, subscription);
        List<OfferEngine.Refusal> refusals = new ArrayList<>();
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            if (served.get(agent)) {
                continue;
            }
            refusals.add(
                    everywhere != null
                            ? new OfferEngine.Refusal(agent, everywhere, words(everywhere, framework, role))
                            : explainAgent(nowMs, subscription, agent));
        }
        return refusals;
    }

    /** Returns the rule that holds whatever the agent, null if none does. */
    private OfferEngine.Refusal.@Nullable Why everywhere(int framework, int subscription) {
        if (!subscriptions.isFrameworkActive(framework)) {
            return OfferEngine.Refusal.Why.FRAMEWORK_INACTIVE;
        }
        if (subscription < 0 || !subscriptions.isSubscribed(subscription)) {
            return OfferEngine.Refusal.Why.ROLE_NOT_SUBSCRIBED;
        }
        return subscriptions.isSuppressed(subscription) ? OfferEngine.Refusal.Why.SUPPRESSED : null;
    }

    private static String words(OfferEngine.Refusal.Why everywhere, int framework, String role) {
        return switch (everywhere) {
            case FRAMEWORK_INACTIVE -> "framework " + framework + " is not active";
            case ROLE_NOT_SUBSCRIBED -> "framework " + framework + " is not subscribed to role " + role;
            case SUPPRESSED -> "framework " + framework + " suppressed role " + role + " and did not revive it yet";
            default -> throw Invariant.broken("%s depends on the agent", everywhere);
        };
    }

    private OfferEngine.Refusal explainAgent(long nowMs, int subscription, int agent) {
        Resources free = agents.free(agent);
        if (!agents.isActive(agent)) {
            return new OfferEngine.Refusal(agent, OfferEngine.Refusal.Why.AGENT_INACTIVE, "the agent is not active");
        }
        if (!agents.isWorthOffering(free)) {
            return explainLittle(subscription, agent, free);
        }
        Deadline.Filter filter = books.filters().matching(subscription, agent, free);
        if (filter != null) {
            return new OfferEngine.Refusal(
                    agent,
                    OfferEngine.Refusal.Why.FILTERED,
                    "free is " + free + ", the framework refused " + filter.refused + " for another "
                            + Math.max(0, filter.atMs - nowMs) + " ms");
        }
        int first = allocation.next(agent);
        if (first == subscription) {
            return new OfferEngine.Refusal(
                    agent, OfferEngine.Refusal.Why.NEXT_RUN, "free is " + free + ", offered at the next run");
        }
        return new OfferEngine.Refusal(
                agent,
                OfferEngine.Refusal.Why.OTHERS_FIRST,
                "free is " + free + ", and first comes " + named(first) + ": " + shares(subscription, first));
    }

    /** Explains an agent of which too little is free. */
    private OfferEngine.Refusal explainLittle(int subscription, int agent, Resources free) {
        List<Deadline.OpenOffer> open = books.offers().ofAgent(agent);
        if (!open.isEmpty()) {
            Deadline.OpenOffer last = open.get(open.size() - 1);
            return new OfferEngine.Refusal(
                    agent,
                    OfferEngine.Refusal.Why.OTHERS_FIRST,
                    agents.offered(agent) + " is offered, " + (open.size() == 1 ? "" : "last ") + "to "
                            + named(last.subscription) + ": " + shares(subscription, last.subscription));
        }
        if (free.isEmpty()) {
            return new OfferEngine.Refusal(
                    agent,
                    OfferEngine.Refusal.Why.NOTHING_FREE,
                    "of " + agents.total(agent) + " is in use " + agents.used(agent));
        }
        return new OfferEngine.Refusal(
                agent,
                OfferEngine.Refusal.Why.BELOW_MINIMUM,
                "free is " + free + ", none of the minimum " + books.config().minimum());
    }

    private String named(int subscription) {
        return "framework " + subscriptions.framework(subscription) + " in role "
                + subscriptions.roleName(subscription);
    }

    /** Sets the shares side by side that decide between two subscriptions. */
    private String shares(int ours, int theirs) {
        boolean isSameRole = subscriptions.role(ours) == subscriptions.role(theirs);
        Shares shares = isSameRole ? subscriptions.shares : books.roles().shares;
        int ourRow = isSameRole ? ours : subscriptions.role(ours);
        int theirRow = isSameRole ? theirs : subscriptions.role(theirs);
        return (isSameRole ? "" : "role ") + "share " + percent(shares.share(ourRow)) + " here, "
                + percent(shares.share(theirRow)) + " there";
    }

    /** Returns a share as people read it. */
    private static String percent(long share) {
        long hundredths = share / (Shares.WHOLE / 10_000);
        return String.format(Locale.ROOT, "%d.%02d%%", hundredths / 100, hundredths % 100);
    }
}
