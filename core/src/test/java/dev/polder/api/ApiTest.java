package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import dev.polder.agent.OutputBounds;
import dev.polder.agent.SandboxFiles;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import dev.polder.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ApiTest {
    @TempDir
    private Path directory;

    private final ApiConfig config = ApiConfig.defaults("api-test", "0.1.0", 1_795_602_600_000L, 1_795_602_900_250L)
            .withFlags(Map.of(), Map.of("port", "15061"));

    @Test
    void shouldServeAndGiveItsThreadsBack() throws IOException {
        FakeMaster master = new FakeMaster();
        master.view = SampleViews.busy();
        try (Api api = Api.start(config, master, new Metrics());
                HttpServer server =
                        HttpServer.start(HttpServerConfig.defaults("127.0.0.1", 0, "api-test-http"), api.handler());
                RawConnection connection = new RawConnection(server.address())) {
            connection.request("GET /state", List.of(), new byte[0]);

            assertThat(connection.answer().status()).isEqualTo(200);
            assertThat(threads()).isNotEmpty();
        }

        await().until(() -> threads().isEmpty());
    }

    @Test
    void shouldBeatByTheClock() throws IOException {
        ApiConfig fast = new ApiConfig(
                "api-test",
                "0.1.0",
                0,
                0,
                Map.of(),
                Map.of(),
                Duration.ofMillis(20),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5));
        try (Api api = Api.start(fast, new FakeMaster(), new Metrics());
                HttpServer server =
                        HttpServer.start(HttpServerConfig.defaults("127.0.0.1", 0, "api-test-http"), api.handler());
                RawConnection connection = new RawConnection(server.address())) {
            connection.request(
                    "POST /api/v1/scheduler",
                    ApiServer.JSON,
                    "{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"user\":\"u\",\"name\":\"n\"}}}"
                            .getBytes(UTF_8));
            connection.head();
            connection.record();

            assertThat(List.of(connection.record(), connection.record(), connection.record()))
                    .containsOnly("{\"type\":\"HEARTBEAT\"}");
        }
    }

    @Test
    void shouldShowTheAgentOnItsOwnPort() throws IOException {
        Metrics metrics = new Metrics();
        metrics.gauge("master/elected", () -> 1);
        metrics.gauge("slave/tasks_running", () -> 3);
        AgentView agent = new AgentView(SampleViews.agent(SampleViews.AGENT, 0).info(), "127.0.0.1", "localhost");
        try (AgentReads reads = new AgentReads(
                        config, () -> agent, new SandboxFiles(directory, OutputBounds.NONE), List::of, metrics);
                HttpServer server =
                        HttpServer.start(HttpServerConfig.defaults("127.0.0.1", 0, "api-test-http"), reads.handler());
                RawConnection connection = new RawConnection(server.address())) {
            for (String path : List.of("/state", "/slave(1)/state")) {
                connection.request("GET " + path, List.of(), new byte[0]);
                byte[] state = connection.answer().text().getBytes(UTF_8);

                assertThat(JsonShape.types(state)).containsAllEntriesOf(agentTypes());
                assertThat(JsonShape.values(state))
                        .contains(
                                entry("pid", "slave(1)@127.0.0.1:15061"),
                                entry("attributes.zone", "7.0"),
                                entry("resources.ports", "[31000-31999]"),
                                entry("flags.port", "15061"));
            }
            connection.request("GET /metrics/snapshot", List.of(), new byte[0]);
            assertThat(JsonShape.values(connection.answer().text().getBytes(UTF_8)))
                    .contains(entry("slave/cpus_total", "4.0"), entry("slave/registered", "0.0"))
                    .contains(entry("slave/tasks_running", "3.0"))
                    .containsKey("slave/uptime_secs")
                    .doesNotContainKey("master/elected");
            for (String path : List.of("/health", "/version", "/flags", "/slave(1)/health")) {
                connection.request("GET " + path, List.of(), new byte[0]);
                assertThat(connection.answer().status()).isEqualTo(200);
            }
            connection.request("GET /redirect", List.of(), new byte[0]);
            assertThat(connection.answer().status()).isEqualTo(404);
        }
    }

    @Test
    void shouldReportAllMistakesOfItsConfiguration() {
        assertThatThrownBy(() -> new ApiConfig(
                        "t",
                        "v",
                        0,
                        0,
                        Map.of(),
                        Map.of(),
                        Duration.ZERO,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("heartbeatInterval=PT0S", "agentSilenceMax=PT5S", "agentPingInterval=PT3S");
    }

    private static Map<String, String> agentTypes() {
        return Map.ofEntries(
                entry("version", "string"),
                entry("build_date", "string"),
                entry("build_time", "double"),
                entry("build_user", "string"),
                entry("start_time", "double"),
                entry("id", "string"),
                entry("pid", "string"),
                entry("hostname", "string"),
                entry("capabilities[]", "string"),
                entry("resources.cpus", "double"),
                entry("resources.gpus", "double"),
                entry("resources.ports", "string"),
                entry("reserved_resources", "{}"),
                entry("unreserved_resources.mem", "double"),
                entry("attributes.rack", "string"),
                entry("attributes.zone", "double"),
                entry("master_hostname", "string"),
                entry("flags.port", "string"),
                entry("frameworks", "[]"),
                entry("completed_frameworks", "[]"));
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("api-test"))
                .toList();
    }
}
