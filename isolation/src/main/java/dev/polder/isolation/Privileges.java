package dev.polder.isolation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the kernel lets the processes of a container do, whoever their user is, and how much of it each may take.
 *
 * @param effective the rights of root that they have; empty for those that their user has
 * @param bounding the rights of root that they can ever get, which are all of {@code effective} at least; empty for no
 *     bound
 * @param rlimits limits of each process; what is not named is as on this host
 * @param noNewPrivileges no program gives them rights that they do not have, so {@code setuid} files do nothing
 */
public record Privileges(
        Optional<Set<Capability>> effective,
        Optional<Set<Capability>> bounding,
        List<Rlimit> rlimits,
        boolean noNewPrivileges) {
    /** Those that their user has on this host. */
    public static final Privileges USUAL = new Privileges(Optional.empty(), Optional.empty(), List.of(), false);

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if something effective is out of bounds, or a limit comes twice
     */
    public Privileges {
        effective = effective.map(Capability::ordered);
        bounding = bounding.map(Capability::ordered);
        rlimits = List.copyOf(rlimits);
        if (effective.isPresent() && bounding.isPresent() && !bounding.get().containsAll(effective.get())) {
            throw new IllegalArgumentException(
                    "effective capabilities " + effective.get() + " are more than the bounding " + bounding.get());
        }
        if (rlimits.stream().map(Rlimit::type).distinct().count() != rlimits.size()) {
            throw new IllegalArgumentException("rlimits " + rlimits + " name one twice");
        }
    }

    /** Returns the same with other capabilities. */
    public Privileges withCapabilities(Optional<Set<Capability>> ofEffect, Optional<Set<Capability>> bound) {
        return new Privileges(ofEffect, bound, rlimits, noNewPrivileges);
    }

    /** Returns the same with these limits, no other ones. */
    public Privileges withRlimits(List<Rlimit> others) {
        return new Privileges(effective, bounding, others, noNewPrivileges);
    }

    /** Returns the same without a way to more. */
    public Privileges withNoNewPrivileges() {
        return new Privileges(effective, bounding, rlimits, true);
    }

    /** Tells whether they are those that their user has. */
    public boolean isUsual() {
        return equals(USUAL);
    }

    boolean hasCapabilities() {
        return effective.isPresent() || bounding.isPresent();
    }
}
