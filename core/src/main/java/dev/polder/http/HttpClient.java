package dev.polder.http;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * An HTTP/1.1 client. Calls to one address go one after another, in order, over one connection that is kept open; each
 * stream and each upgraded connection has its own. Redirects are answers like any other. Any thread may call; futures
 * complete on a network thread, so what follows must not block. A call without an answer fails with
 * {@link HttpCallException}.
 */
public final class HttpClient implements AutoCloseable {

    private HttpClient() {}

    /** A client with threads of its own. */
    public static HttpClient start(HttpClientConfig config) {
        return start(config, NetworkThreads.start(config.threadName(), config.threads()));
    }

    /** A client on threads that others may use too and that stay when this client is closed. */
    public static HttpClient start(HttpClientConfig config, NetworkThreads threads) {
        throw new UnsupportedOperationException("HttpClient.start: " + config + threads);
    }

    /**
     * Sends one request and receives its whole answer.
     *
     * @param path with query, beginning with a slash
     * @param body empty for none
     */
    public CompletableFuture<HttpResponse> request(
            InetSocketAddress to, String method, String path, Headers headers, byte[] body) {
        throw new UnsupportedOperationException("HttpClient.request: " + to + method + path + headers + body.length);
    }

    /**
     * Sends one request over a connection of its own and receives its answer as it arrives, whatever its status. The
     * future completes when the head of the answer is there, after {@link StreamListener#onResponse}; if it fails the
     * listener is never called.
     */
    public CompletableFuture<ClientStream> stream(
            InetSocketAddress to, String method, String path, Headers headers, byte[] body, StreamListener listener) {
        throw new UnsupportedOperationException(
                "HttpClient.stream: " + to + method + path + headers + body.length + listener);
    }

    /**
     * Asks with GET for an upgrade. The future fails with {@link UpgradeRefusedException} if the answer is not 101;
     * if it fails the listener is never called.
     */
    public CompletableFuture<UpgradedConnection> upgrade(
            InetSocketAddress to, String path, String protocol, Headers headers, FrameListener listener) {
        throw new UnsupportedOperationException("HttpClient.upgrade: " + to + path + protocol + headers + listener);
    }

    /** Closes all connections, fails what has no answer yet, ends its own threads; bounded in time, idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("HttpClient.close");
    }
}
