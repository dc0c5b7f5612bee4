package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.collections.IntArrayList;

/** Who takes part in an {@link OfferEngine}: agents, frameworks, roles with what is theirs. Owned by the engine's thread. */
abstract class OfferParticipants extends OfferInquiry {
    final Reservations reservations;
    final Acceptance acceptance;

    private Optional<Set<String>> whitelist = Optional.empty();

    OfferParticipants(OfferEngineConfig config, long seed) {
        super(config, seed);
        reservations = new Reservations(books);
        acceptance = new Acceptance(books, ledger, reservations, allocation);
    }

    // ---- agents

    /**
     * Adds an agent with all its resources free, active, offered from the next {@link OfferEngine#run} on; returns its index,
     * which may have been that of one removed before.
     *
     * @throws ArithmeticException if a scalar of the cluster, and what is in use of it, would be too large to add up
     */
    public int addAgent(AgentProfile profile) {
        requireNonNull(profile, "profile");
        requireRoom(agents.quantities().plus(profile.total().quantities()), Resources.EMPTY);
        int agent = agents.add(profile);
        offers.reserve(agent);
        books.deadlines().reserve(FreeList.rowsFor(agent));
        decideBarred(agent);
        reservations.change(Resources.EMPTY, profile.total());
        allocation.takeTotal();
        return agent;
    }

    /**
     * Replaces what is known of an agent; its total may be smaller than what is in use. Its open offers are rescinded;
     * its decline filters are forgotten if it has become another in anything but the total.
     *
     * @throws IllegalArgumentException if a resource that is in use is of another kind now, or a port or item that is in
     *     use is reserved otherwise now
     * @throws ArithmeticException if a scalar of the cluster, and what is in use of it, would be too large to add up
     */
    public void updateAgent(int agent, AgentProfile profile, OfferSink sink) {
        requireAgent(agent);
        requireNonNull(profile, "profile");
        requireNonNull(sink, "sink");
        requireRoom(agents.quantitiesWith(agent, profile.total()), Resources.EMPTY);
        requireSameKinds(agent, profile.total(), agents.used().special(agent));
        requireUsedOnce(agent, profile.total(), agents.used().special(agent));
        AgentProfile before = agents.profile(agent);
        subscriptions.setAsides.end(agent);
        ledger.rescindOfAgent(agent, OfferSink.Reason.WITHDRAWN, sink);
        if (!before.withTotal(profile.total()).equals(profile)) {
            books.filters().removeAgent(agent);
            books.eligibility().constraints().forgetAgent(agent);
        }
        reservations.change(before.total(), profile.total());
        agents.update(agent, profile);
        decideBarred(agent);
        allocation.takeTotal();
    }

    /** Switches offers of this agent on or off; off rescinds those that are open. Nothing in use changes. */
    public void setAgentActive(int agent, boolean active, OfferSink sink) {
        requireAgent(agent);
        requireNonNull(sink, "sink");
        agents.setActive(agent, active);
        if (!active) {
            subscriptions.setAsides.end(agent);
            ledger.rescindOfAgent(agent, OfferSink.Reason.AGENT_GONE, sink);
        }
    }

    /** Forgets all decline filters of an agent: it has become another in what the engine does not see. */
    public void forgetFilters(int agent) {
        requireAgent(agent);
        books.filters().removeAgent(agent);
        agents.touch(agent);
    }

    /**
     * Forgets an agent, everything in use on it, and all decline filters of it; rescinds its offers. The index may be
     * handed out again.
     */
    public void removeAgent(int agent, OfferSink sink) {
        requireAgent(agent);
        requireNonNull(sink, "sink");
        subscriptions.setAsides.end(agent);
        ledger.rescindOfAgent(agent, OfferSink.Reason.AGENT_GONE, sink);
        ledger.releaseAll(agent);
        books.tasks().removeAgent(agent);
        books.inverseOffers().set(agent, Optional.empty(), sink);
        books.filters().removeAgent(agent);
        books.eligibility().constraints().forgetAgent(agent);
        books.quotas().removeAgent(agent);
        reservations.change(agents.profile(agent).total(), Resources.EMPTY);
        agents.remove(agent);
        allocation.takeTotal();
    }

    /** Lets only agents with these hostnames be offered, empty for all; offers of the others that are open stay. */
    public void setWhitelist(Optional<Set<String>> hostnames) {
        whitelist = requireNonNull(hostnames, "hostnames").map(Set::copyOf);
        BitSet present = agents.present();
        for (int agent = present.nextSetBit(0); agent >= 0; agent = present.nextSetBit(agent + 1)) {
            decideBarred(agent);
        }
    }

