package dev.polder.offer.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a resource is, apart from how much of it there is: its name, its kind, and everything that tells it from others
 * of the same name. Immutable, safe for all threads.
 *
 * <p>Two ids are equal if all of that is, except how a volume is to be mounted and who made it, which is only carried
 * along. Equal ids need not be one object; {@link ResourceIds} makes them one, which compares quicker and changes
 * nothing else.
 */
public final class ResourceId implements Comparable<ResourceId> {
    /*
     * The order of ids is that of two hashes and, where they are the same, of the fields: first all of one name, so
     * that what is summed over a name lies side by side. The hashes are the same in every JVM, and so is the order.
     */

    /** Processors. */
    public static final ResourceId CPUS = new ResourceId("cpus", ResourceKind.SCALAR, Metadata.NONE);

    /** Space beside the sandboxes, MiB. */
    public static final ResourceId DISK = new ResourceId("disk", ResourceKind.SCALAR, Metadata.NONE);

    /** Graphics processors; whole ones. */
    public static final ResourceId GPUS = new ResourceId("gpus", ResourceKind.SCALAR, Metadata.NONE);

    /** Memory, MiB. */
    public static final ResourceId MEM = new ResourceId("mem", ResourceKind.SCALAR, Metadata.NONE);

    private final String name;
    private final ResourceKind kind;
    private final Metadata metadata;
    private final int nameHash;
    private final int metadataHash;
    private final boolean divisible;
    private final boolean field;

    private ResourceId(String name, ResourceKind kind, Metadata metadata) {
        this.name = name;
        this.kind = kind;
        this.metadata = metadata;
        this.nameHash = name.hashCode();
        this.metadataHash = metadata.hashCode();
        this.field = metadata.isNone() && isStandard(name);
        this.divisible = metadata.disk() == null || metadata.disk().isDivisible();
    }

