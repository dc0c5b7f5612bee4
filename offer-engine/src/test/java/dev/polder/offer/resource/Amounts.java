package dev.polder.offer.resource;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Amounts for property tests: small enough that they meet, overlap and run out. */
public final class Amounts {
    private static final List<Reservation> R1 = List.of(Reservation.dynamic("r1", "p1"));

    private Amounts() {}

    /** What can be said of any resource; every second says nothing. */
    static Arbitrary<ResourceId> ids(String name, ResourceKind kind) {
        ResourceId plain = ResourceId.of(name, kind);
        Arbitrary<List<Reservation>> stacks = Arbitraries.of(
                List.of(),
                List.of(),
                List.of(Reservation.ofOperator("r1")),
                R1,
                List.of(Reservation.dynamic("r1", "p2")),
                List.of(Reservation.dynamic("r1", "p1").withLabels(List.of(Label.of("k", "v")))),
                List.of(Reservation.dynamic("r1", "p1"), Reservation.dynamic("r1/sub")));
        Arbitrary<Boolean> rarely = Arbitraries.of(false, false, false, true);
        Arbitrary<ResourceId> all = Combinators.combine(stacks, rarely, rarely, rarely)
                .as((stack, revocable, allocated, provided) -> {
                    ResourceId id = plain.withReservations(stack).withRevocable(revocable);
                    id = provided ? id.withProvider("rp") : id;
                    return allocated ? id.allocatedTo("r1") : id;
                });
        return Arbitraries.oneOf(Arbitraries.just(plain), all);
    }

    /** Disk on every kind of device, volumes among them. */
    static Arbitrary<ResourceId> disks() {
        ResourceId reserved = ResourceId.DISK.withReservations(R1);
        Disk.Persistence persistence = Disk.Persistence.of("v1");
        Disk.Volume volume = Disk.Volume.at("data");
        return Arbitraries.of(
                ResourceId.DISK.withDisk(Disk.of(Disk.Source.path("/p"))),
                ResourceId.DISK.withDisk(Disk.of(Disk.Source.mount("/m"))),
                ResourceId.DISK.withDisk(Disk.of(Disk.Source.mount("/n"))),
                ResourceId.DISK.withDisk(Disk.of(Disk.Source.of(Disk.Source.Type.RAW))),
                ResourceId.DISK.withDisk(
                        Disk.of(Disk.Source.of(Disk.Source.Type.RAW).withId("i"))),
                ResourceId.DISK.withDisk(Disk.of(Disk.Source.of(Disk.Source.Type.BLOCK)
                        .withVendor("v")
                        .withProfile("f")
                        .withMetadata(List.of(Label.of("a"), Label.of("a", ""))))),
                reserved.withDisk(Disk.of(Disk.Source.path("/p"))),
                reserved.withDisk(Disk.of(persistence, volume)),
                reserved.withDisk(Disk.of(Disk.Persistence.of("v2", "p1"), volume)),
                reserved.withDisk(Disk.of(persistence, volume)).withShared(true),
                reserved.withDisk(Disk.of(Disk.Source.path("/p")).with(persistence, volume)),
                reserved.withDisk(Disk.of(Disk.Source.mount("/m")).with(persistence, volume)),
                reserved.withDisk(Disk.of(Disk.Source.mount("/m")).with(persistence, volume))
                        .withShared(true));
    }

    /** Plain amounts and others, of scalars, ranges and sets. */
    public static Arbitrary<Amount> any() {
        return Arbitraries.oneOf(
                        part("cpus", 5L, 10L, 500L, 1000L, 4000L),
                        part("mem", 100L, 32_000L, 64_000L),
                        part("disk", 1000L, 64_000L),
                        part("gpus", 1000L),
                        part("licences", 1000L, 2000L),
                        Combinators.combine(disks(), Arbitraries.of(32_000L, 64_000L), Arbitraries.of(1L, 1L, 2L))
                                .as(Amounts::onDisk),
                        numbers("ports", 9),
                        numbers("a-vlan", 3),
                        drives())
                .list()
                .ofMaxSize(7)
                .map(all -> all.stream().reduce(Amount.NOTHING, Amount::plus));
    }

    private static Arbitrary<Amount> part(String name, Long... thousandths) {
        return Combinators.combine(ids(name, ResourceKind.SCALAR), Arbitraries.of(thousandths))
                .as((id, value) -> new Amount(Map.of(id, value), Map.of(), Map.of(), Map.of()));
    }

    private static Amount onDisk(ResourceId id, long size, long copies) {
        return id.isDivisible()
                ? new Amount(Map.of(id, size), Map.of(), Map.of(), Map.of())
                : new Amount(Map.of(), Map.of(new Amount.Whole(id, size), copies), Map.of(), Map.of());
    }

    private static Arbitrary<Amount> numbers(String name, long most) {
        return Combinators.combine(
                        ids(name, ResourceKind.RANGES),
                        Arbitraries.longs().between(0, most).set().ofMinSize(1).ofMaxSize(6))
                .as((id, each) ->
                        new Amount(Map.of(), Map.of(), Map.of(id, (Set<Long>) new TreeSet<>(each)), Map.of()));
    }

    private static Arbitrary<Amount> drives() {
        return Combinators.combine(
                        ids("drives", ResourceKind.SET),
                        Arbitraries.of("sda", "sdb", "sdc").set().ofMinSize(1).ofMaxSize(2))
                .as((id, each) ->
                        new Amount(Map.of(), Map.of(), Map.of(), new TreeMap<>(Map.of(id, new TreeSet<>(each)))));
    }
}
