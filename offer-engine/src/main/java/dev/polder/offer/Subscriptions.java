package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Frameworks by dense index, and their subscriptions, one for each role of a framework, by a dense index of their own:
 * the rows between which a role's resources are shared out. Owned by the engine's thread.
 *
 * <p>A subscription is <em>eligible</em>, and then in its role's order, while the framework is active, subscribed to
 * the role, and has not suppressed it. It is <em>fresh</em> if something happened since the last round by which it may
 * be offered what it was not offered then. It outlives the framework's leaving the role for as long as something is
 * in use or offered under it.
 */
final class Subscriptions {
    final Shares shares = new Shares();
    final Roles roles = new Roles(this::compareMembers);

    private final Filters filters;
    private final Deadlines deadlines;
    private final long reviveIntervalMs;

    private final BitSet frameworks = new BitSet();
    private final BitSet activeFrameworks = new BitSet();

    /** The subscriptions of each framework, in the order in which they were made. */
    private final List<IntArrayList> byFramework = new ArrayList<>();

    private final BitSet present = new BitSet();
    private final BitSet subscribed = new BitSet();
    private final BitSet suppressed = new BitSet();
    private final BitSet eligible = new BitSet();
    private final BitSet fresh = new BitSet();
    private int[] framework = {};
    private int[] role = {};

    /** On how many agents something is in use, and how many offers are open. */
    private int[] holdings = {};

    private int[] openOffers = {};

    /** From when on a revive is performed at once. */
    private long[] reviveFromMs = {};

    private Deadline.@Nullable WaitingRevive[] waitingRevives = {};

    private Resources clusterTotal = Resources.EMPTY;

    /** Whether shares and orders are those of an earlier cluster total. */
    private boolean isStale;

    Subscriptions(Filters filters, Deadlines deadlines, long reviveIntervalMs) {
        this.filters = filters;
        this.deadlines = deadlines;
        this.reviveIntervalMs = reviveIntervalMs;
    }

    // ---- frameworks

    int addFramework() {
        int added = frameworks.nextClearBit(0);
        frameworks.set(added);
        activeFrameworks.set(added);
        if (added == byFramework.size()) {
            byFramework.add(new IntArrayList());
        }
        return added;
    }

    boolean containsFramework(int index) {
        return index >= 0 && frameworks.get(index);
    }

    boolean isFrameworkActive(int index) {
        return activeFrameworks.get(index);
    }

    void setFrameworkActive(int index, boolean isActive) {
        activeFrameworks.set(index, isActive);
        for (int subscription : subscriptionsOf(index)) {
            if (!isActive) {
                filters.clear(subscription);
            }
            decideEligibility(subscription);
        }
    }

    /** Forgets a framework under which nothing is in use or offered. */
    void removeFramework(int index) {
        for (int subscription : subscriptionsOf(index)) {
            unsubscribe(subscription);
        }
        if (!byFramework.get(index).isEmpty()) {
            throw Invariant.broken("framework %s is removed but keeps %s", index, byFramework.get(index));
        }
        frameworks.clear(index);
        activeFrameworks.clear(index);
    }

    /** Returns the indexes of a framework's subscriptions as they are now. */
    int[] subscriptionsOf(int index) {
        return byFramework.get(index).toIntArray();
    }

    // ---- subscriptions come and go

    /** Returns the subscription of a framework to a role, -1 if there is none. */
    int find(int frameworkIndex, String roleName) {
        int wanted = roles.find(roleName);
        IntArrayList candidates = byFramework.get(frameworkIndex);
        for (int i = 0; wanted >= 0 && i < candidates.size(); i++) {
            if (role[candidates.getInt(i)] == wanted) {
                return candidates.getInt(i);
            }
        }
        return -1;
    }

    /** Returns the subscription of a framework to a role; a new one is not subscribed yet, it can only be charged. */
    int index(int frameworkIndex, String roleName) {
        int known = find(frameworkIndex, roleName);
        if (known >= 0) {
            return known;
        }
        int subscription = present.nextClearBit(0);
        if (subscription == framework.length) {
            grow(Math.max(8, 2 * subscription));
        }
        present.set(subscription);
        framework[subscription] = frameworkIndex;
        role[subscription] = roles.index(roleName);
        holdings[subscription] = 0;
        openOffers[subscription] = 0;
        reviveFromMs[subscription] = Long.MIN_VALUE;
        shares.start(subscription);
        roles.countSubscription(role[subscription], 1);
        byFramework.get(frameworkIndex).addInt(subscription);
        return subscription;
    }

