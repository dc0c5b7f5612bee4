package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class VictimsTest {
    private static final Demand DEMAND = Demand.of(1, Quantities.ofPlain(5_000, 0, 0, 5_000));
    private static final Room NOTHING = new Room(Resources.EMPTY, Resources.EMPTY);

    private static Victims among(List<Resources> candidates) {
        return new Victims(DEMAND, NOTHING, candidates, new Surplus.Costs(new long[0], new long[candidates.size()][0]));
    }

    @Test
    void shouldTryEachPairOfSortsOnceHoweverManyThereAre() {
        List<Resources> candidates = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            candidates.add(Resources.ofPlain(3_000, 0, 0, 1_000));
            candidates.add(Resources.ofPlain(1_000, 0, 0, 3_000));
        }
        Victims victims = among(candidates);

        assertThat(victims.find(2)).isEmpty();
        assertThat(victims.tries()).isLessThanOrEqualTo(6);
        assertThat(among(candidates).find(64)).hasSize(3);
    }

    @Test
    void shouldFindTwoOfOneSort() {
        List<Resources> candidates = List.of(
                Resources.ofPlain(1_000, 0, 0, 0),
                Resources.ofPlain(2_500, 0, 0, 2_500),
                Resources.ofPlain(1_000, 0, 0, 0),
                Resources.ofPlain(2_500, 0, 0, 2_500),
                Resources.ofPlain(2_500, 0, 0, 2_500));

        assertThat(among(candidates).find(64)).containsExactly(1, 3);
    }
}
