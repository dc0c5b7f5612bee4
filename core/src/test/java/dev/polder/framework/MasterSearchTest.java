package dev.polder.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MasterSearchTest {
    private static final InetSocketAddress M1 = InetSocketAddress.createUnresolved("m1", 5050);
    private static final InetSocketAddress M2 = InetSocketAddress.createUnresolved("m2", 5050);
    private static final InetSocketAddress M3 = InetSocketAddress.createUnresolved("m3", 5050);

    @Test
    void shouldAskAllAtOnceInRoundsThatAreSoonFurtherApart() {
        MasterSearch search = new MasterSearch(List.of(M1, M2, M3));

        for (int round = 1; round <= MasterSearch.QUICK_ROUNDS; round++) {
            assertThat(nextRound(search)).isEqualTo(MasterSearch.DELAY_MIN);
        }
        assertThat(nextRound(search)).hasMillis(40);
        assertThat(nextRound(search)).hasMillis(80);
        for (int i = 0; i < 4; i++) {
            nextRound(search);
        }
        assertThat(nextRound(search)).isEqualTo(MasterSearch.DELAY_MAX);
    }

    /** Returns the pause after it. */
    private static Duration nextRound(MasterSearch search) {
        assertThat(search.current()).isEqualTo(M1);
        assertThat(search.next()).isZero();
        assertThat(search.current()).isEqualTo(M2);
        assertThat(search.next()).isZero();
        assertThat(search.current()).isEqualTo(M3);
        return search.next();
    }

    @Test
    void shouldBeginAgainWithTheShortestDelayAfterALeaderThatLasted() {
        MasterSearch search = new MasterSearch(List.of(M1));
        for (int round = 1; round <= MasterSearch.QUICK_ROUNDS; round++) {
            search.next();
        }
        assertThat(search.next()).hasMillis(40);

        search.settled();

        assertThat(search.next()).isEqualTo(MasterSearch.DELAY_MIN);
    }

    @Test
    void shouldFollowOneRedirectAtOnceAndPauseWhenSentAround() {
        MasterSearch search = new MasterSearch(List.of(M1, M2));

        assertThat(search.redirectTo(M2)).isEqualTo(Duration.ZERO);
        assertThat(search.current()).isEqualTo(M2);
        assertThat(search.redirectTo(M1)).isEqualTo(Duration.ZERO);
        assertThat(search.redirectTo(M2)).hasMillis(20);
        assertThat(search.redirectTo(M1)).isEqualTo(Duration.ZERO);
        assertThat(search.redirectTo(M2)).hasMillis(20);
    }

    @Test
    void shouldPassOverASilentMasterForAWhileWhoeverNamesIt() {
        MasterSearch search = new MasterSearch(List.of(M1, M2, M3));
        search.silent();

        Duration waited = search.next();
        while (waited.compareTo(MasterSearch.AVOIDED) < 0) {
            assertThat(search.current()).isEqualTo(M2);
            waited = waited.plus(search.redirectTo(M1));
            assertThat(search.current()).isEqualTo(M3);
            waited = waited.plus(search.next());
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

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void shouldPassOverASilentMasterByItsNameOrItsAddress(String named) {
        InetSocketAddress resolved = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5050);
        MasterSearch search = new MasterSearch(List.of(M1, resolved, M3));
        search.redirectTo(InetSocketAddress.createUnresolved(named, 5050));
        search.silent();

        for (int i = 0; i < 6; i++) {
            search.next();
            assertThat(search.current()).isNotEqualTo(resolved);
        }
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
