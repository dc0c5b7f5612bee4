package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
    void shouldDivideLikeBigNumbers(
            @ForAll @LongRange(min = 0, max = (1L << 43) - 1) long part,
            @ForAll @LongRange(min = 1, max = (1L << 43) - 1) long total) {
        BigInteger wholes = BigInteger.valueOf(part).divide(BigInteger.valueOf(total));
        BigInteger exact = BigInteger.valueOf(part).shiftLeft(40).divide(BigInteger.valueOf(total));
        BigInteger cap = BigInteger.valueOf(4096);

        BigInteger expected = wholes.compareTo(cap) >= 0 ? cap.shiftLeft(40) : exact;
        assertThat(Shares.fraction(part, total)).isEqualTo(expected.longValueExact());
    }

    @Property
    void shouldStayCloseForTotalsBeyondAllReason(
            @ForAll @LongRange(min = 1L << 43) long total, @ForAll @LongRange(min = 0) long part) {
        BigInteger exact = BigInteger.valueOf(part).shiftLeft(40).divide(BigInteger.valueOf(total));
        BigInteger share = BigInteger.valueOf(Shares.fraction(part, total));

        BigInteger error = exact.subtract(share).abs();
        BigInteger allowed = exact.shiftRight(40).add(BigInteger.ONE).shiftLeft(2);
        assertThat(exact.bitLength() > 52 || error.compareTo(allowed) <= 0)
                .as("%s is not about %s", share, exact)
                .isTrue();
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
        FairOrder order = new FairOrder((one, other) ->
                keys[one] != keys[other] ? Integer.compare(keys[one], keys[other]) : Integer.compare(one, other));
        List<Integer> model = new ArrayList<>();

        for (int[] change : changes) {
            Integer row = change[0];
            if (model.remove(row)) {
                order.remove(row);
            }
            keys[row] = change[1];
            if (change[1] > 0) {
                order.add(row);
                model.add(row);
            }
            assertThat(rows(order)).isEqualTo(sorted(model, keys));
        }
    }

    @Property
    void shouldRestoreTheOrderWhenAllKeysChanged(
            @ForAll @Size(max = 31) List<@IntRange(min = 0, max = 5) Integer> before,
            @ForAll @Size(31) List<@IntRange(min = 0, max = 5) Integer> after) {
        int[] keys = new int[31];
        FairOrder order = new FairOrder((one, other) ->
                keys[one] != keys[other] ? Integer.compare(keys[one], keys[other]) : Integer.compare(one, other));
        List<Integer> model = new ArrayList<>();
        for (int row = 0; row < before.size(); row++) {
            keys[row] = before.get(row);
            order.add(row);
            model.add(row);
        }

        for (int row = 0; row < keys.length; row++) {
            keys[row] = after.get(row);
        }
        order.sort();

        assertThat(rows(order)).isEqualTo(sorted(model, keys));
    }

    @Property
    void shouldPollDeadlinesByTimeThenInTheOrderOfSetting(
            @ForAll @Size(max = 60) List<@IntRange(min = -9, max = 20) Integer> steps) {
        Deadlines deadlines = new Deadlines();
        List<Deadline> model = new ArrayList<>();
        long nowMs = 0;

        for (int step : steps) {
            if (step >= 0) {
                Deadline added = new Deadline.WaitingRevive(0, nowMs + step);
                deadlines.set(added);
                model.add(added);
            } else if (step < -5 && !model.isEmpty()) {
                deadlines.callOff(model.remove((int) (nowMs % model.size())));
            } else {
                nowMs -= step;
            }
            for (Deadline due = deadlines.poll(nowMs); due != null; due = deadlines.poll(nowMs)) {
                assertThat(due).isSameAs(first(model));
                model.remove(due);
            }
            assertThat(deadlines.size()).isEqualTo(model.size());
            assertThat(deadlines.firstMs())
                    .isGreaterThan(nowMs)
                    .isEqualTo(model.isEmpty() ? Long.MAX_VALUE : first(model).atMs);
        }
    }

    /** A stable minimum: the list is in the order of setting. */
    private static Deadline first(List<Deadline> model) {
        return model.stream()
                .min(Comparator.comparingLong(deadline -> deadline.atMs))
                .orElseThrow();
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