    private void decideBarred(int agent) {
        boolean isBarred = whitelist.isPresent()
                && !whitelist.get().contains(agents.profile(agent).hostname());
        agents.setBarred(agent, isBarred);
        if (isBarred) {
            subscriptions.setAsides.end(agent);
        }
    }

    /**
     * Converts resources of an agent that nobody uses and nobody is offered: an operator reserves, or makes a volume.
     * Offers are not rescinded for it: who wants that withdraws them first.
     *
     * <pre>{@code
     * var reserved = ResourceText.parse("cpus:1", "*").push(Reservation.dynamic("ci"));
     * engine.convertAvailable(agent, List.of(new ResourceOperation.Reserve(reserved).conversion()));
     * }</pre>
     *
     * @throws IllegalArgumentException if what is to be converted is not free; says what is short, and what of the agent
     *     is in offers
     */
    public void convertAvailable(int agent, List<Conversion> conversions) {
        requireAgent(agent);
        requireNonNull(conversions, "conversions");
        try {
            convertFree(agent, conversions);
        } catch (IllegalArgumentException problem) {
            Resources offered = agents.offered().get(agent);
            throw new IllegalArgumentException(
                    "agent " + agent + ": " + problem.getMessage()
                            + (offered.isEmpty() ? "" : "; " + offered + " is in offers " + offersOf(agent)),
                    problem);
        }
    }

    private List<Long> offersOf(int agent) {
        List<Long> ids = new ArrayList<>();
        for (int slot = offers.ofAgent().first(agent);
                slot >= 0;
                slot = offers.ofAgent().next(slot)) {
            ids.add(offers.id(slot));
        }
        return ids;
    }

    private void convertFree(int agent, List<Conversion> conversions) {
        Resources free = agents.free().get(agent);
        Resources before = agents.profile(agent).total();
        Resources total = before;
        for (Conversion conversion : conversions) {
            acceptance.requireApplicable(agent, total, conversion);
            free = free.apply(conversion);
            total = total.apply(conversion);
        }
        reservations.change(before, total);
        agents.convert(agent, total);
        agents.settle(agent);
        allocation.takeTotal();
    }

    // ---- frameworks

    /**
     * Adds a framework, active, none of its roles suppressed; returns its index, which may have been that of one removed
     * before.
     *
     * @throws IllegalArgumentException if there is a framework of that name
     */
    public int addFramework(FrameworkProfile profile) {
        requireNonNull(profile, "profile");
        int framework = frameworks.add(profile);
        profile.roles().forEach((role, words) -> subscriptions.subscribe(framework, role, words));
        return framework;
    }

    /**
     * Replaces what is known of a framework; offers under a role that it left are rescinded. What it uses stays charged.
     * A role that it keeps stays suppressed if it was, a new one is not.
     *
     * @throws IllegalArgumentException if its name is another
     */
    public void updateFramework(int framework, FrameworkProfile profile, OfferSink sink) {
        requireFramework(framework);
        requireNonNull(profile, "profile");
        requireNonNull(sink, "sink");
        String name = frameworks.profile(framework).name();
        if (!name.equals(profile.name())) {
            throw new IllegalArgumentException(
                    "framework '" + name + "' cannot become '" + profile.name() + "': a name stays");
        }
        frameworks.update(framework, profile);
        int[] all = frameworks.subscriptions(framework).toIntArray();
        for (int subscription : all) {
            boolean isLeft = !profile.roles().containsKey(subscriptions.path(subscription));
            if (isLeft && subscriptions.isSubscribed(subscription)) {
                subscriptions.unsubscribe(subscription);
            } else {
                // it may want other agents now
                subscriptions.endSetAsides(subscription);
            }
        }
        // first, so that a role which only lends its name to one below it now is not forgotten in between
        profile.roles().forEach((role, words) -> subscriptions.subscribe(framework, role, words));
        ledger.rescindOfFramework(framework, slot -> !isSubscribed(slot), OfferSink.Reason.ROLE_GONE, sink);
        for (int subscription : all) {
            ledger.dropIfIdle(subscription);
        }
    }

    private boolean isSubscribed(int slot) {
        return subscriptions.isSubscribed(offers.subscription(slot));
    }

    /** Switches a framework's offers on or off; off rescinds those that are open and forgets its filters. */
    public void setFrameworkActive(int framework, boolean active, OfferSink sink) {
        requireFramework(framework);
        requireNonNull(sink, "sink");
        subscriptions.setFrameworkActive(framework, active);
        if (active) {
            books.inverseOffers().touchAll();
        } else {
            ledger.rescindOfFramework(framework, slot -> true, OfferSink.Reason.FRAMEWORK_GONE, sink);
            books.inverseOffers().endOf(framework, sink);
        }
    }

