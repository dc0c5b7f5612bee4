package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.polder.ClusterConfig;
import dev.polder.ClusterNode;
import dev.polder.NodeRole;
import dev.polder.api.MesosTranscript.Exchange;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Asks a master without agents and frameworks what a real one was asked, and compares the answers. */
@Tag("slow")
final class MesosEndpointConformanceTest {
    private static final List<String> COMPARED =
            List.of("allow", "content-type", "content-encoding", "transfer-encoding", "www-authenticate");

    private static ClusterNode node;

    @BeforeAll
    static void start() {
        node = ClusterNode.start(
                ClusterConfig.builder().roles(Set.of(NodeRole.MASTER)).build());
        node.awaitReady(Duration.ofSeconds(30));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void shouldAnswerWhereMesosDoes() throws IOException {
        Differences differences = Differences.of("09");

        for (Exchange exchange : MesosTranscript.exchanges("mesos-09-master-endpoints-empty.txt")) {
            try (RawConnection connection = new RawConnection(node.masterAddress())) {
                connection.request(
                        exchange.methodAndPath(),
                        exchange.requestHeaders(),
                        exchange.bodyBytes(exchange.requestBody()));
                RawConnection.Head head = connection.head();
                String expected = summary(exchange.status(), exchange.headers());
                String actual = summary(head.status(), head.headers());
                String recorded = String.join("", exchange.lines()).replace("<TIME>", "1.5");
                if (expected.equals(actual) && recorded.startsWith("{") && !recorded.contains("... (cut")) {
                    expected += types(recorded.getBytes(UTF_8));
                    actual += types(connection.bytes(Integer.parseInt(head.header("content-length"))));
                }
                differences.note(exchange.name(), expected, actual);
            }
        }

        differences.check();
    }

    private static String summary(int status, Map<String, String> headers) {
        Map<String, String> compared = new TreeMap<>(headers);
        compared.keySet().retainAll(COMPARED);
        return status + " " + compared + (headers.containsKey("location") ? " with a location" : "");
    }

    /** Types but for those of the settings, which are our own. */
    private static Map<String, String> types(byte[] json) throws IOException {
        Map<String, String> types = JsonShape.types(json);
        types.keySet().removeIf(name -> name.startsWith("flags"));
        return types;
    }
}
