package dev.polder.offer.resource;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An amount of resources: scalars, ranges and sets, each with its {@link ResourceId}. Immutable, safe for all threads;
 * equal when they hold the same amounts of the same.
 *
 * <p>A scalar is a whole number of thousandths (of a CPU, of a MiB), and every sum is exact or fails; an amount of zero
 * is the same as absence. Numbers of ranges and items of sets exist once: two amounts that hold the same port together
 * hold it once. What cannot be divided (a device, a persistent volume) comes in copies of one size: added to itself it
 * is there twice, and a larger one does not cover a smaller one. A shared volume has one copy for each user and counts
 * once. One name has one kind, and {@code cpus}, {@code mem}, {@code disk} and {@code gpus} are always scalars.
 */
public final class Resources {
    /*
     * The plain amounts of the four scalars that every cluster has are fields, so that the sums of the offer loop are
     * straight-line code; all the rest is the general case.
     */

    /** Nothing at all. */
    public static final Resources EMPTY = new Resources(0, 0, 0, 0, Entries.EMPTY);

    private final long cpus;
    private final long disk;
    private final long gpus;
    private final long mem;

    /** Everything that is not the plain amount of one of the four. */
    private final Entries special;

    /** Whether there is anything in {@link #special}, and scalars among it: asked so often that nobody should look there. */
    private final boolean hasSpecial;

    private final boolean hasSpecialScalars;

    /** Zero until asked for; racing threads compute the same. */
    private int hash;

    /** Null until asked for; racing threads compute the same. */
    private @Nullable Quantities quantities;

    /** Null until asked for, and where it would be this or nothing; racing threads compute the same. */
    private @Nullable Resources specialPart;

    private Resources(long cpus, long disk, long gpus, long mem, Entries special) {
        this.cpus = cpus;
        this.disk = disk;
        this.gpus = gpus;
        this.mem = mem;
        this.special = special;
        this.hasSpecial = !special.isEmpty();
        this.hasSpecialScalars = special.hasScalars();
    }

    static Resources ofFields(long cpus, long disk, long gpus, long mem, Entries special) {
        return (cpus | disk | gpus | mem) == 0 && special.isEmpty()
                ? EMPTY
                : new Resources(cpus, disk, gpus, mem, special);
    }

    /**
     * Returns plain amounts of the four standard scalars, in thousandths.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public static Resources ofPlain(long cpus, long disk, long gpus, long mem) {
        return EMPTY.withPlain(cpus, disk, gpus, mem);
    }

    /**
     * Returns plain scalars only, for tests and short programs: {@code ofScalars(Map.of("cpus", 500L))}.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public static Resources ofScalars(Map<String, Long> thousandths) {
        ResourcesBuilder builder = builder();
        thousandths.forEach(builder::scalar);
        return builder.build();
    }

    /** Returns one value of one resource. */
    public static Resources of(ResourceId id, Value value) {
        return builder().add(id, value).build();
    }

    /** Returns a builder that starts from nothing. */
    public static ResourcesBuilder builder() {
        return new ResourcesBuilder();
    }

    // ---- the plain part, which is what most amounts consist of

    /** Returns the plain amount of {@code cpus}, in thousandths. */
    public long cpus() {
        return cpus;
    }

    /** Returns the plain amount of {@code disk}, in thousandths of a MiB. */
    public long disk() {
        return disk;
    }

    /** Returns the plain amount of {@code gpus}, in thousandths. */
    public long gpus() {
        return gpus;
    }

    /** Returns the plain amount of {@code mem}, in thousandths of a MiB. */
    public long mem() {
        return mem;
    }

    /** Returns the plain amounts of the four standard scalars alone. */
    public Resources plain() {
        return hasSpecial ? ofFields(cpus, disk, gpus, mem, Entries.EMPTY) : this;
    }

    /** Returns everything but the plain amounts of the four standard scalars; plain ports belong to it. */
    public Resources special() {
        if ((cpus | disk | gpus | mem) == 0) {
            return this;
        }
        if (!hasSpecial) {
            return EMPTY;
        }
        Resources known = specialPart;
        if (known == null) {
            known = ofFields(0, 0, 0, 0, special);
            specialPart = known;
        }
        return known;
    }

    /**
     * Returns the same special part with these plain amounts of the four standard scalars, in thousandths.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public Resources withPlain(long newCpus, long newDisk, long newGpus, long newMem) {
        if ((newCpus | newDisk | newGpus | newMem) < 0) {
            throw new IllegalArgumentException("cpus " + newCpus + ", disk " + newDisk + ", gpus " + newGpus + ", mem "
                    + newMem + " thousandths: all must be 0 or more");
        }
        return ofFields(newCpus, newDisk, newGpus, newMem, special);
    }

    // ---- questions

    /** Tells whether this is nothing at all. */
    public boolean isEmpty() {
        return (cpus | disk | gpus | mem) == 0 && !hasSpecial;
    }

