package dev.polder.offer;

import dev.polder.offer.resource.Disk;
import dev.polder.offer.resource.Reservation;
import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import dev.polder.offer.resource.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Resources for property tests of the engine: of every sort, and so small that they meet, overlap and run out. */
final class Stocks {
    static final ResourceId RESERVED_CPUS_A = ResourceId.CPUS.pushed(Reservation.ofOperator("a"));
    static final ResourceId RESERVED_CPUS_B = ResourceId.CPUS.pushed(Reservation.dynamic("b"));
    static final ResourceId REFINED_MEM =
            ResourceId.MEM.pushed(Reservation.ofOperator("a")).pushed(Reservation.dynamic("a/x"));
    static final ResourceId REVOCABLE_CPUS = ResourceId.CPUS.withRevocable(true);
    static final ResourceId RESERVED_DISK = ResourceId.DISK.pushed(Reservation.ofOperator("a"));
    static final ResourceId SHARED_VOLUME = volume("v1").withShared(true);
    static final ResourceId PATH_DISK = ResourceId.DISK.withDisk(Disk.of(Disk.Source.path("/disks/1")));
    static final ResourceId MOUNT_DISK = ResourceId.DISK.withDisk(Disk.of(Disk.Source.mount("/disks/2")));

    private Stocks() {}

    static ResourceId volume(String id) {
        return RESERVED_DISK.withDisk(Disk.of(Disk.Persistence.of(id), Disk.Volume.at("data")));
    }

    /** What an agent may have. */
    static Arbitrary<Resources> totals() {
        Arbitrary<Resources> special = Arbitraries.of(
                        part(RESERVED_CPUS_A, 1_000),
                        part(RESERVED_CPUS_B, 2_000),
                        part(REFINED_MEM, 64_000),
                        part(REVOCABLE_CPUS, 1_000),
                        part(RESERVED_DISK, 64_000),
                        part(SHARED_VOLUME, 10_000),
                        part(PATH_DISK, 32_000),
                        part(MOUNT_DISK, 50_000))
                .set()
                .ofMaxSize(3)
                .map(parts -> sum(parts));
        return Combinators.combine(plain(), special.optional(0.4).map(some -> some.orElse(Resources.EMPTY)))
                .as(Resources::plus);
    }

    /** Unreserved resources of the sorts that exist since the beginning of the world. */
    static Arbitrary<Resources> plain() {
        Arbitrary<Set<Long>> ports = Arbitraries.longs().between(0, 9).set().ofMaxSize(6);
        Arbitrary<Set<String>> drives =
                Arbitraries.of("sda", "sdb", "sdc").set().ofMaxSize(2);
        return Combinators.combine(
                        Arbitraries.of(0L, 5L, 10L, 500L, 1000L, 4000L),
                        Arbitraries.of(0L, 100L, 32_000L, 64_000L, 1_024_000L),
                        Arbitraries.of(0L, 0L, 0L, 1000L),
                        Arbitraries.of(0L, 0L, 1000L, 2000L),
                        ports,
                        drives)
                .as((cpus, mem, gpus, licences, portSet, driveSet) -> {
                    ResourcesBuilder builder = Resources.builder()
                            .scalar("cpus", cpus)
                            .scalar("mem", mem)
                            .scalar("gpus", gpus)
                            .scalar("licences", licences);
                    portSet.forEach(port -> builder.range("ports", port, port));
                    driveSet.forEach(drive -> builder.item("drives", drive));
                    return builder.build();
                });
    }

    private static Resources sum(Iterable<Resources> parts) {
        List<Resources> all = new ArrayList<>();
        parts.forEach(all::add);
        return all.stream().reduce(Resources.EMPTY, Resources::plus);
    }

    private static Resources part(ResourceId id, long thousandths) {
        return Resources.of(id, new Value.Amount(thousandths));
    }

    /** What is in both. */
    static Resources both(Resources one, Resources other) {
        return one.minusSaturating(one.minusSaturating(other));
    }
}