    /**
     * Forgets a framework; rescinds its offers. It must use nothing any more.
     *
     * @throws IllegalStateException if it still uses resources
     */
    public void removeFramework(int framework, OfferSink sink) {
        requireFramework(framework);
        requireNonNull(sink, "sink");
        IntArrayList its = frameworks.subscriptions(framework);
        for (int i = 0; i < its.size(); i++) {
            int holdings = agents.holdings.ofSubscription().count(its.getInt(i));
            if (holdings > 0) {
                throw new IllegalStateException(subscriptions.describe(its.getInt(i)) + " still uses resources on "
                        + holdings + " agents: release them first");
            }
        }
        ledger.rescindOfFramework(framework, slot -> true, OfferSink.Reason.FRAMEWORK_GONE, sink);
        books.inverseOffers().endOf(framework, sink);
        for (int subscription : its.toIntArray()) {
            subscriptions.unsubscribe(subscription);
            ledger.dropIfIdle(subscription);
        }
        frameworks.remove(framework);
    }

    // ---- roles

    /**
     * Sets a role's weight in thousandths: 2000 is twice the default of 1000, and 2 a five-hundredth of it. It counts
     * among the role's siblings. The role need not have frameworks.
     *
     * @param thousandths 1 or more
     * @throws IllegalArgumentException if the weight is less, or the role's path is not well-formed
     */
    public void setWeight(String role, long thousandths) {
        RoleTree.requirePath(role);
        if (thousandths < 1) {
            throw new IllegalArgumentException(
                    "weight of role " + role + ": " + thousandths + " thousandths, must be 1 or more");
        }
        books.tree().setWeight(books.tree().index(role), thousandths);
    }

    /**
     * Replaces the quota of each of these roles, all or none; offers that stand in the way are rescinded, as far as that
     * helps. Roles that are not named keep theirs.
     *
     * @param force whether to go on though more is guaranteed than the cluster has, or a limit is exceeded already
     * @throws IllegalArgumentException if an update is not well-formed, or needs force
     */
    public void setQuotas(Map<String, Quota> update, boolean force, OfferSink sink) {
        requireNonNull(sink, "sink");
        // in an order that is the same whatever sort of map it is
        SortedMap<String, Quota> sorted = new TreeMap<>(requireNonNull(update, "update"));
        QuotaUpdate change = new QuotaUpdate(books, ledger);
        change.check(sorted, force);
        change.perform(sorted, sink);
    }

    /**
     * Sets a role's priority, which is the highest that its demands and tasks can have; a role without one of its own
     * has that of the nearest role above it, or 0. No tasks are ended for a demand that quota leaves no room for, even if
     * they are of the same role. It counts where {@link OfferEngineConfig#preemptAfterMs} is set.
     *
     * @throws IllegalArgumentException if the role's path is not well-formed
     */
    public void setPriority(String role, int priority) {
        RoleTree.requirePath(role);
        books.tasks().setPriority(role, priority);
        allocation.wake();
    }

    /**
     * Takes back what {@link #setPriority} said of a role.
     *
     * @throws IllegalArgumentException if the role's path is not well-formed
     */
    public void clearPriority(String role) {
        RoleTree.requirePath(role);
        books.tasks().clearPriority(role);
        allocation.wake();
    }

    // ---- leaves

    /** Checks that what an agent has, or shall have, goes with other resources. */
    static void requireSameKinds(int agent, Resources total, Resources others) {
        try {
            total.requireSameKinds(others);
        } catch (IllegalArgumentException problem) {
            throw new IllegalArgumentException(
                    "agent " + agent + " of " + total + ": " + problem.getMessage(), problem);
        }
    }

    /** Checks that no port or item that is in use would be free under another reservation. */
    void requireUsedOnce(int agent, Resources total, Resources used) {
        Resources exclusive = used.special().filter(id -> !id.isShared());
        if (total.special().minusSaturating(exclusive).intersects(exclusive)) {
            throw new IllegalArgumentException("agent " + agent + ": something of " + exclusive
                    + " is in use, and would be free of " + total + "; a port or item can be used once");
        }
    }

    /**
     * Checks that all that is charged, and {@code more}, and a cluster of {@code total} besides can be added up: then
     * no later charge overflows, for what is offered is part of the total.
     */
    void requireRoom(Quantities total, Resources more) {
        books.tree().shares.charged(RoleTree.ROOT).plus(total).plus(more.quantities());
    }
}
