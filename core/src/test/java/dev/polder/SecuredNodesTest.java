package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that know each other by a secret. */
@Tag("slow")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class SecuredNodesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final List<ClusterNode> nodes = new ArrayList<>();
    private List<Integer> ports = List.of();

    @BeforeEach
    void choosePorts() throws Exception {
        ports = ClusterProcesses.freePorts(3);
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(ClusterNode::close);
    }

    private Path secret(String name) throws Exception {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            byte[] bytes = new byte[32];
            new SecureRandom().nextBytes(bytes);
            Files.write(file, bytes);
        }
        return file;
    }

    private ClusterConfig.Builder config(int node, Path secret) {
        return ClusterConfig.builder()
                .name("n" + node)
                .dataDir(directory.resolve("data-" + node))
                .raftPort(ports.get(node))
                .raftSecretFile(secret)
                .seeds(ports.stream().map(port -> "127.0.0.1:" + port).toArray(String[]::new))
                .roles(EnumSet.of(NodeRole.MASTER));
    }

    private ClusterNode start(ClusterConfig.Builder config) {
        ClusterNode node = ClusterNode.start(config.build());
        nodes.add(node);
        return node;
    }

    @Test
    void shouldFormAClusterOfThoseWhoKnowTheSecret() throws Exception {
        for (int node = 0; node < 3; node++) {
            start(config(node, secret("secret")));
        }
        nodes.forEach(node -> node.awaitReady(PATIENCE));
        ClusterNode agent = start(ClusterConfig.builder()
                .name("agent")
                .raftSecretFile(secret("secret"))
                .seeds(ports.stream().map(port -> "127.0.0.1:" + port).toArray(String[]::new))
                .roles(EnumSet.of(NodeRole.AGENT)));
        agent.awaitReady(PATIENCE);

        try (Recipes recipes = agent.openRecipes(Duration.ofSeconds(10)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            assertThat(recipes.keys().put("k", Value.EMPTY).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isPositive();
        }
    }

    @Test
    void shouldLetNobodyInWhoKnowsAnother() throws Exception {
        start(config(0, secret("secret")));
        start(config(1, secret("secret")));
        nodes.forEach(node -> node.awaitReady(PATIENCE));
        ClusterNode stranger = start(config(2, secret("another")));

        assertThatThrownBy(() -> stranger.awaitReady(Duration.ofSeconds(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no leader serves")
                .hasMessageContaining(
                        "refuses this node: another secret or certificate than is asked for here, or none");
    }

    @Test
    void shouldNameASecretThatCannotBeReadAndLeaveNothing() {
        Path missing = directory.resolve("missing");

        assertThatThrownBy(() -> start(config(0, missing)))
                .hasMessageContaining("raftSecretFile '" + missing + "': cannot be read");
        // or the next start would be held to the other settings of this one
        assertThat(directory.resolve("data-0")).doesNotExist();
    }
}
