package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Roles by dense index: their weights, what is charged to them, the order among them, and within each the order of the
 * subscriptions that may be offered something now. Owned by the engine's thread.
 *
 * <p>Names are flat: {@code a/b} is a role beside {@code a}. Row {@link #ROOT} stands above them all and is charged
 * everything; a tree of roles would put its inner nodes between. A role exists while somebody is subscribed to it or
 * has weighed it.
 */
final class Roles {
    /** The row of the whole cluster; no role. */
    static final int ROOT = 0;

    final Shares shares = new Shares();

    /** The roles that have members in order, by fairness. */
    final FairOrder order = new FairOrder(this::compare);

    /** Looked up, never walked: its order is nobody's business. */
    private final Map<String, Integer> byName = new HashMap<>();

    private final FairOrder.Comparator memberComparator;
    private final BitSet present = new BitSet();
    private @Nullable String[] names = {};
    private @Nullable FairOrder[] members = {};

    /** How many subscriptions a role has, in order or not. */
    private int[] subscriptions = {};

    Roles(FairOrder.Comparator memberComparator) {
        this.memberComparator = memberComparator;
        start("");
    }

    /** Returns the role's index, making one if it is new; {@link #dropIfIdle} ends it. */
    int index(String name) {
        int known = find(name);
        if (known >= 0) {
            return known;
        }
        int role = start(name);
        byName.put(name, role);
        return role;
    }

    /** Returns the role's index, -1 if there is none. */
    int find(String name) {
        Integer role = byName.get(name);
        return role == null ? -1 : role;
    }

    private int start(String name) {
        int role = present.nextClearBit(0);
        if (role == names.length) {
            int rows = Math.max(8, 2 * role);
            names = Arrays.copyOf(names, rows);
            members = Arrays.copyOf(members, rows);
            subscriptions = Arrays.copyOf(subscriptions, rows);
        }
        present.set(role);
        names[role] = name;
        members[role] = new FairOrder(memberComparator);
        subscriptions[role] = 0;
        shares.start(role);
        return role;
    }

    void countSubscription(int role, int change) {
        subscriptions[role] += change;
        dropIfIdle(role);
    }

    private void dropIfIdle(int role) {
        if (subscriptions[role] == 0 && shares.weight(role) == Shares.WEIGHT_DEFAULT) {
            byName.remove(name(role));
            present.clear(role);
            names[role] = null;
            members[role] = null;
        }
    }

    void setWeight(int role, long weight, Resources clusterTotal) {
        boolean isOrdered = isOrdered(role);
        if (isOrdered) {
            order.remove(role);
        }
        shares.setWeight(role, weight);
        shares.refresh(role, clusterTotal);
        if (isOrdered) {
            order.add(role);
        }
        dropIfIdle(role);
    }

    String name(int role) {
        String name = names[role];
        if (name == null) {
            throw Invariant.broken("there is no role %s", role);
        }
        return name;
    }

    /** Returns the role's subscriptions that may be offered something now, by fairness. */
    FairOrder members(int role) {
        FairOrder order = members[role];
        if (order == null) {
            throw Invariant.broken("there is no role %s", role);
        }
        return order;
    }

    int subscriptions(int role) {
        return subscriptions[role];
    }

    /** Returns all rows, {@link #ROOT} included; not to be changed. */
    BitSet present() {
        return present;
    }

    /** Tells whether a role is in {@link #order}. */
    boolean isOrdered(int role) {
        return members(role).size() > 0;
    }

    /** Computes all shares anew and puts roles and members in order. */
    void refreshAll(Resources clusterTotal) {
        for (int role = present.nextSetBit(0); role >= 0; role = present.nextSetBit(role + 1)) {
            shares.refresh(role, clusterTotal);
            members(role).sort();
        }
        order.sort();
    }

    /** Orders roles by share, then longest without an offer first, then by name. */
    int compare(int one, int other) {
        int byShare = shares.compare(one, other);
        return byShare != 0 ? byShare : name(one).compareTo(name(other));
    }
}
