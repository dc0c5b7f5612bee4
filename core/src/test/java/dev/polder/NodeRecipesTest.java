package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.ReplicatedLog;
import dev.polder.raft.recipe.Hold;
import dev.polder.raft.recipe.KeyEntry;
import dev.polder.raft.recipe.KeyEvent;
import dev.polder.raft.recipe.KeyRange;
import dev.polder.raft.recipe.Op;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.Txn;
import dev.polder.raft.recipe.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The recipes of a cluster of nodes, in the masters' own log. */
@Tag("slow")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class NodeRecipesTest {
    private static final Duration TTL = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final List<ClusterNode> nodes = new ArrayList<>();

    @AfterEach
    void closeAll() {
        nodes.forEach(ClusterNode::close);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private ClusterNode start(ClusterConfig.Builder config) {
        ClusterNode node =
                ClusterNode.start(config.roles(EnumSet.of(NodeRole.MASTER)).build());
        nodes.add(node);
        return node;
    }

    private void startThree() throws Exception {
        List<Integer> ports = ClusterProcesses.freePorts(3);
        String[] seeds = ports.stream().map(port -> "127.0.0.1:" + port).toArray(String[]::new);
        for (int node = 0; node < 3; node++) {
            start(ClusterConfig.builder()
                    .name("n" + node)
                    .dataDir(directory.resolve("data-" + node))
                    .raftPort(ports.get(node))
                    .seeds(seeds));
        }
        nodes.forEach(node -> node.awaitReady(PATIENCE));
    }

    @Test
    void shouldKeepKeysOfALoneNodeOverItsRestart() throws Exception {
        Path data = directory.resolve("lone");
        try (ClusterNode node = ClusterNode.start(ClusterConfig.builder()
                .dataDir(data)
                .roles(Set.of(NodeRole.MASTER))
                .build())) {
            node.awaitReady(PATIENCE);
            try (Recipes recipes = get(node.openRecipes(TTL))) {
                get(recipes.keys().put("config", Value.of("1")));
                get(recipes.keys().put("mine", Value.of("2"), recipes.session()));
                assertThat(get(recipes.counter("hits").add(3))).isEqualTo(3);
            }
        }
        try (ClusterNode node = ClusterNode.start(ClusterConfig.builder()
                .dataDir(data)
                .roles(Set.of(NodeRole.MASTER))
                .build())) {
            node.awaitReady(PATIENCE);
            try (Recipes recipes = get(node.openRecipes(TTL))) {
                assertThat(get(recipes.keys().list(KeyRange.ALL)))
                        .extracting(KeyEntry::key)
                        .containsExactly("config", "counter/hits");
            }
        }
    }

    @Test
    void shouldHandALockOnWhoeverLeads() throws Exception {
        startThree();
        ClusterNode leader = leader();
        List<ClusterNode> others = nodes.stream().filter(node -> node != leader).toList();
        try (Recipes first = get(others.get(0).openRecipes(TTL));
                Recipes second = get(others.get(1).openRecipes(TTL))) {
            Hold held = get(first.lock("job").acquire());
            CompletableFuture<Hold> waiting = second.lock("job").acquire();
            leader.close();

            assertThat(get(second.keys().append("mark-", Value.EMPTY, second.session())))
                    .startsWith("mark-");
            assertThat(waiting).isNotDone();
            assertThat(held.lost()).isNotDone();
            get(held.release());
            assertThat(get(waiting).token()).isGreaterThan(held.token());
        }
    }

    private ClusterNode leader() {
        Awaitility.await().atMost(PATIENCE).until(() -> nodes.stream().anyMatch(NodeRecipesTest::leads));
        return nodes.stream().filter(NodeRecipesTest::leads).findFirst().orElseThrow();
    }

    private static boolean leads(ClusterNode node) {
        return node.describe().contains("leader   this node");
    }

    @Test
    void shouldEndTheKeysOfASessionWhoseNodeIsGone() throws Exception {
        startThree();
        Recipes gone = get(nodes.get(2).openRecipes(Duration.ofSeconds(1)));
        get(gone.keys().put("alive", Value.of("n2"), gone.session()));
        ClusterNode going = nodes.get(2);

        try (Recipes watching = get(nodes.get(0).openRecipes(TTL))) {
            CompletableFuture<Void> ended = new CompletableFuture<>();
            get(watching.watch(KeyRange.of("alive"), 1, change -> {
                if (change.events().get(0).kind() == KeyEvent.Kind.DELETE) {
                    ended.complete(null);
                }
            }));
            going.close();
            get(ended);
            assertThat(get(watching.keys().get("alive"))).isEmpty();
        }
    }

    @Test
    void shouldRefuseSessionsOfANodeThatIsClosed() {
        ClusterNode node = start(ClusterConfig.builder());
        node.awaitReady(PATIENCE);
        node.close();

        assertThatThrownBy(() -> get(node.openRecipes(TTL)))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("the node is closed");
    }

    @Test
    void shouldOutliveTheLargestRequestThatASessionLetsThrough() throws Exception {
        ClusterNode node = start(ClusterConfig.builder());
        node.awaitReady(PATIENCE);
        try (Recipes recipes = get(node.openRecipes(TTL))) {
            int bytes = ReplicatedLog.ENTRY_BYTES_MAX;
            String why = refusal(recipes, bytes);
            while (why.contains("requestBytesMax")) {
                bytes--;
                why = refusal(recipes, bytes);
            }
            assertThat(why).as("the log had it, the cluster refused it").contains("commandBytesMax");
            assertThat(get(recipes.keys().put("small", Value.of("v")))).isPositive();
        }
    }

    private static String refusal(Recipes recipes, int valueBytes) throws Exception {
        try {
            return "put " + get(recipes.keys().put("large", Value.of(new byte[valueBytes])));
        } catch (ExecutionException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    @Test
    void shouldTakeManyCommandsBesideTheMastersOwnFacts() throws Exception {
        ClusterNode node = start(ClusterConfig.builder());
        node.awaitReady(PATIENCE);
        try (Recipes recipes = get(node.openRecipes(TTL))) {
            byte[] large = new byte[300_000];
            List<CompletableFuture<Long>> puts = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                puts.add(recipes.keys().put("k" + i, i % 20 == 0 ? Value.of(large) : Value.of(i)));
            }
            long last = 0;
            for (CompletableFuture<Long> put : puts) {
                long revision = get(put);
                assertThat(revision).isGreaterThan(last);
                last = revision;
            }
            assertThat(get(recipes.keys().delete(KeyRange.prefix("k")))).isEqualTo(200);
            assertThat(get(recipes.keys().transact(Txn.of(Op.put("z", Value.EMPTY))))
                            .revision())
                    .isEqualTo(last + 2);
        }
    }
}
