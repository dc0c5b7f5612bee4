package dev.polder.http;

import java.io.IOException;
import java.net.InetSocketAddress;

/** An HTTP/1.1 server on one port. Several may run in one JVM. */
public final class HttpServer implements AutoCloseable {

    private HttpServer() {}

    /**
     * Listens and serves, on threads of its own.
     *
     * @throws IOException if the port cannot be had; it names the address
     */
    public static HttpServer start(HttpServerConfig config, HttpHandler handler) throws IOException {
        return start(config, NetworkThreads.start(config.threadName(), config.threads()), handler);
    }

    /**
     * Listens and serves, on threads that others may use too and that stay when this server is closed.
     *
     * @throws IOException if the port cannot be had; it names the address
     */
    public static HttpServer start(HttpServerConfig config, NetworkThreads threads, HttpHandler handler)
            throws IOException {
        throw new UnsupportedOperationException("HttpServer.start: " + config + threads + handler);
    }

    /** Where it listens; the port is the real one. */
    public InetSocketAddress address() {
        throw new UnsupportedOperationException("HttpServer.address");
    }

    /** Stops listening, closes all connections ({@link ClosedBy#US}); bounded in time, idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("HttpServer.close");
    }
}
