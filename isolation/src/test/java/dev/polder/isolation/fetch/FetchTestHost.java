package dev.polder.isolation.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.polder.isolation.Account;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A fetcher, a sandbox and a web server on loopback; and whether a test has left something. */
final class FetchTestHost implements AutoCloseable {
    /** Every Debian has this account. */
    static final Account NOBODY = new Account("nobody", 65534, 65534);

    final Path base;
    final Path sandbox;
    final Fetcher fetcher;
    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    final AtomicInteger asked = new AtomicInteger();
    final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    FetchTestHost(Path base) throws IOException {
        this(base, FetcherSettings.of(base.resolve("fetch")));
    }

    FetchTestHost(Path base, FetcherSettings settings) throws IOException {
        this.base = base;
        // others must get through to their sandboxes
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
        this.sandbox = Files.createDirectory(base.resolve("sandbox"));
        this.fetcher = Fetcher.open(settings);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Opens one below a directory, with a time of silence that a test has. */
    static FetchTestHost impatient(Path below) throws IOException {
        Path base = Files.createDirectory(below.resolve("impatient"));
        return new FetchTestHost(
                base, FetcherSettings.of(base.resolve("fetch")).withStallTimeout(Duration.ofMillis(300)));
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        byte[] content = files.get(exchange.getRequestURI().getPath());
        if (content == null) {
            exchange.sendResponseHeaders(404, -1);
        } else {
            exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
            exchange.getResponseBody().write(content);
        }
        exchange.close();
    }

    String authority() {
        return server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort();
    }

    /** Serves it, and returns where. */
    String serve(String path, byte[] content) {
        files.put(path, content);
        return "http://" + authority() + path;
    }

    void fetch(FetchRequest... requests) throws IOException {
        fetcher.fetch(new FetchTarget(sandbox, Optional.empty()), List.of(requests), FetchProgress.NONE);
    }

    /** Fetches for another user, whose the sandbox is then. */
    void fetchFor(Account owner, FetchRequest... requests) throws IOException {
        fetcher.fetch(new FetchTarget(sandbox, Optional.of(owner)), List.of(requests), FetchProgress.NONE);
    }

    /** Makes it another user's, in which that user can do anything. */
    void giveSandbox(Account owner) throws IOException {
        assumeTrue(isRoot(), "only root gives files away");
        Files.setAttribute(sandbox, "unix:uid", owner.uid());
        Files.setAttribute(sandbox, "unix:gid", owner.gid());
    }

    boolean isRoot() throws IOException {
        return Files.getAttribute(base, "unix:uid").equals(0);
    }

    Path in(String name) {
        return sandbox.resolve(name);
    }

    String stderr() throws IOException {
        return Files.readString(in("stderr"));
    }

    static int uid(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    /** Returns a request for an archive of that name. */
    FetchRequest archive(String name, byte[] content) {
        return FetchRequest.of(serve("/" + name, content));
    }

    @Override
    public void close() throws IOException {
        server.stop(0);
        threads.shutdownNow();
        fetcher.close();
        assertThat(base.resolve("fetch/work")).isEmptyDirectory();
    }
}
