package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The books of each agent, as columns by dense agent index: what it has, and where all of it is. Here conservation is
 * kept: used + offered + free - overcommitted = total. Owned by the engine's thread.
 *
 * <p>It also knows which agents are worth a look: {@link #offerable} are those that have something to offer, and
 * {@link #changed} those of them for which that is news since the last round.
 */
final class Agents {
    /** Only an amount that reaches one of these scalars is offered; empty if every amount is. */
    private final Resources minimum;

    private final BitSet present = new BitSet();
    private final BitSet active = new BitSet();
    private final BitSet offerable = new BitSet();
    private final BitSet changed = new BitSet();

    private Resources[] total = {};
    private Resources[] used = {};
    private Resources[] offered = {};
    private Resources[] free = {};
    private Resources[] overcommitted = {};

    /** What is in use by subscription, at the agent's index. */
    private final List<Int2ObjectHashMap<Resources>> holdings = new ArrayList<>();

    /** The scalars of all agents together, the inactive ones included. */
    private Resources clusterTotal = Resources.EMPTY;

    Agents(Resources minimum) {
        this.minimum = minimum;
    }

    // ---- agents come, change and go

    int add(Resources resources) {
        Resources newClusterTotal = clusterTotal.plus(resources.scalarsOnly());
        int agent = present.nextClearBit(0);
        if (agent == total.length) {
            grow(Math.max(8, 2 * agent));
        }
        if (agent == holdings.size()) {
            holdings.add(new Int2ObjectHashMap<>());
        }
        clusterTotal = newClusterTotal;
        present.set(agent);
        active.set(agent);
        total[agent] = resources;
        used[agent] = Resources.EMPTY;
        offered[agent] = Resources.EMPTY;
        settle(agent);
        return agent;
    }

    private void grow(int rows) {
        total = Arrays.copyOf(total, rows);
        used = Arrays.copyOf(used, rows);
        offered = Arrays.copyOf(offered, rows);
        free = Arrays.copyOf(free, rows);
        overcommitted = Arrays.copyOf(overcommitted, rows);
    }

    /** Returns the cluster's total as it would be with another total of this agent. */
    Resources clusterTotalWith(int agent, Resources resources) {
        return clusterTotal.minus(total[agent].scalarsOnly()).plus(resources.scalarsOnly());
    }

    /** Replaces an agent's total; nothing of it is offered now. */
    void resize(int agent, Resources resources) {
        clusterTotal = clusterTotalWith(agent, resources);
        total[agent] = resources;
        settle(agent);
    }

    void setActive(int agent, boolean isActive) {
        active.set(agent, isActive);
        look(agent);
    }

    /** Forgets an agent and what is in use on it; nothing of it is offered any more. */
    void remove(int agent) {
        clusterTotal = clusterTotal.minus(total[agent].scalarsOnly());
        holdings.get(agent).clear();
        present.clear(agent);
        active.clear(agent);
        offerable.clear(agent);
        changed.clear(agent);
    }

    // ---- resources move

    /** Moves all that is free to offered and returns it. */
    Resources offer(int agent) {
        Resources all = free[agent];
        offered[agent] = offered[agent].plus(all);
        free[agent] = Resources.EMPTY;
        look(agent);
        return all;
    }

    /** Moves resources from offered to free. */
    void takeBack(int agent, Resources resources) {
        offered[agent] = offered[agent].minus(resources);
        giveBack(agent, resources);
    }

    /** Moves {@code inUse} from offered to used and {@code rest} from offered to free. */
    void accept(int agent, int subscription, Resources inUse, Resources rest) {
        offered[agent] = offered[agent].minus(inUse).minus(rest);
        hold(agent, subscription, inUse);
        giveBack(agent, rest);
    }

    /** Makes resources used that were not offered; what is not free is overcommitted. */
    void use(int agent, int subscription, Resources resources) {
        hold(agent, subscription, resources);
        if (free[agent].covers(resources)) {
            free[agent] = free[agent].minus(resources);
            look(agent);
        } else {
            settle(agent);
        }
    }

    /** Makes used resources free, or less overcommitted. */
    void release(int agent, int subscription, Resources resources) {
        Int2ObjectHashMap<Resources> held = holdings.get(agent);
        Resources rest = holding(agent, subscription).minus(resources);
        used[agent] = used[agent].minus(resources);
        if (rest.isEmpty()) {
            held.remove(subscription);
        } else {
            held.put(subscription, rest);
        }
        giveBack(agent, resources);
    }

    private void hold(int agent, int subscription, Resources resources) {
        used[agent] = used[agent].plus(resources);
        holdings.get(agent).put(subscription, holding(agent, subscription).plus(resources));
    }

    private void giveBack(int agent, Resources resources) {
        if (overcommitted[agent].isEmpty()) {
            free[agent] = free[agent].plus(resources);
            look(agent);
        } else {
            settle(agent);
        }
    }

    /** Works out what is free and what is overcommitted from the other three. */
    private void settle(int agent) {
        Resources busy = used[agent].plus(offered[agent]);
        free[agent] = total[agent].minusSaturating(busy);
        overcommitted[agent] = busy.minusSaturating(total[agent]);
        look(agent);
    }

    /** Keeps {@link #offerable} and {@link #changed} true after something happened to an agent. */
    private void look(int agent) {
        boolean worthALook = active.get(agent) && isWorthOffering(free[agent]);
        offerable.set(agent, worthALook);
        changed.set(agent, worthALook);
    }

    /** Has the next round look at this agent again, if it has anything to offer. */
    void touch(int agent) {
        changed.set(agent, offerable.get(agent));
    }

    // ---- questions

    boolean contains(int agent) {
        return agent >= 0 && present.get(agent);
    }

    boolean isActive(int agent) {
        return active.get(agent);
    }

    boolean isWorthOffering(Resources resources) {
        return !resources.isEmpty() && (minimum.isEmpty() || reachesOneOf(resources, minimum));
    }

    /** Tells whether there is as much of at least one scalar as {@code floor} has of it; others are not asked. */
    private static boolean reachesOneOf(Resources resources, Resources floor) {
        if ((floor.cpus() > 0 && resources.cpus() >= floor.cpus())
                || (floor.mem() > 0 && resources.mem() >= floor.mem())
                || (floor.disk() > 0 && resources.disk() >= floor.disk())
                || (floor.gpus() > 0 && resources.gpus() >= floor.gpus())) {
            return true;
        }
        return floor.special().scalars().entrySet().stream()
                .anyMatch(entry -> resources.scalar(entry.getKey()) >= entry.getValue());
    }

    /** Returns all agents' indexes; not to be changed. */
    BitSet present() {
        return present;
    }

    /** Returns the active agents with something free that is worth offering; not to be changed. */
    BitSet offerable() {
        return offerable;
    }

    /** Returns the offerable agents that the next round must look at; the round clears it. */
    BitSet changed() {
        return changed;
    }

    Resources clusterTotal() {
        return clusterTotal;
    }

    Resources total(int agent) {
        return total[agent];
    }

    Resources used(int agent) {
        return used[agent];
    }

    Resources offered(int agent) {
        return offered[agent];
    }

    Resources free(int agent) {
        return free[agent];
    }

    Resources overcommitted(int agent) {
        return overcommitted[agent];
    }

    /** Returns what a subscription uses on an agent. */
    Resources holding(int agent, int subscription) {
        @Nullable Resources held = holdings.get(agent).get(subscription);
        return held == null ? Resources.EMPTY : held;
    }

    /** Returns what is in use on an agent, by subscription; not to be changed, in no order. */
    Int2ObjectHashMap<Resources> holdings(int agent) {
        return holdings.get(agent);
    }
}
