package dev.polder.offer;

import dev.polder.offer.resource.Quantities;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What each subscription waits for, as far as it said so, and how much of that its open offers cover. A subscription that
 * said nothing takes part in none of this. Owned by the engine's thread.
 *
 * <p>An offer to one that said something serves one of its demands. Tasks come off a demand when an offer is accepted, by
 * what is used of it; the framework says anew what it waits for whenever it likes.
 */
final class Demands {
    static final int NONE = -1;

    /** What is not known yet to wait. */
    private static final long NOT_YET = Long.MIN_VALUE;

    /** What one subscription waits for. */
    private static final class Waiting {
        final Demand[] demands;

        /** How many tasks still wait, by demand. */
        final long[] outstanding;

        /** For how many of them there are open offers, by demand. */
        final long[] covered;

        /** Since when each waits and might have been served, {@link #NOT_YET} before that was seen. */
        final long[] sinceMs;

        /** Until when it is not looked for tasks that could end for it. */
        final long[] restUntilMs;

        Waiting(List<Demand> demands) {
            this.demands = demands.toArray(new Demand[0]);
            outstanding = new long[this.demands.length];
            covered = new long[this.demands.length];
            sinceMs = new long[this.demands.length];
            Arrays.fill(sinceMs, NOT_YET);
            restUntilMs = new long[this.demands.length];
            Arrays.fill(restUntilMs, Long.MIN_VALUE);
            for (int i = 0; i < this.demands.length; i++) {
                outstanding[i] = this.demands[i].tasks();
            }
        }

        boolean isOpen(int demand) {
            return outstanding[demand] > covered[demand];
        }

        /** Goes on to wait for those tasks for which it has waited before. */
        void goOn(Waiting before) {
            for (int i = 0; i < demands.length; i++) {
                for (int other = 0; other < before.demands.length; other++) {
                    if (before.isOpen(other) && before.demands[other].isOfSameTasks(demands[i])) {
                        sinceMs[i] = before.sinceMs[other];
                        restUntilMs[i] = before.restUntilMs[other];
                    }
                }
            }
        }

        /** Returns how many tasks of a demand an offer may serve that has room for {@code fitting}. */
        long servable(int demand, long fitting) {
            return Math.min(Math.min(fitting, demands[demand].perOffer()), outstanding[demand] - covered[demand]);
        }
    }

