package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.Resources;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The books of each agent, as columns by dense agent index: what it has, and where all of it is. Here conservation is
 * kept: used + offered + free - overcommitted = total, where a shared resource is free unless it is offered, however
 * many use it. Owned by the engine's thread.
 *
 * <p>It also knows which agents are worth a look: {@link #offerable} are those that have something to offer, and
 * {@link #changed} those of them for which that is news since the last round.
 */
final class Agents {
    private final BitSet present = new BitSet();
    private final BitSet active = new BitSet();
    private final BitSet barred = new BitSet();
    private final BitSet offerable = new BitSet();
    private final BitSet changed = new BitSet();

    /** Agents that run more than they have. */
    private final BitSet overcommitted = new BitSet();

    /** Agents of which not everybody may have everything: something is reserved, revocable or shared. */
    private final BitSet mixed = new BitSet();

    /** Agents of another region than the master's. */
    private final BitSet remote = new BitSet();

    /** Agents that are remote or guarded. */
    private final BitSet closed = new BitSet();

    /** Agents whose GPUs are kept for frameworks that know of them. */
    private final BitSet guarded = new BitSet();

    private final boolean guardsGpus;
    private final Optional<String> region;
    private @Nullable AgentProfile[] profiles = {};
    private final ResourceColumn total = new ResourceColumn();
    private final ResourceColumn used = new ResourceColumn();
    private final ResourceColumn offered = new ResourceColumn();
    private final ResourceColumn free = new ResourceColumn();
    final Holdings holdings = new Holdings();

    /** What of the pool is free on agents that may be offered. */
    private final long[] available = new long[ResourceColumn.FIELDS];

    private Quantities availableOthers = Quantities.EMPTY;

    /** Whether more of the pool is available than when it was asked last. */
    private boolean hasAvailableGrown;

    private Quantities quantities = Quantities.EMPTY;

    Agents(OfferEngineConfig config) {
        guardsGpus = config.guardsGpus();
        region = config.region();
    }

    // ---- agents come, change and go

    int add(AgentProfile profile) {
        Quantities sum = quantities.plus(profile.total().quantities());
        int agent = present.nextClearBit(0);
        if (agent >= profiles.length) {
            grow(agent);
        }
        quantities = sum;
        present.set(agent);
        active.set(agent);
        used.clear(agent);
        offered.clear(agent);
        setProfile(agent, profile);
        free.clear(agent);
        settle(agent);
        return agent;
    }

    private void grow(int agent) {
        int rows = FreeList.rowsFor(agent);
        profiles = Arrays.copyOf(profiles, rows);
        total.ensure(rows - 1);
        used.ensure(rows - 1);
        offered.ensure(rows - 1);
        free.ensure(rows - 1);
    }

    private void setProfile(int agent, AgentProfile profile) {
        profiles[agent] = profile;
        remote.set(
                agent,
                region.isPresent()
                        && profile.region().isPresent()
                        && !profile.region().equals(region));
        setTotal(agent, profile.total());
    }

    private void setTotal(int agent, Resources resources) {
        total.set(agent, resources);
        guarded.set(agent, guardsGpus && resources.quantities().gpus() > 0);
        mixed.set(agent, isMixed(resources) || isMixed(used.special(agent)));
        closed.set(agent, remote.get(agent) || guarded.get(agent));
    }

    private static boolean isMixed(Resources resources) {
        boolean[] isMixed = {false};
        resources.special().forEach((id, value) -> isMixed[0] |= !Pool.contains(id) || id.isShared());
        return isMixed[0];
    }

    /** Returns the cluster's scalars as they would be with another total of this agent. */
    Quantities quantitiesWith(int agent, Resources resources) {
        return quantities.minus(total.get(agent).quantities()).plus(resources.quantities());
    }

    /** Replaces what is known of an agent; nothing of it is offered now. */
    void update(int agent, AgentProfile profile) {
        quantities = quantitiesWith(agent, profile.total());
        setProfile(agent, profile);
        settle(agent);
    }

    /** Replaces an agent's total by one that is the same but for metadata, while things are offered and in use. */
    void convert(int agent, Resources resources) {
        quantities = quantitiesWith(agent, resources);
        setProfile(agent, profile(agent).withTotal(resources));
    }

    void setActive(int agent, boolean isActive) {
        leaveAvailable(agent);
        active.set(agent, isActive);
        enterAvailable(agent);
        look(agent);
    }

    /** Bars an agent from being offered, or lets it: the whitelist. */
    void setBarred(int agent, boolean isBarred) {
        leaveAvailable(agent);
        barred.set(agent, isBarred);
        enterAvailable(agent);
        look(agent);
    }

    /** Forgets an agent on which nothing is in use or offered any more. */
    void remove(int agent) {
        quantities = quantities.minus(total.get(agent).quantities());
        leaveAvailable(agent);
        present.clear(agent);
        active.clear(agent);
        barred.clear(agent);
        offerable.clear(agent);
        changed.clear(agent);
        overcommitted.clear(agent);
        mixed.clear(agent);
        closed.clear(agent);
        profiles[agent] = null;
    }

    // ---- resources move

    /** Moves what is in {@code row} from free to offered. */
    void offer(int agent, ResourceColumn amounts, int row) {
        offered.add(agent, amounts, row);
        takeFree(agent, amounts, row);
    }

    /** Moves resources from offered to free. */
    void takeBack(int agent, ResourceColumn amounts, int row) {
        offered.subtract(agent, amounts, row);
        giveFree(agent, amounts, row);
    }

    /** Ends an offer whose resources the next calls put elsewhere. */
    void endOffer(int agent, ResourceColumn amounts, int row) {
        offered.subtract(agent, amounts, row);
    }

    /** Makes resources used that {@link #endOffer} has taken out of offers. */
    void hold(int agent, int subscription, ResourceColumn amounts, int row) {
        used.add(agent, amounts, row);
        holdings.add(agent, subscription, amounts, row);
    }

    /** Makes resources used that were not offered; what is not free is overcommitted. */
    void use(int agent, int subscription, ResourceColumn amounts, int row) {
        mixed.set(agent, mixed.get(agent) || isMixed(amounts.special(row)));
        hold(agent, subscription, amounts, row);
        settle(agent);
    }

    /** Makes used resources free, or less overcommitted. */
    void release(int agent, int holding, ResourceColumn amounts, int row) {
        used.subtract(agent, amounts, row);
        holdings.subtract(holding, amounts, row);
        if (mixed.get(agent) || overcommitted.get(agent)) {
            settle(agent);
        } else {
            giveFree(agent, amounts, row);
        }
    }

    /** Makes resources free, or less overcommitted. */
    void giveFree(int agent, ResourceColumn amounts, int row) {
        if (overcommitted.get(agent)) {
            settle(agent);
            return;
        }
        free.add(agent, amounts, row);
        if (isOpen(agent)) {
            for (int field = 0; field < available.length; field++) {
                available[field] += amounts.plain(row, field);
            }
            if (amounts.hasSpecialScalars(row)) {
                availableOthers = availableOthers.plus(Pool.of(amounts.special(row)));
            }
            hasAvailableGrown = true;
        }
        look(agent);
    }

    private void takeFree(int agent, ResourceColumn amounts, int row) {
        free.subtract(agent, amounts, row);
        if (isOpen(agent)) {
            for (int field = 0; field < available.length; field++) {
                available[field] -= amounts.plain(row, field);
            }
            if (amounts.hasSpecialScalars(row)) {
                availableOthers = availableOthers.minus(Pool.of(amounts.special(row)));
            }
        }
        if (free.isEmpty(agent)) {
            offerable.clear(agent);
            if (changed.get(agent)) {
                changed.clear(agent);
            }
        }
    }

    /** Works out what is free and whether an agent is overcommitted, from what it has, what is used and offered. */
    void settle(int agent) {
        leaveAvailable(agent);
        boolean isOver = false;
        for (int field = 0; field < available.length; field++) {
            long rest = total.plain(agent, field) - used.plain(agent, field) - offered.plain(agent, field);
            free.setPlain(agent, field, Math.max(0, rest));
            isOver |= rest < 0;
        }
        Resources exclusive = used.special(agent);
        if (mixed.get(agent)) {
            exclusive = exclusive.filter(id -> !id.isShared());
        }
        Resources busy = exclusive.plus(offered.special(agent));
        free.setSpecial(agent, total.special(agent).minusSaturating(busy));
        overcommitted.set(agent, isOver || !total.special(agent).covers(busy));
        enterAvailable(agent);
        look(agent);
    }

    /** Returns what is used or offered beyond what there is. */
    Resources overcommitted(int agent) {
        if (!overcommitted.get(agent)) {
            return Resources.EMPTY;
        }
        Resources exclusive = used.get(agent).filter(id -> !id.isShared());
        return exclusive.plus(offered.get(agent)).minusSaturating(total.get(agent));
    }

    // ---- what is available

    /** Tells whether an agent may be offered. */
    boolean isOpen(int agent) {
        return active.get(agent) && !barred.get(agent);
    }

    private void leaveAvailable(int agent) {
        if (isOpen(agent)) {
            for (int field = 0; field < available.length; field++) {
                available[field] -= free.plain(agent, field);
            }
            availableOthers = availableOthers.minus(Pool.of(free.special(agent)));
        }
    }

    private void enterAvailable(int agent) {
        if (isOpen(agent)) {
            for (int field = 0; field < available.length; field++) {
                available[field] += free.plain(agent, field);
            }
            availableOthers = availableOthers.plus(Pool.of(free.special(agent)));
            hasAvailableGrown = true;
        }
    }

    /** Returns how much of a plain scalar of the pool is free on agents that may be offered. */
    long available(int field) {
        return available[field];
    }

    /** Returns what else of the pool is free on agents that may be offered. */
    Quantities availableOthers() {
        return availableOthers;
    }

    boolean hasAvailableGrown() {
        return hasAvailableGrown;
    }

    /** Tells once whether more became available. */
    boolean pollAvailableGrown() {
        boolean has = hasAvailableGrown;
        hasAvailableGrown = false;
        return has;
    }

    // ---- who is worth a look

    /** Keeps {@link #offerable} and {@link #changed} true after something became free. */
    private void look(int agent) {
        boolean worthALook = isOpen(agent) && !free.isEmpty(agent);
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

    boolean isBarred(int agent) {
        return barred.get(agent);
    }

    /** Tells whether not everybody may have everything of an agent. */
    boolean isMixed(int agent) {
        return mixed.get(agent);
    }

    /** Tells whether an agent is remote or guarded, and so not for everybody. */
    boolean isClosed(int agent) {
        return closed.get(agent);
    }

    /** Tells whether an agent is in another region than the master. */
    boolean isRemote(int agent) {
        return remote.get(agent);
    }

    /** Tells whether an agent is kept for frameworks that know of GPUs. */
    boolean isGuarded(int agent) {
        return guarded.get(agent);
    }

    AgentProfile profile(int agent) {
        AgentProfile profile = profiles[agent];
        if (profile == null) {
            throw Invariant.broken("there is no agent %s", agent);
        }
        return profile;
    }

    /** Tells whether a resource is used by anybody on an agent. */
    boolean isUsed(int agent, ResourceId id) {
        boolean[] isUsed = {false};
        used.special(agent).forEach((other, value) -> isUsed[0] |= other.equals(id));
        return isUsed[0];
    }

    /** Returns all agents' indexes; not to be changed. */
    BitSet present() {
        return present;
    }

    /** Returns the agents with something free that may be offered; not to be changed. */
    BitSet offerable() {
        return offerable;
    }

    /** Returns the offerable agents that the next round must look at; the round clears it. */
    BitSet changed() {
        return changed;
    }

    /** Returns the scalars of all agents together, the inactive ones included. */
    Quantities quantities() {
        return quantities;
    }

    ResourceColumn total() {
        return total;
    }

    ResourceColumn used() {
        return used;
    }

    ResourceColumn offered() {
        return offered;
    }

    ResourceColumn free() {
        return free;
    }
}
