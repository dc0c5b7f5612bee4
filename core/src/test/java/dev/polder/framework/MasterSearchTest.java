package dev.polder.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MasterSearchTest {
    private static final InetSocketAddress M1 = InetSocketAddress.createUnresolved("m1", 5050);
    private static final InetSocketAddress M2 = InetSocketAddress.createUnresolved("m2", 5050);
    private static final InetSocketAddress M3 = InetSocketAddress.createUnresolved("m3", 5050);

    @Test
    void shouldAskInTurnWithDelaysThatDoubleWithEachRound() {
        MasterSearch search = new MasterSearch(List.of(M1, M2, M3));

        assertThat(search.current()).isEqualTo(M1);
        for (long delay : new long[] {20, 20, 20, 40, 40, 40, 80, 80}) {
            assertThat(search.next()).hasMillis(delay);
        }
        assertThat(search.current()).isEqualTo(M3);
        for (int i = 0; i < 30; i++) {
            search.next();
        }
        assertThat(search.next()).isEqualTo(MasterSearch.DELAY_MAX);
    }

    @Test
    void shouldBeginAgainWithTheShortestDelayAfterALeaderThatLasted() {
        MasterSearch search = new MasterSearch(List.of(M1, M2));
        search.next();
        search.next();

        search.settled();

        assertThat(search.next()).isEqualTo(MasterSearch.DELAY_MIN);
    }

    @Test
    void shouldFollowOneRedirectAtOnceAndFurtherOnesWithDelay() {
        MasterSearch search = new MasterSearch(List.of(M1, M2));

        assertThat(search.redirectTo(M2)).isEqualTo(Duration.ZERO);
        assertThat(search.current()).isEqualTo(M2);
        assertThat(search.redirectTo(M1)).hasMillis(20);
        assertThat(search.redirectTo(M2)).hasMillis(20);
        assertThat(search.redirectTo(M1)).hasMillis(40);
    }

    @Test
    void shouldPassOverASilentMasterForAWhileWhoeverNamesIt() {
        MasterSearch search = new MasterSearch(List.of(M1, M2, M3));
        search.silent();

        search.next();
        assertThat(search.current()).isEqualTo(M2);
        assertThat(search.redirectTo(M1)).isEqualTo(Duration.ofMillis(20));
        assertThat(search.current()).isEqualTo(M3);
        search.next();
        assertThat(search.current()).isEqualTo(M2);
        for (int pass = 2; pass < MasterSearch.PASSES_MAX; pass++) {
            search.redirectTo(M1);
            assertThat(search.current()).isEqualTo(M3);
            search.redirectTo(M2);
        }

        search.redirectTo(M1);
        assertThat(search.current()).isEqualTo(M1);
    }

    @Test
    void shouldAskASilentMasterAgainWhereThereIsNoOther() {
        MasterSearch search = new MasterSearch(List.of(M1));
        search.silent();

        search.next();

        assertThat(search.current()).isEqualTo(M1);
    }

    @Test
    void shouldKnowALeaderOfTheListWhetherItsNameIsResolvedOrNot() {
        MasterSearch search =
                new MasterSearch(List.of(M1, new InetSocketAddress(InetAddress.getLoopbackAddress(), 5050), M3));
        search.redirectTo(InetSocketAddress.createUnresolved("localhost", 5050));

        search.next();

        assertThat(search.current()).isEqualTo(M3);
    }

    @Test
    void shouldReturnToTheListWhenAnUnlistedLeaderIsGone() {
        MasterSearch search = new MasterSearch(List.of(M1, M2));
        search.redirectTo(M3);

        assertThat(search.current()).isEqualTo(M3);
        search.next();
        assertThat(search.current()).isEqualTo(M2);
        assertThat(search.redirectTo(M3)).isEqualTo(Duration.ZERO);
    }

    @Test
    void shouldRefuseAnEmptyList() {
        assertThatThrownBy(() -> new MasterSearch(List.of())).hasMessageContaining("at least one");
    }
}
