package dev.polder.offer;

import dev.polder.offer.FrameworkProfile.Capability;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.agrona.collections.IntArrayList;

/**
 * Subscriptions, one for each role of a framework, by dense index: the rows between which a role's resources are shared
 * out. Owned by the engine's thread.
 *
 * <p>A subscription is <em>eligible</em>, and then in its role's order, while the framework is active, subscribed to
 * the role, and has not suppressed it. It is <em>fresh</em> if something happened since the last round by which it may
 * be offered what it was not offered then. It outlives the framework's leaving the role for as long as something is
 * in use or offered under it.
 */
final class Subscriptions {
    final Shares shares;
    final RoleTree tree;
    final Frameworks frameworks = new Frameworks();
    final Demands demands = new Demands();
    final SetAsides setAsides;
    final Gangs gangs;

    private final Filters filters;
    private final Deadlines deadlines;
    private final Minimum defaultMinimum;
    private final long reviveIntervalMs;

    private final BitSet present = new BitSet();
    private final BitSet subscribed = new BitSet();
    private final BitSet suppressed = new BitSet();
    private final BitSet eligible = new BitSet();
    private final BitSet fresh = new BitSet();

    /** Those that do not want every agent. */
    private final BitSet constrained = new BitSet();

    private int[] framework = {};
    private int[] role = {};
    private Minimum[] minimum = {};
    private OfferConstraints[] constraints = {};

    /** What the framework can handle, one bit for each {@link Capability}. */
    private int[] capabilities = {};

    /** From when on a revive is performed at once. */
    private long[] reviveFromMs = {};

    /** The deadline of a revive that waits, -1 if none does. */
    private int[] waitingRevive = {};

    Subscriptions(
            RoleTree tree,
            Shares shares,
            Filters filters,
            Deadlines deadlines,
            SetAsides setAsides,
            OfferEngineConfig config) {
        this.tree = tree;
        this.shares = shares;
        this.filters = filters;
        this.deadlines = deadlines;
        this.setAsides = setAsides;
        this.gangs = new Gangs(deadlines, setAsides);
        this.defaultMinimum = config.minimum();
        this.reviveIntervalMs = config.reviveIntervalMs();
    }

    // ---- subscriptions come and go

    /** Returns the subscription of a framework to a role, -1 if there is none. */
    int find(int itsFramework, String path) {
        int wanted = tree.find(path);
        IntArrayList candidates = frameworks.subscriptions(itsFramework);
        for (int i = 0; wanted >= 0 && i < candidates.size(); i++) {
            if (role[candidates.getInt(i)] == wanted) {
                return candidates.getInt(i);
            }
        }
        return -1;
    }

    /** Returns the subscription of a framework to a role; a new one is not subscribed yet, it can only be charged. */
    int index(int itsFramework, String path) {
        int known = find(itsFramework, path);
        if (known >= 0) {
            return known;
        }
        int subscription = present.nextClearBit(0);
        if (subscription >= framework.length) {
            grow(FreeList.rowsFor(subscription));
        }
        present.set(subscription);
        framework[subscription] = itsFramework;
        role[subscription] = tree.index(path);
        minimum[subscription] = defaultMinimum;
        constraints[subscription] = OfferConstraints.NONE;
        constrained.clear(subscription);
        reviveFromMs[subscription] = Long.MIN_VALUE;
        waitingRevive[subscription] = -1;
        setAsides.start(subscription);
        shares.start(subscription, frameworks.profile(itsFramework).name());
        tree.countSubscription(role[subscription], 1);
        frameworks.subscriptions(itsFramework).addInt(subscription);
        return subscription;
    }

    private void grow(int rows) {
        framework = Arrays.copyOf(framework, rows);
        role = Arrays.copyOf(role, rows);
        minimum = Arrays.copyOf(minimum, rows);
        constraints = Arrays.copyOf(constraints, rows);
        capabilities = Arrays.copyOf(capabilities, rows);
        reviveFromMs = Arrays.copyOf(reviveFromMs, rows);
        waitingRevive = Arrays.copyOf(waitingRevive, rows);
    }

