package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import dev.polder.metrics.SystemMetrics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class MasterReadsTest {
    private final ApiServer server;

    MasterReadsTest() throws IOException {
        server = new ApiServer();
    }

    @BeforeEach
    void start() {
        server.master.view = SampleViews.busy();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/", "/health/x", "/master/health", "//health", "/health?jsonp=cb"})
    void shouldBeHealthyWithoutWords(String path) throws IOException {
        RawConnection.Answer answer = server.get(path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head().header("Content-Length")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/state", "/state/", "/master/state"})
    void shouldShowTheState(String path) throws IOException {
        RawConnection.Answer answer = server.get(path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head().header("Content-Type")).isEqualTo("application/json");
        assertThat(JsonShape.values(bytes(answer))).contains(entry("slaves[].id", "m-S0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/state.json",
                "/master/state.json",
                "/nosuch",
                "/master/nosuch",
                "/version/x/y",
                "/metrics/",
                "/Health",
                "/%68ealth",
                "/master/../health"
            })
    void shouldNotKnowOtherPaths(String path) throws IOException {
        assertThat(server.get(path).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"POST, /state", "DELETE, /state", "OPTIONS, /state", "PUT, /version", "POST, /health"})
    void shouldNotMindTheMethod(String method, String path) throws IOException {
        assertThat(server.ask(method + " " + path, List.of(), new byte[0]).status())
                .isEqualTo(200);
    }

    @Test
    void shouldLeaveTheBodyAwayForHead() throws IOException {
        try (RawConnection connection = server.connect()) {
            connection.request("HEAD /state", List.of(), new byte[0]);
            RawConnection.Head head = connection.head();
            connection.request("GET /health", List.of(), new byte[0]);

            assertThat(head.status()).isEqualTo(200);
            assertThat(Integer.parseInt(head.header("Content-Length"))).isPositive();
            assertThat(connection.head().status()).isEqualTo(200);
        }
    }

    @Test
    void shouldCompressALargeAnswerForThoseWhoTakeIt() throws IOException {
        byte[] plain = bytes(server.get("/state"));
        try (RawConnection connection = server.connect()) {
            connection.request("GET /state", List.of("Accept-Encoding: deflate, gzip;q=0.5"), new byte[0]);
            RawConnection.Head head = connection.head();
            byte[] body = connection.bytes(Integer.parseInt(head.header("Content-Length")));

            assertThat(head.header("Content-Encoding")).isEqualTo("gzip");
            assertThat(head.header("Content-Type")).isEqualTo("application/json");
            assertThat(new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes())
                    .isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @CsvSource({"/version, gzip", "/state, gzip;q=0", "/state, deflate", "/state, identity"})
    void shouldNotCompressOtherwise(String path, String encoding) throws IOException {
        RawConnection.Answer answer = server.ask("GET " + path, List.of("Accept-Encoding: " + encoding), new byte[0]);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head().header("Content-Encoding")).isEmpty();
    }

    @Test
    void shouldSayItsVersion() throws IOException {
        Map<String, String> types = JsonShape.types(bytes(server.get("/version")));
        Map<String, String> values = JsonShape.values(bytes(server.get("/version")));

        assertThat(types)
                .containsOnly(
                        entry("build_date", "string"),
                        entry("build_time", "double"),
                        entry("build_user", "string"),
                        entry("polder_version", "string"),
                        entry("version", "string"));
        assertThat(values).contains(entry("version", Api.MESOS_VERSION), entry("polder_version", "0.1.0"));
    }

    @Test
    void shouldCallAFunctionIfAsked() throws IOException {
        RawConnection.Answer named = server.get("/flags?jsonp=cb");
        RawConnection.Answer nameless = server.get("/flags?jsonp");

        assertThat(named.head().header("Content-Type")).isEqualTo("text/javascript");
        assertThat(named.text()).isEqualTo("cb({\"flags\":{}})");
        assertThat(nameless.text()).isEqualTo("({\"flags\":{}})");
    }

    @Test
    void shouldNotCallWhatIsNoFunction() throws IOException {
        assertThat(server.get("/flags?jsonp=%3Cx%3E").status()).isEqualTo(400);
    }

    @Test
    void shouldCountUnderTheNamesOfMesos() throws IOException {
        SystemMetrics.register(server.metrics);
        server.metrics.gauge("slave/tasks_running", () -> 3);
        server.timers.advance(4_500);

        RawConnection.Answer answer = server.get("/metrics/snapshot");

        assertThat(JsonShape.types(bytes(answer)).values()).containsOnly("double");
        Map<String, String> values = JsonShape.values(bytes(answer));
        assertThat(values)
                .contains(
                        entry("master/elected", "1.0"),
                        entry("master/uptime_secs", "4.5"),
                        entry("master/slaves_active", "1.0"),
                        entry("master/slaves_connected", "1.0"),
                        entry("master/slaves_disconnected", "0.0"),
                        entry("master/slaves_inactive", "0.0"),
                        entry("master/slaves_unreachable", "0.0"),
                        entry("master/frameworks_active", "2.0"),
                        entry("master/frameworks_connected", "2.0"),
                        entry("master/frameworks_disconnected", "0.0"),
                        entry("master/tasks_running", "1.0"),
                        entry("master/tasks_staging", "0.0"),
                        entry("master/tasks_finished", "1.0"),
                        entry("master/tasks_failed", "1.0"),
                        entry("master/outstanding_offers", "1.0"),
                        entry("master/cpus_total", "4.0"),
                        entry("master/cpus_used", "0.5"),
                        entry("master/cpus_percent", "0.125"),
                        entry("master/mem_total", "1024.0"),
                        entry("master/mem_used", "32.0"),
                        entry("master/mem_percent", "0.03125"),
                        entry("master/disk_total", "2048.0"),
                        entry("master/gpus_percent", "0.0"),
                        entry("master/messages_status_update", "8.0"));
        assertThat(values)
                .containsKeys("system/cpus_total", "system/mem_total_bytes")
                .doesNotContainKey("slave/tasks_running");
    }

    @Test
    void shouldKnowLessWhenItDoesNotLead() throws IOException {
        server.master.follow("leader.example", 5050);

        Map<String, String> values = JsonShape.values(bytes(server.get("/metrics/snapshot")));

        assertThat(values).contains(entry("master/elected", "0.0")).doesNotContainKey("master/tasks_running");
    }

    @ParameterizedTest
    @CsvSource({"10secs, 200", "1.5mins, 200", "0ns, 200", "x, 400", "5, 400", "secs, 400"})
    void shouldReadTheTimeoutOfMetrics(String timeout, int status) throws IOException {
        assertThat(server.get("/metrics/snapshot?timeout=" + timeout).status()).isEqualTo(status);
    }

    @Test
    void shouldRefuseReadsBeyondTheLimit() throws IOException {
        server.master.holdViews();
        List<RawConnection> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < Reads.READS_MAX; i++) {
                RawConnection connection = server.connect();
                waiting.add(connection);
                connection.request("GET /state", List.of(), new byte[0]);
            }
            await().until(() -> server.master.views.get() == Reads.READS_MAX);

            RawConnection.Answer refused = server.get("/state");
            server.master.releaseViews();

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.head().header("Retry-After")).isEqualTo("1");
            for (RawConnection connection : waiting) {
                assertThat(connection.answer().status()).isEqualTo(200);
            }
            await().until(() -> server.get("/state").status() == 200);
        } finally {
            for (RawConnection connection : waiting) {
                connection.close();
            }
        }
    }

    private static byte[] bytes(RawConnection.Answer answer) {
        return answer.text().getBytes(UTF_8);
    }
}