    private void grow(int rows) {
        framework = Arrays.copyOf(framework, rows);
        role = Arrays.copyOf(role, rows);
        holdings = Arrays.copyOf(holdings, rows);
        openOffers = Arrays.copyOf(openOffers, rows);
        reviveFromMs = Arrays.copyOf(reviveFromMs, rows);
        waitingRevives = Arrays.copyOf(waitingRevives, rows);
    }

    void subscribe(int frameworkIndex, String roleName) {
        int subscription = index(frameworkIndex, roleName);
        subscribed.set(subscription);
        decideEligibility(subscription);
    }

    /** Ends a subscription; its row stays while something is charged to it. */
    void unsubscribe(int subscription) {
        callOffRevive(subscription);
        filters.clear(subscription);
        subscribed.clear(subscription);
        suppressed.clear(subscription);
        decideEligibility(subscription);
        dropIfIdle(subscription);
    }

    private void dropIfIdle(int subscription) {
        if (!subscribed.get(subscription) && holdings[subscription] == 0 && openOffers[subscription] == 0) {
            present.clear(subscription);
            byFramework.get(framework[subscription]).removeInt(subscription);
            roles.countSubscription(role[subscription], -1);
        }
    }

    // ---- who may be offered something

    void suppress(int subscription) {
        callOffRevive(subscription);
        suppressed.set(subscription);
        decideEligibility(subscription);
    }

    /** Revives now, or when the interval since the last time has passed; another one then waits already. */
    void revive(long nowMs, int subscription) {
        if (nowMs >= reviveFromMs[subscription]) {
            callOffRevive(subscription);
            performRevive(nowMs, subscription);
        } else if (waitingRevives[subscription] == null) {
            Deadline.WaitingRevive waiting = new Deadline.WaitingRevive(subscription, reviveFromMs[subscription]);
            waitingRevives[subscription] = waiting;
            deadlines.set(waiting);
        }
    }

    /** Performs a revive whose waiting is over. */
    void performWaiting(long nowMs, Deadline.WaitingRevive waiting) {
        waitingRevives[waiting.subscription] = null;
        performRevive(nowMs, waiting.subscription);
    }

    private void performRevive(long nowMs, int subscription) {
        reviveFromMs[subscription] = Deadline.after(nowMs, reviveIntervalMs);
        filters.clear(subscription);
        suppressed.clear(subscription);
        decideEligibility(subscription);
        fresh.set(subscription, eligible.get(subscription));
    }

    private void callOffRevive(int subscription) {
        Deadline.WaitingRevive waiting = waitingRevives[subscription];
        if (waiting != null) {
            deadlines.callOff(waiting);
            waitingRevives[subscription] = null;
        }
    }

    private void decideEligibility(int subscription) {
        boolean isEligible = subscribed.get(subscription)
                && !suppressed.get(subscription)
                && activeFrameworks.get(framework[subscription]);
        if (isEligible == eligible.get(subscription)) {
            return;
        }
        int itsRole = role[subscription];
        FairOrder members = roles.members(itsRole);
        eligible.set(subscription, isEligible);
        fresh.set(subscription, isEligible);
        if (isEligible) {
            members.add(subscription);
            if (members.size() == 1) {
                roles.order.add(itsRole);
            }
        } else {
            members.remove(subscription);
            if (members.size() == 0) {
                roles.order.remove(itsRole);
            }
        }
    }

    // ---- charges

    /** Charges an offer. */
    void offer(int subscription, Resources resources, long offerId) {
        openOffers[subscription]++;
        rebook(subscription, resources, Resources.EMPTY, offerId);
    }

