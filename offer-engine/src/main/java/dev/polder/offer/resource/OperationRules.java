package dev.polder.offer.resource;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the operations on resources must keep, whoever asks for them. A problem is null if there is none. */
final class OperationRules {
    private OperationRules() {}

    static void require(ResourceOperation operation) {
        operation.problem().ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
    }

    /** Says what is wrong with one resource, null if nothing is. */
    private interface Rule {
        @Nullable
        String problem(ResourceId id, Value value);
    }

    /** Returns the first problem of the first resource that has one. */
    private static Optional<String> first(Resources resources, String what, Rule rule) {
        if (resources.isEmpty()) {
            return Optional.of("no " + what + ": there must be some");
        }
        for (Entries.Entry entry : Wording.sorted(resources)) {
            @Nullable String problem = rule.problem(entry.id(), entry.value());
            if (problem != null) {
                return Optional.of("resource " + entry.id() + ": " + problem);
            }
        }
        return problemOfProviders(resources);
    }

    private static Optional<String> problemOfProviders(Resources resources) {
        Set<Optional<String>> providers = new HashSet<>();
        resources.forEach((id, value) -> providers.add(id.provider()));
        return providers.size() == 1
                ? Optional.empty()
                : Optional.of("resources " + resources + ": are of several providers, must be of one");
    }

    // ---- reservations

    static Optional<String> problemOfReserve(Resources source, Resources resources) {
        Optional<String> problem = first(resources, "resources", (id, value) -> problemOfReserved(id));
        if (problem.isPresent() || source.isEmpty()) {
            return problem;
        }
        problem = first(source, "source", (id, value) -> id.isPersistentVolume() ? isVolume() : null);
        if (problem.isPresent()) {
            return problem;
        }
        if (stacks(source).size() > 1 || stacks(resources).size() > 1) {
            return Optional.of(
                    "from " + source + " to " + resources + ": reservations on either side must be the same");
        }
        return source.toUnreserved().equals(resources.toUnreserved())
                ? Optional.empty()
                : Optional.of("from " + source + " to " + resources + ": must differ in reservations alone");
    }

    private static Set<List<Reservation>> stacks(Resources resources) {
        Set<List<Reservation>> stacks = new HashSet<>();
        resources.forEach((id, value) -> stacks.add(id.reservations()));
        return stacks;
    }

    private static @Nullable String problemOfReserved(ResourceId id) {
        if (!id.isDynamicallyReserved()) {
            return "is not dynamically reserved, as it must be in the end";
        }
        if (id.isRevocable()) {
            return "is revocable, so it cannot be reserved";
        }
        if (id.isPersistentVolume()) {
            return isVolume();
        }
        String role = id.reservationRole().orElseThrow();
        Optional<String> allocatedTo = id.allocationRole();
        if (allocatedTo.isPresent() && !allocatedTo.get().equals(role)) {
            return "is reserved for role '" + role + "', but was offered to '" + allocatedTo.get() + "'";
        }
        return null;
    }

    private static String isVolume() {
        return "is a persistent volume, whose reservation cannot change; destroy it first";
    }

    static Optional<String> problemOfUnreserve(Resources resources) {
        return first(resources, "resources", (id, value) -> {
            if (!id.isDynamicallyReserved()) {
                return "is not dynamically reserved, so nothing can be taken back";
            }
            return id.isPersistentVolume() ? isVolume() : null;
        });
    }

    // ---- volumes

    static Optional<String> problemOfCreate(Resources volumes) {
        Set<String> names = new HashSet<>();
        return first(volumes, "volumes", (id, value) -> {
            @Nullable String problem = problemOfVolume(id, value);
            if (problem == null) {
                problem = problemOfMaking(id);
            }
            if (problem == null
                    && !names.add(id.reservationRole().orElseThrow() + " "
                            + persistence(id).id())) {
                problem = "the volume '" + persistence(id).id() + "' is there twice; an id names one volume of a role";
            }
            return problem;
        });
    }

