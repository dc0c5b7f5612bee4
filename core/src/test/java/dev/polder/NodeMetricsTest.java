package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
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

    private static String snapshot(InetSocketAddress address) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + address.getHostString() + ":" + address.getPort() + "/metrics/snapshot");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
