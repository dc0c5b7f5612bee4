package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {
    private static final LeaseId LEASE = new LeaseId(1);
    private static final LeaseId OTHER = new LeaseId(2);

    private final LeaseKeeper keeper = new LeaseKeeper(1_000);
    private long nowMs = 1_000;

    /** Time passes as a member that is awake sees it. */
    private void pass(long ms) {
        for (long left = ms; left > 0; left -= 100) {
            nowMs += Math.min(100, left);
            keeper.passed(nowMs);
        }
    }

    @Test
    void shouldEndALeaseAfterItsTimeAndNotBefore() {
        keeper.add(LEASE, 3_000);
        pass(2_999);
        assertThat(keeper.due(10)).isEmpty();
        pass(1);
        assertThat(keeper.due(10)).containsExactly(LEASE);
        assertThat(keeper.due(10)).isEmpty();
    }

    @Test
    void shouldGiveItsWholeTimeToALeaseThatIsKeptAlive() {
        keeper.add(LEASE, 3_000);
        keeper.add(OTHER, 3_000);
        pass(2_000);
        assertThat(keeper.keepAlive(LEASE)).isTrue();
        pass(1_000);
        assertThat(keeper.due(10)).containsExactly(OTHER);
        pass(1_999);
        assertThat(keeper.due(10)).isEmpty();
        pass(1);
        assertThat(keeper.due(10)).containsExactly(LEASE);
    }

    @Test
    void shouldNotKeepAliveWhatIsEndingOrUnknown() {
        keeper.add(LEASE, 3_000);
        pass(3_000);
        assertThat(keeper.due(10)).containsExactly(LEASE);
        assertThat(keeper.keepAlive(LEASE)).isFalse();
        assertThat(keeper.keepAlive(OTHER)).isFalse();
    }

    @Test
    void shouldBringUpAgainWhatCouldNotBeProposed() {
        keeper.add(LEASE, 3_000);
        pass(3_000);
        keeper.postpone(keeper.due(10));
        assertThat(keeper.due(10)).containsExactly(LEASE);
        keeper.postpone(List.of(LEASE));
        assertThat(keeper.keepAlive(LEASE)).isTrue();
        assertThat(keeper.due(10)).isEmpty();
    }

    /** While the member stood still, calls that keep leases alive could not be read. */
    @Test
    void shouldNotCountTimeThatItDidNotWatch() {
        keeper.add(LEASE, 3_000);
        nowMs += 60_000;
        keeper.passed(nowMs);
        assertThat(keeper.due(10)).isEmpty();
        pass(3_000 - LeaseKeeper.WATCHED_MS_MAX);
        assertThat(keeper.due(10)).containsExactly(LEASE);
    }

    @Test
    void shouldNotBeMovedByAClockThatGoesBack() {
        keeper.add(LEASE, 3_000);
        keeper.passed(nowMs - 500);
        keeper.passed(nowMs - 499);
        assertThat(keeper.due(10)).isEmpty();
    }

    /** A call that opened a session may be repeated while the session ends. */
    @Test
    void shouldNotBeginALeaseAnewThatIsEnding() {
        keeper.add(LEASE, 3_000);
        pass(3_000);
        assertThat(keeper.due(10)).containsExactly(LEASE);
        keeper.add(LEASE, 3_000);
        assertThat(keeper.keepAlive(LEASE)).isFalse();
    }

    @Test
    void shouldBringUpFewAtATime() {
        for (int i = 1; i <= 5; i++) {
            keeper.add(new LeaseId(i), 100);
        }
        pass(100);
        assertThat(keeper.due(3)).hasSize(3);
        assertThat(keeper.due(3)).hasSize(2);
    }

    @Test
    void shouldForgetALeaseThatEnded() {
        keeper.add(LEASE, 3_000);
        keeper.remove(LEASE);
        pass(3_000);
        assertThat(keeper.due(10)).isEmpty();
    }
}
