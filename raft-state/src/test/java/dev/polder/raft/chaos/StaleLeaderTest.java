package dev.polder.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.raft.recipe.Compare;
import dev.polder.raft.recipe.Op;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.RemoteRecipes;
import dev.polder.raft.recipe.Txn;
import dev.polder.raft.recipe.TxnResult;
import dev.polder.raft.recipe.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A leader that does not know that another leads by now, and a client that is connected to it: it must get nothing old,
 * and do nothing, there. {@code -DstaleRounds=N} sets how often.
 */
@Tag("slow")
class StaleLeaderTest {
    private static final int ROUNDS = Integer.getInteger("staleRounds", 5);
    /** Nobody hears of a session for a long time here, and it is not to say anything by itself. */
    private static final Duration TTL = Duration.ofMinutes(10);

    private static final int SECONDS_MAX = 60;

    @TempDir
    Path directory;

    @FunctionalInterface
    private interface Step {
        void of(VictimCluster cluster, int member) throws Exception;
    }

    @BeforeEach
    void needsNetworks() {
        Optional<String> problem = HostNetwork.problem();
        assumeTrue(problem.isEmpty(), problem::get);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** What the client asks waits in the leader's socket when it goes on, and is the first thing that it hears. */
    @Test
    void shouldAnswerNothingOldWhenALeaderGoesOnThatStoodStillWhileAnotherWasElected() throws Exception {
        rounds(VictimCluster::pause, VictimCluster::resume);
    }

    @Test
    void shouldAnswerNothingOldWhenALeaderIsCutOffFromAllButItsClient() throws Exception {
        rounds(VictimCluster::isolate, (cluster, member) -> {});
    }

    /** Nothing but the client's question reaches it, and it has no reason to doubt that it leads. */
    @Test
    void shouldAnswerNothingOldWhenALeaderGoesOnThatHearsOnlyItsClient() throws Exception {
        rounds(
                (cluster, member) -> {
                    cluster.isolate(member);
                    cluster.pause(member);
                },
                VictimCluster::resume);
    }

    private void rounds(Step before, Step after) throws Exception {
        try (VictimCluster cluster = VictimCluster.start(3, directory)) {
            for (int round = 0; round < ROUNDS; round++) {
                int leader = cluster.awaitLeader();
                try (RemoteRecipes remote = RemoteRecipes.start("stale", cluster.addresses());
                        Recipes stale = get(remote.open(TTL))) {
                    get(stale.keys().put("k", Value.of("old " + round)));
                    get(stale.keys().get("k"));

                    before.of(cluster, leader);
                    writeElsewhere(cluster, leader, round);
                    checkStale(cluster, leader, stale, round, after);
                } finally {
                    cluster.resume(leader);
                    cluster.network().heal();
                }
                cluster.checkRunning();
            }
        }
    }

    /** By whom the others elected, as soon as they have: the old leader gives up by itself not long after. */
    private static void writeElsewhere(VictimCluster cluster, int leader, int round) throws Exception {
        int elected = cluster.awaitLeaderOtherThan(leader);
        String address = cluster.addresses().get(elected - 1);
        try (RemoteRecipes remote = RemoteRecipes.start("fresh", List.of(address));
                Recipes fresh = get(remote.open(TTL))) {
            get(fresh.keys().put("k", Value.of("new " + round)));
        }
    }

    private static void checkStale(VictimCluster cluster, int leader, Recipes stale, int round, Step after)
            throws Exception {
        CompletableFuture<String> read = stale.keys()
                .get("k")
                .thenApply(entry -> entry.orElseThrow().value().text());
        CompletableFuture<TxnResult> write = stale.keys()
                .transact(Txn.when(Compare.holds("k", Value.of("old " + round)))
                        .then(Op.put("done", Value.of("by a stale leader"))));
        after.of(cluster, leader);

        assertThat(get(read)).isEqualTo("new " + round);
        assertThat(get(write).held()).isFalse();
        assertThat(get(stale.keys().get("done"))).isEmpty();
        assertThat(stale.ended()).isNotDone();
    }
}
