package dev.polder.raft.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** A history against a plain map, with its records in the heap and in a store that has room for some of them. */
class HistoryProperties {
    private static final HistoryLimits LIMITS = new HistoryLimits(5, 40, 100);

    /** One step; a length below 0 removes. */
    record Step(long number, int version, int length) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 12),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.oneOf(
                                Arbitraries.just(-1), Arbitraries.integers().between(OwnRecords.HEAD_BYTES, 45)))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    @Property
    void holdsWhatAPlainMapHolds(@ForAll("steps") List<Step> steps, @ForAll boolean hasStore) {
        PickyStore store = new PickyStore();
        History history = new BoundedHistory(LIMITS, hasStore ? store : null);
        TreeMap<Long, byte[]> model = new TreeMap<>();

        for (Step step : steps) {
            if (step.length < 0) {
                history.remove(step.number);
                model.remove(step.number);
            } else {
                byte[] record = OwnRecords.record(step.number, step.version, step.length);
                boolean kept = history.put(step.number, record);
                putInModel(model, step.number, record);
                assertThat(kept).isEqualTo(model.containsKey(step.number));
            }
            assertThat(history.size()).isEqualTo(model.size()).isLessThanOrEqualTo(LIMITS.recordsMax());
            assertThat(history.numbers())
                    .containsExactly(
                            model.keySet().stream().mapToLong(Long::longValue).toArray());
            for (long number = 0; number <= 12; number++) {
                assertThat(history.get(number).orElse(null)).isEqualTo(model.get(number));
                assertThat(history.contains(number)).isEqualTo(model.containsKey(number));
            }
            assertThat(model.keySet()).as("nothing else is in the store").containsAll(store.records.keySet());
        }
    }

    @Property
    void keepsItsBoundsOverWhatItFinds(@ForAll("steps") List<Step> steps) {
        PickyStore store = new PickyStore();
        steps.stream()
                .filter(step -> step.length >= 0)
                .forEach(step ->
                        store.records.put(step.number, OwnRecords.record(step.number, step.version, step.length)));
        TreeMap<Long, byte[]> model = new TreeMap<>(store.records);
        while (isOver(model)) {
            model.pollFirstEntry();
        }

        History history = new BoundedHistory(LIMITS, store);

        assertThat(history.numbers())
                .containsExactly(
                        model.keySet().stream().mapToLong(Long::longValue).toArray());
        assertThat(store.records.keySet()).isEqualTo(model.keySet());
    }

    private static void putInModel(NavigableMap<Long, byte[]> model, long number, byte[] record) {
        model.remove(number);
        if (record.length > LIMITS.recordBytesMax()) {
            return;
        }
        model.put(number, record);
        while (isOver(model)) {
            model.pollFirstEntry();
        }
    }

    private static boolean isOver(Map<Long, byte[]> model) {
        return model.size() > LIMITS.recordsMax()
                || model.values().stream().mapToLong(record -> record.length).sum() > LIMITS.bytesMax();
    }

    /** Takes every second length. */
    private static final class PickyStore implements RecordStore {
        final Map<Long, byte[]> records = new HashMap<>();

        @Override
        public void visit(Visitor visitor) {
            records.forEach((number, record) -> visitor.record(number, record.length));
        }

        @Override
        public boolean put(long number, byte[] record) {
            if (record.length % 2 == 1) {
                records.remove(number);
                return false;
            }
            records.put(number, record.clone());
            return true;
        }

        @Override
        public byte @Nullable [] get(long number) {
            return records.get(number);
        }

        @Override
        public void remove(long number) {
            records.remove(number);
        }

        @Override
        public void close() {
            records.clear();
        }
    }
}
