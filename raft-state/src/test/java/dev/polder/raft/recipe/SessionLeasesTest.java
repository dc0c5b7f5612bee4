package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionLeasesTest {
    private static final LeaseId LEASE = new LeaseId(1);

    private final SessionLeases leases = new SessionLeases();
    private final List<String> told = new ArrayList<>();

    private void add(long askedMs, long nowMs) {
        leases.add(LEASE, 1_000, askedMs, nowMs, () -> told.add("doubt"));
        leases.whenSure(LEASE, nowMs, () -> told.add("sure"), () -> told.add("gone"));
    }

    @Test
    void shouldBeSureForTheWholeTimeFromWhenItWasAsked() {
        add(100, 150);
        assertThat(told).containsExactly("sure");
        leases.passed(1_099);
        assertThat(leases.isSure(LEASE, 1_099)).isTrue();
        assertThat(leases.isSure(LEASE, 1_100)).isFalse();
        leases.passed(1_100);
        leases.passed(1_200);
        assertThat(told).containsExactly("sure", "doubt");
    }

    @Test
    void shouldNotBeInDoubtOfWhatItWasNeverSureOf() {
        add(100, 5_000);
        leases.passed(5_020);
        // an answer that is older than the lease's time confirms nothing
        leases.kept(List.of(LEASE), 4_000, 5_030);
        leases.passed(5_040);
        assertThat(told).isEmpty();
        leases.kept(List.of(LEASE), 5_000, 5_050);
        assertThat(told).containsExactly("sure");
        leases.passed(6_000);
        assertThat(told).containsExactly("sure", "doubt");
    }

    @Test
    void shouldBeSureAgainWhenItIsConfirmedAgain() {
        add(100, 100);
        leases.passed(2_000);
        leases.kept(List.of(LEASE), 2_000, 2_010);
        assertThat(leases.isSure(LEASE, 2_999)).isTrue();
        leases.passed(3_000);
        assertThat(told).containsExactly("sure", "doubt", "doubt");
    }

    @Test
    void shouldSayThatALeaseIsGoneAlsoToWhoWaits() {
        add(100, 5_000);
        leases.gone(LEASE);
        leases.gone(LEASE);
        assertThat(told).containsExactly("doubt", "gone");
        assertThat(leases.isSure(LEASE, 0)).isFalse();
        leases.whenSure(LEASE, 0, () -> told.add("sure"), () -> told.add("never"));
        assertThat(told).last().isEqualTo("never");
    }

    @Test
    void shouldKeepAliveThreeTimesWithinTheShortestLease() {
        assertThat(leases.intervalMs()).isGreaterThan(1_000_000);
        add(100, 100);
        leases.add(new LeaseId(2), 300, 100, 100, () -> {});
        assertThat(leases.intervalMs()).isEqualTo(100);
        leases.remove(new LeaseId(2));
        assertThat(leases.all()).containsExactly(LEASE);
    }
}