    /** Subscribes a framework to a role, or takes over what it now says about one that it has. */
    void subscribe(int itsFramework, String path, SubscriptionProfile profile) {
        int subscription = index(itsFramework, path);
        subscribed.set(subscription);
        minimum[subscription] = profile.minimum().orElse(defaultMinimum);
        constraints[subscription] = profile.constraints();
        constrained.set(subscription, !profile.constraints().isNone());
        capabilities[subscription] = 0;
        for (Capability capability : frameworks.profile(itsFramework).capabilities()) {
            capabilities[subscription] |= capability.bit;
        }
        decideEligibility(subscription);
        refresh(subscription);
    }

    /** Ends a subscription; its row stays while something is charged to it. */
    void unsubscribe(int subscription) {
        callOffRevive(subscription);
        filters.clear(subscription);
        demands.forget(subscription);
        gangs.callOffAll(subscription);
        subscribed.clear(subscription);
        suppressed.clear(subscription);
        decideEligibility(subscription);
    }

    /** Forgets a row that is neither subscribed nor charged. */
    void drop(int subscription) {
        present.clear(subscription);
        frameworks.subscriptions(framework[subscription]).removeInt(subscription);
        tree.countSubscription(role[subscription], -1);
    }

    void setFrameworkActive(int itsFramework, boolean isActive) {
        frameworks.setActive(itsFramework, isActive);
        IntArrayList its = frameworks.subscriptions(itsFramework);
        for (int i = 0; i < its.size(); i++) {
            if (!isActive) {
                filters.clear(its.getInt(i));
                gangs.callOffAll(its.getInt(i));
            }
            decideEligibility(its.getInt(i));
        }
    }

    // ---- who may be offered something

    void suppress(int subscription) {
        callOffRevive(subscription);
        suppressed.set(subscription);
        gangs.endSetAsides(subscription);
        decideEligibility(subscription);
    }

    /** Revives now, which it tells, or when the interval since the last time has passed; another one then waits already. */
    boolean revive(long nowMs, int subscription) {
        if (nowMs >= reviveFromMs[subscription]) {
            callOffRevive(subscription);
            performRevive(nowMs, subscription);
            return true;
        }
        if (waitingRevive[subscription] < 0) {
            waitingRevive[subscription] =
                    deadlines.set(reviveFromMs[subscription], Deadlines.Kind.REVIVE, subscription);
        }
        return false;
    }

    /** Performs a revive whose waiting is over. */
    void performWaiting(long nowMs, int subscription) {
        waitingRevive[subscription] = -1;
        performRevive(nowMs, subscription);
    }

    private void performRevive(long nowMs, int subscription) {
        reviveFromMs[subscription] = Deadlines.after(nowMs, reviveIntervalMs);
        filters.clear(subscription);
        suppressed.clear(subscription);
        decideEligibility(subscription);
        refresh(subscription);
    }

    /** Replaces what a subscription waits for; empty for whatever comes. */
    void setDemands(int subscription, Optional<List<Demand>> said, OpenOffers offers) {
        if (said.isPresent()) {
            demands.set(subscription, said.get(), offers);
        } else {
            demands.forget(subscription);
        }
        decideEligibility(subscription);
        refresh(subscription);
    }

    /** Notes that an offer is no more; who now has fewer offers than it waits for is looked at again. */
    void uncover(int subscription, int slot) {
        if (demands.has(subscription) && demands.uncover(subscription, slot)) {
            decideEligibility(subscription);
            refresh(subscription);
        }
    }

    /** Notes what was launched with an offer, which is no more. */
    void launched(int subscription, int slot, ResourceColumn used, int row) {
        if (demands.has(subscription)) {
            demands.launched(subscription, slot, used, row);
            decideEligibility(subscription);
        }
    }

    /** Notes that an offer was made. */
    void cover(int subscription, int slot, int demand, ResourceColumn amounts) {
        if (demands.has(subscription)) {
            demands.offered(subscription, slot, demand, amounts);
            decideEligibility(subscription);
        }
    }

    private void callOffRevive(int subscription) {
        if (waitingRevive[subscription] >= 0) {
            deadlines.callOff(waitingRevive[subscription]);
            waitingRevive[subscription] = -1;
        }
    }

    private void decideEligibility(int subscription) {
        endIdleSetAside(subscription);
        boolean isEligible = isWilling(subscription) && !demands.isSatisfied(subscription);
        if (isEligible == eligible.get(subscription)) {
            return;
        }
        eligible.set(subscription, isEligible);
        fresh.set(subscription, isEligible);
        FairOrder members = tree.membersOf(role[subscription]);
        if (isEligible) {
            demands.waitAnew(subscription);
            members.add(subscription);
        } else {
            members.remove(subscription);
            setAsides.endOf(subscription);
        }
        tree.countWaiting(role[subscription], isEligible ? 1 : -1);
    }

