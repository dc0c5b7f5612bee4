package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.collections.IntArrayList;

/**
 * Decides who is offered what: dominant resource fairness over a tree of roles, by weight at each level, then between
 * the frameworks of a role, within quota. Owned by one thread; it reads no clock, every method that needs the time is
 * told it (monotonic milliseconds, never going back).
 *
 * <pre>
 *  free --offer--&gt; OFFERED --accept--&gt; used --release--&gt; free
 *    ^---decline, rescind, timeout-----'
 * </pre>
 *
 * <p>For every agent, at every step: used + offered + free - overcommitted = total, and of no resource is there
 * something both free and overcommitted; what is shared is free unless it is offered, however many use it. Offers are
 * made by {@link #run} alone; all other methods only change the books. One offer is all that is free on one agent and
 * may be had by one framework under one role, or, if it said what it waits for ({@link #setDemands}), what it needs of
 * that. It goes where the share is smallest, at each level of the tree (the largest, over all scalars, of what is used
 * and offered / the cluster's total, divided by the weight); those that are equal take turns by how many offers they
 * got, then by name. Gangs ({@link #askForGang}) come before all others, then roles that lack something of what they
 * are guaranteed.
 *
 * <p>The same calls have the same results. A method that throws has changed nothing, but for
 * {@link IllegalStateException} with "broken invariant", after which the engine must be thrown away.
 */
public final class OfferEngine extends OfferInquiry {
    /*
     * Dominant resource fairness: A. Ghodsi et al., NSDI 2011. Roles, subscriptions (a framework in a role), agents,
     * offers and filters are dense indexes into columns, so that a round allocates nothing
     * where only plain scalars move. The orders are kept, not
     * sorted, and a round looks only where something changed: see Allocation.
     */

    private final Reservations reservations;
    private final Acceptance acceptance;

    /** What a call is about that names resources by value. */
    private final ResourceColumn argument = new ResourceColumn();

    private Optional<Set<String>> whitelist = Optional.empty();

    /** Before all times told, but not so far that a difference of times would overflow. */
    private long lastNowMs = Long.MIN_VALUE / 2;

    /** Makes an engine without agents and frameworks. */
    public OfferEngine(OfferEngineConfig config) {
        this(config, 0);
    }

    /** Makes an engine without agents and frameworks; the seed decides the random order, where that is configured. */
    public OfferEngine(OfferEngineConfig config, long seed) {
        super(config, seed);
        reservations = new Reservations(books);
        acceptance = new Acceptance(books, ledger, reservations, allocation);
        argument.ensure(0);
    }

    // ---- agents