    /**
     * Returns the id of a plain resource: unreserved, not revocable, not shared, the agent's own, allocated to nobody.
     *
     * @throws IllegalArgumentException if the name is empty, or is one of {@code cpus}, {@code disk}, {@code gpus} and
     *     {@code mem} and the kind is not SCALAR
     */
    public static ResourceId of(String name, ResourceKind kind) {
        Objects.requireNonNull(kind, "kind");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("resource '': the name is empty");
        }
        ResourceId standard = standard(name);
        if (standard == null) {
            return new ResourceId(name, kind, Metadata.NONE);
        }
        if (kind != ResourceKind.SCALAR) {
            throw new IllegalArgumentException(
                    "resource " + name + " is " + kind + " here: " + name + " is always a SCALAR");
        }
        return standard;
    }

    /** Returns the id of a plain scalar. */
    public static ResourceId scalar(String name) {
        return of(name, ResourceKind.SCALAR);
    }

    private static boolean isStandard(String name) {
        return switch (name) {
            case "cpus", "disk", "gpus", "mem" -> true;
            default -> false;
        };
    }

    private static @Nullable ResourceId standard(String name) {
        return switch (name) {
            case "cpus" -> CPUS;
            case "disk" -> DISK;
            case "gpus" -> GPUS;
            case "mem" -> MEM;
            default -> null;
        };
    }

    /** Returns the same with other metadata; of the four standard ones without any, the constant. */
    private ResourceId with(Metadata other) {
        if (other.isNone()) {
            ResourceId standard = standard(name);
            if (standard != null) {
                return standard;
            }
        }
        return new ResourceId(name, kind, other);
    }

    // ---- the same resource, otherwise

    /**
     * Returns this with a further reservation, which refines the present one if there is one.
     *
     * @throws IllegalArgumentException if it does not: it is STATIC, or its role does not lie below the present one
     */
    public ResourceId pushed(Reservation reservation) {
        List<Reservation> stack = new ArrayList<>(metadata.reservations());
        stack.add(reservation);
        return withReservations(stack);
    }

    /**
     * Returns this without its last reservation.
     *
     * @throws IllegalArgumentException if it is not reserved
     */
    public ResourceId popped() {
        List<Reservation> stack = metadata.reservations();
        if (stack.isEmpty()) {
            throw new IllegalArgumentException("resource " + this + ": is not reserved, nothing can be taken off");
        }
        return withReservations(stack.subList(0, stack.size() - 1));
    }

    /** Returns this without any reservation. */
    public ResourceId unreserved() {
        return isReserved() ? withReservations(List.of()) : this;
    }

    /**
     * Returns this with these reservations, the current one last.
     *
     * @throws IllegalArgumentException if one does not refine the one before
     */
    public ResourceId withReservations(List<Reservation> stack) {
        return with(metadata.withReservations(stack));
    }

    /** Returns this as allocated to a role. */
    public ResourceId allocatedTo(String role) {
        Objects.requireNonNull(role, "role");
        return role.equals(metadata.allocationRole()) ? this : with(metadata.withAllocationRole(role));
    }

    /** Returns this as allocated to nobody. */
    public ResourceId unallocated() {
        return metadata.allocationRole() == null ? this : with(metadata.withAllocationRole(null));
    }

    /**
     * Returns this on another disk; it must not be shared unless that is a persistent volume.
     *
     * @throws IllegalArgumentException if this is not {@code disk}, or is shared and would be no persistent volume
     */
    public ResourceId withDisk(Disk disk) {
        Objects.requireNonNull(disk, "disk");
        if (!name.equals("disk")) {
            throw new IllegalArgumentException(
                    "resource " + name + " lies on " + disk + ": only 'disk' can lie on a disk");
        }
        requireSharable(metadata.shared(), disk);
        return with(metadata.withDisk(disk));
    }

    /** Returns this as what it was before it became a persistent volume: unused space, not shared, on the same disk. */
    public ResourceId withoutVolume() {
        Disk disk = metadata.disk();
        if (disk == null || disk.persistence().isEmpty()) {
            return this;
        }
        Metadata unshared = metadata.withShared(false);
        return with(unshared.withDisk(disk.source().map(Disk::of).orElse(null)));
    }

    /** Returns this as revocable or not. */
    public ResourceId withRevocable(boolean revocable) {
        return revocable == isRevocable() ? this : with(metadata.withRevocable(revocable));
    }

    /**
     * Returns this as shared or not.
     *
     * @throws IllegalArgumentException if it is to be shared and is no persistent volume
     */
    public ResourceId withShared(boolean shared) {
        requireSharable(shared, metadata.disk());
        return shared == isShared() ? this : with(metadata.withShared(shared));
    }

    private void requireSharable(boolean shared, @Nullable Disk disk) {
        if (shared && (disk == null || disk.persistence().isEmpty())) {
            throw new IllegalArgumentException(
                    "resource " + this + ": cannot be shared, only a persistent volume can be");
        }
    }

    /** Returns this as a resource of a provider. */
    public ResourceId withProvider(String provider) {
        return with(metadata.withProvider(Objects.requireNonNull(provider, "provider")));
    }

    // ---- questions

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns the kind. */
    public ResourceKind kind() {
        return kind;
    }

    /** Returns the reservations, the current one last; empty if it is unreserved. Unmodifiable. */
    public List<Reservation> reservations() {
        return metadata.reservations();
    }

    /** Returns the current reservation, none if it is unreserved. */
    public Optional<Reservation> reservation() {
        List<Reservation> stack = metadata.reservations();
        return stack.isEmpty() ? Optional.empty() : Optional.of(stack.get(stack.size() - 1));
    }

    /** Returns for whom it is reserved now, none if it is unreserved. */
    public Optional<String> reservationRole() {
        return reservation().map(Reservation::role);
    }

    /** Returns the disk it lies on, none if it is none, or lies beside the sandboxes and is no volume. */
    public Optional<Disk> disk() {
        return Optional.ofNullable(metadata.disk());
    }

    /** Returns the id of its provider, none if it is the agent's own. */
    public Optional<String> provider() {
        return Optional.ofNullable(metadata.provider());
    }

    /** Returns to which role it is allocated, none if to nobody. */
    public Optional<String> allocationRole() {
        return Optional.ofNullable(metadata.allocationRole());
    }

    /** Tells whether nothing but name and kind is said of it. */
    public boolean isPlain() {
        return metadata.isNone();
    }

    /** Tells whether it is reserved for some role. */
    public boolean isReserved() {
        return !metadata.reservations().isEmpty();
    }

    /** Tells whether it is reserved for this role itself. */
    public boolean isReservedTo(String role) {
        List<Reservation> stack = metadata.reservations();
        return !stack.isEmpty() && stack.get(stack.size() - 1).role().equals(role);
    }

    /** Tells whether it is reserved and the reservation can be taken back. */
    public boolean isDynamicallyReserved() {
        List<Reservation> stack = metadata.reservations();
        return !stack.isEmpty() && stack.get(stack.size() - 1).isDynamic();
    }

    /** Tells whether a role may be offered it: it is unreserved, or reserved for the role or an ancestor of it. */
    public boolean isAllocatableTo(String role) {
        List<Reservation> stack = metadata.reservations();
        if (stack.isEmpty()) {
            return true;
        }
        String reservedTo = stack.get(stack.size() - 1).role();
        return reservedTo.equals(role) || RolePath.isAncestor(reservedTo, role);
    }

    /** Tells whether one reservation refines another. */
    public boolean isRefined() {
        return metadata.reservations().size() > 1;
    }

    /** Tells whether it may be taken away from whoever uses it. */
    public boolean isRevocable() {
        return metadata.revocable();
    }

    /** Tells whether several may use it at once. */
    public boolean isShared() {
        return metadata.shared();
    }

    /** Tells whether it is disk whose content outlives the task. */
    public boolean isPersistentVolume() {
        return metadata.disk() != null && metadata.disk().persistence().isPresent();
    }

    /** Tells whether a part of it can be used; what lies on whole devices and persistent volumes comes as a whole. */
    public boolean isDivisible() {
        return divisible;
    }

    // ---- identity

    /** Tells whether both also agree on how a volume is mounted and who made it. */
    boolean isIdentical(ResourceId other) {
        return equals(other) && metadata.isIdentical(other.metadata);
    }

    /** Tells whether both are one object, which is what an interner is for. */
    @SuppressWarnings("ReferenceEquality")
    boolean isSame(ResourceId other) {
        return this == other;
    }

    /** Tells whether this is one of the four that {@link Resources} keeps as fields. */
    boolean isField() {
        return field;
    }

    int nameHash() {
        return nameHash;
    }

    /** Orders ids so that all of one name lie side by side; the same in every JVM, but in no order that people see. */
    @Override
    public int compareTo(ResourceId other) {
        if (this == other) {
            return 0;
        }
        if (nameHash != other.nameHash) {
            return nameHash < other.nameHash ? -1 : 1;
        }
        if (!name.equals(other.name)) {
            return name.compareTo(other.name);
        }
        if (metadataHash != other.metadataHash) {
            return metadataHash < other.metadataHash ? -1 : 1;
        }
        return compareFields(other);
    }

    private int compareFields(ResourceId other) {
        int byMetadata = Metadata.compare(metadata, other.metadata);
        return byMetadata != 0 ? byMetadata : kind.compareTo(other.kind);
    }

    /** Orders ids as people want to read them: by name, what is plain first. */
    static int compareForReading(ResourceId one, ResourceId other) {
        int byName = one.name.compareTo(other.name);
        return byName != 0 ? byName : one.compareFields(other);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof ResourceId that && compareTo(that) == 0);
    }

    /** The same in every JVM. */
    @Override
    public int hashCode() {
        return 31 * nameHash + metadataHash;
    }

    /** Returns the id as Mesos writes it, {@code cpus(allocated: r1)(reservations: [(DYNAMIC,r1,p1)])}. */
    @Override
    public String toString() {
        return name + metadata;
    }
}
