package dev.polder.offer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Gangs, in the order in which they were asked for: those that wait, and those whose offers are open. Owned by the
 * engine's thread; at most {@link #WAITING_MAX} wait, and {@link #PER_SUBSCRIPTION_MAX} of one subscription.
 */
final class Gangs {
    static final int PER_SUBSCRIPTION_MAX = 8;
    static final int WAITING_MAX = 256;

    /** Of those that wait at one time no two ids are the same in these bits. */
    private static final int KEY_MASK = 0x3fff_ffff;

    /** No gang. */
    static final long NONE = -1;

    /** A gang that waits or has open offers. */
    static final class Wanted {
        final long id;
        final int subscription;
        final Gang gang;

        final long endsMs;

        /** The deadline of its end, called off once its offers are made. */
        int deadline;

        /** Whether something happened since the last look by which it may have room that is not seen by its agents. */
        boolean isNews = true;

        /** Whether somebody else's turn came first on an agent when it was looked at last. */
        boolean isPassedOver;

        /** Whether quota did not allow all of it together when it was looked at last. */
        boolean isBeyondQuota;

        /** Until when it is not looked for agents to be set aside for it. */
        long restUntilMs = Long.MIN_VALUE;

        /** When agents were set aside for it last. */
        long setAsideMs = Long.MIN_VALUE;

        /** The slots of its offers that are open. */
        final IntArrayList open = new IntArrayList();

        Wanted(long id, int subscription, Gang gang, long endsMs) {
            this.id = id;
            this.subscription = subscription;
            this.gang = gang;
            this.endsMs = endsMs;
        }

        /** Returns whom agents are set aside for: no subscription, so that nothing else is offered there. */
        int key() {
            return SetAsides.gangKey((int) (id & KEY_MASK));
        }
    }

    private final Deadlines deadlines;
    private final SetAsides setAsides;
    private final List<Wanted> waiting = new ArrayList<>();

    /** Those whose offers are open, by id. */
    private final Map<Long, Wanted> served = new LinkedHashMap<>();

    /** Those of them that are broken, in the order in which they broke. */
    private final Map<Long, Wanted> broken = new LinkedHashMap<>();

    private long nextId;

    Gangs(Deadlines deadlines, SetAsides setAsides) {
        this.deadlines = deadlines;
        this.setAsides = setAsides;
    }

    long ask(long nowMs, int subscription, Gang gang) {
        Wanted wanted = new Wanted(nextId++, subscription, gang, Deadlines.after(nowMs, gang.withinMs()));
        wanted.deadline = deadlines.set(wanted.endsMs, Deadlines.Kind.GANG, (int) wanted.id);
        waiting.add(wanted);
        return wanted.id;
    }

    /** Forgets a gang that waits; tells whether it did. */
    boolean callOff(long id) {
        Wanted wanted = find(id);
        if (wanted != null) {
            deadlines.callOff(wanted.deadline);
            forget(wanted);
        }
        return wanted != null;
    }

    /** Forgets a gang whose time is over. */
    Wanted expire(int reference) {
        for (Wanted wanted : waiting) {
            if ((int) wanted.id == reference) {
                forget(wanted);
                return wanted;
            }
        }
        throw Invariant.broken("gang %s ends, but waits no more", reference);
    }

    private void forget(Wanted wanted) {
        waiting.remove(wanted);
        setAsides.forget(wanted.key());
    }

    /** Forgets all gangs of a subscription that wait. */
    void callOffAll(int subscription) {
        for (Wanted wanted : List.copyOf(waiting)) {
            if (wanted.subscription == subscription) {
                callOff(wanted.id);
            }
        }
    }

    /** Has all gangs of a subscription be looked at again. */
    void refresh(int subscription) {
        for (int i = 0; i < waiting.size(); i++) {
            Wanted wanted = waiting.get(i);
            wanted.isNews |= wanted.subscription == subscription;
        }
    }

    /** Has the gangs be looked at again that were refused as a whole by quota. */
    void refreshBeyondQuota() {
        for (int i = 0; i < waiting.size(); i++) {
            Wanted wanted = waiting.get(i);
            wanted.isNews |= wanted.isBeyondQuota;
        }
    }

    /** Has nothing be kept for the gangs of a subscription. */
    void endSetAsides(int subscription) {
        for (Wanted wanted : waiting) {
            if (wanted.subscription == subscription) {
                setAsides.endOf(wanted.key());
            }
        }
    }

    // ---- offers

    /** Notes that the offers of a gang are about to be made. */
    void serve(Wanted wanted) {
        deadlines.callOff(wanted.deadline);
        forget(wanted);
        served.put(wanted.id, wanted);
    }

    /** Notes that an offer is no more; unless it was used, its gang is broken. */
    void ended(long id, int slot, boolean isUsed) {
        Wanted wanted = served.get(id);
        if (wanted == null) {
            throw Invariant.broken("an offer of gang %s ends, which has none", id);
        }
        wanted.open.removeInt(slot);
        if (wanted.open.isEmpty()) {
            served.remove(id);
            broken.remove(id);
        } else if (!isUsed) {
            broken.put(id, wanted);
        }
    }

    /** Returns an open offer of a gang that is broken, -1 if there is none. */
    int brokenOffer() {
        return broken.isEmpty() ? -1 : broken.values().iterator().next().open.getInt(0);
    }

    // ---- questions

    /** Returns the gang that waits and has this id, null if none does. */
    @Nullable
    Wanted find(long id) {
        return waiting.stream().filter(each -> each.id == id).findFirst().orElse(null);
    }

    /** Returns the gang that waits for whom agents are set aside by this key, null if none does. */
    @Nullable
    Wanted byKey(int key) {
        return waiting.stream().filter(each -> each.key() == key).findFirst().orElse(null);
    }

    /** Returns those that wait, first come first; not to be changed. */
    List<Wanted> waiting() {
        return waiting;
    }

    int waiting(int subscription) {
        return (int) waiting.stream()
                .filter(wanted -> wanted.subscription == subscription)
                .count();
    }

    /** Returns those whose offers are open; not to be changed. */
    Collection<Wanted> served() {
        return served.values();
    }

    /** Tells whether offers of broken gangs are to be rescinded. */
    boolean hasBroken() {
        return !broken.isEmpty();
    }

    /** Tells whether a gang is to be looked at, whatever happened to agents. */
    boolean isNews() {
        for (int i = 0; i < waiting.size(); i++) {
            if (waiting.get(i).isNews) {
                return true;
            }
        }
        return false;
    }
}
