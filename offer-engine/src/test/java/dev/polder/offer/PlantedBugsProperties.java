package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;

/** The comparison of engine and shadow must be able to fail: a mistake on one side is seen. */
final class PlantedBugsProperties {
    private static final int HISTORIES_MAX = 400;
    private static final long SEED = 17;

    @Provide
    Arbitrary<Shadow.Bug> bugs() {
        return Arbitraries.of(EnumSet.complementOf(EnumSet.of(Shadow.Bug.NONE)));
    }

    @Property
    void shouldFindEachPlantedBug(@ForAll("bugs") Shadow.Bug bug) {
        long unseen = histories().takeWhile(history -> isSame(bug, history)).count();

        assertThat(unseen).as("histories until %s was seen", bug).isLessThan(HISTORIES_MAX);
    }

    /** What never happens in a history is not tested by it. */
    @Example
    void shouldLetEverythingHappen() {
        Replay.Tally tally = new Replay.Tally();
        histories().forEach(history -> {
            Replay replay = new Replay(Shadow.Bug.NONE);
            history.forEach(replay::play);
            tally.add(replay);
        });

        assertThat(tally.seldomHappened(20)).isEqualTo(Collections.emptyMap());
    }

    private static boolean isSame(Shadow.Bug bug, List<Command> history) {
        Replay replay = new Replay(bug);
        try {
            history.forEach(replay::play);
            return true;
        } catch (AssertionError | RuntimeException seen) {
            return false;
        }
    }

    private static Stream<List<Command>> histories() {
        RandomGenerator<List<Command>> generator = Command.histories().generator(1_000);
        Random random = new Random(SEED);
        return Stream.generate(() -> generator.next(random))
                .map(Shrinkable::value)
                .limit(HISTORIES_MAX);
    }
}