    /** Tells whether there is anything but plain amounts of the four standard scalars. */
    public boolean hasSpecial() {
        return hasSpecial;
    }

    /** Tells whether there are scalars besides plain amounts of the four standard ones. */
    public boolean hasSpecialScalars() {
        return hasSpecialScalars;
    }

    /** Returns the scalar {@code name} in thousandths, whatever its metadata; 0 if there is none. */
    public long scalar(String name) {
        return quantities().of(name);
    }

    /** Returns the ranges of {@code name}, whatever their metadata; empty if there are none. */
    public Ranges ranges(String name) {
        return special.ranges(name);
    }

    /** Returns the items of the set {@code name}, whatever their metadata, in ascending order; unmodifiable. */
    public Set<String> items(String name) {
        return special.items(name);
    }

    /** Returns all scalars in thousandths, by name, whatever their metadata; unmodifiable. */
    public SortedMap<String, Long> scalars() {
        return quantities().asMap();
    }

    /** Returns all ranges by name, whatever their metadata; unmodifiable. */
    public SortedMap<String, Ranges> ranges() {
        return special.byName(ResourceKind.RANGES, special::ranges);
    }

    /** Returns all sets by name, whatever their metadata; unmodifiable. */
    public SortedMap<String, Set<String>> sets() {
        return special.byName(ResourceKind.SET, special::items);
    }

    /**
     * Returns all scalars by name, whatever their metadata; a shared volume counts once.
     *
     * @throws ArithmeticException if one does not fit a {@code long}; names it
     */
    public Quantities quantities() {
        Quantities known = quantities;
        if (known == null) {
            Quantities.Builder sums = Quantities.builder()
                    .add("cpus", cpus)
                    .add("disk", disk)
                    .add("gpus", gpus)
                    .add("mem", mem);
            special.addTo(sums);
            known = sums.build();
            quantities = known;
        }
        return known;
    }

    /**
     * Hands over each id with its value: the plain amounts first, then the others in an order that is the same in every
     * JVM. An id that cannot be divided comes once for each size.
     */
    public void forEach(BiConsumer<ResourceId, Value> action) {
        acceptUnlessZero(ResourceId.CPUS, cpus, action);
        acceptUnlessZero(ResourceId.DISK, disk, action);
        acceptUnlessZero(ResourceId.GPUS, gpus, action);
        acceptUnlessZero(ResourceId.MEM, mem, action);
        for (int i = 0; i < special.size(); i++) {
            action.accept(special.id(i), special.value(i));
        }
    }

    private static void acceptUnlessZero(ResourceId id, long thousandths, BiConsumer<ResourceId, Value> action) {
        if (thousandths > 0) {
            action.accept(id, new Value.Amount(thousandths));
        }
    }

    /** Tells whether {@code other} is contained in this; never so if a name is of one kind here and of another there. */
    @SuppressWarnings("ReferenceEquality") // a short way where the engine hands the same object round
    public boolean covers(Resources other) {
        return this == other
                || (cpus >= other.cpus
                        && disk >= other.disk
                        && gpus >= other.gpus
                        && mem >= other.mem
                        && special.covers(other.special));
    }

    /**
     * Tells whether something that exists once, a number of a range or an item of a set, is in both, even if it is
     * reserved here and not there.
     */
    public boolean intersects(Resources other) {
        return special.intersects(other.special);
    }

    /**
     * Checks that both can be added up.
     *
     * @throws IllegalArgumentException if a name is of one kind here and of another there
     */
    public void requireSameKinds(Resources other) {
        special.requireSameKinds(other.special);
    }

    // ---- arithmetic

    /**
     * Returns both amounts together; of ranges and sets, the union.
     *
     * @throws ArithmeticException if a scalar does not fit a {@code long}; names it
     * @throws IllegalArgumentException if a name is of one kind here and of another there
     */
    public Resources plus(Resources other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        return ofFields(
                Thousandths.sum("cpus", cpus, other.cpus),
                Thousandths.sum("disk", disk, other.disk),
                Thousandths.sum("gpus", gpus, other.gpus),
                Thousandths.sum("mem", mem, other.mem),
                special.plus(other.special));
    }

    /**
     * Returns this without {@code other}.
     *
     * @throws IllegalArgumentException if this does not cover {@code other}; names the first resource that is short
     */
    public Resources minus(Resources other) {
        if (!covers(other)) {
            throw new IllegalArgumentException(Wording.shortage(this, other));
        }
        return minusSaturating(other);
    }

