package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is offered what: dominant resource fairness between roles, by weight, then between the frameworks of a
 * role. Owned by one thread; it reads no clock, every method that needs the time is told it (monotonic milliseconds,
 * never going back).
 *
 * <pre>
 *  free --offer--&gt; OFFERED --accept--&gt; used --release--&gt; free
 *    ^---decline, rescind, timeout-----'
 * </pre>
 *
 * <p>For every agent, at every step: used + offered + free - overcommitted = total, and of no resource is there
 * something both free and overcommitted. Offers are made by {@link #run} alone; all other methods only change the
 * books. One offer is all that is free on one agent, for one framework under one role. It goes to the role with the
 * smallest share (the largest, over all scalars, of what it uses and is offered / the cluster's total, divided by its
 * weight), and in it to the framework with the smallest share; those that are equal take turns, longest without an
 * offer first, then by name of the role and index of the framework.
 *
 * <p>The same calls have the same results. A method that throws has changed nothing, but for
 * {@link IllegalStateException} with "broken invariant", after which the engine must be thrown away.
 */
public final class OfferEngine {
    /*
     * Dominant resource fairness: A. Ghodsi et al., NSDI 2011. Roles, subscriptions (a framework in a role) and agents
     * are dense indexes into columns; an agent's amounts are immutable values, because an offer must be one anyway. The
     * two levels of order are kept, not sorted, and a round looks only where something changed: see Allocation.
     */

    private final Books books;
    private final Allocation allocation;
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final OpenOffers offers;

    /** Before all times told, but not so far that a difference of times would overflow. */
    private long lastNowMs = Long.MIN_VALUE / 2;

    /** Makes an engine without agents and frameworks. */
    public OfferEngine(OfferEngineConfig config) {
        books = Books.empty(config);
        allocation = new Allocation(books);
        agents = books.agents();
        subscriptions = books.subscriptions();
        offers = books.offers();
    }

    // ---- agents

    /**
     * Adds an agent with all its resources free, active, offered from the next {@link #run} on; returns its index.
     *
     * @throws ArithmeticException if a scalar of the cluster, and what is in use of it, would be too large to add up
     */
    public int addAgent(Resources total) {
        subscriptions.requireRoom(agents.clusterTotal().plus(total.scalarsOnly()), Resources.EMPTY);
        int agent = agents.add(total);
        subscriptions.setClusterTotal(agents.clusterTotal());
        return agent;
    }

    /**
     * Replaces an agent's total; it may be smaller than what is in use. Its open offers are rescinded.
     *
     * @throws IllegalArgumentException if there is no such agent, or a resource that is in use is of another kind now
     * @throws ArithmeticException if a scalar of the cluster, and what is in use of it, would be too large to add up
     */
    public void resizeAgent(int agent, Resources total, OfferSink sink) {
        requireAgent(agent);
        subscriptions.requireRoom(agents.clusterTotalWith(agent, total), Resources.EMPTY);
        total.requireSameKinds(agents.used(agent));
        rescindAll(offers.ofAgent(agent), OfferSink.Reason.WITHDRAWN, sink);
        agents.resize(agent, total);
        subscriptions.setClusterTotal(agents.clusterTotal());
    }

    /** Switches offers of this agent on or off; off rescinds those that are open. Nothing in use changes. */
    public void setAgentActive(int agent, boolean active, OfferSink sink) {
        requireAgent(agent);
        agents.setActive(agent, active);
        if (!active) {
            rescindAll(offers.ofAgent(agent), OfferSink.Reason.AGENT_GONE, sink);
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
        rescindAll(offers.ofAgent(agent), OfferSink.Reason.AGENT_GONE, sink);
        agents.holdings(agent).forEach((subscription, resources) -> {
            subscriptions.discharge(subscription, resources);
            subscriptions.countHolding(subscription, -1);
        });
        books.filters().removeAgent(agent);
        agents.remove(agent);
        subscriptions.setClusterTotal(agents.clusterTotal());
    }

    // ---- frameworks and roles

    /**
     * Adds a framework that is offered resources under these roles, active, none suppressed; returns its index, which
     * may have been that of one removed before.
     */
    public int addFramework(Collection<String> roles) {
        SortedSet<String> names = new TreeSet<>(roles);
        int framework = subscriptions.addFramework();
        names.forEach(role -> subscriptions.subscribe(framework, role));
        return framework;
    }

    /**
     * Replaces a framework's roles; offers under a role that it left are rescinded. What it uses stays charged. A role
     * that it keeps stays suppressed if it was, a new one is not.
     */
    public void setRoles(int framework, Collection<String> roles, OfferSink sink) {
        requireFramework(framework);
        SortedSet<String> names = new TreeSet<>(roles);
        List<Deadline.OpenOffer> under = offers.ofFramework(framework);
        under.removeIf(open -> names.contains(open.offer.role()));
        for (int subscription : subscriptions.subscriptionsOf(framework)) {
            boolean isLeft = !names.remove(subscriptions.roleName(subscription));
            if (isLeft && subscriptions.isSubscribed(subscription)) {
                subscriptions.unsubscribe(subscription);
            } else if (!isLeft && !subscriptions.isSubscribed(subscription)) {
                subscriptions.subscribe(framework, subscriptions.roleName(subscription));
            }
        }
        names.forEach(role -> subscriptions.subscribe(framework, role));
        rescindAll(under, OfferSink.Reason.ROLE_GONE, sink);
    }

    /** Switches a framework's offers on or off; off rescinds those that are open and forgets its filters. */
    public void setFrameworkActive(int framework, boolean active, OfferSink sink) {
        requireFramework(framework);
        subscriptions.setFrameworkActive(framework, active);
        if (!active) {
            rescindAll(offers.ofFramework(framework), OfferSink.Reason.FRAMEWORK_GONE, sink);
        }
    }

    /**
     * Forgets a framework; rescinds its offers. It must use nothing any more.
     *
     * @throws IllegalStateException if it still uses resources
     */
    public void removeFramework(int framework, OfferSink sink) {
        requireFramework(framework);
        for (int subscription : subscriptions.subscriptionsOf(framework)) {
            if (subscriptions.holdings(subscription) > 0) {
                throw new IllegalStateException("framework " + framework + " still uses resources on "
                        + subscriptions.holdings(subscription) + " agents under role "
                        + subscriptions.roleName(subscription) + ": release them first");
            }
        }
        rescindAll(offers.ofFramework(framework), OfferSink.Reason.FRAMEWORK_GONE, sink);
        subscriptions.removeFramework(framework);
    }

    /**
     * Sets a role's weight in thousandths (1000 is the default), 1 or more. The role need not have frameworks.
     *
     * @throws IllegalArgumentException if the weight is less
     */
    public void setWeight(String role, long weight) {
        if (weight < 1) {
            throw new IllegalArgumentException(
                    "weight of role " + role + ": " + weight + " thousandths, must be 1 or more");
        }
        books.roles().setWeight(books.roles().index(role), weight, agents.clusterTotal());
    }

    /**
     * Stops offers of one role to a framework; offers already open stay. A revive that waits is called off.
     *
     * @throws IllegalArgumentException if the framework is not subscribed to the role
     */
    public void suppress(int framework, String role) {
        subscriptions.suppress(requireSubscribed(framework, role));
    }

    /**
     * Ends suppression and all decline filters of one role, at once or when the revive interval has passed.
     *
     * @throws IllegalArgumentException if the framework is not subscribed to the role
     */
    public void revive(long nowMs, int framework, String role) {
        int subscription = requireSubscribed(framework, role);
        tick(nowMs);
        subscriptions.revive(nowMs, subscription);
    }

    // ---- answers

    /** Returns the open offer, null if it was answered, rescinded or never made. */
    public @Nullable Offer offer(long offerId) {
        Deadline.OpenOffer open = offers.get(offerId);
        return open == null ? null : open.offer;
    }

    /**
     * Ends offers of one framework, role and agent by using {@code used} of them; the rest is free again, filtered for
     * {@code refuseMs} (0: no filter) if something was used, and for at least the reoffer delay if nothing was.
     *
     * @throws IllegalArgumentException if an offer is not open or named twice, they do not belong together, or do not
     *     cover {@code used}
     */
    public void accept(long nowMs, Collection<Long> offerIds, Resources used, long refuseMs) {
        requireRefuseMs(refuseMs);
        List<Deadline.OpenOffer> accepted = requireTogether(offerIds);
        Resources all = Resources.EMPTY;
        for (Deadline.OpenOffer open : accepted) {
            all = all.plus(open.offer.resources());
        }
        Resources rest = all.minus(used);
        tick(nowMs);

        int subscription = accepted.get(0).subscription;
        int agent = accepted.get(0).offer.agent();
        boolean isFirstUse =
                !used.isEmpty() && agents.holding(agent, subscription).isEmpty();
        for (Deadline.OpenOffer open : accepted) {
            offers.remove(open);
            books.deadlines().callOff(open);
        }
        if (used.isEmpty()) {
            agents.takeBack(agent, all);
        } else {
            agents.accept(agent, subscription, used, rest);
        }
        if (isFirstUse) {
            subscriptions.countHolding(subscription, 1);
        }
        refuse(
                nowMs,
                subscription,
                agent,
                rest,
                used.isEmpty() ? Math.max(refuseMs, books.config().reofferDelayMs()) : refuseMs);
        subscriptions.endOffers(subscription, accepted.size(), rest);
    }

    /**
     * Ends one offer unused, with a filter of {@code refuseMs}, at least the reoffer delay.
     *
     * @throws IllegalArgumentException if the offer is not open
     */
    public void decline(long nowMs, long offerId, long refuseMs) {
        accept(nowMs, List.of(offerId), Resources.EMPTY, refuseMs);
    }

    /**
     * Takes an offer back; its resources are free at once and no filter is set. The caller knows, so no sink is told.
     *
     * @throws IllegalArgumentException if the offer is not open
     */
    public void withdraw(long offerId) {
        end(requireOpen(offerId));
    }

    // ---- what is in use

    /**
     * Books resources as used without an offer: a task found at recovery. May overcommit the agent. Open offers of the
     * agent are rescinded, newest first, as far as the resources are not free. The framework need not be subscribed to
     * the role.
     *
     * @throws IllegalArgumentException if a port or an item is in use on the agent already, or a resource is of another
     *     kind than the agent's
     * @throws ArithmeticException if a scalar of the cluster, and what is in use of it, would be too large to add up
     */
    public void use(int framework, String role, int agent, Resources resources, OfferSink sink) {
        requireFramework(framework);
        requireAgent(agent);
        Objects.requireNonNull(role, "role");
        if (resources.isEmpty()) {
            return;
        }
        agents.total(agent).requireSameKinds(resources);
        agents.used(agent).requireSameKinds(resources);
        if (agents.used(agent).intersects(resources)) {
            throw new IllegalArgumentException("agent " + agent + ": something of " + resources
                    + " is in use already, of " + agents.used(agent) + "; a port or item can be used once");
        }
        subscriptions.requireRoom(agents.clusterTotal(), resources);
        List<Deadline.OpenOffer> open = offers.ofAgent(agent);
        for (int i = open.size() - 1; i >= 0 && !agents.free(agent).covers(resources); i--) {
            rescind(open.get(i), OfferSink.Reason.WITHDRAWN, sink);
        }
        int subscription = subscriptions.index(framework, role);
        if (agents.holding(agent, subscription).isEmpty()) {
            subscriptions.countHolding(subscription, 1);
        }
        agents.use(agent, subscription, resources);
        subscriptions.charge(subscription, resources);
    }

    /**
     * Gives back resources in use: a task has ended.
     *
     * @throws IllegalArgumentException if the framework does not use as much there under that role
     */
    public void release(int framework, String role, int agent, Resources resources) {
        requireFramework(framework);
        requireAgent(agent);
        if (resources.isEmpty()) {
            return;
        }
        int subscription = subscriptions.find(framework, role);
        Resources held = subscription < 0 ? Resources.EMPTY : agents.holding(agent, subscription);
        if (!held.covers(resources)) {
            throw new IllegalArgumentException("framework " + framework + " cannot release " + resources + " on agent "
                    + agent + " under role " + role + ": it uses " + (held.isEmpty() ? "nothing" : held) + " there");
        }
        agents.release(agent, subscription, resources);
        subscriptions.discharge(subscription, resources);
        if (agents.holding(agent, subscription).isEmpty()) {
            subscriptions.countHolding(subscription, -1);
        }
    }

    // ---- the clock

    /**
     * Does all that is due at {@code nowMs}: times offers out, drops filters, performs waiting revives; then offers
     * what is free to whom it is due. Cheap when nothing changed since the last call.
     *
     * @throws IllegalArgumentException if {@code nowMs} is before a time told earlier
     */
    public void run(long nowMs, OfferSink sink) {
        tick(nowMs);
        Deadline due = books.deadlines().poll(nowMs);
        while (due != null) {
            if (due instanceof Deadline.OpenOffer open) {
                rescind(open, OfferSink.Reason.TIMED_OUT, sink);
                // silence is a refusal: were it none, who never answers would starve those with a larger share
                refuse(
                        nowMs,
                        open.subscription,
                        open.offer.agent(),
                        open.offer.resources(),
                        books.config().reofferDelayMs());
            } else if (due instanceof Deadline.Filter filter) {
                books.filters().expire(filter);
                agents.touch(filter.agent);
            } else if (due instanceof Deadline.WaitingRevive waiting) {
                subscriptions.performWaiting(nowMs, waiting);
            }
            due = books.deadlines().poll(nowMs);
        }
        if (allocation.isDue()) {
            allocation.round(nowMs, sink);
        }
    }

    /**
     * Returns when {@link #run} next has something to do if nothing else happens; {@code Long.MAX_VALUE} for never,
     * and a time not after the last one told if there is something to do at once.
     */
    public long nextDeadlineMs() {
        return allocation.isDue() ? lastNowMs : books.deadlines().firstMs();
    }

    // ---- books

    /** Returns what an agent has. */
    public Resources total(int agent) {
        requireAgent(agent);
        return agents.total(agent);
    }

    /** Returns what is in use on an agent. */
    public Resources used(int agent) {
        requireAgent(agent);
        return agents.used(agent);
    }

    /** Returns what is in open offers of an agent. */
    public Resources offered(int agent) {
        requireAgent(agent);
        return agents.offered(agent);
    }

    /** Returns what is neither in use nor in offers of an agent, whether it is active or not. */
    public Resources free(int agent) {
        requireAgent(agent);
        return agents.free(agent);
    }

    /** Returns what is in use on an agent beyond what it has. */
    public Resources overcommitted(int agent) {
        requireAgent(agent);
        return agents.overcommitted(agent);
    }

    /** Returns a framework's open offers in the order in which they were made. */
    public List<Offer> openOffers(int framework) {
        requireFramework(framework);
        return offers.ofFramework(framework).stream().map(open -> open.offer).toList();
    }

    /**
     * Checks conservation and all indexes against each other; for tests and the simulation, it takes long.
     *
     * @throws IllegalStateException if something does not fit; says what
     */
    public void checkInvariants() {
        new Audit(books).run();
    }

    /**
     * Says, agent by agent, why a framework has no offer under a role now; empty if it has offers of every agent.
     *
     * @throws IllegalArgumentException if there is no such framework
     */
    public List<Refusal> explain(long nowMs, int framework, String role) {
        requireFramework(framework);
        return new Explanation(books, allocation).explain(nowMs, framework, role);
    }

    /**
     * Why one agent's resources are not offered; the reason is stable, the detail is for people and has the numbers.
     */
    public record Refusal(int agent, Why why, String detail) {
        /** The rules by which an agent is passed over, in the order in which they are asked. */
        public enum Why {
            /** The framework is switched off: no agent's resources are offered to it. */
            FRAMEWORK_INACTIVE,
            /** The framework is not subscribed to the role. */
            ROLE_NOT_SUBSCRIBED,
            /** The framework suppressed the role. */
            SUPPRESSED,
            /** The agent is switched off. */
            AGENT_INACTIVE,
            /** All that the agent has is in use. */
            NOTHING_FREE,
            /** What is free is not worth an offer. */
            BELOW_MINIMUM,
            /** The framework refused as much or more under this role, and that still stands. */
            FILTERED,
            /** The resources are in other offers, or will be in one to somebody with a smaller share. */
            OTHERS_FIRST,
            /** Nothing is in the way: the next {@link OfferEngine#run} offers it. */
            NEXT_RUN
        }
    }

    // ---- leaves

    private void refuse(long nowMs, int subscription, int agent, Resources refused, long refuseMs) {
        if (refuseMs > 0 && !refused.isEmpty()) {
            books.filters().add(subscription, agent, refused, Deadline.after(nowMs, refuseMs));
        }
    }

    private void rescindAll(List<Deadline.OpenOffer> these, OfferSink.Reason reason, OfferSink sink) {
        for (Deadline.OpenOffer open : these) {
            rescind(open, reason, sink);
        }
    }

    private void rescind(Deadline.OpenOffer open, OfferSink.Reason reason, OfferSink sink) {
        end(open);
        sink.rescinded(open.offer, reason);
    }

    /** Ends an offer of which nothing is used. */
    private void end(Deadline.OpenOffer open) {
        offers.remove(open);
        if (books.deadlines().contains(open)) {
            books.deadlines().callOff(open);
        }
        agents.takeBack(open.offer.agent(), open.offer.resources());
        subscriptions.endOffers(open.subscription, 1, open.offer.resources());
    }

    private void tick(long nowMs) {
        if (nowMs < lastNowMs) {
            throw new IllegalArgumentException("time went back: " + nowMs + " ms after " + lastNowMs + " ms");
        }
        lastNowMs = nowMs;
    }

    private void requireAgent(int agent) {
        if (!agents.contains(agent)) {
            throw new IllegalArgumentException("there is no agent " + agent);
        }
    }

    private void requireFramework(int framework) {
        if (!subscriptions.containsFramework(framework)) {
            throw new IllegalArgumentException("there is no framework " + framework);
        }
    }

    private int requireSubscribed(int framework, String role) {
        requireFramework(framework);
        int subscription = subscriptions.find(framework, role);
        if (subscription < 0 || !subscriptions.isSubscribed(subscription)) {
            throw new IllegalArgumentException("framework " + framework + " is not subscribed to role " + role);
        }
        return subscription;
    }

    private Deadline.OpenOffer requireOpen(long offerId) {
        Deadline.OpenOffer open = offers.get(offerId);
        if (open == null) {
            throw new IllegalArgumentException("offer " + offerId + " is not open");
        }
        return open;
    }

    private List<Deadline.OpenOffer> requireTogether(Collection<Long> offerIds) {
        boolean isRepeated = offerIds.size() > 1 && new HashSet<>(offerIds).size() < offerIds.size();
        if (offerIds.isEmpty() || isRepeated) {
            throw new IllegalArgumentException("offers " + offerIds + ": must be at least one, each named once");
        }
        List<Deadline.OpenOffer> together = new ArrayList<>(offerIds.size());
        for (long offerId : offerIds) {
            Deadline.OpenOffer open = requireOpen(offerId);
            Offer first = together.isEmpty() ? open.offer : together.get(0).offer;
            boolean belongs = first.framework() == open.offer.framework()
                    && first.agent() == open.offer.agent()
                    && first.role().equals(open.offer.role());
            if (!belongs) {
                throw new IllegalArgumentException(
                        "offers " + first.id() + " and " + offerId + " are not of the same framework, role and agent");
            }
            together.add(open);
        }
        return together;
    }

    private static void requireRefuseMs(long refuseMs) {
        if (refuseMs < 0) {
            throw new IllegalArgumentException("refuseMs is " + refuseMs + ", must be 0 or more");
        }
    }
}
