package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each subscription waits for, as far as it said so, and how much of that its open offers cover. A subscription that
 * said nothing takes part in none of this. Owned by the engine's thread.
 *
 * <p>An offer to one that said something serves one of its demands. Tasks come off a demand when an offer is accepted, by
 * what is used of it; the framework says anew what it waits for whenever it likes.
 */
final class Wishes {
    static final int NONE = -1;

    /** What one subscription waits for. */
    private static final class Wish {
        final Demand[] demands;

        /** How many tasks still wait, by demand. */
        final long[] outstanding;

        /** For how many of them there are open offers, by demand. */
        final long[] covered;

        /** Since when it waits: since it was said, or got the last offer. */
        long sinceMs;

        Wish(List<Demand> demands) {
            this.demands = demands.toArray(new Demand[0]);
            outstanding = new long[this.demands.length];
            covered = new long[this.demands.length];
            for (int i = 0; i < this.demands.length; i++) {
                outstanding[i] = this.demands[i].tasks();
            }
        }

        boolean isOpen(int demand) {
            return outstanding[demand] > covered[demand];
        }

        /** Returns how many tasks of a demand an offer may serve that has room for {@code fitting}. */
        long servable(int demand, long fitting) {
            return Math.min(Math.min(fitting, demands[demand].perOffer()), outstanding[demand] - covered[demand]);
        }
    }

    private @Nullable Wish[] wishes = {};
    private final BitSet present = new BitSet();

    /** Which demand the offer in a slot serves, and with how many tasks. */
    private int[] demandOf = {};

    private long[] tasksOf = {};

    /** What is left of the plain scalars that were used, while tasks are taken off. */
    private final long[] plainRest = new long[ResourceColumn.FIELDS];

    /** The same of the others. */
    private Quantities othersRest = Quantities.EMPTY;

    // ---- what is said

    /** Replaces what a subscription waits for; its open offers cover of that what they are good for. */
    void set(long nowMs, int subscription, List<Demand> demands, OpenOffers offers) {
        if (subscription >= wishes.length) {
            wishes = Arrays.copyOf(wishes, FreeList.rowsFor(subscription));
        }
        Wish wish = new Wish(demands);
        boolean isWaitingAlready = has(subscription) && !isSatisfied(subscription);
        wish.sinceMs = isWaitingAlready ? sinceMs(subscription) : nowMs;
        wishes[subscription] = wish;
        present.set(subscription);
        Links its = offers.ofSubscription();
        for (int slot = its.first(subscription); slot >= 0; slot = its.next(slot)) {
            if (offers.gang(slot) == Gangs.NONE) {
                cover(subscription, slot, offers.amounts());
            }
        }
    }

    /** Has a subscription take part no more. */
    void forget(int subscription) {
        if (has(subscription)) {
            wishes[subscription] = null;
            present.clear(subscription);
        }
    }

    // ---- offers

    /** Notes the demand for which a new offer was made. */
    void offered(long nowMs, int subscription, int slot, int demand, ResourceColumn amounts) {
        wish(subscription).sinceMs = nowMs;
        ensure(slot);
        cover(wish(subscription), slot, demand, Bundle.fit(demand(subscription, demand), amounts, slot));
    }

    /** Notes that an offer which stood before serves the first demand that waits and fits. */
    private void cover(int subscription, int slot, ResourceColumn amounts) {
        ensure(slot);
        Wish wish = wish(subscription);
        demandOf[slot] = NONE;
        for (int demand = 0; demand < wish.demands.length && demandOf[slot] == NONE; demand++) {
            long fitting = wish.isOpen(demand) ? Bundle.fit(wish.demands[demand], amounts, slot) : 0;
            if (fitting > 0) {
                cover(wish, slot, demand, fitting);
            }
        }
    }

    private void ensure(int slot) {
        if (slot >= demandOf.length) {
            demandOf = Arrays.copyOf(demandOf, FreeList.rowsFor(slot));
            tasksOf = Arrays.copyOf(tasksOf, demandOf.length);
        }
    }

    private void cover(Wish wish, int slot, int demand, long fitting) {
        demandOf[slot] = demand;
        tasksOf[slot] = wish.servable(demand, fitting);
        wish.covered[demand] += tasksOf[slot];
    }