    /** Ends offers, and the charge of {@code rest}: what was in them and is not in use now. */
    void endOffers(int subscription, int count, Resources rest) {
        openOffers[subscription] -= count;
        rebook(subscription, Resources.EMPTY, rest, -1);
        dropIfIdle(subscription);
    }

    /** Counts another agent on which something is in use; what it is may be charged already, as an offer. */
    void countHolding(int subscription, int change) {
        holdings[subscription] += change;
        dropIfIdle(subscription);
    }

    void charge(int subscription, Resources resources) {
        rebook(subscription, resources, Resources.EMPTY, -1);
    }

    void discharge(int subscription, Resources resources) {
        rebook(subscription, Resources.EMPTY, resources, -1);
    }

    /** Changes what is charged to a subscription, its role and the root; offer id -1 stands for no offer. */
    private void rebook(int subscription, Resources more, Resources less, long offerId) {
        int itsRole = role[subscription];
        boolean isOrdered = eligible.get(subscription);
        boolean isRoleOrdered = roles.isOrdered(itsRole);
        if (isRoleOrdered) {
            roles.order.remove(itsRole);
        }
        if (isOrdered) {
            roles.members(itsRole).remove(subscription);
        }
        rebookRow(shares, subscription, more, less, offerId);
        rebookRow(roles.shares, itsRole, more, less, offerId);
        rebookRow(roles.shares, Roles.ROOT, more, less, offerId);
        if (isOrdered) {
            roles.members(itsRole).add(subscription);
        }
        if (isRoleOrdered) {
            roles.order.add(itsRole);
        }
    }

    private void rebookRow(Shares of, int row, Resources more, Resources less, long offerId) {
        if (!more.isEmpty()) {
            of.charge(row, more);
        }
        if (!less.isEmpty()) {
            of.discharge(row, less);
        }
        if (offerId >= 0) {
            of.setLastOffer(row, offerId);
        }
        of.refresh(row, clusterTotal);
    }

    /**
     * Checks that all that is charged, and {@code more}, and a cluster of {@code total} besides can be added up: then
     * no later charge overflows, for what is offered is part of the total.
     *
     * @throws ArithmeticException if not
     */
    void requireRoom(Resources total, Resources more) {
        roles.shares.charged(Roles.ROOT).plus(total).plus(more.scalarsOnly());
    }

    void setClusterTotal(Resources total) {
        isStale |= !total.equals(clusterTotal);
        clusterTotal = total;
    }

    /** Brings shares and orders up to a changed cluster total. */
    void refreshIfStale() {
        if (!isStale) {
            return;
        }
        for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
            shares.refresh(row, clusterTotal);
        }
        roles.refreshAll(clusterTotal);
        isStale = false;
    }

    // ---- order

    /** Tells whose turn it is first, by role, then within the role. */
    boolean comesBefore(int one, int other) {
        int byRole = role[one] == role[other] ? 0 : roles.compare(role[one], role[other]);
        return byRole != 0 ? byRole < 0 : compareMembers(one, other) < 0;
    }

    /** Orders subscriptions of one role by share, then longest without an offer first, then by framework index. */
    private int compareMembers(int one, int other) {
        int byShare = shares.compare(one, other);
        return byShare != 0 ? byShare : Integer.compare(framework[one], framework[other]);
    }

    // ---- questions

    int framework(int subscription) {
        return framework[subscription];
    }

    int role(int subscription) {
        return role[subscription];
    }

    String roleName(int subscription) {
        return roles.name(role[subscription]);
    }

    boolean isSubscribed(int subscription) {
        return subscribed.get(subscription);
    }

    boolean isSuppressed(int subscription) {
        return suppressed.get(subscription);
    }

    boolean isEligible(int subscription) {
        return eligible.get(subscription);
    }

    int holdings(int subscription) {
        return holdings[subscription];
    }

    int openOffers(int subscription) {
        return openOffers[subscription];
    }

    boolean isReviveWaiting(int subscription) {
        return waitingRevives[subscription] != null;
    }

    boolean isStale() {
        return isStale;
    }

    /** Returns all rows; not to be changed. */
    BitSet present() {
        return present;
    }

    /** Returns the fresh subscriptions, all of them eligible; the round clears it. */
    BitSet fresh() {
        return fresh;
    }
}
