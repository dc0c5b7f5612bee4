package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Several {@code java -jar polder.jar node} that are one cluster, and {@code run --connect} beside them. */
@Tag("slow")
@EnabledIfSystemProperty(named = "polder.jar", matches = ".+", disabledReason = "there is no jar in this phase")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ClusterJarTest {
    private static final Pattern MASTER = Pattern.compile("listens {2}master http://(\\S+)");
    private static final int MASTERS = 3;

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final JarProcess[] masters = new JarProcess[MASTERS];
    private final List<JarProcess> started = new ArrayList<>();
    private List<String> seeds = List.of();

    @AfterEach
    void endAll() {
        started.forEach(JarProcess::close);
    }

    /** One cluster for all of it: each JVM costs a second. */
    @Test
    void shouldRunACommandToItsEndWhileTheLeaderIsKilledAndTakeThatOneBack() throws Exception {
        seeds = freeSeeds();
        // in any order, with the seeds in any order
        for (int master : List.of(2, 0, 1)) {
            startMaster(master);
        }
        JarProcess agent = start(
                "node", "--name", "a", "--roles", "agent", "--agent-port", "0", "--seeds", String.join(",", seeds));
        for (JarProcess master : masters) {
            assertThat(described(master)).contains("members  3: " + String.join(", ", sorted(seeds)));
        }
        assertThat(described(agent)).contains("node     a, agent");
        int leader = leaderAsKnownTo(0);
        int follower = (leader + 1) % MASTERS;

        JarProcess run = start(
                "run",
                "--connect",
                // the leader is found by any of them; when it is gone, the next one by the two others
                addressOf(follower) + "," + addressOf((leader + 2) % MASTERS),
                "--",
                "i=0; while [ $i -lt 30 ]; do echo line $i; i=$((i + 1)); sleep 0.1; done; exit 5");
        JarProcess.await()
                .untilAsserted(() -> assertThat(run.out())
                        .as("what it prints; it complains %s, the agent %s", run.err(), agent.err())
                        .contains("run-1 | line 3"));
        masters[leader].kill();

        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.out())
                .isEqualTo(IntStream.range(0, 30)
                        .mapToObj(i -> "run-1 | line " + i)
                        .toList());
        assertThat(run.err()).isEmpty();
        JarProcess.await()
                .untilAsserted(() -> assertThat(lastLine(masters[follower]))
                        .startsWith("leader   ")
                        .contains("master id")
                        .doesNotContain(addressOf(leader)));

        startMaster(leader);
        assertThat(leaderAsKnownTo(leader)).isBetween(0, MASTERS - 1);
        JarProcess second = start(nodeCommand(leader));
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err())
                .containsExactly(
                        "polder: node m" + leader + ": data directory " + data(leader) + ": in use by another node");
        // of three, two are needed: the one that came back counts
        masters[follower].kill();
        JarProcess again = start("run", "--connect", addressOf(leader), "--", "echo here");
        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).containsExactly("run-1 | here");
        masters[leader].kill();
        JarProcess.await()
                .untilAsserted(() -> assertThat(lastLine(masters[(leader + 2) % MASTERS]))
                        .startsWith("leader   none, it waits for a majority of "));
    }

    private static String lastLine(JarProcess node) throws IOException {
        List<String> lines = node.out();
        return lines.get(lines.size() - 1);
    }

    private void startMaster(int master) throws IOException {
        masters[master] = start(nodeCommand(master));
    }

    private String[] nodeCommand(int master) {
        List<String> rotated = new ArrayList<>(seeds);
        Collections.rotate(rotated, master);
        String port = seeds.get(master).substring(seeds.get(master).indexOf(':') + 1);
        return new String[] {
            "node",
            "--name",
            "m" + master,
            "--roles",
            "master",
            "--data",
            data(master).toString(),
            "--master-port",
            "0",
            "--raft-port",
            port,
            "--seeds",
            String.join(",", rotated)
        };
    }

    private Path data(int master) {
        return directory.resolve("data-" + master);
    }

    private JarProcess start(String... args) throws IOException {
        JarProcess process = JarProcess.start(directory, args);
        started.add(process);
        return process;
    }

    private static List<String> described(JarProcess node) throws IOException {
        JarProcess.await().until(() -> node.out().size() >= 6);
        return node.out();
    }

    private String addressOf(int master) throws IOException {
        Matcher listens = MASTER.matcher(described(masters[master]).get(2));
        assertThat(listens.matches()).isTrue();
        return listens.group(1);
    }

    /** Returns who leads now, once somebody does; it need not be who led when the nodes started. */
    private int leaderAsKnownTo(int asked) throws Exception {
        URI redirect = URI.create("http://" + addressOf(asked) + "/redirect");
        HttpRequest request = HttpRequest.newBuilder(redirect).build();
        String location = JarProcess.await()
                .until(
                        () -> http.send(request, HttpResponse.BodyHandlers.discarding())
                                .headers()
                                .firstValue("Location"),
                        Optional::isPresent)
                .orElseThrow();
        for (int master = 0; master < MASTERS; master++) {
            if (location.endsWith("//" + addressOf(master))) {
                return master;
            }
        }
        throw new AssertionError(location + " is none of the masters");
    }

    private static List<String> sorted(List<String> texts) {
        return texts.stream().sorted().toList();
    }

    private static List<String> freeSeeds() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < MASTERS; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream()
                    .map(socket -> "127.0.0.1:" + socket.getLocalPort())
                    .toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }
}
