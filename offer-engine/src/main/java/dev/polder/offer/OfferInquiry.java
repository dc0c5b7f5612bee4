package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What can be asked of an {@link OfferEngine}: nothing here changes what is offered. Owned by the engine's thread. */
abstract class OfferInquiry {
    final Books books;
    final Agents agents;
    final Subscriptions subscriptions;
    final Frameworks frameworks;
    final OpenOffers offers;
    final Ledger ledger;
    final Allocation allocation;
    private final OfferView.Cursor view;

    OfferInquiry(OfferEngineConfig config, long seed) {
        books = Books.empty(config, seed);
        agents = books.agents();
        subscriptions = books.subscriptions();
        frameworks = subscriptions.frameworks;
        offers = books.offers();
        view = new OfferView.Cursor(offers, subscriptions);
        ledger = new Ledger(books, view);
        allocation = new Allocation(books, ledger);
    }

    // ---- agents

    /** Returns what is known of an agent. */
    public AgentProfile agent(int agent) {
        requireAgent(agent);
        return agents.profile(agent);
    }

    /** Returns what an agent has. */
    public Resources total(int agent) {
        requireAgent(agent);
        return agents.total().get(agent);
    }

    /** Returns what is in use on an agent; of what is shared, one copy for each use. */
    public Resources used(int agent) {
        requireAgent(agent);
        return agents.used().get(agent);
    }

    /** Returns what is in open offers of an agent. */
    public Resources offered(int agent) {
        requireAgent(agent);
        return agents.offered().get(agent);
    }

    /** Returns what is neither in use nor in offers of an agent, whether it is active or not. */
    public Resources free(int agent) {
        requireAgent(agent);
        return agents.free().get(agent);
    }

    /** Returns what is in use on an agent beyond what it has. */
    public Resources overcommitted(int agent) {
        requireAgent(agent);
        return agents.overcommitted(agent);
    }

    /** Returns when an agent will be unavailable. */
    public Optional<Unavailability> unavailability(int agent) {
        requireAgent(agent);
        return books.inverseOffers().unavailability(agent);
    }

    /** Returns what each framework that is asked about an agent has said to it. */
    public SortedMap<Integer, InverseOffer.Answer> answers(int agent) {
        requireAgent(agent);
        return books.inverseOffers().answers(agent);
    }

    /** Returns the inverse offers that are open. */
    public List<InverseOffer> openInverseOffers() {
        return books.inverseOffers().open();
    }

    // ---- offers and shares

    /** Returns the open offer, null if it was answered, rescinded or never made. */
    public @Nullable Offer offer(long offerId) {
        int slot = offers.find(offerId);
        return slot < 0 ? null : view.at(slot).toOffer();
    }

    /** Returns a framework's open offers in the order in which they were made. */
    public List<Offer> openOffers(int framework) {
        requireFramework(framework);
        List<Offer> open = new ArrayList<>();
        for (int slot : ledger.offersOf(framework)) {
            open.add(view.at(slot).toOffer());
        }
        return open;
    }

    /**
     * Returns the dominant share of a role with all below it, or of a framework in it: 1 is the whole cluster; not
     * divided by the weight.
     */
    public double dominantShare(String role) {
        int node = books.tree().find(role);
        return node < 0 ? 0 : share(books.tree().shares, node);
    }

    /** Returns the dominant share of a framework under one of its roles; 1 is the whole cluster. */
    public double dominantShare(int framework, String role) {
        requireFramework(framework);
        int subscription = subscriptions.find(framework, role);
        return subscription < 0 ? 0 : share(subscriptions.shares, subscription);
    }

    private static double share(Shares shares, int row) {
        return (double) shares.unweighedShare(row) / Divisor.WHOLE;
    }

    /** Returns how many decline filters stand under a role. */
    public int activeFilters(String role) {
        int node = books.tree().find(role);
        int count = 0;
        BitSet present = subscriptions.present();
        for (int row = present.nextSetBit(0); node >= 0 && row >= 0; row = present.nextSetBit(row + 1)) {
            count += subscriptions.role(row) == node ? books.filters().count(row) : 0;
        }
        return count;
    }

