package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The tree against {@link TreeMap}: positive numbers are put, negative ones taken away. */
class SortedTreeProperties {
    private static SortedTree<Integer, Integer> empty() {
        return SortedTree.empty(Comparator.naturalOrder());
    }

    private static List<Integer> ascending(SortedTree<Integer, Integer> tree, Integer from, Integer to) {
        List<Integer> seen = new ArrayList<>();
        tree.ascend(from, to, (key, value) -> seen.add(key));
        return seen;
    }

    private static List<Integer> descending(SortedTree<Integer, Integer> tree, Integer from, Integer to) {
        List<Integer> seen = new ArrayList<>();
        tree.descend(from, to, (key, value) -> seen.add(key));
        return seen;
    }

    private static Map<Integer, Integer> content(SortedTree<Integer, Integer> tree) {
        Map<Integer, Integer> content = new TreeMap<>();
        tree.forEach((key, value) -> {
            content.put(key, value);
            return true;
        });
        return content;
    }

    @Property
    void shouldHoldWhatATreeMapHoldsAndKeepEveryFormerState(
            @ForAll @Size(max = 200) List<@IntRange(min = -50, max = 50) Integer> steps) {
        SortedTree<Integer, Integer> tree = empty();
        NavigableMap<Integer, Integer> model = new TreeMap<>();
        List<SortedTree<Integer, Integer>> trees = new ArrayList<>();
        List<Map<Integer, Integer>> models = new ArrayList<>();

        for (int i = 0; i < steps.size(); i++) {
            int step = steps.get(i);
            if (step > 0) {
                tree = tree.with(step, i);
                model.put(step, i);
            } else {
                tree = tree.without(-step);
                model.remove(-step);
            }
            trees.add(tree);
            models.add(new TreeMap<>(model));
        }

        for (int i = 0; i < trees.size(); i++) {
            assertThat(content(trees.get(i))).isEqualTo(models.get(i));
            assertThat(trees.get(i).size()).isEqualTo(models.get(i).size());
        }
    }

    @Property
    void shouldWalkExactlyTheRange(
            @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 50) Integer> keys,
            @ForAll @IntRange(max = 52) int from,
            @ForAll @IntRange(max = 52) int to) {
        SortedTree<Integer, Integer> tree = empty();
        NavigableMap<Integer, Integer> model = new TreeMap<>();
        for (int key : keys) {
            tree = tree.with(key, key);
            model.put(key, key);
        }

        List<Integer> within = from > to
                ? new ArrayList<>()
                : new ArrayList<>(model.subMap(from, to).keySet());
        assertThat(ascending(tree, from, to)).isEqualTo(within);
        assertThat(ascending(tree, from, null))
                .isEqualTo(new ArrayList<>(model.tailMap(from).keySet()));
        Collections.reverse(within);
        assertThat(descending(tree, from, to)).isEqualTo(within);
        assertThat(descending(tree, null, to))
                .isEqualTo(new ArrayList<>(model.headMap(to, false).descendingKeySet()));
    }

    @Property(tries = 200)
    void shouldStopWhenTheVisitorHasSeenEnough(@ForAll @IntRange(min = 1, max = 30) int enough) {
        SortedTree<Integer, Integer> tree = empty();
        for (int key = 0; key < 50; key++) {
            tree = tree.with(key, key);
        }

        List<Integer> seen = new ArrayList<>();
        tree.ascend(10, null, (key, value) -> {
            seen.add(key);
            return seen.size() < enough;
        });
        assertThat(seen).hasSize(enough).startsWith(10).isSorted();
        seen.clear();
        tree.descend(null, 40, (key, value) -> {
            seen.add(key);
            return seen.size() < enough;
        });
        assertThat(seen).hasSize(enough).startsWith(39).isSortedAccordingTo(Comparator.reverseOrder());
    }

    @Property(tries = 20)
    void shouldStayFlatHoweverItGrows(@ForAll boolean rising) {
        SortedTree<Integer, Integer> tree = empty();
        for (int i = 0; i < 10_000; i++) {
            tree = tree.with(rising ? i : -i, i);
        }
        for (int i = 0; i < 9_000; i++) {
            tree = tree.without(rising ? i : -i);
        }
        // 1.44 log2(1000) is 14.4
        assertThat(tree.height()).isLessThanOrEqualTo(14);
        assertThat(tree.size()).isEqualTo(1_000);
    }
}