    /** Notes that an offer is no more; tells whether its demand was covered and is not any longer. */
    boolean uncover(int subscription, int slot) {
        Wish wish = wish(subscription);
        int demand = demandOf[slot];
        if (demand == NONE) {
            return false;
        }
        boolean wasOpen = wish.isOpen(demand);
        wish.covered[demand] -= tasksOf[slot];
        return !wasOpen && wish.isOpen(demand);
    }

    /**
     * Takes the tasks off that were launched with an offer, which covers nothing any more: as many as the scalars that are used
     * are good for, first of those that it was made for.
     */
    void launched(int subscription, int slot, ResourceColumn used, int row) {
        Wish wish = wish(subscription);
        othersRest = used.special(row).quantities();
        for (int field = 0; field < plainRest.length; field++) {
            plainRest[field] = used.plain(row, field) + ClusterTotal.field(othersRest, field);
        }
        if (demandOf[slot] != NONE) {
            launched(wish, demandOf[slot]);
        }
        for (int demand = 0; demand < wish.demands.length; demand++) {
            launched(wish, demand);
        }
    }

    private void launched(Wish wish, int demand) {
        Quantities shape = wish.demands[demand].shape();
        long tasks = fitRest(shape, wish.outstanding[demand]);
        wish.outstanding[demand] -= tasks;
        for (int field = 0; field < plainRest.length; field++) {
            plainRest[field] -= tasks * ClusterTotal.field(shape, field);
        }
        if (!shape.isPlain()) {
            Map<String, Long> taken = new HashMap<>();
            shape.names().forEach(name -> taken.put(name, tasks * shape.of(name)));
            othersRest = othersRest.minusSaturating(Quantities.of(taken));
        }
    }

    /** Returns how many tasks of this shape, at most so many, fit into what is left. */
    private long fitRest(Quantities shape, long most) {
        long fitting = most;
        for (int field = 0; field < plainRest.length; field++) {
            long each = ClusterTotal.field(shape, field);
            fitting = each == 0 ? fitting : Math.min(fitting, plainRest[field] / each);
        }
        if (!shape.isPlain()) {
            for (String name : shape.names()) {
                fitting =
                        ClusterTotal.isField(name) ? fitting : Math.min(fitting, othersRest.of(name) / shape.of(name));
            }
        }
        return fitting;
    }

    // ---- questions

    boolean has(int subscription) {
        return present.get(subscription);
    }

    /** Returns the subscriptions that said something; not to be changed. */
    BitSet present() {
        return present;
    }

    /** Tells whether a subscription said what it waits for, and nothing of it is without an offer. */
    boolean isSatisfied(int subscription) {
        if (!has(subscription)) {
            return false;
        }
        Wish wish = wish(subscription);
        for (int demand = 0; demand < wish.demands.length; demand++) {
            if (wish.isOpen(demand)) {
                return false;
            }
        }
        return true;
    }

    /** Returns how many demands a subscription named. */
    int count(int subscription) {
        return wish(subscription).demands.length;
    }

    /** Returns since when a subscription waits: since it said so, or got the last offer. */
    long sinceMs(int subscription) {
        return wish(subscription).sinceMs;
    }

    Demand demand(int subscription, int index) {
        return wish(subscription).demands[index];
    }

    /** Tells whether tasks of a demand wait for which there is no offer. */
    boolean isOpen(int subscription, int demand) {
        return wish(subscription).isOpen(demand);
    }

    /** Returns how many tasks of a demand an offer may serve that has room for {@code fitting}. */
    long servable(int subscription, int demand, long fitting) {
        return wish(subscription).servable(demand, fitting);
    }

    /** Returns how many tasks of a demand have not been launched. */
    long outstanding(int subscription, int demand) {
        return wish(subscription).outstanding[demand];
    }

    long covered(int subscription, int demand) {
        return wish(subscription).covered[demand];
    }

    /** Returns the demand that an open offer serves, -1 if none; for how many tasks see {@link #tasksOf}. */
    int demandOf(int slot) {
        return demandOf[slot];
    }

    long tasksOf(int slot) {
        return tasksOf[slot];
    }

    private Wish wish(int subscription) {
        Wish wish = wishes[subscription];
        if (wish == null) {
            throw Invariant.broken("subscription %s said not what it waits for", subscription);
        }
        return wish;
    }
}