    /** Returns a role's weight in thousandths. */
    public long weight(String role) {
        int node = books.tree().find(role);
        return node < 0 ? Shares.WEIGHT_DEFAULT : books.tree().shares.weight(node);
    }

    /** Returns a role's priority: its own, or that of the nearest role above it, or 0. */
    public int priority(String role) {
        return books.tasks().priority(role);
    }

    /** Returns a role's quota. */
    public Quota quota(String role) {
        int node = books.tree().find(role);
        return node < 0 ? Quota.NONE : books.quotas().quota(node);
    }

    // ---- reasons

    /**
     * Checks conservation and all indexes against each other; for tests and the simulation, it takes long.
     *
     * @throws IllegalStateException if something does not fit; says what
     */
    public void checkInvariants() {
        new Audit(books, allocation).run();
    }

    /**
     * Says, agent by agent, why a framework has no offer under a role now; empty if it has offers of every agent. Each
     * agent is judged as if it came first in the next run: several may be said to be offered then, though the first of
     * them makes it another's turn.
     *
     * @throws IllegalArgumentException if there is no such framework
     */
    public List<Refusal> explain(long nowMs, int framework, String role) {
        requireFramework(framework);
        requireNonNull(role, "role");
        return ask(explanation -> explanation.explain(nowMs, framework, role));
    }

    /**
     * Says the same in short: agents that have the same in all, and are passed over by the same rule, are told of
     * together, with the numbers of one of them.
     *
     * @throws IllegalArgumentException if there is no such framework
     */
    public List<RefusedAgents> explainInShort(long nowMs, int framework, String role) {
        requireFramework(framework);
        requireNonNull(role, "role");
        return ask(explanation -> explanation.explainInShort(nowMs, framework, role));
    }

    /**
     * Says why a framework has no offer of one agent under a role now; empty if it has one.
     *
     * @throws IllegalArgumentException if there is no such framework or agent
     */
    public Optional<Refusal> explain(long nowMs, int framework, String role, int agent) {
        requireFramework(framework);
        requireNonNull(role, "role");
        requireAgent(agent);
        return ask(explanation -> explanation.explain(nowMs, framework, role, agent));
    }

    /**
     * Says of each demand that a framework named under a role how far it is: what waits, whether there are agents at
     * all that could hold it, and where room is made for it. Empty if it named none.
     *
     * @throws IllegalArgumentException if there is no such framework, or it is not subscribed to the role
     */
    public List<WaitingDemand> explainDemands(long nowMs, int framework, String role) {
        int subscription = requireSubscribed(framework, role);
        return ask(explanation -> explanation.explainDemands(nowMs, subscription));
    }

    /** Says why a gang waits; empty if it does not wait. */
    public Optional<WaitingGang> explainGang(long gang) {
        return Optional.ofNullable(subscriptions.gangs.find(gang))
                .map(wanted -> ask(explanation -> explanation.explain(wanted)));
    }

    /** Asks the questions that a round asks, but nothing is noted. */
    private <T> T ask(Function<Explanation, T> question) {
        books.quotas().setNoting(false);
        try {
            return question.apply(new Explanation(books, allocation));
        } finally {
            books.quotas().setNoting(true);
        }
    }

    // ---- leaves

    void requireAgent(int agent) {
        if (!agents.contains(agent)) {
            throw new IllegalArgumentException("there is no agent " + agent);
        }
    }

    void requireFramework(int framework) {
        if (!frameworks.contains(framework)) {
            throw new IllegalArgumentException("there is no framework " + framework);
        }
    }

    int requireSubscribed(int framework, String role) {
        requireFramework(framework);
        int subscription = subscriptions.find(framework, requireNonNull(role, "role"));
        if (subscription < 0 || !subscriptions.isSubscribed(subscription)) {
            throw new IllegalArgumentException(frameworks.describe(framework) + " is not subscribed to role " + role);
        }
        return subscription;
    }
}
