package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.agent.OutputBounds;
import dev.polder.agent.SandboxFiles;
import dev.polder.http.ClosedBy;
import dev.polder.http.FrameListener;
import dev.polder.http.Headers;
import dev.polder.http.HttpHandler;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.HttpStream;
import dev.polder.http.Router;
import dev.polder.http.UpgradedConnection;
import dev.polder.metrics.Metrics;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class FilesApiTest {
    @TempDir
    private Path directory;

    private final Metrics metrics = new Metrics();

    @Test
    void shouldSayToComeAgainWhenTooManyWait() {
        CountDownLatch slow = new CountDownLatch(1);
        List<Responder> answered = new ArrayList<>();
        try (FilesApi files = files()) {
            HttpHandler handler = handler(files);
            for (int i = 0; i < FilesApi.THREADS + FilesApi.WAITING_MAX; i++) {
                Responder responder = new Responder(slow);
                answered.add(responder);
                handler.handle(new Request(), responder);
            }
            Responder refused = new Responder(new CountDownLatch(0));

            handler.handle(new Request(), refused);

            assertThat(refused.response.status()).isEqualTo(503);
            assertThat(refused.response.headers().first("Retry-After")).contains("1");
            assertThat(metrics.snapshot()).containsEntry("polder/api/file_reads_refused", 1.0);
            slow.countDown();
            await().until(() -> answered.stream().allMatch(one -> one.response != null));
        }
        assertThat(answered).extracting(one -> one.response.status()).containsOnly(404);
    }

    @Test
    void shouldGiveItsThreadsBack() {
        try (FilesApi files = files()) {
            Responder responder = new Responder(new CountDownLatch(0));
            handler(files).handle(new Request(), responder);
            await().until(() -> responder.response != null);
        }

        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("files-test-files")));
    }

    private FilesApi files() {
        AgentView agent = new AgentView(SampleViews.agent(SampleViews.AGENT, 0).info(), "127.0.0.1", "localhost");
        return new FilesApi(
                ApiConfig.defaults("files-test", "0.1.0", 0, 0),
                new ClassicJson(),
                () -> agent,
                new SandboxFiles(directory, OutputBounds.NONE),
                metrics);
    }

    private static HttpHandler handler(FilesApi files) {
        Router.Builder router = Router.builder();
        files.addTo(router);
        return router.build();
    }

    /** Takes the answer, but slowly. */
    private static final class Responder implements HttpResponder {
        private final CountDownLatch slow;
        volatile HttpResponse response;

        Responder(CountDownLatch slow) {
            this.slow = slow;
        }

        @Override
        public void respond(HttpResponse given) {
            try {
                slow.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            response = given;
        }

        @Override
        public HttpStream openStream(int status, Headers headers) {
            throw new AssertionError("a file is no stream");
        }

        @Override
        public UpgradedConnection upgrade(String protocol, FrameListener listener) {
            throw new AssertionError("a file is no link");
        }
    }

    /** Asks for a file that there is not. */
    private static final class Request implements HttpRequest {
        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String path() {
            return "/files/read";
        }

        @Override
        public Optional<String> query(String name) {
            return name.equals("path") ? Optional.of("/no/such/file") : Optional.empty();
        }

        @Override
        public List<String> queryAll(String name) {
            return query(name).stream().toList();
        }

        @Override
        public String queryText() {
            return "path=/no/such/file";
        }

        @Override
        public Headers headers() {
            return Headers.none();
        }

        @Override
        public byte[] body() {
            return new byte[0];
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return InetSocketAddress.createUnresolved("client", 1);
        }

        @Override
        public void onClosed(Consumer<ClosedBy> listener) {}
    }
}