    /**
     * Adds an agent with all its resources free, active, offered from the next {@link #run} on; returns its index,
     * which may have been that of one removed before.
     *
     * @throws ArithmeticException if a scalar of the cluster, and what is in use of it, would be too large to add up
     */
    public int addAgent(AgentProfile profile) {
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
     * @throws IllegalArgumentException if a resource that is in use is of another kind now
     * @throws ArithmeticException if a scalar of the cluster, and what is in use of it, would be too large to add up
     */
    public void updateAgent(int agent, AgentProfile profile, OfferSink sink) {
        requireAgent(agent);
        requireRoom(agents.quantitiesWith(agent, profile.total()), Resources.EMPTY);
        profile.total().requireSameKinds(agents.used().special(agent));
        AgentProfile before = agents.profile(agent);
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
        whitelist = hostnames.map(Set::copyOf);
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
     * @throws IllegalArgumentException if what is to be converted is not free; says what is short
     */
    public void convertAvailable(int agent, List<Conversion> conversions) {
        requireAgent(agent);
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

    // ---- frameworks and roles

    /**
     * Adds a framework, active, none of its roles suppressed; returns its index, which may have been that of one removed
     * before.
     *
     * @throws IllegalArgumentException if there is a framework of that name
     */
    public int addFramework(FrameworkProfile profile) {
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
        subscriptions.setFrameworkActive(framework, active);
        if (!active) {
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

    /**
     * Sets a role's weight in thousandths (1000 is the default), 1 or more; it counts among the role's siblings. The
     * role need not have frameworks.
     *
     * @throws IllegalArgumentException if the weight is less, or the role's path is not well-formed
     */
    public void setWeight(String role, long weight) {
        RoleTree.requirePath(role);
        if (weight < 1) {
            throw new IllegalArgumentException(
                    "weight of role " + role + ": " + weight + " thousandths, must be 1 or more");
        }
        books.tree().setWeight(books.tree().index(role), weight);
    }

    /**
     * Replaces the quota of each of these roles, all or none; offers that stand in the way are rescinded, as far as that
     * helps. Roles that are not named keep theirs.
     *
     * @param force whether to go on though more is guaranteed than the cluster has, or a limit is exceeded already
     * @throws IllegalArgumentException if an update is not well-formed, or needs force
     */
    public void setQuotas(Map<String, Quota> update, boolean force, OfferSink sink) {
        // in an order that is the same whatever sort of map it is
        SortedMap<String, Quota> sorted = new TreeMap<>(update);
        QuotaUpdate change = new QuotaUpdate(books, ledger);
        change.check(sorted, force);
        change.perform(sorted, sink);
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
        if (subscriptions.revive(nowMs, subscription)) {
            books.inverseOffers().forgetFilters(framework);
        }
    }

    /**
     * Says what a framework waits for under a role: offers that are of no use for it are not made, those that are made
     * hold what is needed and no more, and for what fits nowhere an agent is set aside. Of several demands the first that
     * fits is served. Each call replaces what was said before; when an offer is accepted, as many tasks come off as what
     * is used is good for. Without any demands nothing is offered.
     *
     * @throws IllegalArgumentException if the framework is not subscribed to the role, or there are more than
     *     {@link Demand#PER_ROLE_MAX}
     */
    public void setDemands(long nowMs, int framework, String role, List<Demand> demands) {
        int subscription = requireSubscribed(framework, role);
        List<Demand> copy = List.copyOf(demands);
        if (copy.size() > Demand.PER_ROLE_MAX) {
            throw new IllegalArgumentException("framework " + framework + " under role " + role + ": " + copy.size()
                    + " demands, must be " + Demand.PER_ROLE_MAX + " at most");
        }
        tick(nowMs);
        subscriptions.wish(nowMs, subscription, Optional.of(copy), offers);
        allocation.wake(subscription);
    }

    /**
     * Takes back what {@link #setDemands} said: the framework is offered whatever comes again.
     *
     * @throws IllegalArgumentException if the framework is not subscribed to the role
     */
    public void clearDemands(int framework, String role) {
        subscriptions.wish(lastNowMs, requireSubscribed(framework, role), Optional.empty(), offers);
    }

    /**
     * Asks for offers of several agents at once, all or none, until a time is over: then {@link OfferSink#gangFailed}
     * is told, and nothing is held. Such a gang is served before single offers are made, where nobody else's turn comes
     * first. If one of its offers ends
     * unused, those that are still open are rescinded. Returns the gang's id, counted up from 0.
     *
     * @throws IllegalArgumentException if the framework is not subscribed to the role, is not active, or waits for too
     *     many gangs already
     */
    public long askForGang(long nowMs, int framework, String role, Gang gang) {
        int subscription = requireSubscribed(framework, role);
        requireNonNull(gang, "gang");
        if (!frameworks.isActive(framework)) {
            throw new IllegalArgumentException("framework " + framework + " is not active");
        }
        if (subscriptions.gangs.waiting(subscription) == Gangs.PER_SUBSCRIPTION_MAX) {
            throw new IllegalArgumentException("framework " + framework + " waits for " + Gangs.PER_SUBSCRIPTION_MAX
                    + " gangs under role " + role + " already");
        }
        tick(nowMs);
        return subscriptions.gangs.ask(nowMs, subscription, gang);
    }

    /** Waits for a gang no more; tells whether it still waited. Its offers, once made, are answered like others. */
    public boolean callOffGang(long gang) {
        return subscriptions.gangs.callOff(gang);
    }

    // ---- answers

    /**
     * Ends an offer by using {@code used} of it; the rest is free again, filtered for {@code refuseMs} (0: no filter) if
     * something was used, and for at least the reoffer delay if nothing was.
     *
     * @throws IllegalArgumentException if the offer is not open or does not cover {@code used}
     */
    public void accept(long nowMs, long offerId, Resources used, long refuseMs) {
        requireRefuseMs(refuseMs);
        acceptance.take(offerId);
        acceptance.check(List.of(), used);
        tick(nowMs);
        acceptance.perform(nowMs, refuseMs);
    }

    /**
     * Ends offers of one framework, role and agent: converts some of their resources, each conversion seeing those
     * before it, then uses {@code used} of what there is; for the rest see
     * {@link #accept(long, long, Resources, long)}.
     *
     * @throws IllegalArgumentException if an offer is not open or named twice, they do not belong together, or do not
     *     cover a conversion or {@code used}
     */
    public void accept(
            long nowMs, Collection<Long> offerIds, List<Conversion> conversions, Resources used, long refuseMs) {
        requireRefuseMs(refuseMs);
        acceptance.take(offerIds);
        acceptance.check(conversions, used);
        tick(nowMs);
        acceptance.perform(nowMs, refuseMs);
    }

    /**
     * Ends one offer unused, with a filter of {@code refuseMs}, at least the reoffer delay.
     *
     * @throws IllegalArgumentException if the offer is not open
     */
    public void decline(long nowMs, long offerId, long refuseMs) {
        accept(nowMs, offerId, Resources.EMPTY, refuseMs);
    }

    /**
     * Takes an offer back; its resources are free at once and no filter is set. The caller knows, so no sink is told.
     *
     * @throws IllegalArgumentException if the offer is not open
     */
    public void withdraw(long offerId) {
        acceptance.take(offerId);
        ledger.end(offers.find(offerId));
    }

    // ---- what is in use

    /**
     * Books resources as used without an offer: a task found at recovery. May overcommit the agent. Open offers of the
     * agent are rescinded, newest first, as far as the resources are not free. The framework need not be subscribed to
     * the role.
     *
     * @throws IllegalArgumentException if a port or an item is in use on the agent already, a resource is of another kind
     *     than the agent's, or the role's path is not well-formed
     * @throws ArithmeticException if a scalar of the cluster, and what is in use of it, would be too large to add up
     */
    public void use(int framework, String role, int agent, Resources resources, OfferSink sink) {
        requireFramework(framework);
        requireAgent(agent);
        RoleTree.requirePath(role);
        if (resources.isEmpty()) {
            return;
        }
        agents.profile(agent).total().requireSameKinds(resources);
        agents.used().special(agent).requireSameKinds(resources);
        if (agents.used().special(agent).intersects(resources.special())) {
            throw new IllegalArgumentException("agent " + agent + ": something of " + resources
                    + " is in use already, of " + agents.used().get(agent) + "; a port or item can be used once");
        }
        requireRoom(agents.quantities(), resources);
        argument.set(0, resources);
        Links its = offers.ofAgent();
        for (int slot = its.last(agent);
                slot >= 0 && !agents.free().covers(agent, argument, 0);
                slot = its.last(agent)) {
            ledger.rescind(slot, OfferSink.Reason.WITHDRAWN, sink);
        }
        ledger.use(subscriptions.index(framework, role), agent, argument, 0);
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
        int holding = subscription < 0 ? Holdings.NONE : agents.holdings.find(agent, subscription);
        if (holding < 0 || !agents.holdings.amounts().covers(holding, resources)) {
            throw new IllegalArgumentException("framework " + framework + " cannot release " + resources + " on agent "
                    + agent + " under role " + role + ": it uses "
                    + (holding < 0 ? "nothing" : agents.holdings.amounts().get(holding)) + " there");
        }
        argument.set(0, resources);
        ledger.release(holding, subscription, agent, argument, 0);
    }

    // ---- maintenance

    /**
     * Says when an agent will be unavailable, empty for never. Its open offers, which did not say so, are rescinded; all
     * that have something of it are asked by inverse offers, from the next {@link #run} on, whether they can leave it.
     * Offers of it go on being made.
     */
    public void setUnavailability(int agent, Optional<Unavailability> when, OfferSink sink) {
        requireAgent(agent);
        ledger.rescindOfAgent(agent, OfferSink.Reason.WITHDRAWN, sink);
        books.inverseOffers().set(agent, when, sink);
    }

    /**
     * Notes what a framework says to an inverse offer; it is asked again when {@code refuseMs}, at least the reoffer
     * delay, have passed, or it revives a role.
     *
     * @throws IllegalArgumentException if the inverse offer is not open, or that is no answer
     */
    public void answerInverse(long nowMs, long inverseOfferId, InverseOffer.Answer answer, long refuseMs) {
        requireRefuseMs(refuseMs);
        InverseOffer question = books.inverseOffers().find(inverseOfferId);
        if (question == null) {
            throw new IllegalArgumentException("inverse offer " + inverseOfferId + " is not open");
        }
        if (answer == InverseOffer.Answer.UNKNOWN) {
            throw new IllegalArgumentException("inverse offer " + inverseOfferId + ": UNKNOWN is no answer");
        }
        tick(nowMs);
        books.inverseOffers().answer(nowMs, question, answer, refuseMs);
    }

    // ---- priorities

    /**
     * Sets a role's priority, 0 by default; a role without one of its own has that of the nearest role above it. It
     * counts where {@link OfferEngineConfig#preemptAfterMs} is set.
     *
     * @throws IllegalArgumentException if the role's path is not well-formed
     */
    public void setPriority(String role, int priority) {
        RoleTree.requirePath(role);
        books.tasks().setPriority(role, priority);
    }

    /**
     * Notes that a task runs, so that it can be asked to end for one of a higher priority. The engine is told of its
     * resources apart from that, by {@link #accept} or {@link #use}. Without preemption nothing is kept.
     *
     * @throws IllegalArgumentException if a task of that id runs already, or there is no such agent
     */
    public void taskStarted(RunningTask task) {
        requireAgent(task.agent());
        if (books.config().preemptAfterMs().isPresent()) {
            RunningTask known = books.tasks().find(task.id());
            if (known != null) {
                throw new IllegalArgumentException("task " + task.id() + " runs already, on agent " + known.agent());
            }
            books.tasks().add(task);
        }
    }

    /** Notes that a task runs no more; of one that is not known nothing is to be noted. */
    public void taskEnded(long task) {
        books.tasks().remove(task);
    }

    // ---- the clock

    /** Makes no offers until {@link #resume}: a new master waits until enough agents are back. Time goes on. */
    public void pause() {
        allocation.setPaused(true);
    }

    /** Makes offers again. */
    public void resume() {
        allocation.setPaused(false);
    }

    /**
     * Does all that is due at {@code nowMs}: times offers out, drops filters, performs waiting revives; then offers
     * what is free to whom it is due. Cheap when nothing changed since the last call.
     *
     * @throws IllegalArgumentException if {@code nowMs} is before a time told earlier
     */
    public void run(long nowMs, OfferSink sink) {
        tick(nowMs);
        Deadlines deadlines = books.deadlines();
        while (deadlines.poll(nowMs)) {
            int about = deadlines.dueReference();
            switch (deadlines.dueKind()) {
                case OFFER -> ledger.timeOut(nowMs, about, sink);
                case FILTER -> {
                    books.retries()
                            .add(books.filters().agent(about), books.filters().subscription(about));
                    books.filters().drop(about);
                }
                case GANG -> sink.gangFailed(subscriptions.gangs.expire(about).id);
                case INVERSE_OFFER -> books.inverseOffers().expire(nowMs, about, sink);
                case PREEMPTION -> allocation.preemptions().expire();
                case SET_ASIDE -> subscriptions.setAsides.expire(about);
                case REVIVE -> {
                    subscriptions.performWaiting(nowMs, about);
                    books.inverseOffers().forgetFilters(subscriptions.framework(about));
                }
            }
        }
        if (allocation.isDue()) {
            allocation.round(nowMs, sink);
        }
        allocation.conclude(nowMs, sink);
    }

    /**
     * Returns when {@link #run} next has something to do if nothing else happens; {@code Long.MAX_VALUE} for never,
     * and a time not after the last one told if there is something to do at once.
     */
    public long nextDeadlineMs() {
        return allocation.isDue() ? lastNowMs : books.deadlines().firstMs();
    }

    // ---- leaves

    /**
     * Checks that all that is charged, and {@code more}, and a cluster of {@code total} besides can be added up: then
     * no later charge overflows, for what is offered is part of the total.
     */
    private void requireRoom(Quantities total, Resources more) {
        books.tree().shares.charged(RoleTree.ROOT).plus(total).plus(more.quantities());
    }

    private void tick(long nowMs) {
        if (nowMs < lastNowMs) {
            throw new IllegalArgumentException("time went back: " + nowMs + " ms after " + lastNowMs + " ms");
        }
        lastNowMs = nowMs;
    }

    private int requireSubscribed(int framework, String role) {
        requireFramework(framework);
        int subscription = subscriptions.find(framework, requireNonNull(role, "role"));
        if (subscription < 0 || !subscriptions.isSubscribed(subscription)) {
            throw new IllegalArgumentException("framework " + framework + " is not subscribed to role " + role);
        }
        return subscription;
    }

    private static void requireRefuseMs(long refuseMs) {
        if (refuseMs < 0) {
            throw new IllegalArgumentException("refuseMs is " + refuseMs + ", must be 0 or more");
        }
    }
}