    private @Nullable Waiting[] rows = {};
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
    void set(int subscription, List<Demand> demands, OpenOffers offers) {
        if (subscription >= rows.length) {
            rows = Arrays.copyOf(rows, FreeList.rowsFor(subscription));
        }
        Waiting waiting = new Waiting(demands);
        if (has(subscription)) {
            waiting.goOn(waiting(subscription));
        }
        rows[subscription] = waiting;
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
            rows[subscription] = null;
            present.clear(subscription);
        }
    }

    /** Has a subscription wait anew for what it waits for: it could not be served until now. */
    void waitAnew(int subscription) {
        if (has(subscription)) {
            Arrays.fill(waiting(subscription).sinceMs, NOT_YET);
        }
    }

    /** Has all wait anew. */
    void waitAnew() {
        for (int each = present.nextSetBit(0); each >= 0; each = present.nextSetBit(each + 1)) {
            waitAnew(each);
        }
    }

    /** Notes that a demand waits, and might have been served: from now on if that was not known yet. */
    void beginToWait(long nowMs, int subscription, int demand) {
        long[] sinceMs = waiting(subscription).sinceMs;
        sinceMs[demand] = sinceMs[demand] == NOT_YET ? nowMs : sinceMs[demand];
    }

    /** Has it not be looked for tasks that could end for a demand before a time, even if the demand is said anew. */
    void restUntil(int subscription, int demand, long timeMs) {
        waiting(subscription).restUntilMs[demand] = timeMs;
    }

    // ---- offers

    /** Notes the demand for which a new offer was made. */
    void offered(int subscription, int slot, int demand, ResourceColumn amounts) {
        waiting(subscription).sinceMs[demand] = NOT_YET;
        ensure(slot);
        cover(waiting(subscription), slot, demand, Bundle.fit(demand(subscription, demand), amounts, slot));
    }

    /** Notes that an offer which stood before serves the first demand that waits and fits. */
    private void cover(int subscription, int slot, ResourceColumn amounts) {
        ensure(slot);
        Waiting waiting = waiting(subscription);
        demandOf[slot] = NONE;
        for (int demand = 0; demand < waiting.demands.length && demandOf[slot] == NONE; demand++) {
            long fitting = waiting.isOpen(demand) ? Bundle.fit(waiting.demands[demand], amounts, slot) : 0;
            if (fitting > 0) {
                cover(waiting, slot, demand, fitting);
            }
        }
    }

    private void ensure(int slot) {
        if (slot >= demandOf.length) {
            demandOf = Arrays.copyOf(demandOf, FreeList.rowsFor(slot));
            tasksOf = Arrays.copyOf(tasksOf, demandOf.length);
        }
    }

    private void cover(Waiting waiting, int slot, int demand, long fitting) {
        demandOf[slot] = demand;
        tasksOf[slot] = waiting.servable(demand, fitting);
        waiting.covered[demand] += tasksOf[slot];
    }

    /** Notes that an offer is no more; tells whether its demand was covered and is not any longer. */
    boolean uncover(int subscription, int slot) {
        Waiting waiting = waiting(subscription);
        int demand = demandOf[slot];
        if (demand == NONE) {
            return false;
        }
        boolean wasOpen = waiting.isOpen(demand);
        waiting.covered[demand] -= tasksOf[slot];
        return !wasOpen && waiting.isOpen(demand);
    }

    /**
     * Takes the tasks off that were launched with an offer, which covers nothing any more: as many as the scalars that are used
     * are good for, first of those that it was made for.
     */
    void launched(int subscription, int slot, ResourceColumn used, int row) {
        Waiting waiting = waiting(subscription);
        othersRest = Bundle.counted(used.special(row)).quantities();
        for (int field = 0; field < plainRest.length; field++) {
            plainRest[field] = used.plain(row, field) + ClusterTotal.field(othersRest, field);
        }
        if (demandOf[slot] != NONE) {
            launched(waiting, demandOf[slot]);
        }
        for (int demand = 0; demand < waiting.demands.length; demand++) {
            launched(waiting, demand);
        }
    }

    private void launched(Waiting waiting, int demand) {
        Quantities shape = waiting.demands[demand].shape();
        long tasks = fitRest(shape, waiting.outstanding[demand]);
        waiting.outstanding[demand] -= tasks;
        for (int field = 0; field < plainRest.length; field++) {
            plainRest[field] -= tasks * ClusterTotal.field(shape, field);
        }
        if (!shape.isPlain()) {
            othersRest = othersRest.minusSaturating(shape.times(tasks));
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
        Waiting waiting = waiting(subscription);
        for (int demand = 0; demand < waiting.demands.length; demand++) {
            if (waiting.isOpen(demand)) {
                return false;
            }
        }
        return true;
    }

    /** Returns how many demands a subscription named. */
    int count(int subscription) {
        return waiting(subscription).demands.length;
    }

    /** Returns since when a demand waits and might have been served, after {@link #beginToWait}. */
    long sinceMs(int subscription, int demand) {
        return waiting(subscription).sinceMs[demand];
    }

    long restUntilMs(int subscription, int demand) {
        return waiting(subscription).restUntilMs[demand];
    }

    /** Tells whether a subscription waits for such tasks, and has no offer for all of them. */
    boolean isOpen(int subscription, Demand tasks) {
        Waiting waiting = waiting(subscription);
        for (int i = 0; i < waiting.demands.length; i++) {
            if (waiting.isOpen(i) && waiting.demands[i].isOfSameTasks(tasks)) {
                return true;
            }
        }
        return false;
    }

    Demand demand(int subscription, int index) {
        return waiting(subscription).demands[index];
    }

    /** Tells whether tasks of a demand wait for which there is no offer. */
    boolean isOpen(int subscription, int demand) {
        return waiting(subscription).isOpen(demand);
    }

    /** Returns how many tasks of a demand an offer may serve that has room for {@code fitting}. */
    long servable(int subscription, int demand, long fitting) {
        return waiting(subscription).servable(demand, fitting);
    }

    /** Returns how many tasks of a demand have not been launched. */
    long outstanding(int subscription, int demand) {
        return waiting(subscription).outstanding[demand];
    }

    long covered(int subscription, int demand) {
        return waiting(subscription).covered[demand];
    }

    /** Returns the demand that an open offer serves, -1 if none; for how many tasks see {@link #tasksOf}. */
    int demandOf(int slot) {
        return demandOf[slot];
    }

    long tasksOf(int slot) {
        return tasksOf[slot];
    }

    private Waiting waiting(int subscription) {
        Waiting waiting = rows[subscription];
        if (waiting == null) {
            throw Invariant.broken("subscription %s said not what it waits for", subscription);
        }
        return waiting;
    }
}