    static Optional<String> problemOfVolumes(Resources volumes) {
        return first(volumes, "volumes", OperationRules::problemOfVolume);
    }

    private static @Nullable String problemOfVolume(ResourceId id, Value value) {
        if (!id.isPersistentVolume()) {
            return "is no persistent volume";
        }
        long copies = ((Value.Amount) value).copies();
        return copies == 1 ? null : "is there " + copies + " times; a volume is created and destroyed once";
    }

    private static @Nullable String problemOfMaking(ResourceId id) {
        if (!id.isReserved()) {
            return "is not reserved; a persistent volume can be made of reserved disk only";
        }
        if (id.isRevocable()) {
            return "is revocable; a persistent volume cannot be made of revocable disk";
        }
        Disk disk = id.disk().orElseThrow();
        if (disk.source()
                .filter(source -> source.type() == Disk.Source.Type.RAW)
                .isPresent()) {
            return "lies on a RAW source; a disk must be made of it first";
        }
        if (disk.volume().isEmpty()) {
            return "does not say how it is to be mounted: 'volume' must be there";
        }
        Disk.Volume volume = disk.volume().get();
        if (volume.mode() != Disk.Volume.Mode.RW) {
            return "mode is " + volume.mode() + "; a persistent volume is made with RW";
        }
        if (volume.hostPath().isPresent()) {
            return "has the host path '" + volume.hostPath().get() + "'; where it lies is for the agent to say";
        }
        return DirectoryName.problem("volume", persistence(id).id()).orElse(null);
    }

    private static Disk.Persistence persistence(ResourceId id) {
        return id.disk().flatMap(Disk::persistence).orElseThrow();
    }

    // ---- resizing

    static Optional<String> problemOfGrow(Resources volume, Resources addition) {
        Optional<String> problem = problemOfResized(volume);
        if (problem.isPresent()) {
            return problem;
        }
        ResourceId id = Wording.sorted(volume).get(0).id();
        if (!id.withoutVolume().isDivisible()) {
            return Optional.of("resource " + id + ": lies on a device that comes as a whole, so it cannot grow");
        }
        if (addition.isEmpty()) {
            return Optional.of("no addition: there must be some");
        }
        return addition.filter(id.withoutVolume()::equals).equals(addition)
                ? Optional.empty()
                : Optional.of("addition " + addition + ": must be " + id.withoutVolume() + ", of which " + id + " is");
    }

    static Optional<String> problemOfShrink(Resources volume, long thousandths) {
        Optional<String> problem = problemOfResized(volume);
        if (problem.isPresent()) {
            return problem;
        }
        ResourceId id = Wording.sorted(volume).get(0).id();
        if (!id.withoutVolume().isDivisible()) {
            return Optional.of("resource " + id + ": lies on a device that comes as a whole, so it cannot shrink");
        }
        long size = volume.scalar("disk");
        return thousandths >= 1 && thousandths < size
                ? Optional.empty()
                : Optional.of("resource " + id + ": cannot shrink by " + thousandths
                        + " thousandths, must be 1 or more and less than its size, " + size);
    }

    private static Optional<String> problemOfResized(Resources volume) {
        if (Wording.sorted(volume).size() != 1) {
            return Optional.of("volume " + volume + ": must be one volume");
        }
        return first(volume, "volume", (id, value) -> {
            @Nullable String problem = problemOfVolume(id, value);
            if (problem == null && id.isShared()) {
                problem = "is shared, so its size cannot change";
            }
            return problem == null && id.provider().isPresent()
                    ? "is a provider's, so its size cannot change"
                    : problem;
        });
    }

    /** Returns a volume with another size in thousandths. */
    static Resources resized(Resources volume, long size) {
        return Resources.of(Wording.sorted(volume).get(0).id(), new Value.Amount(size));
    }
}
