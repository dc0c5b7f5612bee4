package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A table and its views against a plain list of slots. */
class TableProperties {

    @Property(tries = 200)
    void shouldBehaveAsAPlainListAndKeepItsViews(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int viewsEvery) {
        Random random = new Random(seed);
        Table<Integer> table = new Table<>();
        List<Integer> model = new ArrayList<>();
        Map<Table.View<Integer>, List<Integer>> views = new HashMap<>();

        for (int step = 0; step < 600; step++) {
            change(random, table, model, step);
            if (step % viewsEvery == 0) {
                views.put(table.view(), values(model));
            }
        }

        views.put(table.view(), values(model));
        views.forEach((view, expected) -> {
            assertThat(view).containsExactlyElementsOf(expected);
            assertThat(view.size()).isEqualTo(expected.size());
        });
        assertThat(table.size()).isEqualTo(values(model).size());
    }

    private static void change(Random random, Table<Integer> table, List<Integer> model, int value) {
        List<Integer> used = new ArrayList<>();
        for (int slot = 0; slot < model.size(); slot++) {
            if (model.get(slot) != null) {
                used.add(slot);
            }
        }
        if (used.isEmpty() || random.nextInt(3) > 0) {
            int slot = table.add(value);
            if (slot == model.size()) {
                model.add(value);
            } else {
                assertThat(model.get(slot)).as("a free slot is handed out").isNull();
                model.set(slot, value);
            }
            return;
        }
        int slot = used.get(random.nextInt(used.size()));
        assertThat(table.get(slot)).isEqualTo(model.get(slot));
        if (random.nextBoolean()) {
            table.set(slot, value);
            model.set(slot, value);
        } else {
            assertThat(table.remove(slot)).isEqualTo(model.get(slot));
            model.set(slot, null);
        }
    }

    private static List<Integer> values(List<Integer> model) {
        return model.stream().filter(value -> value != null).toList();
    }

    @Example
    void shouldHandOutFreedSlotsFirst() {
        Table<String> table = new Table<>();
        table.add("a");
        int slot = table.add("b");
        table.add("c");
        table.remove(slot);

        assertThat(table.add("d")).isEqualTo(slot);
    }

    @Example
    void shouldNotFindWhatWasRemoved() {
        Table<String> table = new Table<>();
        int slot = table.add("a");
        table.remove(slot);

        assertThatThrownBy(() -> table.get(slot)).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> table.remove(slot)).isInstanceOf(NoSuchElementException.class);
        assertThat(table.view()).isEmpty();
    }
}
