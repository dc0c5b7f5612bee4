package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class TermStartsTest {
    /** Against a list of all terms: appended, cut at the end, dropped at the beginning, begun anew. */
    @Property(tries = 300)
    void shouldKnowTheTermOfEachEntry(@ForAll long seed) {
        Random random = new Random(seed);
        TermStarts starts = new TermStarts();
        List<Long> terms = new ArrayList<>();
        long floor = 0;
        long term = 1;
        for (int step = 0; step < 200; step++) {
            int choice = random.nextInt(20);
            if (choice < 16) {
                term += random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
                terms.add(term);
                starts.appended(floor + terms.size(), term);
            } else if (choice < 18 && !terms.isEmpty()) {
                int kept = random.nextInt(terms.size() + 1);
                terms.subList(kept, terms.size()).clear();
                starts.cut(floor + kept);
            } else if (choice < 19 && !terms.isEmpty()) {
                int dropped = random.nextInt(terms.size());
                terms.subList(0, dropped).clear();
                floor += dropped;
                starts.dropped(floor);
            } else if (random.nextInt(5) == 0) {
                terms.clear();
                floor += 100;
                starts.clear();
            }
            for (int i = 0; i < terms.size(); i++) {
                assertThat(starts.of(floor + 1 + i)).isEqualTo(terms.get(i));
                assertThat(starts.firstOfTerm(floor + 1 + i)).isEqualTo(floor + 1 + terms.indexOf(terms.get(i)));
            }
        }
    }

    @Example
    void shouldSayWhichEntryThereIsNot() {
        TermStarts starts = new TermStarts();
        starts.appended(5, 2);

        assertThatThrownBy(() -> starts.of(4)).hasMessage("no entry 4, terms begin with entries [5]");
    }
}
