package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.ClusterConfig;
import dev.polder.ClusterNode;
import dev.polder.NodeRole;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code log}, on the directory of a node that has ended. */
@Tag("slow")
final class LogCommandTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private Path node() throws Exception {
        Path data = directory.resolve("data");
        ClusterConfig config = ClusterConfig.builder()
                .roles(Set.of(NodeRole.MASTER))
                .masterPort(0)
                .raftPort(0)
                .dataDir(data)
                .build();
        try (ClusterNode node = ClusterNode.start(config)) {
            node.awaitReady(Duration.ofSeconds(30));
        }
        return data;
    }

    @Test
    void shouldSayOfEachFileWhetherItIsSound() throws Exception {
        Path data = node();

        assertThat(run("log", "verify", data.toString())).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).matches("facts-0{19}1\\.log  sound  entries 1 to \\d+, \\d+ of \\d+ bytes in use");
        assertThat(lines.get(1)).startsWith("term").contains("sound  term 1, vote for ");
        assertThat(lines.get(2)).startsWith("a start goes on with entries 1 to ");
    }

    @Test
    void shouldSayWhyANodeWouldNotStart() throws Exception {
        Path data = node();
        Path term = data.resolve("raft").resolve("term");
        byte[] bytes = Files.readAllBytes(term);
        bytes[bytes.length - 1] ^= 1;
        Files.write(term, bytes);

        assertThat(run("log", "verify", data.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("BROKEN", "a node would not start: term file ", "checksum does not fit");
    }

    @Test
    void shouldShowEntries() throws Exception {
        Path data = node();

        assertThat(run("log", "dump", "--from", "1", "--to", "1", data.toString()))
                .isZero();
        assertThat(out.toString().lines()).singleElement().asString().matches("1 1 [A-Z_0-9]+ \\d+ bytes");
    }

    @Test
    void shouldRefuseWhatIsNoLog() {
        assertThat(run("log", "verify", directory.toString())).isEqualTo(1);
        assertThat(run("log")).isEqualTo(2);

        assertThat(err.toString())
                .contains("polder: " + directory + ": no log in it")
                .contains("Missing command: verify or dump");
    }
}
