package dev.polder.api;

import dev.polder.http.HttpHandler;
import dev.polder.http.HttpServer;
import dev.polder.http.HttpServerConfig;
import dev.polder.metrics.Metrics;
import java.io.IOException;
import java.util.List;

/** A master's port over a fake master, with timers that the test moves. */
final class ApiServer implements AutoCloseable {
    static final List<String> JSON = List.of("Content-Type: application/json", "Accept: application/json");

    final FakeMaster master = new FakeMaster();
    final ManualTimers timers = new ManualTimers();
    final Metrics metrics = new Metrics();
    final ApiConfig config;

    private final Reads reads;
    private final HttpServer server;

    ApiServer() throws IOException {
        this(HttpServerConfig.defaults("127.0.0.1", 0, "test-http"));
    }

    ApiServer(HttpServerConfig serverConfig) throws IOException {
        config = ApiConfig.defaults("test-api", "0.1.0", 1_795_602_600_000L, 1_795_602_900_250L);
        ApiCounters counters = new ApiCounters(metrics);
        reads = new Reads(config, master, counters);
        HttpHandler handler = Api.masterHandler(new ApiContext(config, master, timers, counters), reads, metrics);
        server = HttpServer.start(serverConfig, handler);
    }

    RawConnection connect() throws IOException {
        return new RawConnection(server.address());
    }

    /** Sends one request over a connection of its own. */
    RawConnection.Answer ask(String methodAndPath, List<String> headers, byte[] body) throws IOException {
        try (RawConnection connection = connect()) {
            connection.request(methodAndPath, headers, body);
            return connection.answer();
        }
    }

    RawConnection.Answer get(String path) throws IOException {
        return ask("GET " + path, List.of(), new byte[0]);
    }

    @Override
    public void close() {
        server.close();
        reads.close();
    }
}
