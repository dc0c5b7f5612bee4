package dev.polder.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.polder.offer.resource.Resources;
import org.junit.jupiter.api.Test;

/** Whether what is wrong would be found: a checker that has never failed is not trusted. */
final class OfferClusterTest {
    private static final ClusterSize SIZE = new ClusterSize(12, 6, 2);

    private final OfferCluster cluster = OfferCluster.free(SIZE);

    @Test
    void shouldPassWhatTheEngineOffers() {
        cluster.engine().run(0, cluster.notes());

        cluster.checkOffers(SIZE.agents());

        assertThat(cluster.notes().count()).isEqualTo(SIZE.agents());
    }

    @Test
    void shouldMissOfferThatWasNotMade() {
        cluster.engine().setAgentActive(7, false, cluster.notes());
        cluster.engine().run(0, cluster.notes());

        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.checkOffers(SIZE.agents()))
                .withMessage("11 offers were made, not 12");
    }

    @Test
    void shouldFindOfferThatDoesNotStand() {
        cluster.engine().run(0, cluster.notes());
        cluster.engine().withdraw(cluster.notes().id(3));

        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.checkOffers(SIZE.agents()))
                .withMessage("offer 3 is not open");
    }

    @Test
    void shouldFindOfferOutOfTurn() {
        cluster.engine().suppress(0, cluster.role(0));
        cluster.engine().run(0, cluster.notes());

        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.checkOffers(SIZE.agents()))
                .withMessage("framework 2 got an offer out of its turn");
    }

    @Test
    void shouldFindOfferOfLessThanIsFree() {
        OfferCluster small = OfferCluster.free(new ClusterSize(3, 1, 1));
        small.engine().use(0, small.role(0), 2, Resources.ofPlain(1_000, 0, 0, 0), small.notes());
        small.engine().run(0, small.notes());

        assertThatIllegalStateException()
                .isThrownBy(() -> small.checkOffers(3))
                .withMessageEndingWith(": not all that is free");
    }
}
