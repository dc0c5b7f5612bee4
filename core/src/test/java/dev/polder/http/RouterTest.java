package dev.polder.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {

    private final Router router = Router.builder()
            .prefix("POST", "/api/v1", named("api"))
            .prefix("GET", "/api/v1", named("api by get"))
            .prefix("POST", "/api/v1/scheduler", named("scheduler"))
            .exact("GET", "/version", named("version"))
            .exact("GET", "/", named("root"))
            .build();

    @ParameterizedTest
    @CsvSource({
        "POST, /api/v1, api",
        "POST, /api/v1/, api",
        "POST, /api/v1/foo, api",
        "GET, /api/v1/foo/bar, api by get",
        "POST, /api/v1/scheduler, scheduler",
        "POST, /api/v1/scheduler/, scheduler",
        "POST, /api/v1/scheduler/x, scheduler",
        "POST, /api/v1/schedulerx, api",
        "GET, /version, version",
        "GET, /version/, version",
        "GET, /, root",
    })
    void shouldFindTheClosestRoute(String method, String path, String name) {
        assertThat(route(method, path).bodyText()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"/version/x", "/api", "/api/v2", "/Version", "/scheduler", "*", "/%76ersion"})
    void shouldFindNothing(String path) {
        assertThat(route("GET", path).status()).isEqualTo(404);
    }

    @Test
    void shouldNameTheMethodsThatAPathHas() {
        HttpResponse scheduler = route("GET", "/api/v1/scheduler");
        HttpResponse api = route("DELETE", "/api/v1");

        assertThat(scheduler.status()).isEqualTo(405);
        assertThat(scheduler.headers().all("Allow")).containsExactly("POST");
        assertThat(scheduler.bodyText()).isEqualTo("405 Method Not Allowed. /api/v1/scheduler takes POST, not GET.");
        assertThat(api.headers().all("Allow")).containsExactly("POST, GET");
    }

    @Test
    void shouldCoverEverythingWithThePrefixSlash() {
        Router all = Router.builder().prefix("GET", "/", named("all")).build();
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();

        all.handle(request("GET", "/a/b"), new Answers(answer));

        assertThat(answer.join().bodyText()).isEqualTo("all");
    }

    @Test
    void shouldRefuseRoutesThatContradict() {
        Router.Builder builder = Router.builder().exact("GET", "/a", named("a"));

        assertThatThrownBy(() -> builder.exact("GET", "/a/", named("b")))
                .hasMessage("route 'GET /a/': there is one already");
        assertThatThrownBy(() -> builder.prefix("GET", "a", named("b")))
                .hasMessage("route 'a': a path begins with a slash");
    }

    private HttpResponse route(String method, String path) {
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        router.handle(request(method, path), new Answers(answer));
        return answer.join();
    }

    private static HttpRequest request(String method, String path) {
        RequestHead head = new RequestHead(method, new RequestTarget(path, ""), Headers.none(), true, false, false);
        return new ReceivedRequest(
                head, new byte[0], InetSocketAddress.createUnresolved("x", 1), new CompletableFuture<>());
    }

    private static HttpHandler named(String name) {
        return (request, responder) -> responder.respond(HttpResponse.text(200, name));
    }

    /** Keeps the answer. */
    private record Answers(CompletableFuture<HttpResponse> answer) implements HttpResponder {

        @Override
        public void respond(HttpResponse response) {
            answer.complete(response);
        }

        @Override
        public HttpStream openStream(int status, Headers headers) {
            throw new AssertionError("not asked for");
        }

        @Override
        public UpgradedConnection upgrade(String protocol, FrameListener listener) {
            throw new AssertionError("not asked for");
        }
    }
}
