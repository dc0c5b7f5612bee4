package dev.polder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.api.JsonShape;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class NodeMetricsTest {
    @Test
    void shouldTellWhereWorkWaitsAndWhatWasTurnedAway() throws Exception {
        try (ClusterNode node = ClusterNode.start()) {
            String numbers = snapshot(node.masterAddress());

            assertThat(numbers)
                    .contains(
                            "\"master/event_queue_messages\":",
                            "\"polder/master/turn_ms_max\":",
                            "\"polder/raft/proposal_bytes\":",
                            "\"polder/raft/proposals_refused\":0",
                            "\"polder/agent/queue_messages\":",
                            "\"polder/agent/turn_ms_max\":",
                            "\"polder/http/master/answers_refused\":0",
                            "\"polder/http/agent/slow_readers_cut\":0")
                    .doesNotContain("\"polder/raft/disk_bytes\":0");
        }
    }

    @Test
    void shouldTellOfLeaderTermAndNetworkOnEveryMaster(@TempDir Path directory) throws Exception {
        try (ClusterProcesses nodes = new ClusterProcesses(directory)) {
            nodes.startAll();
            PlainFramework client = new PlainFramework();
            for (InetSocketAddress master : nodes.masters()) {
                PlacedTasks.await(
                        "a leader, and connections both ways with both others",
                        () -> client.redirect(master).isPresent()
                                && Double.valueOf(4).equals(numbers(master).get("polder/raft/connections")));
            }

            List<Double> elected = new ArrayList<>();
            int leadersWithLag = 0;
            Set<Double> terms = new HashSet<>();
            for (InetSocketAddress master : nodes.masters()) {
                Map<String, Double> numbers = numbers(master);
                elected.add(numbers.get("master/elected"));
                terms.add(numbers.getOrDefault("polder/raft/term", 0.0));
                assertThat(numbers)
                        .containsEntry("polder/raft/leader_known", 1.0)
                        .containsEntry("polder/raft/handshakes_refused", 0.0)
                        .containsEntry("polder/raft/frames_refused", 0.0)
                        .containsKeys("polder/raft/requests_failed", "polder/raft/bytes_sent", "system/cpus_total");
                assertThat(numbers)
                        .containsEntry("polder/raft/members", 3.0)
                        .containsKeys(
                                "polder/raft/commit_ms/p99", "polder/raft/read_ms/max", "polder/raft/snapshot_index");
                assertThat(numbers.get("polder/raft/committed_index"))
                        .isPositive()
                        .isLessThanOrEqualTo(numbers.get("polder/raft/last_index"));
                assertThat(numbers.get("polder/raft/force_ms/count")).isPositive();
                leadersWithLag += numbers.containsKey("polder/raft/lag_entries_max") ? 1 : 0;
                for (String path : List.of("/health", "/version", "/flags")) {
                    assertThat(client.get(master, path).statusCode()).as(path).isEqualTo(200);
                }
            }
            assertThat(elected).containsExactlyInAnyOrder(0.0, 0.0, 1.0);
            assertThat(leadersWithLag).isEqualTo(1);
            assertThat(terms).hasSize(1).allMatch(term -> term > 0);
        }
    }

    private static Map<String, Double> numbers(InetSocketAddress address) throws IOException, InterruptedException {
        Map<String, Double> numbers = new TreeMap<>();
        JsonShape.values(snapshot(address).getBytes(UTF_8))
                .forEach((name, text) -> numbers.put(name, Double.valueOf(text)));
        return numbers;
    }

    private static String snapshot(InetSocketAddress address) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + address.getHostString() + ":" + address.getPort() + "/metrics/snapshot");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