    /** Ends it if an agent is set aside for a demand that waits no more. */
    private void endIdleSetAside(int subscription) {
        int agent = setAsides.agentOf(subscription);
        Demand demand = agent == SetAsides.NONE ? null : setAsides.demand(agent);
        if (demand != null && !(demands.has(subscription) && demands.isOpen(subscription, demand))) {
            setAsides.end(agent);
        }
    }

    /** Has nothing be kept for a subscription and its gangs. */
    void endSetAsides(int subscription) {
        setAsides.endOf(subscription);
        gangs.endSetAsides(subscription);
    }

    /** Has the next round look at all agents for this subscription and its gangs, if it may be offered anything. */
    void refresh(int subscription) {
        fresh.set(subscription, eligible.get(subscription));
        gangs.refresh(subscription);
    }

    // ---- order

    /** Orders by whose turn comes first. */
    int compare(int one, int other) {
        return one == other ? 0 : comesBefore(one, other) ? -1 : 1;
    }

    /** Tells whether one comes before the other, by their roles, then within the role. */
    boolean comesBefore(int one, int other) {
        if (role[one] != role[other]) {
            return tree.comesBefore(tree.leaf(role[one]), tree.leaf(role[other]));
        }
        tree.membersOf(role[one]).settle();
        return shares.compare(one, other) < 0;
    }

    /** Takes a subscription out of its order, if it is there, before its charges change. */
    void unplace(int subscription) {
        if (eligible.get(subscription)) {
            FairOrder members = tree.membersOf(role[subscription]);
            if (members.size() > 1) {
                members.remove(subscription);
            }
        }
    }

    /** Brings a key up to date and puts the subscription back where {@link #unplace} took it out. */
    void place(int subscription) {
        shares.rekey(subscription);
        if (eligible.get(subscription)) {
            FairOrder members = tree.membersOf(role[subscription]);
            if (members.size() != 1 || members.get(0) != subscription) {
                members.add(subscription);
            }
        }
    }

    /** Notes that a subscription's charges have changed, but not its offers. */
    void unsettle(int subscription) {
        if (eligible.get(subscription)) {
            tree.membersOf(role[subscription]).unsettle(subscription);
        } else {
            shares.rekey(subscription);
        }
    }

    /** Brings all keys up to a changed cluster total and restores all orders. */
    void rekeyAll() {
        for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
            shares.rekey(row);
        }
        tree.rekeyAll();
    }

    // ---- questions

    int framework(int subscription) {
        return framework[subscription];
    }

    int role(int subscription) {
        return role[subscription];
    }

    String path(int subscription) {
        return tree.path(role[subscription]);
    }

    Minimum minimum(int subscription) {
        return minimum[subscription];
    }

    /** Tells whether a subscription does not want every agent. */
    boolean isConstrained(int subscription) {
        return constrained.get(subscription);
    }

    OfferConstraints constraints(int subscription) {
        return constraints[subscription];
    }

    boolean can(int subscription, Capability capability) {
        return (capabilities[subscription] & capability.bit) != 0;
    }

    boolean isSubscribed(int subscription) {
        return subscribed.get(subscription);
    }

    boolean isSuppressed(int subscription) {
        return suppressed.get(subscription);
    }

    /** Tells whether a framework takes offers under a role, of whatever sort. */
    boolean isWilling(int subscription) {
        return subscribed.get(subscription)
                && !suppressed.get(subscription)
                && frameworks.isActive(framework[subscription]);
    }

    boolean isEligible(int subscription) {
        return eligible.get(subscription);
    }

    /** Returns the deadline of a revive that waits, -1 if none does. */
    int waitingRevive(int subscription) {
        return waitingRevive[subscription];
    }

    /** Returns all rows; not to be changed. */
    BitSet present() {
        return present;
    }

    /** Returns the fresh subscriptions, all of them eligible; the round clears it. */
    BitSet fresh() {
        return fresh;
    }

    String describe(int subscription) {
        return frameworks.describe(framework[subscription]) + " in role " + path(subscription);
    }
}
