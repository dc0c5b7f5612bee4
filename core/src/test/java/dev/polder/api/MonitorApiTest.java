package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.agent.ContainerReport;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import dev.polder.http.Router;
import dev.polder.metrics.Metrics;
import dev.polder.wire.proto.Mesos.ContainerID;
import dev.polder.wire.proto.Mesos.ContainerStatus;
import dev.polder.wire.proto.Mesos.ResourceStatistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("slow")
@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class MonitorApiTest {
    private static final ContainerReport REPORT = new ContainerReport(
            "F",
            "run1",
            "Command Executor (Task: run1) (Command: sh -c 'true')",
            ResourceStatistics.newBuilder()
                    .setTimestamp(1.5)
                    .setCpusSoftLimit(0.6)
                    .setCpusUserTimeSecs(0.02)
                    .setMemLimitBytes(67_108_864)
                    .setMemRssBytes(1L << 40)
                    .build(),
            ContainerStatus.newBuilder()
                    .setContainerId(ContainerID.newBuilder().setValue("C"))
                    .setExecutorPid(12_705)
                    .build());

    private static final String STATISTICS = "\"executor_id\":\"run1\","
            + "\"executor_name\":\"Command Executor (Task: run1) (Command: sh -c 'true')\","
            + "\"framework_id\":\"F\",\"source\":\"run1\",\"statistics\":{\"timestamp\":1.5,\"cpus_user_time_secs\":0.02,"
            + "\"cpus_soft_limit\":0.6,\"mem_limit_bytes\":67108864,\"mem_rss_bytes\":1099511627776}";

    private final Metrics metrics = new Metrics();
    private final AtomicInteger measured = new AtomicInteger();

    /** A port that shows what it is given. */
    private record Port(MonitorApi monitor, HttpServer server) implements AutoCloseable {
        static Port open(AgentReads.Containers containers, Metrics metrics) throws IOException {
            MonitorApi monitor = new MonitorApi(
                    ApiConfig.defaults("monitor-test", "0.1.0", 0, 0), new ClassicJson(), containers, metrics);
            Router.Builder router = Router.builder();
            monitor.addTo(router);
            return new Port(
                    monitor,
                    HttpServer.start(HttpServerConfig.defaults("127.0.0.1", 0, "monitor-test-http"), router.build()));
        }

        RawConnection.Answer get(String path) throws IOException {
            try (RawConnection connection = new RawConnection(server.address())) {
                connection.request("GET " + path, List.of(), new byte[0]);
                return connection.answer();
            }
        }

        @Override
        public void close() {
            server.close();
            monitor.close();
        }
    }

    private List<ContainerReport> measure() {
        measured.incrementAndGet();
        return List.of(REPORT);
    }

    @Test
    void shouldShowStatisticsInMesossForm() throws IOException {
        try (Port port = Port.open(this::measure, metrics)) {
            for (String path : List.of("/monitor/statistics", "/slave(1)/monitor/statistics")) {
                assertThat(port.get(path).text()).isEqualTo("[{" + STATISTICS + "}]");
            }
            for (String path : List.of("/containers", "/slave(1)/containers")) {
                assertThat(port.get(path).text())
                        .isEqualTo("[{\"container_id\":\"C\"," + STATISTICS
                                + ",\"status\":{\"container_id\":{\"value\":\"C\"},\"executor_pid\":12705}}]");
            }
            assertThat(port.get("/monitor/statistics.json").status()).isEqualTo(404);
        }
    }

    @Test
    void shouldMeasureOnceForManyWhoAskAtOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (Port port = Port.open(
                () -> {
                    awaitNow(asked);
                    return measure();
                },
                metrics)) {
            List<RawConnection> connections = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawConnection connection = new RawConnection(port.server().address());
                connection.request("GET /containers", List.of(), new byte[0]);
                connections.add(connection);
            }
            asked.countDown();

            for (RawConnection connection : connections) {
                assertThat(connection.answer().status()).isEqualTo(200);
                connection.close();
            }
            assertThat(measured.get()).isLessThan(20);
        }
    }

    @Test
    void shouldSayToComeAgainWhenTooManyWait() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (Port port = Port.open(
                () -> {
                    awaitNow(asked);
                    return measure();
                },
                metrics)) {
            List<RawConnection> connections = new ArrayList<>();
            for (int i = 0; i < MonitorApi.WAITING_MAX + 2; i++) {
                RawConnection connection = new RawConnection(port.server().address());
                connection.request("GET /containers", List.of(), new byte[0]);
                connections.add(connection);
            }
            // one of them is turned away, whichever comes last
            await().until(() -> metrics.snapshot().get("polder/api/statistics_refused") == 1.0);
            asked.countDown();

            List<Integer> statuses = new ArrayList<>();
            for (RawConnection connection : connections) {
                statuses.add(connection.answer().status());
                connection.close();
            }
            assertThat(statuses).containsOnly(200, 503);
            assertThat(statuses.stream().filter(status -> status == 503)).hasSize(1);
        }
    }

    @Test
    void shouldSayWhyNobodyCanTell() throws IOException {
        try (Port port = Port.open(
                () -> {
                    throw new IOException("the agent is starting");
                },
                metrics)) {
            RawConnection.Answer answer = port.get("/containers");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).isEqualTo("the agent is starting");
        }
        try (Port port = Port.open(
                () -> {
                    throw new IllegalStateException("planted");
                },
                new Metrics())) {
            assertThat(port.get("/containers").status()).isEqualTo(500);
        }
    }

    private static void awaitNow(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
