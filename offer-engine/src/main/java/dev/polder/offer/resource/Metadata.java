package dev.polder.offer.resource;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that tells a resource from others of the same name and kind.
 *
 * @param reservations from the outermost to the current one; empty if unreserved
 * @param disk null if it is no disk, or one beside the sandboxes that is no volume
 * @param provider the id of the resource provider, null if it is the agent's own
 * @param allocationRole to which role it is allocated, null if to none
 */
record Metadata(
        List<Reservation> reservations,
        @Nullable Disk disk,
        boolean revocable,
        boolean shared,
        @Nullable String provider,
        @Nullable String allocationRole) {
    static final Metadata NONE = new Metadata(List.of(), null, false, false, null, null);

    Metadata {
        reservations = List.copyOf(reservations);
        for (int i = 1; i < reservations.size(); i++) {
            requireRefinement(reservations.get(i - 1), reservations.get(i));
        }
    }

    private static void requireRefinement(Reservation outer, Reservation inner) {
        if (!inner.isDynamic()) {
            throw new IllegalArgumentException(
                    "reservation " + inner + " refines " + outer + ": only a DYNAMIC one can refine another");
        }
        if (!RolePath.isAncestor(outer.role(), inner.role())) {
            throw new IllegalArgumentException("reservation " + inner + " refines " + outer + ": role '" + inner.role()
                    + "' does not lie below '" + outer.role() + "'");
        }
    }

    Metadata withReservations(List<Reservation> others) {
        return new Metadata(others, disk, revocable, shared, provider, allocationRole);
    }

    Metadata withDisk(@Nullable Disk other) {
        return new Metadata(reservations, other, revocable, shared, provider, allocationRole);
    }

    Metadata withRevocable(boolean other) {
        return new Metadata(reservations, disk, other, shared, provider, allocationRole);
    }

    Metadata withShared(boolean other) {
        return new Metadata(reservations, disk, revocable, other, provider, allocationRole);
    }

    Metadata withProvider(@Nullable String other) {
        return new Metadata(reservations, disk, revocable, shared, other, allocationRole);
    }

    Metadata withAllocationRole(@Nullable String other) {
        return new Metadata(reservations, disk, revocable, shared, provider, other);
    }

    boolean isNone() {
        return reservations.isEmpty()
                && disk == null
                && !revocable
                && !shared
                && provider == null
                && allocationRole == null;
    }

    /** Tells whether both also agree on what does not belong to the identity. */
    boolean isIdentical(Metadata other) {
        return equals(other) && (disk == null || other.disk == null || disk.isIdentical(other.disk));
    }

    static int compare(Metadata one, Metadata other) {
        int order = compare(one.allocationRole, other.allocationRole);
        if (order == 0) {
            order = Texts.compareLists(one.reservations, other.reservations, Reservation::compare);
        }
        if (order == 0) {
            order = compare(one.disk, other.disk);
        }
        if (order == 0) {
            order = Boolean.compare(one.revocable, other.revocable);
        }
        if (order == 0) {
            order = Boolean.compare(one.shared, other.shared);
        }
        return order != 0 ? order : compare(one.provider, other.provider);
    }

    private static int compare(@Nullable String one, @Nullable String other) {
        if (one == null || other == null) {
            return Boolean.compare(one != null, other != null);
        }
        return one.compareTo(other);
    }

    private static int compare(@Nullable Disk one, @Nullable Disk other) {
        if (one == null || other == null) {
            return Boolean.compare(one != null, other != null);
        }
        return Disk.compare(one, other);
    }

    /** The same in every JVM; those of the parts are. */
    @Override
    public int hashCode() {
        int hash = 31 * reservations.hashCode() + Objects.hashCode(disk);
        hash = 31 * hash + (revocable ? 2 : 0) + (shared ? 1 : 0);
        hash = 31 * hash + Objects.hashCode(provider);
        return 31 * hash + Objects.hashCode(allocationRole);
    }

    /** Returns what Mesos writes behind the name: {@code (allocated: r1)(reservations: [(DYNAMIC,r1)])}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (allocationRole != null) {
            text.append("(allocated: ").append(allocationRole).append(')');
        }
        if (!reservations.isEmpty()) {
            text.append("(reservations: [")
                    .append(String.join(
                            ",",
                            reservations.stream().map(Reservation::toString).toList()))
                    .append("])");
        }
        if (disk != null) {
            text.append('[').append(disk).append(']');
        }
        if (revocable) {
            text.append("{REV}");
        }
        if (shared) {
            text.append("<SHARED>");
        }
        return text.toString();
    }
}
