package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.ClusterConfig;
import dev.polder.ClusterNode;
import dev.polder.NodeRole;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).matches("facts-0{19}1\\.log  sound  entries 1 to \\d+, \\d+ of \\d+ bytes in use");
        assertThat(lines.get(1)).matches("forced +sound  entries up to \\d+ were forced to the disk");
        assertThat(lines.get(2)).startsWith("term").contains("sound  term 1, vote for ");
        assertThat(lines.get(3)).startsWith("a start goes on with entries 1 to ");
        assertThat(lines.get(4)).isEqualTo("the members are [m1], as it began; this is m1");
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
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).isEqualTo("INDEX TERM KIND CONTENT");
        assertThat(lines.get(1)).matches("1 1 [A-Z_0-9]+ \\d+ bytes");
    }

    @Test
    void shouldRefuseToShowWhatIsNoRangeOrNotThere() throws Exception {
        Path data = node();

        assertThat(run("log", "dump", "--from", "0", data.toString())).isEqualTo(2);
        assertThat(run("log", "dump", "--from", "-3", data.toString())).isEqualTo(2);
        assertThat(run("log", "dump", "--from", "2", "--to", "1", data.toString()))
                .isEqualTo(2);
        assertThat(run("log", "dump", "--from", "1000000", data.toString())).isEqualTo(1);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .contains("--from 0: entries are counted from 1", "--from -3: entries are counted from 1")
                .contains("--to 1: is before --from 2")
                .containsPattern("polder: no entry from 1000000 on is in the log: it has 1 to \\d+");
    }

    @Test
    void shouldRepairNothingWhereNothingIsDamagedOrNobodyElseHasIt() throws Exception {
        Path data = node();
        assertThat(run("log", "repair", data.toString())).isZero();
        assertThat(out.toString())
                .contains("nothing is damaged, and nothing was changed", "a start goes on with entries 1 to ");

        Path log = data.resolve("raft").resolve("facts-00000000000000000001.log");
        byte[] bytes = Files.readAllBytes(log);
        bytes[100] ^= 1;
        Files.write(log, bytes);
        assertThat(run("log", "repair", data.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("not repaired: log file " + log, "so nobody has what is lost");
        assertThat(Files.readAllBytes(log)).isEqualTo(bytes);
    }

    @Test
    void shouldForceNoNewClusterWhereThereIsOnlyOneMaster() throws Exception {
        Path data = node();
        assertThat(run("log", "force-new-cluster", data.toString())).isEqualTo(1);
        assertThat(out.toString()).startsWith("nothing was changed: ").contains(" is the only member already");
    }

    @Test
    void shouldMakeAMasterOfThreeTheOnlyOneWhenItsNameIsTyped() throws Exception {
        Path data = directory.resolve("data");
        List<String> masters;
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket other = new ServerSocket(0);
                ServerSocket third = new ServerSocket(0)) {
            masters = Stream.of(one, other, third)
                    .map(socket -> "127.0.0.1:" + socket.getLocalPort())
                    .sorted()
                    .toList();
        }
        ClusterConfig config = ClusterConfig.builder()
                .roles(Set.of(NodeRole.MASTER))
                .masterPort(0)
                .seeds(masters.toArray(String[]::new))
                .raftPort(
                        Integer.parseInt(masters.get(0).substring(masters.get(0).indexOf(':') + 1)))
                .dataDir(data)
                .build();
        ClusterNode.start(config).close();

        assertThat(run("log", "force-new-cluster", data.toString())).isEqualTo(1);
        assertThat(out.toString())
                .startsWith("nothing was changed: this is " + masters.get(0) + " of the members " + masters)
                .contains("would give up " + masters.get(1) + ", " + masters.get(2)
                        + ": what only they had is lost; do it with --member " + masters.get(0));
        assertThat(run("log", "force-new-cluster", data.toString(), "--member", "foo"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("nothing was changed: --member foo is another one; this is ");
        assertThat(run("log", "force-new-cluster", data.toString(), "--member", masters.get(0)))
                .isZero();
        assertThat(out.toString())
                .contains(
                        masters.get(0) + " is the only master, from entry 1 on",
                        "given up: " + masters.get(1) + "; it can come back with an empty directory");

        out.getBuffer().setLength(0);
        assertThat(run("log", "dump", data.toString())).isZero();
        assertThat(out.toString()).contains("1 1 MEMBERS " + masters.get(0) + "\n");

        try (ClusterNode node = ClusterNode.start(config)) {
            node.awaitReady(Duration.ofSeconds(30));
        }
    }

    @Test
    void shouldRefuseWhatIsNoLog() {
        assertThat(run("log", "verify", directory.toString())).isEqualTo(1);
        assertThat(run("log")).isEqualTo(2);

        assertThat(err.toString())
                .contains("polder: " + directory + ": no log in it")
                .contains("Missing command: verify, dump, repair or force-new-cluster");
    }
}
