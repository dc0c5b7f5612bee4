package dev.polder.isolation.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * A registry on loopback that does what a test tells it, right or wrong. A fault is asked first, with each request; if
 * it returns true, it has answered.
 */
public final class TestRegistry implements Closeable {
    /** Answers in the registry's place. */
    interface Fault {
        boolean answers(HttpExchange exchange) throws IOException;
    }

    /** One request, in the order of their coming. */
    record Asked(String path, String authorization, String range) {}

    final List<Asked> asked = new CopyOnWriteArrayList<>();
    volatile Fault fault = exchange -> false;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> documents = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();

    public TestRegistry() throws IOException {
        this(HttpServer.create(loopback(), 0));
    }

    TestRegistry(SSLContext tls) throws IOException {
        this(secured(tls));
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static HttpServer secured(SSLContext tls) throws IOException {
        HttpsServer secure = HttpsServer.create(loopback(), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(tls));
        return secure;
    }

    private TestRegistry(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                asked.add(new Asked(
                        exchange.getRequestURI().toString(),
                        header(exchange, "Authorization"),
                        header(exchange, "Range")));
                if (!fault.answers(exchange)) {
                    answer(exchange);
                }
            }
        });
        server.start();
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    ImageReference reference(String name) {
        return ImageReference.parse(host() + "/" + name);
    }

    public TestRegistry with(String tag, TestImage image) {
        documents.put(tag, image.manifest);
        documents.put(image.digest().toString(), image.manifest);
        image.blobs.forEach((digest, bytes) -> blobs.put(digest.toString(), bytes));
        return this;
    }

    TestRegistry with(String tag, byte[] document) {
        documents.put(tag, document);
        return this;
    }

    TestRegistry withBlob(Digest digest, byte[] bytes) {
        blobs.put(digest.toString(), bytes);
        return this;
    }

    /** How often a path with this in it was asked for. */
    long count(String part) {
        return asked.stream().filter(request -> request.path().contains(part)).count();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String name = path.substring(path.lastIndexOf('/') + 1);
        byte[] bytes = path.contains("/manifests/") ? documents.get(name) : blobs.get(name);
        if (bytes == null) {
            send(exchange, 404, "{\"errors\":[{\"code\":\"UNKNOWN\"}]}".getBytes(StandardCharsets.UTF_8));
            return;
        }
        if (path.contains("/manifests/")) {
            exchange.getResponseHeaders().set("Content-Type", Manifest.OCI);
            send(exchange, 200, bytes);
            return;
        }
        String range = header(exchange, "Range");
        if (range.isEmpty()) {
            send(exchange, 200, bytes);
            return;
        }
        int from = Integer.parseInt(range.replaceAll("[^0-9]", ""));
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        exchange.sendResponseHeaders(206, bytes.length - from);
        exchange.getResponseBody().write(bytes, from, bytes.length - from);
    }

    static void send(HttpExchange exchange, int status, byte[] bytes) throws IOException {
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        exchange.sendResponseHeaders(307, -1);
    }

    /** Answers with the head of a whole blob and the first bytes of it, and hangs up. */
    static void cut(HttpExchange exchange, byte[] bytes, int from, int count) throws IOException {
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
        exchange.getResponseBody().write(bytes, from, count);
        exchange.getResponseBody().flush();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
