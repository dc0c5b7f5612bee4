package dev.polder.offer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.agrona.collections.IntArrayList;

/**
 * Gangs, in the order in which they were asked for: those that wait, and those whose offers are open. A gang that waits
 * is served before single offers are made, as soon as so many agents have room at one time on which its turn comes
 * before that of all others. For the first of them agents are set aside meanwhile; it would wait for ever otherwise. Owned by the engine's thread; a subscription has at
 * most {@link #PER_SUBSCRIPTION_MAX} that wait.
 */
final class Gangs {
    static final int PER_SUBSCRIPTION_MAX = 8;

    /** No gang. */
    static final long NONE = -1;

    /** A gang that waits or has open offers. */
    static final class Wanted {
        final long id;
        final int subscription;
        final Gang gang;

        /** When its time is over, -1 once its offers are made. */
        int deadline;

        /** The slots of its offers that are open. */
        final IntArrayList open = new IntArrayList();

        /** Whether one of its offers ended unused, so that the others are of no use. */
        boolean isBroken;

        /** Until when agents are set aside for it no more. */
        long restUntilMs = Long.MIN_VALUE;

        Wanted(long id, int subscription, Gang gang) {
            this.id = id;
            this.subscription = subscription;
            this.gang = gang;
        }

        /** Returns whom agents are set aside for: no subscription, so that nothing else is offered there. */
        int key() {
            return SetAsides.gangKey((int) id);
        }
    }

    private final Deadlines deadlines;
    private final SetAsides setAsides;
    private final List<Wanted> waiting = new ArrayList<>();
    private final List<Wanted> served = new ArrayList<>();
    private int nextId;

    /** Whether a gang was asked for, or broke, since the last round. */
    private boolean isNews;

    Gangs(Deadlines deadlines, SetAsides setAsides) {
        this.deadlines = deadlines;
        this.setAsides = setAsides;
    }

    long ask(long nowMs, int subscription, Gang gang) {
        Wanted wanted = new Wanted(nextId++, subscription, gang);
        wanted.deadline = deadlines.set(Deadlines.after(nowMs, gang.withinMs()), Deadlines.Kind.GANG, (int) wanted.id);
        waiting.add(wanted);
        isNews = true;
        return wanted.id;
    }

    /** Forgets a gang that waits; tells whether it did. */
    boolean callOff(long id) {
        Optional<Wanted> found = waiting.stream().filter(each -> each.id == id).findFirst();
        found.ifPresent(wanted -> {
            deadlines.callOff(wanted.deadline);
            forget(wanted);
        });
        return found.isPresent();
    }

    /** Forgets a gang whose time is over. */
    Wanted expire(int id) {
        Wanted wanted =
                waiting.stream().filter(each -> each.id == id).findFirst().orElseThrow();
        forget(wanted);
        return wanted;
    }

    private void forget(Wanted wanted) {
        waiting.remove(wanted);
        setAsides.endOf(wanted.key());
        isNews |= !waiting.isEmpty();
    }

    /** Forgets all gangs of a subscription that wait. */
    void callOffAll(int subscription) {
        for (Wanted wanted : List.copyOf(waiting)) {
            if (wanted.subscription == subscription) {
                callOff(wanted.id);
            }
        }
    }

    // ---- offers

    /** Notes that the offers of a gang are about to be made. */
    void serve(Wanted wanted) {
        deadlines.callOff(wanted.deadline);
        forget(wanted);
        served.add(wanted);
    }

    /** Notes that an offer is no more; unless it was used, its gang is broken. */
    void ended(long id, int slot, boolean isUsed) {
        for (Iterator<Wanted> each = served.iterator(); each.hasNext(); ) {
            Wanted wanted = each.next();
            if (wanted.id == id) {
                wanted.open.removeInt(slot);
                wanted.isBroken |= !isUsed;
                if (wanted.open.isEmpty()) {
                    each.remove();
                } else {
                    isNews |= wanted.isBroken;
                }
                return;
            }
        }
    }

    /** Returns an open offer of a gang that is broken, -1 if there is none. */
    int brokenOffer() {
        for (int i = 0; i < served.size(); i++) { // without an iterator: it is asked in every round
            Wanted wanted = served.get(i);
            if (wanted.isBroken) {
                return wanted.open.getInt(0);
            }
        }
        return -1;
    }

    // ---- questions

    /** Returns those that wait, first come first; not to be changed. */
    List<Wanted> waiting() {
        return waiting;
    }

    int waiting(int subscription) {
        return (int) waiting.stream()
                .filter(wanted -> wanted.subscription == subscription)
                .count();
    }

    boolean isNews() {
        return isNews;
    }

    void takeNews() {
        isNews = false;
    }
}
