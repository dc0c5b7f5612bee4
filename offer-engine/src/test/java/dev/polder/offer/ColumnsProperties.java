package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** The parts of the engine that could be one line if they could be slow. */
final class ColumnsProperties {
    @Property
    void shouldDivideLikeBigNumbers(@ForAll @LongRange(min = 0) long part, @ForAll @LongRange(min = 1) long total) {
        BigInteger wholes = BigInteger.valueOf(part).divide(BigInteger.valueOf(total));
        BigInteger exact = BigInteger.valueOf(part).shiftLeft(40).divide(BigInteger.valueOf(total));
        BigInteger cap = BigInteger.valueOf(4096);

        BigInteger expected = wholes.compareTo(cap) >= 0 ? cap.shiftLeft(40) : exact;
        assertThat(new Divisor(total).part(part)).isEqualTo(expected.longValueExact());
    }

    @Provide
    Arbitrary<List<int[]>> orderChanges() {
        Arbitrary<Integer> rows = Arbitraries.integers().between(0, 30);
        Arbitrary<Integer> keys = Arbitraries.integers().between(0, 9);
        return Combinators.combine(rows, keys)
                .as((row, key) -> new int[] {row, key})
                .list()
                .ofMaxSize(80);
    }

    @Property
    void shouldKeepRowsInOrder(@ForAll("orderChanges") List<int[]> changes) {
        int[] keys = new int[31];
        Shares shares = shares(keys.length);
        FairOrder order = new FairOrder(shares);
        List<Integer> model = new ArrayList<>();

        for (int[] change : changes) {
            Integer row = change[0];
            if (model.remove(row)) {
                order.remove(row);
            }
            keys[row] = change[1];
            setKey(shares, row, change[1]);
            if (change[1] > 0) {
                order.add(row);
                model.add(row);
            }
            assertThat(rows(order)).isEqualTo(sorted(model, keys));
        }
    }

    /** Puts a row into the order for each of these keys, and returns the rows. */
    private static List<Integer> addAll(List<Integer> these, int[] keys, Shares shares, FairOrder order) {
        List<Integer> model = new ArrayList<>();
        for (int row = 0; row < these.size(); row++) {
            keys[row] = these.get(row);
            setKey(shares, row, keys[row]);
            order.add(row);
            model.add(row);
        }
        return model;
    }

    @Property
    void shouldMoveWhatHasChangedWhenTheOrderIsAskedFor(
            @ForAll @Size(max = 31) List<@IntRange(min = 0, max = 5) Integer> before,
            @ForAll("orderChanges") List<int[]> changes) {
        int[] keys = new int[31];
        Shares shares = shares(keys.length);
        FairOrder order = new FairOrder(shares);
        List<Integer> model = addAll(before, keys, shares, order);

        for (int[] change : changes) {
            if (change[0] < before.size()) {
                keys[change[0]] = change[1];
                charge(shares, change[0], change[1]);
                order.unsettle(change[0]);
            }
        }

        assertThat(rows(order)).isEqualTo(sorted(model, keys));
    }

    @Property
    void shouldRestoreTheOrderWhenAllKeysChanged(
            @ForAll @Size(max = 31) List<@IntRange(min = 0, max = 5) Integer> before,
            @ForAll @Size(31) List<@IntRange(min = 0, max = 5) Integer> after) {
        int[] keys = new int[31];
        Shares shares = shares(keys.length);
        FairOrder order = new FairOrder(shares);
        List<Integer> model = addAll(before, keys, shares, order);

        for (int row = 0; row < keys.length; row++) {
            keys[row] = after.get(row);
            setKey(shares, row, keys[row]);
        }
        order.sort();

        assertThat(rows(order)).isEqualTo(sorted(model, keys));
    }

    @Property
    void shouldPollDeadlinesByTimeThenInTheOrderOfSetting(
            @ForAll @Size(max = 60) List<@IntRange(min = -9, max = 20) Integer> steps) {
        Deadlines deadlines = new Deadlines();
        List<Entry> model = new ArrayList<>();
        long nowMs = 0;

        for (int step : steps) {
            if (step >= 0) {
                int about = model.size() + 100 * step;
                int node = deadlines.set(nowMs + step, Deadlines.Kind.REVIVE, about);
                model.add(new Entry(node, nowMs + step, about));
            } else if (step < -5 && !model.isEmpty()) {
                deadlines.callOff(model.remove((int) (nowMs % model.size())).node);
            } else {
                nowMs -= step;
            }
            while (deadlines.poll(nowMs)) {
                assertThat(deadlines.dueReference()).isEqualTo(first(model).about);
                model.remove(first(model));
            }
            assertThat(deadlines.isOrdered()).isTrue();
            assertThat(deadlines.size()).isEqualTo(model.size());
            assertThat(deadlines.firstMs())
                    .isGreaterThan(nowMs)
                    .isEqualTo(model.isEmpty() ? Long.MAX_VALUE : first(model).atMs);
        }
    }

    private record Entry(int node, long atMs, int about) {}

    /** A stable minimum: the list is in the order of setting. */
    private static Entry first(List<Entry> model) {
        return model.stream().min(Comparator.comparingLong(Entry::atMs)).orElseThrow();
    }

    /** Rows of a cluster of a thousand cpus, named in order of their index. */
    private static Shares shares(int rows) {
        ClusterTotal total = new ClusterTotal(Set.of());
        total.set(Quantities.of(Map.of("cpus", 1_000_000L)));
        Shares shares = new Shares(total, null);
        for (int row = 0; row < rows; row++) {
            shares.start(row, "row-" + (char) ('A' + row));
        }
        return shares;
    }

    private static void setKey(Shares shares, int row, int cpus) {
        charge(shares, row, cpus);
        shares.rekey(row);
    }

    private static void charge(Shares shares, int row, int cpus) {
        ResourceColumn amounts = new ResourceColumn();
        amounts.ensure(0);
        amounts.setPlain(0, ResourceColumn.CPUS, shares.pool(row, ResourceColumn.CPUS));
        shares.discharge(row, amounts, 0);
        amounts.setPlain(0, ResourceColumn.CPUS, cpus);
        shares.charge(row, amounts, 0);
    }

    private static List<Integer> rows(FairOrder order) {
        List<Integer> rows = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
            rows.add(order.get(i));
        }
        return rows;
    }

    private static List<Integer> sorted(List<Integer> rows, int[] keys) {
        List<Integer> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.<Integer>comparingInt(row -> keys[row]).thenComparing(Comparator.naturalOrder()));
        return sorted;
    }
}
