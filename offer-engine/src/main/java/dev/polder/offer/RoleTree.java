package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.RolePath;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tree of roles by dense node index: weights, what is charged to each with all below it, and among the children of
 * each node the order of those that have somebody to serve. Owned by the engine's thread.
 *
 * <pre>
 *   root ── a ── .        frameworks subscribed to a itself compete, as a virtual leaf, with those of a/b
 *        │    └─ a/b      frameworks subscribed to a/b
 *        └─ c             a role without children is its own leaf
 * </pre>
 *
 * <p>A role exists while it has children or subscriptions, has been weighed or given a quota, or something is reserved to
 * it; {@link #dropIfIdle} ends it.
 */
final class RoleTree {
    /** The node above all roles; no role. */
    static final int ROOT = 0;

    static final int NONE = -1;
    private static final String VIRTUAL = ".";

    final Shares shares;
    private final Shares memberShares;

    /** Looked up, never walked: its order is nobody's business. */
    private final Map<String, Integer> byName = new HashMap<>();

    private final BitSet present = new BitSet();
    private @Nullable String[] paths = {};
    private int[] parent = {};
    private int[] virtualLeaf = {};

    /** The children that have somebody to serve, in order; null while a node has no children. */
    private @Nullable FairOrder[] children = {};

    /** The subscriptions that may be offered something, in order; null at a node that is no leaf. */
    private @Nullable FairOrder[] members = {};

    /** The subscription of a leaf where only one may be offered something, else -1: most roles are a framework's own. */
    private int[] onlyMember = {};

    /** How many children there are, ordered or not; the virtual leaf is not counted. */
    private int[] childCount = {};

    /** How many subscriptions to the role itself there are, in order or not. */
    private int[] subscriptions = {};

    /** How many offers went to the role itself. */
    private long[] ownOffers = {};

    /** How many of the subscriptions at and below a node are in order. */
    private int[] waiting = {};

    /** What is reserved to a role and those below it on all agents, allocated or not. */
    private Quantities[] reserved = {};

    private final BitSet weighed = new BitSet();
    private final BitSet underQuota = new BitSet();

    RoleTree(Shares shares, Shares memberShares) {
        this.shares = shares;
        this.memberShares = memberShares;
        int root = start("", NONE);
        children[root] = new FairOrder(shares);
    }

    // ---- nodes come and go

    /** Returns the role's node, making it and those above it if they are new. */
    int index(String path) {
        Integer known = byName.get(path);
        if (known != null) {
            return known;
        }
        int slash = path.lastIndexOf('/');
        int above = slash < 0 ? ROOT : index(path.substring(0, slash));
        int node = start(path, above);
        members[node] = new FairOrder(memberShares);
        byName.put(path, node);
        addChild(above);
        return node;
    }

    /** Returns the role's node, {@link #NONE} if there is none. */
    int find(String path) {
        Integer node = byName.get(path);
        return node == null ? NONE : node;
    }

    private int start(String path, int above) {
        int node = present.nextClearBit(0);
        if (node >= paths.length) {
            grow(FreeList.rowsFor(node));
        }
        present.set(node);
        paths[node] = path;
        parent[node] = above;
        virtualLeaf[node] = NONE;
        childCount[node] = 0;
        onlyMember[node] = NONE;
        subscriptions[node] = 0;
        ownOffers[node] = 0;
        waiting[node] = 0;
        reserved[node] = Quantities.EMPTY;
        shares.start(node, path.substring(path.lastIndexOf('/') + 1));
        return node;
    }

    private void grow(int rows) {
        int before = reserved.length;
        paths = Arrays.copyOf(paths, rows);
        parent = Arrays.copyOf(parent, rows);
        virtualLeaf = Arrays.copyOf(virtualLeaf, rows);
        children = Arrays.copyOf(children, rows);
        members = Arrays.copyOf(members, rows);
        childCount = Arrays.copyOf(childCount, rows);
        onlyMember = Arrays.copyOf(onlyMember, rows);
        subscriptions = Arrays.copyOf(subscriptions, rows);
        ownOffers = Arrays.copyOf(ownOffers, rows);
        waiting = Arrays.copyOf(waiting, rows);
        reserved = Arrays.copyOf(reserved, rows);
        Arrays.fill(reserved, before, rows, Quantities.EMPTY);
    }

    private void addChild(int node) {
        if (node != ROOT && childCount[node] == 0) {
            children[node] = new FairOrder(shares);
            if (subscriptions[node] > 0) {
                startVirtualLeaf(node);
            } else {
                members[node] = null;
            }
        }
        childCount[node]++;
    }

    /** Has the subscriptions of a role that is no leaf any more compete with its children. */
    private void startVirtualLeaf(int node) {
        int leaf = start(path(node) + "/" + VIRTUAL, node);
        boolean wasLeaf = members[node] != null;
        members[leaf] = wasLeaf ? members[node] : new FairOrder(memberShares);
        onlyMember[leaf] = onlyMember[node];
        onlyMember[node] = NONE;
        members[node] = null;
        virtualLeaf[node] = leaf;
        shares.setOffers(leaf, ownOffers[node]);
        if (wasLeaf) {
            shares.copyCharges(leaf, node);
            shares.rekey(leaf);
            waiting[leaf] = waiting[node];
            if (waiting[leaf] > 0) {
                childrenOf(node).add(leaf);
            }
        }
    }

    /** Ends a virtual leaf that stands for nobody any more, or no longer beside anybody. */
    private void endVirtualLeaf(int node) {
        int leaf = virtualLeaf[node];
        if (waiting[leaf] > 0) {
            childrenOf(node).remove(leaf);
        }
        members[node] = childCount[node] == 0 ? members[leaf] : null;
        onlyMember[node] = childCount[node] == 0 ? onlyMember[leaf] : NONE;
        virtualLeaf[node] = NONE;
        end(leaf);
    }

    private void end(int node) {
        present.clear(node);
        paths[node] = null;
        children[node] = null;
        members[node] = null;
    }

    /** Counts subscriptions to a role; without any, or reason else, it is forgotten. */
    void countSubscription(int role, int change) {
        subscriptions[role] += change;
        if (change > 0 && childCount[role] > 0 && virtualLeaf[role] == NONE) {
            startVirtualLeaf(role);
        } else if (subscriptions[role] == 0 && virtualLeaf[role] != NONE) {
            endVirtualLeaf(role);
        }
        dropIfIdle(role);
    }

    /** Forgets a role that nothing needs any more. */
    void dropIfIdle(int role) {
        boolean isNeeded = role == ROOT
                || childCount[role] > 0
                || subscriptions[role] > 0
                || weighed.get(role)
                || underQuota.get(role)
                || !reserved[role].isEmpty();
        if (!isNeeded) {
            int above = parent[role];
            byName.remove(path(role));
            end(role);
            childCount[above]--;
            if (childCount[above] == 0 && above != ROOT) {
                becomeLeaf(above);
            }
            dropIfIdle(above);
        }
    }

    private void becomeLeaf(int role) {
        if (virtualLeaf[role] != NONE) {
            endVirtualLeaf(role);
        } else {
            members[role] = new FairOrder(memberShares);
        }
        children[role] = null;
    }

    // ---- what is known of a role

    void setWeight(int role, long weight) {
        boolean isOrdered = waiting[role] > 0;
        if (isOrdered) {
            childrenOf(parent[role]).remove(role);
        }
        shares.setWeight(role, weight);
        shares.rekey(role);
        if (isOrdered) {
            childrenOf(parent[role]).add(role);
        }
        weighed.set(role, weight != Shares.WEIGHT_DEFAULT);
        dropIfIdle(role);
    }

    /** Keeps a role as long as it has a quota. */
    void setUnderQuota(int role, boolean isUnderQuota) {
        underQuota.set(role, isUnderQuota);
        dropIfIdle(role);
    }

    /** Counts what is reserved to a role, at it and at all above. */
    void changeReserved(int role, Quantities more, Quantities less) {
        for (int node = role; node != NONE; node = parent[node]) {
            reserved[node] = reserved[node].plus(more).minus(less);
        }
    }

    Quantities reserved(int node) {
        return reserved[node];
    }

    // ---- order

    /** Counts a subscription that may be offered something now, or may not any more, at its leaf and all above. */
    void countWaiting(int role, int change) {
        FairOrder order = membersOf(role);
        onlyMember[leaf(role)] = order.size() == 1 ? order.get(0) : NONE;
        for (int node = leaf(role); node != ROOT; node = parent[node]) {
            boolean wasOrdered = waiting[node] > 0;
            waiting[node] += change;
            boolean isOrdered = waiting[node] > 0;
            if (isOrdered && !wasOrdered) {
                childrenOf(parent[node]).add(node);
            } else if (wasOrdered && !isOrdered) {
                childrenOf(parent[node]).remove(node);
            }
        }
    }

    /** Takes a node out of its siblings' order, if it is there, before its charges change. */
    void unplace(int node) {
        if (node != ROOT && waiting[node] > 0 && childrenOf(parent[node]).size() > 1) {
            childrenOf(parent[node]).remove(node);
        }
    }

    /** Brings a node's key up to date and puts it back where {@link #unplace} took it out. */
    void place(int node) {
        if (node == ROOT) {
            return;
        }
        shares.rekey(node);
        FairOrder siblings = childrenOf(parent[node]);
        if (waiting[node] > 0 && (siblings.size() != 1 || siblings.get(0) != node)) {
            siblings.add(node);
        }
    }

    /** Notes that a node's charges have changed, but not its offers. */
    void unsettle(int node) {
        if (node == ROOT) {
            return;
        }
        if (waiting[node] > 0) {
            childrenOf(parent[node]).unsettle(node);
        } else {
            shares.rekey(node);
        }
    }

    /** Counts an offer to a role itself. */
    void countOwnOffer(int role) {
        ownOffers[role]++;
    }

    /** Notes that a node's turn was taken. */
    void takeTurn(int node) {
        childrenOf(parent[node]).takeTurn(node);
    }

    /** Brings all keys up to a changed cluster total and restores all orders. */
    void rekeyAll() {
        for (int node = present.nextSetBit(1); node >= 0; node = present.nextSetBit(node + 1)) {
            shares.rekey(node);
        }
        for (int node = present.nextSetBit(0); node >= 0; node = present.nextSetBit(node + 1)) {
            FairOrder itsChildren = children[node];
            if (itsChildren != null) {
                itsChildren.sort();
            }
            FairOrder itsMembers = members[node];
            if (itsMembers != null) {
                itsMembers.sort();
            }
        }
    }

    /** Tells whether one leaf's turn comes before another's: decided among the children of their last common node. */
    boolean comesBefore(int one, int other) {
        int sibling = siblingTowards(one, other);
        childrenOf(parent[sibling]).settle();
        return shares.compare(sibling, siblingTowards(other, one)) < 0;
    }

    /** Returns the node at or above a leaf that is a child of the last node above both it and another leaf. */
    int siblingTowards(int leaf, int other) {
        int mine = leaf;
        int theirs = other;
        int myDepth = depth(mine);
        int theirDepth = depth(theirs);
        for (; myDepth > theirDepth; myDepth--) {
            mine = parent[mine];
        }
        for (; theirDepth > myDepth; theirDepth--) {
            theirs = parent[theirs];
        }
        while (parent[mine] != parent[theirs]) {
            mine = parent[mine];
            theirs = parent[theirs];
        }
        return mine;
    }

    private int depth(int node) {
        int depth = 0;
        for (int at = node; at != ROOT; at = parent[at]) {
            depth++;
        }
        return depth;
    }

    // ---- questions

    /** Returns the node at which the role's own subscriptions are ordered. */
    int leaf(int role) {
        return virtualLeaf[role] == NONE ? role : virtualLeaf[role];
    }

    int parent(int node) {
        return parent[node];
    }

    /** Returns the top-level role at or above a node that is not the root. */
    int top(int node) {
        if (node == ROOT) {
            throw Invariant.broken("the root is below no role");
        }
        int top = node;
        while (parent[top] != ROOT) {
            top = parent[top];
        }
        return top;
    }

    String path(int node) {
        String path = paths[node];
        if (path == null) {
            throw Invariant.broken("there is no role %s", node);
        }
        return path;
    }

    /** Returns the ordered children of a node, null if it is a leaf. */
    @Nullable
    FairOrder children(int node) {
        return children[node];
    }

    /** Returns the ordered subscriptions of a leaf, null if it is none. */
    @Nullable
    FairOrder members(int node) {
        return members[node];
    }

    /** Returns the subscription of a leaf if only one may be offered something there, else -1. */
    int onlyMember(int node) {
        return onlyMember[node];
    }

    FairOrder membersOf(int role) {
        FairOrder order = members[leaf(role)];
        if (order == null) {
            throw Invariant.broken("role %s is no leaf", path(role));
        }
        return order;
    }

    private FairOrder childrenOf(int node) {
        FairOrder order = children[node];
        if (order == null) {
            throw Invariant.broken("role %s has no children", path(node));
        }
        return order;
    }

    /** Returns all nodes, {@link #ROOT} and virtual leaves included; not to be changed. */
    BitSet present() {
        return present;
    }

    /** Returns the role that a node stands for, which for a virtual leaf is that above it. */
    int roleOf(int node) {
        return isVirtual(node) ? parent[node] : node;
    }

    boolean isVirtual(int node) {
        return node != ROOT && virtualLeaf[parent[node]] == node;
    }

    int childCount(int node) {
        return childCount[node];
    }

    int subscriptions(int role) {
        return subscriptions[role];
    }

    int waiting(int node) {
        return waiting[node];
    }

    boolean isWeighed(int role) {
        return weighed.get(role);
    }

    boolean isUnderQuota(int role) {
        return underQuota.get(role);
    }

    /** Tells whether {@code node} is {@code ancestor} or below it. */
    boolean isAtOrBelow(int node, int ancestor) {
        for (int at = node; at != NONE; at = parent[at]) {
            if (at == ancestor) {
                return true;
            }
        }
        return false;
    }

    /** Checks that a role path is well-formed. */
    static void requirePath(String path) {
        RolePath.requireValid(requireNonNull(path, "role"));
    }
}
