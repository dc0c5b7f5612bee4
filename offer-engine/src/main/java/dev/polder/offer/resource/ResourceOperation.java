package dev.polder.offer.resource;

import java.util.Objects;
import java.util.Optional;

/**
 * What a framework or an operator can do to resources without using them. Each knows what is wrong with itself, and
 * what it turns into what; it does not know who asks, what else is on the agent, or whether the resources are in use.
 *
 * <p>Resources are those of one agent, as they are called when it is done: to be reserved already, to be a volume
 * already. So to reserve a CPU, and to make a volume of 100 MiB that is called {@code v1} of disk that is reserved:
 * <pre>{@code
 * Reservation ours = Reservation.dynamic("ci", "me");
 * new Reserve(ResourceText.parse("cpus:1", "*").push(ours)).conversion();
 * ResourceId volume = ResourceId.DISK.pushed(ours).withDisk(Disk.of(Disk.Persistence.of("v1"), Disk.Volume.at("data")));
 * new Create(Resources.of(volume, new Value.Amount(100_000))).conversion();
 * }</pre>
 *
 * <p>Several operations are applied one after the other, so that each finds what those before it made.
 */
public sealed interface ResourceOperation {
    /** Returns what is wrong with this, if anything is: a rule that it breaks whoever asks and whatever is there. */
    Optional<String> problem();

    /**
     * Returns what is consumed and what is there instead.
     *
     * @throws IllegalArgumentException if there is a {@link #problem}
     */
    Conversion conversion();

    /**
     * Keeps resources for a role.
     *
     * @param source what they are now, only if an operator changes reservations that are there; else nothing, and the
     *     last reservation of the resources is the new one
     * @param resources what they become
     */
    record Reserve(Resources source, Resources resources) implements ResourceOperation {
        /** Checks for nulls. */
        public Reserve {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(resources, "resources");
        }

        /** One reservation more for all of these. */
        public Reserve(Resources resources) {
            this(Resources.EMPTY, resources);
        }

        @Override
        public Optional<String> problem() {
            return OperationRules.problemOfReserve(source, resources);
        }

        @Override
        public Conversion conversion() {
            OperationRules.require(this);
            return new Conversion(source.isEmpty() ? resources.pop() : source, resources);
        }
    }

    /**
     * Takes the last reservation back.
     *
     * @param resources what they are now
     */
    record Unreserve(Resources resources) implements ResourceOperation {
        /** Checks for nulls. */
        public Unreserve {
            Objects.requireNonNull(resources, "resources");
        }

        @Override
        public Optional<String> problem() {
            return OperationRules.problemOfUnreserve(resources);
        }

        @Override
        public Conversion conversion() {
            OperationRules.require(this);
            return new Conversion(resources, resources.pop());
        }
    }

    /**
     * Makes reserved disk a persistent volume.
     *
     * @param volumes what it becomes
     */
    record Create(Resources volumes) implements ResourceOperation {
        /** Checks for nulls. */
        public Create {
            Objects.requireNonNull(volumes, "volumes");
        }

        @Override
        public Optional<String> problem() {
            return OperationRules.problemOfCreate(volumes);
        }

        @Override
        public Conversion conversion() {
            OperationRules.require(this);
            return new Conversion(volumes.withIds(ResourceId::withoutVolume), volumes);
        }
    }

    /**
     * Makes persistent volumes disk again, and deletes what is on them. Of a shared one the last copy must go.
     *
     * @param volumes what they are now
     */
    record Destroy(Resources volumes) implements ResourceOperation {
        /** Checks for nulls. */
        public Destroy {
            Objects.requireNonNull(volumes, "volumes");
        }

        @Override
        public Optional<String> problem() {
            return OperationRules.problemOfVolumes(volumes);
        }

        @Override
        public Conversion conversion() {
            OperationRules.require(this);
            return new Conversion(volumes, volumes.withIds(ResourceId::withoutVolume));
        }
    }

    /**
     * Makes a persistent volume larger.
     *
     * @param volume the volume as it is now
     * @param addition free space of the same disk and reservation
     */
    record Grow(Resources volume, Resources addition) implements ResourceOperation {
        /** Checks for nulls. */
        public Grow {
            Objects.requireNonNull(volume, "volume");
            Objects.requireNonNull(addition, "addition");
        }

        @Override
        public Optional<String> problem() {
            return OperationRules.problemOfGrow(volume, addition);
        }

        @Override
        public Conversion conversion() {
            OperationRules.require(this);
            long size = Math.addExact(volume.scalar("disk"), addition.scalar("disk"));
            return new Conversion(volume.plus(addition), OperationRules.resized(volume, size));
        }
    }

    /**
     * Makes a persistent volume smaller.
     *
     * @param volume the volume as it is now
     * @param thousandths by how much, in thousandths of a MiB; 1 or more, less than its size
     */
    record Shrink(Resources volume, long thousandths) implements ResourceOperation {
        /** Checks for nulls. */
        public Shrink {
            Objects.requireNonNull(volume, "volume");
        }

        @Override
        public Optional<String> problem() {
            return OperationRules.problemOfShrink(volume, thousandths);
        }

        @Override
        public Conversion conversion() {
            OperationRules.require(this);
            Resources smaller = OperationRules.resized(volume, volume.scalar("disk") - thousandths);
            Resources freed = OperationRules.resized(volume, thousandths).withIds(ResourceId::withoutVolume);
            return new Conversion(volume, smaller.plus(freed));
        }
    }
}
