package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.ClusterConfig;
import dev.polder.ClusterNode;
import dev.polder.NodeRole;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code members}, of a cluster that grows from one master to two. */
@Tag("slow")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class MembersCommandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(InetSocketAddress master, String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[args.length + 3];
        all[0] = "members";
        System.arraycopy(args, 0, all, 1, args.length);
        all[args.length + 1] = "--connect";
        all[args.length + 2] = master.getAddress().getHostAddress() + ":" + master.getPort();
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }

    private ClusterNode start(String name, int raftPort, int seedPort) {
        return ClusterNode.start(ClusterConfig.builder()
                .name(name)
                .dataDir(directory.resolve(name))
                .roles(Set.of(NodeRole.MASTER))
                .raftPort(raftPort)
                .seeds("127.0.0.1:" + seedPort)
                .join(raftPort != seedPort)
                .build());
    }

    @Test
    void shouldAddAMasterByWayOfAnyOtherAndRemoveIt() throws Exception {
        int first;
        int second;
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            first = one.getLocalPort();
            second = other.getLocalPort();
        }
        try (ClusterNode began = start("began", first, first);
                ClusterNode joins = start("joins", second, first)) {
            began.awaitReady(PATIENCE);

            assertThat(run(began.masterAddress(), "list")).isZero();
            assertThat(out.toString().lines()).containsExactly("127.0.0.1:" + first + " leads");

            assertThat(run(began.masterAddress(), "add", "127.0.0.1:" + second)).isZero();
            assertThat(out.toString().lines())
                    .containsExactlyInAnyOrder("127.0.0.1:" + first + " leads", "127.0.0.1:" + second);
            assertThat(err.toString()).isEmpty();
            joins.awaitReady(PATIENCE);
            assertThat(run(began.masterAddress(), "add", "127.0.0.1:" + second)).isZero();
            assertThat(err.toString()).isEqualTo("polder: 127.0.0.1:" + second + " is a member already\n");

            // whoever does not lead sends to the leader
            assertThat(run(joins.masterAddress(), "add", "nonsense")).isEqualTo(1);
            assertThat(err.toString()).startsWith("polder: nonsense: ");

            assertThat(run(joins.masterAddress(), "remove", "127.0.0.1:" + second))
                    .isZero();
            assertThat(out.toString().lines()).containsExactly("127.0.0.1:" + first + " leads");
            assertThat(run(began.masterAddress(), "remove", "127.0.0.1:" + second))
                    .isEqualTo(1);
            assertThat(out.toString()).isEmpty();
            assertThat(err.toString())
                    .isEqualTo(
                            "polder: 127.0.0.1:" + second + " is no member; the members are 127.0.0.1:" + first + "\n");
        }
    }

    /** It hands the lead over first, and does not know at once where the new leader is to be asked. */
    @Test
    void shouldRemoveTheLeaderThatIsAsked() throws Exception {
        int first;
        int second;
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            first = one.getLocalPort();
            second = other.getLocalPort();
        }
        try (ClusterNode began = start("began", first, first);
                ClusterNode joins = start("joins", second, first)) {
            began.awaitReady(PATIENCE);
            assertThat(run(began.masterAddress(), "add", "127.0.0.1:" + second)).isZero();
            joins.awaitReady(PATIENCE);

            assertThat(run(began.masterAddress(), "remove", "127.0.0.1:" + first))
                    .as(err::toString)
                    .isZero();
            assertThat(out.toString().lines()).containsExactly("127.0.0.1:" + second + " leads");
        }
    }

    @Test
    void shouldShowWhichMasterIsNotReachedAndWhy() throws Exception {
        int first;
        int second;
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            first = one.getLocalPort();
            second = other.getLocalPort();
        }
        try (ClusterNode began = start("began", first, first)) {
            try (ClusterNode joins = start("joins", second, first)) {
                began.awaitReady(PATIENCE);
                assertThat(run(began.masterAddress(), "add", "127.0.0.1:" + second))
                        .isZero();
                joins.awaitReady(PATIENCE);
            }

            await(() -> run(began.masterAddress(), "list") == 0
                    && out.toString().contains("127.0.0.1:" + second + " is not reached: nobody listens there\n"));
        }
    }

    @Test
    void shouldSayThatThePortOfTheRaftLogOrOfAnAgentIsNoMasters() throws Exception {
        int raftPort;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            raftPort = free.getLocalPort();
        }
        try (ClusterNode node = ClusterNode.start(ClusterConfig.builder()
                .dataDir(directory.resolve("both"))
                .raftPort(raftPort)
                .seeds("127.0.0.1:" + raftPort)
                .build())) {
            assertThat(run(new InetSocketAddress(InetAddress.getLoopbackAddress(), raftPort), "list"))
                    .isEqualTo(1);
            assertThat(err.toString())
                    .startsWith(
                            "polder: 127.0.0.1:" + raftPort + " gave no answer of HTTP, as the Raft port does not: ");

            assertThat(run(node.agentAddress().orElseThrow(), "list")).isEqualTo(1);
            assertThat(err.toString()).contains(" is no master's port, perhaps an agent's: a master's is 5050 unless");
        }
    }

    /** It was told other seeds. */
    @Test
    void shouldShowWhomTheAskedOneDoesNotTalkTo() throws Exception {
        int first;
        int second;
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            first = one.getLocalPort();
            second = other.getLocalPort();
        }
        try (ClusterNode began = start("began", first, first);
                ClusterNode foreign = ClusterNode.start(ClusterConfig.builder()
                        .name("foreign")
                        .dataDir(directory.resolve("foreign"))
                        .roles(Set.of(NodeRole.MASTER))
                        .raftPort(second)
                        .seeds("127.0.0.1:" + first, "127.0.0.1:" + second)
                        .build())) {
            began.awaitReady(PATIENCE);
            await(() -> run(foreign.masterAddress(), "list") == 0
                    && out.toString().contains("does not talk to 127.0.0.1:" + first + ": "));

            assertThat(out.toString().lines().limit(2).map(line -> line.replaceFirst(" .*", "")))
                    .containsExactlyInAnyOrder("127.0.0.1:" + first, "127.0.0.1:" + second);
        }
    }

    private static void await(BooleanSupplier condition) {
        Awaitility.await().atMost(PATIENCE).until(condition::getAsBoolean);
    }

    @Test
    void shouldRefuseWhatIsNoQuestion() {
        InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        assertThat(run(nobody)).isEqualTo(2);
        assertThat(err.toString()).startsWith("Missing command: list, add or remove");
        assertThat(run(nobody, "list")).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("polder: nobody listens at 127.0.0.1:1\n");
    }
}
