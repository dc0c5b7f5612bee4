package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import org.junit.jupiter.api.Test;

final class FairTurnsTest {
    private static final Resources CPU = Resources.ofPlain(1_000, 0, 0, 0);
    private static final Resources HALF = Resources.ofPlain(500, 0, 0, 0);

    private final FairTurns turns = new FairTurns(Quantities.ofPlain(10_000, 0, 0, 10_000));

    @Test
    void shouldBeginWithFirstRoleAndFirstFrameworkByName() {
        turns.add("f2", "r1");
        turns.add("f1", "r1");
        turns.add("f0", "r2");

        assertThat(turns.isTurnOf(1)).isTrue();
        assertThat(turns.isTurnOf(0)).isFalse();
        assertThat(turns.isTurnOf(2)).isFalse();
    }

    @Test
    void shouldGoOnWithRoleOfSmallestShareHoweverManyFrameworksItHas() {
        turns.add("f1", "r1");
        turns.add("f2", "r1");
        turns.add("f3", "r2");

        turns.offered(0, HALF);
        assertThat(turns.isTurnOf(2)).isTrue();

        turns.offered(2, CPU);
        assertThat(turns.isTurnOf(1)).isTrue();
    }

    @Test
    void shouldTakeTurnsByOffersWhereSharesAreEqual() {
        turns.add("f1", "r");
        turns.add("f2", "r");

        turns.offered(0, CPU);
        turns.returned(0, CPU);

        assertThat(turns.isTurnOf(1)).isTrue();
    }

    @Test
    void shouldCountTheLargestShareOfAll() {
        turns.add("f1", "r");
        turns.add("f2", "r");

        turns.offered(0, Resources.ofPlain(1_000, 0, 0, 2_000));
        turns.offered(1, Resources.ofPlain(1_500, 0, 0, 0));

        assertThat(turns.isTurnOf(1)).isTrue();
    }
}