    /**
     * Returns what is left of this when {@code other} is taken away as far as it is there.
     *
     * @throws IllegalArgumentException if a name is of one kind here and of another there
     */
    @SuppressWarnings("ReferenceEquality") // a short way where the engine hands the same object round
    public Resources minusSaturating(Resources other) {
        if (this == other) {
            return EMPTY;
        }
        if (other.isEmpty()) {
            return this;
        }
        return ofParts(
                Math.max(0, cpus - other.cpus),
                Math.max(0, disk - other.disk),
                Math.max(0, gpus - other.gpus),
                Math.max(0, mem - other.mem),
                special.minus(other.special));
    }

    // ---- parts

    /** Returns what has an id that passes; this if all have. */
    public Resources filter(Predicate<ResourceId> wanted) {
        return ofParts(
                cpus > 0 && wanted.test(ResourceId.CPUS) ? cpus : 0,
                disk > 0 && wanted.test(ResourceId.DISK) ? disk : 0,
                gpus > 0 && wanted.test(ResourceId.GPUS) ? gpus : 0,
                mem > 0 && wanted.test(ResourceId.MEM) ? mem : 0,
                special.filter(wanted));
    }

    /** Returns the scalars alone. */
    public Resources scalarsOnly() {
        return filter(id -> id.kind() == ResourceKind.SCALAR);
    }

    /** Returns this if that is the same, else a new amount. */
    private Resources ofParts(long newCpus, long newDisk, long newGpus, long newMem, Entries newSpecial) {
        boolean same =
                newCpus == cpus && newDisk == disk && newGpus == gpus && newMem == mem && newSpecial.equals(special);
        return same ? this : ofFields(newCpus, newDisk, newGpus, newMem, newSpecial);
    }

    /**
     * Returns as much of this as fits into these quantities, summed over all that has one name. Of a name that is not
     * in them nothing is left, so no ranges and no sets. What cannot be divided is left whole or not at all; the order
     * is that of {@link #forEach}.
     */
    public Resources shrinkTo(Quantities most) {
        if (special.isEmpty()) {
            return ofParts(
                    Math.min(cpus, most.cpus()),
                    Math.min(disk, most.disk()),
                    Math.min(gpus, most.gpus()),
                    Math.min(mem, most.mem()),
                    special);
        }
        return Shrinking.shrink(this, most::of);
    }

    /**
     * Returns as much of this as these limits allow, summed over all that has one name. Of a name without a limit all
     * is left. What cannot be divided is left whole or not at all; the order is that of {@link #forEach}.
     */
    public Resources shrinkTo(Limits most) {
        return most.isNone()
                ? this
                : Shrinking.shrink(this, name -> most.of(name).orElse(Shrinking.UNLIMITED));
    }

    // ---- the same amounts with other ids

    /** Returns all of this as unreserved. */
    public Resources toUnreserved() {
        return withIds(ResourceId::unreserved);
    }

    /**
     * Returns all of this with a further reservation.
     *
     * @throws IllegalArgumentException if it does not refine a reservation that is there
     */
    public Resources push(Reservation reservation) {
        return withIds(id -> id.pushed(reservation));
    }

    /**
     * Returns all of this without the last reservation.
     *
     * @throws IllegalArgumentException if some of this is unreserved
     */
    public Resources pop() {
        return withIds(ResourceId::popped);
    }

    /** Returns all of this as allocated to a role. */
    public Resources allocatedTo(String role) {
        return withIds(id -> id.allocatedTo(role));
    }

    /** Returns all of this as allocated to nobody. */
    public Resources unallocated() {
        return withIds(ResourceId::unallocated);
    }

    /** Returns the same amounts with other ids of the same name; this if all ids are the same objects. */
    Resources withIds(UnaryOperator<ResourceId> change) {
        ResourcesBuilder changed = builder();
        boolean[] same = {true};
        forEach((id, value) -> {
            ResourceId other = change.apply(id);
            same[0] &= other.isSame(id);
            changed.add(other, Value.moved(id, other, value));
        });
        return same[0] ? this : changed.build();
    }

    // ---- conversions

    /**
     * Returns this after a conversion.
     *
     * @throws IllegalArgumentException with the words of {@link Conversion#problemOn} if it cannot be applied
     */
    public Resources apply(Conversion conversion) {
        conversion.problemOn(this).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        return minusSaturating(conversion.consumed()).plus(conversion.converted());
    }

    // ---- identity

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Resources that
                        && cpus == that.cpus
                        && disk == that.disk
                        && gpus == that.gpus
                        && mem == that.mem
                        && special.equals(that.special));
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            long scalars = ((cpus * 31 + disk) * 31 + gpus) * 31 + mem;
            known = 31 * Long.hashCode(scalars) + special.hashCode();
            hash = known;
        }
        return known;
    }

    /**
     * Returns the amount as Mesos writes it, in order of names: {@code cpus(reservations: [(DYNAMIC,r1,p1)]):1; mem:32};
     * {@code {}} if it is nothing. Not all of that can be read again; see {@link ResourceText#print}.
     */
    @Override
    public String toString() {
        return Wording.describe(this);
    }
}
