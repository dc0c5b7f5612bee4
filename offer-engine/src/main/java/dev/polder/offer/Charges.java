package dev.polder.offer;

import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.Resources;
import java.util.function.Predicate;

/**
 * Changes what is charged to a subscription, its role and all above, and keeps every order and quota that depends on it.
 * Owned by the engine's thread.
 */
final class Charges {
    private final Agents agents;
    private final Subscriptions subscriptions;
    private final RoleTree tree;
    private final Quotas quotas;
    private final SharedUse sharedUse = new SharedUse();

    /** What is charged where something of it is shared. */
    private final ResourceColumn reckoned = new ResourceColumn();

    Charges(Agents agents, Subscriptions subscriptions, Quotas quotas) {
        this.agents = agents;
        this.subscriptions = subscriptions;
        this.tree = subscriptions.tree;
        this.quotas = quotas;
        reckoned.ensure(0);
    }

    /** Charges an offer, and counts it. */
    void chargeOffer(int subscription, int agent, ResourceColumn amounts, int row) {
        int leaf = tree.leaf(subscriptions.role(subscription));
        // a gang may be served whose subscription takes no single offers, and is in no order
        if (subscriptions.isEligible(subscription)) {
            tree.membersOf(leaf).takeTurn(subscription);
            for (int node = leaf; node != RoleTree.ROOT; node = tree.parent(node)) {
                tree.takeTurn(node);
            }
        }
        tree.countOwnOffer(subscriptions.role(subscription));
        charge(subscription, agent, amounts, row, true);
    }

    void charge(int subscription, int agent, ResourceColumn amounts, int row) {
        charge(subscription, agent, amounts, row, false);
    }

    private void charge(int subscription, int agent, ResourceColumn amounts, int row, boolean isOffer) {
        boolean isMixed = agents.isMixed(agent);
        subscriptions.unplace(subscription);
        if (isMixed) {
            reckonFirst(SharedUse.Level.SUBSCRIPTION, subscription, agent, amounts, row);
            subscriptions.shares.charge(subscription, reckoned, 0);
        } else {
            subscriptions.shares.charge(subscription, amounts, row);
        }
        if (isOffer) {
            subscriptions.shares.serve(subscription);
        }
        subscriptions.place(subscription);
        int role = subscriptions.role(subscription);
        if (isMixed && tree.leaf(role) == role) {
            // a virtual leaf may start at any time, and must then know who has what
            reckonFirst(SharedUse.Level.ROLE_ALONE, role, agent, amounts, row);
        }
        for (int node = tree.leaf(role); node != RoleTree.NONE; node = tree.parent(node)) {
            tree.unplace(node);
            if (isMixed) {
                reckonFirst(level(node), tree.roleOf(node), agent, amounts, row);
                tree.shares.charge(node, reckoned, 0);
            } else {
                tree.shares.charge(node, amounts, row);
            }
            if (isOffer) {
                tree.shares.serve(node);
            }
            tree.place(node);
        }
        quotas.consumptionChanged(role);
    }

    void discharge(int subscription, int agent, ResourceColumn amounts, int row) {
        boolean isMixed = agents.isMixed(agent);
        if (isMixed) {
            reckonLast(SharedUse.Level.SUBSCRIPTION, subscription, agent, amounts, row);
            subscriptions.shares.discharge(subscription, reckoned, 0);
        } else {
            subscriptions.shares.discharge(subscription, amounts, row);
        }
        subscriptions.unsettle(subscription);
        int role = subscriptions.role(subscription);
        if (isMixed && tree.leaf(role) == role) {
            reckonLast(SharedUse.Level.ROLE_ALONE, role, agent, amounts, row);
        }
        for (int node = tree.leaf(role); node != RoleTree.NONE; node = tree.parent(node)) {
            if (isMixed) {
                reckonLast(level(node), tree.roleOf(node), agent, amounts, row);
                tree.shares.discharge(node, reckoned, 0);
            } else {
                tree.shares.discharge(node, amounts, row);
            }
            tree.unsettle(node);
            if (quotas.pollBlocked(node)) {
                refreshBelow(node);
            }
        }
        quotas.consumptionChanged(role);
    }

    private SharedUse.Level level(int node) {
        return tree.isVirtual(node) ? SharedUse.Level.ROLE_ALONE : SharedUse.Level.NODE;
    }

    /** Has the next round look at all agents for the subscriptions at and below a node, and their gangs. */
    void refreshBelow(int node) {
        refreshOrders(node);
        for (Gangs.Wanted gang : subscriptions.gangs.waiting()) {
            if (tree.isAtOrBelow(tree.leaf(subscriptions.role(gang.subscription)), node)) {
                gang.isNews = true;
            }
        }
    }

    private void refreshOrders(int node) {
        FairOrder members = tree.members(node);
        for (int i = 0; members != null && i < members.size(); i++) {
            subscriptions.refresh(members.get(i));
        }
        FairOrder children = tree.children(node);
        for (int i = 0; children != null && i < children.size(); i++) {
            refreshOrders(children.get(i));
        }
    }

    // ---- what is shared

    private void reckonFirst(SharedUse.Level level, int to, int agent, ResourceColumn amounts, int row) {
        reckon(amounts, row, id -> sharedUse.isFirst(level, to, agent, id));
    }

    private void reckonLast(SharedUse.Level level, int to, int agent, ResourceColumn amounts, int row) {
        reckon(amounts, row, id -> sharedUse.isLast(level, to, agent, id));
    }

    private void reckon(ResourceColumn amounts, int row, Predicate<ResourceId> countsIfShared) {
        reckoned.copy(0, amounts, row);
        Resources special = amounts.special(row);
        reckoned.setSpecial(0, special.filter(id -> !id.isShared() || countsIfShared.test(id)));
    }
}
