package dev.polder.offer;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/** Frameworks by dense index, each with its subscriptions. Owned by the engine's thread. */
final class Frameworks {
    private final BitSet present = new BitSet();
    private final BitSet active = new BitSet();
    private @Nullable FrameworkProfile[] profiles = {};

    /** The subscriptions of each framework, in the order in which they were made. */
    private IntArrayList[] subscriptions = {};

    /** Looked up, never walked: its order is nobody's business. */
    private final Map<String, Integer> byName = new HashMap<>();

    /**
     * Adds a framework, active, without subscriptions.
     *
     * @throws IllegalArgumentException if there is one of that name
     */
    int add(FrameworkProfile profile) {
        if (byName.containsKey(profile.name())) {
            throw new IllegalArgumentException("framework '" + profile.name() + "': there is one of that name already");
        }
        int framework = present.nextClearBit(0);
        if (framework >= profiles.length) {
            int before = profiles.length;
            profiles = Arrays.copyOf(profiles, FreeList.rowsFor(framework));
            subscriptions = Arrays.copyOf(subscriptions, profiles.length);
            Arrays.setAll(subscriptions, i -> i < before ? subscriptions[i] : new IntArrayList(2, Integer.MIN_VALUE));
        }
        present.set(framework);
        active.set(framework);
        profiles[framework] = profile;
        byName.put(profile.name(), framework);
        return framework;
    }

    /** Replaces a profile of the same name. */
    void update(int framework, FrameworkProfile profile) {
        profiles[framework] = profile;
    }

    /** Forgets a framework that has no subscriptions left. */
    void remove(int framework) {
        if (!subscriptions[framework].isEmpty()) {
            throw Invariant.broken("framework %s is removed but keeps %s", framework, subscriptions[framework]);
        }
        byName.remove(profile(framework).name());
        present.clear(framework);
        active.clear(framework);
        profiles[framework] = null;
    }

    void setActive(int framework, boolean isActive) {
        active.set(framework, isActive);
    }

    boolean contains(int framework) {
        return framework >= 0 && present.get(framework);
    }

    boolean isActive(int framework) {
        return active.get(framework);
    }

    FrameworkProfile profile(int framework) {
        FrameworkProfile profile = profiles[framework];
        if (profile == null) {
            throw Invariant.broken("there is no framework %s", framework);
        }
        return profile;
    }

    String describe(int framework) {
        return "framework " + framework + " '" + profile(framework).name() + "'";
    }

    /** Returns a framework's subscriptions; changed by {@link Subscriptions} alone. */
    IntArrayList subscriptions(int framework) {
        return subscriptions[framework];
    }

    /** Returns all indexes; not to be changed. */
    BitSet present() {
        return present;
    }
}
