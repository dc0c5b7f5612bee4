package dev.polder.http;

import dev.polder.http.HttpCallException.Reason;
import io.netty.channel.ChannelFuture;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client. Calls to one address go one after another, in order, over one connection that is kept open; each
 * stream and each upgraded connection has its own. Redirects are answers like any other. Any thread may call; futures
 * complete on a network thread, so what follows must not block. A call without an answer fails with
 * {@link HttpCallException}.
 */
public final class HttpClient implements AutoCloseable {

    private static final byte[] NO_BODY = new byte[0];
    private static final long CLOSE_TIMEOUT_MS = 2_000;

    private final ClientContext context;
    private final NetworkThreads threads;
    private final boolean ownsThreads;
    /** One for each address that was ever called; a line without calls is small and holds no connection for long. */
    private final Map<InetSocketAddress, CallLine> lines = new ConcurrentHashMap<>();

    private final AtomicBoolean closed = new AtomicBoolean();

    private HttpClient(ClientContext context, NetworkThreads threads, boolean ownsThreads) {
        this.context = context;
        this.threads = threads;
        this.ownsThreads = ownsThreads;
    }

    /** A client with threads of its own. */
    public static HttpClient start(HttpClientConfig config) {
        return new HttpClient(
                new ClientContext(config), NetworkThreads.start(config.threadName(), config.threads()), true);
    }

    /** A client on threads that others may use too and that stay when this client is closed. */
    public static HttpClient start(HttpClientConfig config, NetworkThreads threads) {
        return new HttpClient(new ClientContext(config), threads, false);
    }

    /**
     * Sends one request and receives its whole answer.
     *
     * @param path with query, beginning with a slash
     * @param body empty for none; not to be changed afterwards
     */
    public CompletableFuture<HttpResponse> request(
            InetSocketAddress to, String method, String path, Headers headers, byte[] body) {
        ClientRequest request = new ClientRequest(to, method, path, headers, body);
        HttpCallException refusal = refusal(request);
        return refusal == null
                ? lines.computeIfAbsent(to, address -> new CallLine(context, threads.next(), address))
                        .call(request)
                : CompletableFuture.failedFuture(refusal);
    }

    /**
     * Sends one request over a connection of its own and receives its answer as it arrives, whatever its status. The
     * future completes when the head of the answer is there, after {@link StreamListener#onResponse}; if it fails the
     * listener is never called.
     */
    public CompletableFuture<ClientStream> stream(
            InetSocketAddress to, String method, String path, Headers headers, byte[] body, StreamListener listener) {
        ClientRequest request = new ClientRequest(to, method, path, headers, body);
        HttpCallException refusal = refusal(request);
        return refusal == null
                ? new StreamCall(context, request, listener).start(threads.next())
                : CompletableFuture.failedFuture(refusal);
    }

    /**
     * Asks with GET for an upgrade. The future fails with {@link UpgradeRefusedException} if the answer is not 101;
     * if it fails the listener is never called.
     */
    public CompletableFuture<UpgradedConnection> upgrade(
            InetSocketAddress to, String path, String protocol, Headers headers, FrameListener listener) {
        Headers all = headers.with("Upgrade", protocol).with("Connection", "Upgrade");
        ClientRequest request = new ClientRequest(to, "GET", path, all, NO_BODY);
        HttpCallException refusal = refusal(request);
        return refusal == null
                ? new UpgradeCall(context, request, listener).start(threads.next())
                : CompletableFuture.failedFuture(refusal);
    }

    private @Nullable HttpCallException refusal(ClientRequest request) {
        if (closed.get()) {
            return new HttpCallException(Reason.CLIENT_CLOSED, false, request + ": the client is closed", null);
        }
        return request.to().isUnresolved()
                ? new HttpCallException(Reason.NOT_CONNECTED, false, request + ": the host name is unknown", null)
                : null;
    }

    /** Closes all connections, fails what has no answer yet, ends its own threads; bounded in time, idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        context.stop();
        lines.values().forEach(CallLine::close);
        List<ChannelFuture> closing = new ArrayList<>();
        context.open().forEach((channel, cut) -> {
            NetworkThreads.execute(channel.eventLoop(), () -> cut.accept(ClosedBy.US));
            closing.add(channel.closeFuture());
        });
        threads.awaitAll(closing, CLOSE_TIMEOUT_MS);
        if (ownsThreads) {
            threads.close();
        }
    }
}
