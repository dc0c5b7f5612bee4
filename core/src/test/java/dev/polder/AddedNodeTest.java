package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Masters that come to a cluster and leave it while it runs. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class AddedNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final List<ClusterNode> nodes = new ArrayList<>();
    private List<Integer> ports = List.of();

    @BeforeEach
    void startThree() throws Exception {
        ports = ClusterProcesses.freePorts(4);
        for (int node = 0; node < 3; node++) {
            start(config(node));
        }
        nodes.forEach(node -> node.awaitReady(PATIENCE));
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(ClusterNode::close);
    }

    private String name(int node) {
        return "127.0.0.1:" + ports.get(node);
    }

    private ClusterConfig.Builder config(int node) {
        return ClusterConfig.builder()
                .name("n" + node)
                .dataDir(directory.resolve("data-" + node))
                .raftPort(ports.get(node))
                .seeds(name(0), name(1), name(2))
                .join(node == 3)
                .roles(EnumSet.of(NodeRole.MASTER));
    }

    private ClusterNode start(ClusterConfig.Builder config) {
        ClusterNode node = ClusterNode.start(config.build());
        nodes.add(node);
        return node;
    }

    private ClusterNode leader() {
        Awaitility.await().atMost(PATIENCE).until(() -> nodes.stream().anyMatch(AddedNodeTest::leads));
        return nodes.stream().filter(AddedNodeTest::leads).findFirst().orElseThrow();
    }

    private static boolean leads(ClusterNode node) {
        return !node.closed().isDone() && node.describe().contains("leader   this node");
    }

    private static void awaitMembers(ClusterNode node, String... members) {
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(node.members()).containsExactlyInAnyOrder(members));
    }

    @Test
    void shouldReplaceAMasterByANewOneThatOutlivesTheOthersRestart() throws Exception {
        ClusterNode joining = start(config(3));
        assertThatThrownBy(() -> joining.awaitReady(Duration.ofMillis(500)))
                .hasMessageContaining("it waits to be added to ")
                .hasMessageContaining(" as " + name(3));

        leader().addMember(name(3)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        joining.awaitReady(PATIENCE);
        awaitMembers(joining, name(0), name(1), name(2), name(3));

        int gone = leads(nodes.get(0)) ? 1 : 0;
        leader().removeMember(name(gone)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        int one = gone == 0 ? 1 : 0;
        awaitMembers(joining, name(one), name(2), name(3));
        Awaitility.await().atMost(PATIENCE).until(() -> nodes.get(gone).closed().isDone());
        String noMember = name(gone) + " is no member any more: entry ";
        assertThatThrownBy(() -> nodes.get(gone).closed().get())
                .cause()
                .hasMessageStartingWith("node n" + gone + ": closed itself: the log has stopped: " + noMember)
                .hasMessageNotContaining("Exception");
        ClusterNode removed = start(config(gone));
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(removed.describe())
                        .contains("leader   none, " + noMember, " lists the members without it"));

        joining.close();
        // its directory knows that it joined
        ClusterNode again = start(config(3).join(false));
        again.awaitReady(PATIENCE);
        awaitMembers(again, name(one), name(2), name(3));
        // without one of the three that began it takes the new one to decide anything
        nodes.get(one).close();
        try (Recipes recipes = again.openRecipes(Duration.ofSeconds(10)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            assertThat(recipes.keys().put("k", Value.EMPTY).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isPositive();
        }
    }

    @Test
    void shouldSayWhyAChangeIsNotMade() {
        ClusterNode leader = leader();
        ClusterNode follower =
                nodes.stream().filter(node -> node != leader).findFirst().orElseThrow();

        assertThatThrownBy(() -> follower.addMember(name(3)).get())
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("only the leader changes the members");
        assertThatThrownBy(() -> leader.addMember("nonsense").get())
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("nonsense");
        assertThat(leader.members()).hasSize(3);
    }

    @Test
    void shouldAddAMasterAgainThatLostItsDirectoryWithTheSeedsOfTheCluster() throws Exception {
        int lost = leads(nodes.get(0)) ? 1 : 0;
        nodes.get(lost).close();
        leader().removeMember(name(lost)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        ClusterNode empty =
                start(config(lost).dataDir(directory.resolve("replacement")).join(true));
        assertThatThrownBy(() -> empty.awaitReady(Duration.ofMillis(500)))
                .hasMessageContaining("it waits to be added to ")
                .hasMessageContaining(" as " + name(lost));
        leader().addMember(name(lost)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        empty.awaitReady(PATIENCE);
        awaitMembers(empty, name(0), name(1), name(2));

        empty.close();
        ClusterNode again = start(config(lost).dataDir(directory.resolve("replacement")));
        again.awaitReady(PATIENCE);
        again.close();
        start(config(lost).dataDir(directory.resolve("replacement")).join(true)).awaitReady(PATIENCE);
    }

    @Test
    void shouldNotLetAMasterJoinWhoseDirectorySaysThatItBeganWithTheCluster() {
        assertThatThrownBy(() -> config(0).join(true).build())
                .hasMessageContaining("join: data directory " + directory.resolve("data-0") + " is that of " + name(0)
                        + ", which began with its cluster");
    }

    @Test
    void shouldRefuseToJoinNobody() {
        assertThatThrownBy(() -> config(0).seeds(name(0)).join(true).build())
                .hasMessageContaining("join: seeds [" + name(0) + "] name this node alone");
        assertThatThrownBy(() -> ClusterConfig.builder().join(true).build())
                .hasMessageContaining("join: only a master can, and it needs the seeds");
    }
}
