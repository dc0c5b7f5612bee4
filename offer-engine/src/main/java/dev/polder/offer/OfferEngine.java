package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.ResourceOperation;
import dev.polder.offer.resource.Resources;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

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
 * got, then by name. Roles that lack something of what they are guaranteed come first. Gangs ({@link #askForGang}) take
 * their turns like others, but before single offers are made.
 *
 * <p>The same calls have the same results. A method that throws has changed nothing, but for
 * {@link IllegalStateException} with "broken invariant", after which the engine must be thrown away.
 */
public final class OfferEngine extends OfferParticipants {
    /*
     * Dominant resource fairness: A. Ghodsi et al., NSDI 2011. Roles, subscriptions (a framework in a role), agents,
     * offers and filters are dense indexes into columns, so that a round allocates nothing where only plain scalars move,
     * no guarantee is open and nobody waits. The orders are kept, not sorted, and a round looks only where something
     * changed: see Allocation.
     */

    /** What a call is about that names resources by value. */
    private final ResourceColumn argument = new ResourceColumn();

    /** Before all times told, but not so far that a difference of times would overflow. */
    private long lastNowMs = Long.MIN_VALUE / 2;

    /** Makes an engine without agents and frameworks. */
    public OfferEngine(OfferEngineConfig config) {
        this(config, 0);
    }

    /** Makes an engine without agents and frameworks; the seed decides the random order, where that is configured. */
    public OfferEngine(OfferEngineConfig config, long seed) {
        super(config, seed);
        argument.ensure(0);
    }

    // ---- what frameworks want

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
     * hold what is needed and no more, whatever the minimum is, and for what fits nowhere an agent is set aside: what
     * everybody may have of it is kept from others for some time, but for roles that lack something of their guarantee.
     * Of several demands the first that fits is served. Each call replaces what was said before; when an offer is
     * accepted, as many tasks come off as what is used is good for. Without any demands nothing is offered.
     *
     * @throws IllegalArgumentException if the framework is not subscribed to the role, or there are more than
     *     {@link Demand#PER_ROLE_MAX}
     */
    public void setDemands(long nowMs, int framework, String role, List<Demand> demands) {
        int subscription = requireSubscribed(framework, role);
        List<Demand> copy = List.copyOf(requireNonNull(demands, "demands"));
        if (copy.size() > Demand.PER_ROLE_MAX) {
            throw new IllegalArgumentException(subscriptions.describe(subscription) + ": " + copy.size()
                    + " demands, must be " + Demand.PER_ROLE_MAX + " at most");
        }
        tick(nowMs);
        subscriptions.setDemands(subscription, Optional.of(copy), offers);
        allocation.wake();
    }

    /**
     * Takes back what {@link #setDemands} said: the framework is offered whatever comes again.
     *
     * @throws IllegalArgumentException if the framework is not subscribed to the role
     */
    public void clearDemands(int framework, String role) {
        subscriptions.setDemands(requireSubscribed(framework, role), Optional.empty(), offers);
    }

    /**
     * Asks for offers of several agents at once, all or none, until a time is over: then {@link OfferSink#gangFailed}
     * is told, and nothing is held. Such a gang is served before single offers are made, where nobody else's turn comes
     * first. It lacks what its own framework is offered singly under the role: who waits for gangs alone says that it
     * waits for nothing else, by {@link #setDemands} with no demands. If one of a gang's offers ends unused, those that
     * are still open are rescinded. It is called off without a word when the framework leaves the role or is no longer
     * active, or is removed. Returns the gang's id, counted up from 0.
     *
     * @throws IllegalArgumentException if the framework is not subscribed to the role, is not active, or waits for too
     *     many gangs already
     */
    public long askForGang(long nowMs, int framework, String role, Gang gang) {
        int subscription = requireSubscribed(framework, role);
        requireNonNull(gang, "gang");
        if (!frameworks.isActive(framework)) {
            throw new IllegalArgumentException(frameworks.describe(framework) + " is not active");
        }
        requireBelow(Gangs.WAITING_MAX, subscriptions.gangs.waiting().size(), "all frameworks");
        requireBelow(
                Gangs.PER_SUBSCRIPTION_MAX,
                subscriptions.gangs.waiting(subscription),
                subscriptions.describe(subscription));
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
        requireNonNull(used, "used");
        acceptance.take(offerId);
        acceptance.check(List.of(), used);
        tick(nowMs);
        acceptance.perform(nowMs, refuseMs);
    }

    /**
     * Ends offers of one framework, role and agent: converts some of their resources, each conversion seeing those
     * before it, then uses {@code used} of what there is; for the rest see
     * {@link #accept(long, long, Resources, long)}. A reservation or volume of the offer's role, to be used at once:
     * <pre>{@code
     * var reserved = ResourceText.parse("disk:100", "*").push(Reservation.dynamic(offer.role()));
     * var reserve = new ResourceOperation.Reserve(reserved).conversion();
     * engine.accept(now, List.of(offer.id()), List.of(reserve), reserved, 0);
     * }</pre>
     *
     * @param conversions as those of {@link ResourceOperation}
     * @throws IllegalArgumentException if an offer is not open or named twice, they do not belong together, do not cover
     *     a conversion or {@code used}, or a conversion reserves for another role than theirs
     */
    public void accept(
            long nowMs, Collection<Long> offerIds, List<Conversion> conversions, Resources used, long refuseMs) {
        requireRefuseMs(refuseMs);
        requireNonNull(conversions, "conversions");
        requireNonNull(used, "used");
        acceptance.take(requireNonNull(offerIds, "offerIds"));
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
        requireNonNull(sink, "sink");
        if (resources.isEmpty()) {
            return;
        }
        requireSameKinds(agent, agents.profile(agent).total(), resources);
        requireSameKinds(agent, agents.used().special(agent), resources);
        if (agents.used().special(agent).intersects(resources.special())) {
            throw new IllegalArgumentException("agent " + agent + ": something of " + resources
                    + " is in use already, of " + agents.used().get(agent) + "; a port or item can be used once");
        }
        requireUsedOnce(agent, agents.profile(agent).total(), resources);
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
            throw new IllegalArgumentException(frameworks.describe(framework) + " cannot release " + resources
                    + " on agent " + agent + " under role " + role + ": it uses "
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
        requireNonNull(when, "when");
        requireNonNull(sink, "sink");
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
        requireNonNull(answer, "answer");
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

    // ---- tasks

    /**
     * Notes that a task runs, so that it can be asked to end for one of a higher priority. The engine is told of its
     * resources apart from that, by {@link #accept} or {@link #use}. Without preemption nothing is kept.
     *
     * @throws IllegalArgumentException if a task of that id runs already, there is no such agent, or all tasks of the role
     *     there would use more than the role does
     */
    public void taskStarted(RunningTask task) {
        requireAgent(task.agent());
        if (books.config().preemptAfterMs().isPresent()) {
            RunningTask known = books.tasks().find(task.id());
            if (known != null) {
                throw new IllegalArgumentException("task " + task.id() + " runs already, on agent " + known.agent());
            }
            Resources ofTasks = books.tasks().sum(task.agent(), task.role());
            Resources ofRole = ledger.used(task.agent(), task.role());
            if (!ofRole.covers(ofTasks.plus(task.resources()))) {
                throw new IllegalArgumentException("task " + task.id() + " cannot use " + task.resources()
                        + " on agent " + task.agent() + " under role " + task.role() + ": its tasks use " + ofTasks
                        + " of " + ofRole + " there");
            }
            books.tasks().add(task);
            allocation.wake();
        }
    }

    /**
     * Notes that a task runs no more; of one that is not known nothing is to be noted. Before its resources are released,
     * or at least before the next {@link #run} and before another task is noted that uses them: else they count as what
     * will be free, too, and as in use.
     */
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
        requireNonNull(sink, "sink");
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
                case LOOK_AGAIN -> allocation.expire();
                case SET_ASIDE -> subscriptions.setAsides.expire(about);
                case REVIVE -> {
                    subscriptions.performWaiting(nowMs, about);
                    books.inverseOffers().forgetFilters(subscriptions.framework(about));
                }
            }
        }
        allocation.run(nowMs, sink);
    }

    /**
     * Returns when {@link #run} next has something to do if nothing else happens; {@code Long.MAX_VALUE} for never,
     * and a time not after the last one told if there is something to do at once.
     */
    public long nextDeadlineMs() {
        return allocation.isDue() ? lastNowMs : books.deadlines().firstMs();
    }

    // ---- leaves

    private void tick(long nowMs) {
        if (nowMs < lastNowMs) {
            throw new IllegalArgumentException("time went back: " + nowMs + " ms after " + lastNowMs + " ms");
        }
        lastNowMs = nowMs;
    }

    private static void requireBelow(int most, int waiting, String whose) {
        if (waiting >= most) {
            throw new IllegalArgumentException(
                    whose + ": " + waiting + " gangs wait already, must be " + most + " at most");
        }
    }

    private static void requireRefuseMs(long refuseMs) {
        if (refuseMs < 0) {
            throw new IllegalArgumentException("refuseMs is " + refuseMs + ", must be 0 or more");
        }
    }
}
