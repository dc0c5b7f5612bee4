package dev.polder.offer;

import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Quota of roles by node, and how much of an offer it leaves: for each scalar of the pool at most the room below the
 * limit of the role and of each above it, and at most what is available beyond the guarantees of others. Owned by the
 * engine's thread.
 *
 * <p>The required headroom is the sum of what guaranteed roles, all of them top-level, have not consumed yet; it is kept
 * by the change. Whoever was refused something by quota is noted, so that he alone is looked at again when there is more
 * room: nodes in {@link #blocked}, agents in {@link #held}.
 */
final class Quotas {
    private static final int FIELDS = ResourceColumn.FIELDS;

    /** Instead of the agent of what is of several. */
    static final int OF_SEVERAL = -1;

    private final RoleTree tree;
    private final Agents agents;
    private @Nullable Quota[] quotas = {};

    /** The limits of the plain scalars of each node side by side; {@code Long.MAX_VALUE} for none. */
    private long[] fieldLimits = {};

    private final BitSet limited = new BitSet();
    private final BitSet guaranteed = new BitSet();

    /** What a guaranteed role has not consumed of its guarantee, by node. */
    private Quantities[] unsatisfied = {};

    private Quantities required = Quantities.EMPTY;
    private boolean hasRequiredChanged;

    /** Nodes whose limit has cut or refused an offer since somebody below them was last looked at for it. */
    private final BitSet blocked = new BitSet();

    /** Agents of which the headroom has cut or refused an offer since they were last looked at for it. */
    private final BitSet held = new BitSet();

    /** Whether the headroom has refused a gang as a whole since gangs were last looked at for it. */
    private boolean isGangHeld;

    /** Whether what is cut or refused is noted: not for who only asks. */
    private boolean isNoting = true;

    Quotas(RoleTree tree, Agents agents) {
        this.tree = tree;
        this.agents = agents;
    }

    // ---- configuration

    /** Replaces a role's quota. */
    void set(int node, Quota quota) {
        if (node >= quotas.length) {
            int before = quotas.length;
            quotas = Arrays.copyOf(quotas, FreeList.rowsFor(node));
            unsatisfied = Arrays.copyOf(unsatisfied, quotas.length);
            Arrays.fill(unsatisfied, before, quotas.length, Quantities.EMPTY);
            fieldLimits = Arrays.copyOf(fieldLimits, FIELDS * quotas.length);
        }
        quotas[node] = quota.isNone() ? null : quota;
        for (int field = 0; field < FIELDS; field++) {
            fieldLimits[FIELDS * node + field] = quota.limits().limit(ClusterTotal.fieldName(field));
        }
        limited.set(node, !quota.limits().isNone());
        blocked.set(node, blocked.get(node) && limited.get(node));
        settle(node);
        guaranteed.set(node, !quota.guarantees().isEmpty());
        tree.setUnderQuota(node, !quota.isNone());
    }

    Quota quota(int node) {
        Quota quota = node < quotas.length ? quotas[node] : null;
        return quota == null ? Quota.NONE : quota;
    }

    /** Works out anew what a role has not consumed of its guarantee; where that is as before nothing is allocated. */
    private void settle(int node) {
        if (isSettled(node)) {
            return;
        }
        Quantities now = quota(node).guarantees().minusSaturating(consumed(node));
        if (!now.equals(unsatisfied[node])) {
            required = required.minus(unsatisfied[node]).plus(now);
            unsatisfied[node] = now;
            hasRequiredChanged = true;
        }
    }

    /** Tells whether a role lacks as much of each plain scalar as before, and was guaranteed nothing else. */
    private boolean isSettled(int node) {
        Quantities guarantees = quota(node).guarantees();
        boolean isSame = guarantees.isPlain() && unsatisfied[node].isPlain();
        for (int field = 0; isSame && field < FIELDS; field++) {
            long lacking = Math.max(0, ClusterTotal.field(guarantees, field) - consumed(node, field));
            isSame = lacking == ClusterTotal.field(unsatisfied[node], field);
        }
        return isSame;
    }

    /** Notes that what a node and all above it consume has changed. */
    void consumptionChanged(int node) {
        if (!guaranteed.isEmpty()) {
            int top = tree.top(node);
            if (guaranteed.get(top)) {
                settle(top);
            }
        }
    }

    // ---- consumption

    /** Returns what counts for a role's quota: what is reserved to it and what it has of the pool. */
    Quantities consumed(int node) {
        Shares shares = tree.shares;
        return shares.plainPool(node).plus(shares.poolOthers(node)).plus(tree.reserved(node));
    }

    private long consumed(int node, int field) {
        return tree.shares.pool(node, field)
                + ClusterTotal.field(tree.shares.poolOthers(node), field)
                + ClusterTotal.field(tree.reserved(node), field);
    }

    private long consumed(int node, String name) {
        return tree.shares.poolOthers(node).of(name) + tree.reserved(node).of(name);
    }

    /** Tells whether less of a scalar is available than what guaranteed roles lack. */
    boolean isLacking(String name) {
        return availableQuantities().of(name) < required.of(name);
    }

    /** Returns what of the pool is free on agents that may be offered. */
    Quantities availableQuantities() {
        return Quantities.ofPlain(agents.available(0), agents.available(1), agents.available(2), agents.available(3))
                .plus(agents.availableOthers());
    }

    Quantities required() {
        return required;
    }

    Quantities unsatisfied(int node) {
        return node < unsatisfied.length ? unsatisfied[node] : Quantities.EMPTY;
    }

    boolean hasGuarantees() {
        return !guaranteed.isEmpty();
    }

    /**
     * Tells whether an offer would serve what the top-level role above {@code node} is guaranteed and lacks, given that it
     * is about to have what is in {@code more} besides.
     */
    boolean servesGuarantee(int node, ResourceColumn amounts, int row, ResourceColumn more) {
        Quantities lacking = unsatisfied(tree.top(node));
        if (lacking.isEmpty()) {
            return false;
        }
        lacking = more.isEmpty(0) ? lacking : lacking.minusSaturating(Pool.of(more, 0));
        for (int field = 0; field < FIELDS; field++) {
            if (amounts.plain(row, field) > 0 && ClusterTotal.field(lacking, field) > 0) {
                return true;
            }
        }
        Quantities others = Pool.of(amounts.special(row));
        for (String name : others.isEmpty() ? Collections.<String>emptySet() : others.names()) {
            if (lacking.of(name) > 0) {
                return true;
            }
        }
        return false;
    }

    // ---- cuts

    /** Tells whether no quota has a say in what a role is offered. */
    boolean isFree(int node) {
        return guaranteed.isEmpty() && (limited.isEmpty() || !isLimited(node));
    }

    private boolean isLimited(int node) {
        for (int at = node; at != RoleTree.NONE; at = tree.parent(at)) {
            if (limited.get(at)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Cuts what is in {@code row} down to what quota leaves of it to a role, and returns the rule that cut: null,
     * {@link Refusal.Why#OVER_LIMIT}, which goes first, or {@link Refusal.Why#HEADROOM}. It is of an agent, or
     * {@link #OF_SEVERAL} for a gang.
     */
    Refusal.@Nullable Why cut(int node, int agent, ResourceColumn amounts, int row) {
        Refusal.Why rule = null;
        Resources special = amounts.special(row);
        Quantities others = Pool.of(special);
        Map<String, Long> rest = null;
        for (int field = 0; field < FIELDS; field++) {
            long plain = amounts.plain(row, field);
            long wanted = plain + ClusterTotal.field(others, field);
            if (wanted == 0) {
                continue;
            }
            long belowLimits = belowLimits(node, field, wanted);
            long beyondHeadroom = beyondHeadroom(node, field);
            long allowed = Math.min(belowLimits, beyondHeadroom);
            if (allowed < wanted) {
                rule = note(rule, belowLimits < wanted, beyondHeadroom < wanted, agent);
                amounts.setPlain(row, field, Math.min(plain, allowed));
                if (wanted > plain) {
                    rest = rest == null ? new HashMap<>() : rest;
                    rest.put(ClusterTotal.fieldName(field), allowed - Math.min(plain, allowed));
                }
            }
        }
        for (String name : others.isEmpty() ? Collections.<String>emptySet() : others.names()) {
            if (ClusterTotal.isField(name)) {
                continue;
            }
            long wanted = others.of(name);
            long belowLimits = belowLimits(node, name, wanted);
            long beyondHeadroom = beyondHeadroom(node, name);
            long allowed = Math.min(belowLimits, beyondHeadroom);
            if (allowed < wanted) {
                rule = note(rule, belowLimits < wanted, beyondHeadroom < wanted, agent);
                rest = rest == null ? new HashMap<>() : rest;
                rest.put(name, allowed);
            }
        }
        if (rest != null) {
            Resources pooled = special.filter(Pool::contains).shrinkTo(Limits.of(rest));
            amounts.setSpecial(row, pooled.plus(special.filter(id -> !Pool.contains(id))));
        }
        return rule;
    }

    /**
     * Tells whether quota leaves a role so much of the pool once what is missing has become free; nothing is noted.
     */
    boolean allows(int node, Quantities needed, Quantities missing) {
        for (String name : needed.names()) {
            long wanted = needed.of(name);
            for (int at = node; at != RoleTree.ROOT; at = tree.parent(at)) {
                long limit = limited.get(at) ? quota(at).limits().limit(name) : Long.MAX_VALUE;
                if (limit < Long.MAX_VALUE && limit - consumed(at).of(name) < wanted) {
                    return false;
                }
            }
            long lacking = required.of(name);
            if (lacking > 0) {
                long available = availableQuantities().of(name) + missing.of(name);
                if (unsatisfied(tree.top(node)).of(name) + Math.max(0, available - lacking) < wanted) {
                    return false;
                }
            }
        }
        return true;
    }

    private Refusal.@Nullable Why note(Refusal.@Nullable Why before, boolean byLimit, boolean byHeadroom, int agent) {
        if (byHeadroom) {
            hold(agent);
        }
        return byLimit || before == Refusal.Why.OVER_LIMIT ? Refusal.Why.OVER_LIMIT : Refusal.Why.HEADROOM;
    }

    /** Returns the least room below the limits of a role and all above it; notes those that leave less than wanted. */
    private long belowLimits(int node, int field, long wanted) {
        long least = Long.MAX_VALUE;
        for (int at = node; at != RoleTree.ROOT; at = tree.parent(at)) {
            if (limited.get(at)) {
                long limit = fieldLimits[FIELDS * at + field];
                least = Math.min(least, room(at, limit, limit == Long.MAX_VALUE ? 0 : consumed(at, field), wanted));
            }
        }
        return least;
    }

    private long belowLimits(int node, String name, long wanted) {
        long least = Long.MAX_VALUE;
        for (int at = node; at != RoleTree.ROOT; at = tree.parent(at)) {
            if (limited.get(at)) {
                long limit = quota(at).limits().limit(name);
                least = Math.min(least, room(at, limit, limit == Long.MAX_VALUE ? 0 : consumed(at, name), wanted));
            }
        }
        return least;
    }

    private long room(int node, long limit, long consumed, long wanted) {
        if (limit == Long.MAX_VALUE) {
            return limit;
        }
        long room = Math.max(0, limit - consumed);
        if (room < wanted && isNoting) {
            blocked.set(node);
        }
        return room;
    }

    /** Returns how much a role may take without touching what others are guaranteed. */
    private long beyondHeadroom(int node, int field) {
        long needed = ClusterTotal.field(required, field);
        if (needed == 0) {
            return Long.MAX_VALUE;
        }
        long available = agents.available(field) + ClusterTotal.field(agents.availableOthers(), field);
        return ClusterTotal.field(unsatisfied(tree.top(node)), field) + Math.max(0, available - needed);
    }

    private long beyondHeadroom(int node, String name) {
        long needed = required.of(name);
        if (needed == 0) {
            return Long.MAX_VALUE;
        }
        long available = agents.availableOthers().of(name);
        return unsatisfied(tree.top(node)).of(name) + Math.max(0, available - needed);
    }

    // ---- who is to be looked at again

    /** Tells once whether a node's limit has refused something, since there is more room now. */
    boolean pollBlocked(int node) {
        boolean was = blocked.get(node);
        if (was) {
            blocked.clear(node);
        }
        return was;
    }

    boolean isBlocked(int node) {
        return blocked.get(node);
    }

    /**
     * Has the agents whose resources were held back looked at again if the headroom may have changed; tells whether gangs
     * that were refused as a whole are to be looked at, too.
     */
    boolean releaseHeld() {
        boolean mayHaveChanged = agents.pollAvailableGrown() || hasRequiredChanged;
        boolean isForGangs = mayHaveChanged && isGangHeld;
        if (mayHaveChanged && !held.isEmpty()) {
            held.stream().forEach(agents::touch);
            held.clear();
        }
        isGangHeld &= !isForGangs;
        hasRequiredChanged = false;
        return isForGangs;
    }

    /** Has an agent, or gangs, looked at again when what is guaranteed and lacking changes. */
    void hold(int agent) {
        if (!isNoting) {
            return;
        }
        if (agent == OF_SEVERAL) {
            isGangHeld = true;
        } else {
            held.set(agent);
        }
    }

    /** Has what is cut or refused be noted, or not: who only asks must not change what is looked at. */
    void setNoting(boolean noting) {
        isNoting = noting;
    }

    /** Tells whether {@link #releaseHeld} has something to do. */
    boolean isHeldDue() {
        return (isGangHeld || !held.isEmpty()) && (hasRequiredChanged || agents.hasAvailableGrown());
    }

    boolean isHeld(int agent) {
        return held.get(agent);
    }

    /** Forgets an agent. */
    void removeAgent(int agent) {
        held.clear(agent);
    }
}
