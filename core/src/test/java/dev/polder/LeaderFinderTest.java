package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.LeaderSearch;
import dev.polder.raft.LocatedLeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class LeaderFinderTest {
    private static final LeaderSearch NOBODY = new LeaderSearch(Optional.empty(), List.of("m1:5052: refused"));
    private static final LeaderSearch FOUND = new LeaderSearch(
            Optional.of(new LocatedLeader("m1:5052", 7, MasterAddress.text("10.0.0.1", 5050), "c1")), List.of());

    private final List<String> clusters = new ArrayList<>();
    private final List<Long> askedMs = new ArrayList<>();
    private RuntimeException refusal;
    private LeaderSearch answer = NOBODY;
    private long nowMs;

    private final LeaderFinder finder =
            new LeaderFinder("n", this::cluster, this::ask, () -> nowMs * 1_000_000, () -> {});

    private void cluster(String id) {
        if (refusal != null) {
            throw refusal;
        }
        clusters.add(id);
    }

    private CompletableFuture<LeaderSearch> ask() {
        askedMs.add(nowMs);
        return CompletableFuture.completedFuture(answer);
    }

    private void askEachMsFor(long ms) {
        for (long until = nowMs + ms; nowMs < until; nowMs++) {
            assertThat(finder.get()).isEmpty();
        }
    }

    @Test
    void shouldPauseLongerAndLongerUpToASecondWhileNobodyLeads() {
        askEachMsFor(5_000);

        assertThat(askedMs).startsWith(0L, 40L, 120L, 280L, 600L, 1_240L, 2_240L, 3_240L);
        assertThat(finder.obstacle()).isEqualTo("no leader; m1:5052: refused");
    }

    @Test
    void shouldAskAgainSoonOnceItHasFoundOne() {
        askEachMsFor(5_000);
        answer = FOUND;
        nowMs += 1_000;
        assertThat(finder.get()).contains(new InetSocketAddress("10.0.0.1", 5050));
        int before = askedMs.size();

        answer = NOBODY;
        nowMs += 20;
        finder.get();

        assertThat(askedMs).hasSize(before + 1);
        assertThat(finder.get()).isEmpty();
        assertThat(clusters).containsExactly("c1");
    }

    @Test
    void shouldFollowNoLeaderOfAnotherCluster() {
        answer = FOUND;
        refusal = new IllegalStateException("c1 is another cluster");

        assertThat(finder.get()).isEmpty();
        assertThat(finder.obstacle()).isEqualTo("c1 is another cluster");
    }

    @Test
    void shouldFollowNoLeaderWhoseClusterItCannotRemember() {
        answer = FOUND;
        refusal = new UncheckedIOException(new IOException("disk full"));

        assertThat(finder.get()).isEmpty();
        assertThat(finder.obstacle()).contains("disk full");
    }
}
