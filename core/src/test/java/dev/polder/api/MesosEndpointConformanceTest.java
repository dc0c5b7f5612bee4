package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.polder.ClusterConfig;
import dev.polder.ClusterNode;
import dev.polder.NodeRole;
import dev.polder.api.MesosTranscript.Exchange;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Asks a master without agents and frameworks what a real one was asked, and compares the answers. */
@Tag("slow")
final class MesosEndpointConformanceTest {
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
                Map<String, String> recorded = MesosTranscript.head(exchange.status(), exchange.headers());
                Map<String, String> answered = MesosTranscript.head(head.status(), head.headers());
                differences.head(exchange.name(), recorded, answered);
                String body = unwrapped(String.join("", exchange.lines()).replace("<TIME>", "1.5"));
                if (recorded.equals(answered) && body.startsWith("{") && !body.contains("... (cut")) {
                    byte[] ours = connection.bytes(Integer.parseInt(head.header("content-length")));
                    differences.fields(
                            exchange.name(),
                            types(body.getBytes(UTF_8)),
                            types(unwrapped(new String(ours, UTF_8)).getBytes(UTF_8)));
                }
            }
        }

        differences.check();
    }

    /** Takes a document out of the call of a function, {@code cb(..)}. */
    private static String unwrapped(String body) {
        return body.startsWith("cb(") ? body.substring(3, body.lastIndexOf(')')) : body;
    }

    /** Types but for those of the settings, which are our own. */
    private static Map<String, String> types(byte[] json) throws IOException {
        Map<String, String> types = JsonShape.types(json);
        types.keySet().removeIf(name -> name.startsWith("flags"));
        return types;
    }
}
