package dev.polder.offer;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Amounts for property tests: small enough that they meet, overlap and run out. */
final class Amounts {
    private Amounts() {}

    static Arbitrary<Amount> any() {
        Arbitrary<Map<String, Long>> scalars = scalars(Map.of(
                "cpus", new Long[] {0L, 5L, 10L, 500L, 1000L, 4000L},
                "mem", new Long[] {0L, 100L, 32_000L, 64_000L, 1_024_000L},
                "gpus", new Long[] {0L, 0L, 1000L},
                "licences", new Long[] {0L, 0L, 1000L, 2000L},
                "bandwidth", new Long[] {0L, 0L, 0L, 7L}));
        Arbitrary<Set<Long>> ports = Arbitraries.longs().between(0, 9).set().ofMaxSize(6);
        Arbitrary<Set<Long>> vlans = Arbitraries.longs().between(0, 3).set().ofMaxSize(1);
        Arbitrary<Set<String>> drives =
                Arbitraries.of("sda", "sdb", "sdc").set().ofMaxSize(2);
        return Combinators.combine(scalars, ports, vlans, drives).as((amounts, portSet, vlanSet, driveSet) -> {
            Map<String, Set<Long>> numbers = new TreeMap<>();
            Map<String, Set<String>> items = new TreeMap<>();
            if (!portSet.isEmpty()) {
                numbers.put("ports", new TreeSet<>(portSet));
            }
            if (!vlanSet.isEmpty()) {
                numbers.put("a-vlan", new TreeSet<>(vlanSet));
            }
            if (!driveSet.isEmpty()) {
                items.put("drives", new TreeSet<>(driveSet));
            }
            return new Amount(amounts, numbers, items);
        });
    }

    private static Arbitrary<Map<String, Long>> scalars(Map<String, Long[]> choices) {
        Arbitrary<Map<String, Long>> all = Arbitraries.just(Map.of());
        for (Map.Entry<String, Long[]> choice : new TreeMap<>(choices).entrySet()) {
            all = Combinators.combine(all, Arbitraries.of(choice.getValue())).as((before, amount) -> {
                Map<String, Long> with = new TreeMap<>(before);
                if (amount > 0) {
                    with.put(choice.getKey(), amount);
                }
                return with;
            });
        }
        return all;
    }
}
