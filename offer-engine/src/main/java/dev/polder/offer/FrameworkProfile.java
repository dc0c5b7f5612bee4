package dev.polder.offer;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the engine knows of a framework.
 *
 * @param name unique among the frameworks of an engine; decides ties
 * @param capabilities what it can handle; what it cannot is kept from it
 * @param roles the roles under which it is offered resources, with what it said about each
 */
public record FrameworkProfile(
        String name, Set<Capability> capabilities, SortedMap<String, SubscriptionProfile> roles) {
    /** What a framework can handle (Mesos's {@code FrameworkInfo.Capability}, as far as offers depend on it). */
    public enum Capability {
        /** Agents with GPUs. */
        GPU_RESOURCES(1),
        /** Agents of other regions. */
        REGION_AWARE(2),
        /** Reservations that refine others. */
        RESERVATION_REFINEMENT(4),
        /** Resources that may be taken back at any time. */
        REVOCABLE_RESOURCES(8),
        /** Volumes that several tasks use. */
        SHARED_RESOURCES(16);

        /** For sets of capabilities that are asked in the round. */
        final int bit;

        Capability(int bit) {
            this.bit = bit;
        }
    }

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if the name is blank, or a role's path is not well-formed
     */
    public FrameworkProfile {
        if (name.isBlank()) {
            throw new IllegalArgumentException("framework name '" + name + "': must not be blank");
        }
        roles.keySet().forEach(RoleTree::requirePath);
        EnumSet<Capability> copy = EnumSet.noneOf(Capability.class);
        copy.addAll(capabilities);
        capabilities = Collections.unmodifiableSet(copy);
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
    }

    /**
     * Returns the profile of a framework that says nothing beyond its name and roles.
     *
     * @throws IllegalArgumentException if a role is named twice
     */
    public static FrameworkProfile of(String name, String... roles) {
        Set<String> distinct = new TreeSet<>();
        for (String role : roles) {
            if (!distinct.add(role)) {
                throw new IllegalArgumentException("framework '" + name + "': role '" + role + "' is named twice");
            }
        }
        return of(name, distinct);
    }

    /** Returns the profile of a framework that says nothing beyond its name and roles. */
    public static FrameworkProfile of(String name, Collection<String> roles) {
        SortedMap<String, SubscriptionProfile> profiles = new TreeMap<>();
        roles.forEach(role -> profiles.put(role, SubscriptionProfile.DEFAULT));
        return new FrameworkProfile(name, Set.of(), profiles);
    }

    /** Returns this with these capabilities besides. */
    public FrameworkProfile with(Capability... more) {
        EnumSet<Capability> all = EnumSet.noneOf(Capability.class);
        all.addAll(capabilities);
        Collections.addAll(all, more);
        return new FrameworkProfile(name, all, roles);
    }

    /** Returns this with a role added, or with other words about a role that it has. */
    public FrameworkProfile with(String role, SubscriptionProfile profile) {
        SortedMap<String, SubscriptionProfile> all = new TreeMap<>(roles);
        all.put(role, profile);
        return new FrameworkProfile(name, capabilities, all);
    }

    /** Returns this with other roles; those that stay keep what was said about them. */
    public FrameworkProfile withRoles(Collection<String> names) {
        SortedMap<String, SubscriptionProfile> all = new TreeMap<>();
        Map<String, SubscriptionProfile> before = roles;
        names.forEach(role -> all.put(role, before.getOrDefault(role, SubscriptionProfile.DEFAULT)));
        return new FrameworkProfile(name, capabilities, all);
    }
}
