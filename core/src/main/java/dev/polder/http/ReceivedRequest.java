package dev.polder.http;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A request as it came over a connection. */
final class ReceivedRequest implements HttpRequest {

    private final RequestHead head;
    private final Map<String, List<String>> query;
    private final byte[] body;
    private final InetSocketAddress remoteAddress;
    private final CompletableFuture<ClosedBy> gone;

    /**
     * A request.
     *
     * @param gone completes if the connection ends before the answer is complete
     * @throws IllegalArgumentException if the query cannot be decoded
     */
    ReceivedRequest(RequestHead head, byte[] body, InetSocketAddress remoteAddress, CompletableFuture<ClosedBy> gone) {
        this.head = head;
        this.query = QueryText.parse(head.target().query());
        this.body = body;
        this.remoteAddress = remoteAddress;
        this.gone = gone;
    }

    @Override
    public String method() {
        return head.method();
    }

    @Override
    public String path() {
        return head.target().path();
    }

    @Override
    public Optional<String> query(String name) {
        List<String> values = queryAll(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
    }

    @Override
    public List<String> queryAll(String name) {
        return query.getOrDefault(name, List.of());
    }

    @Override
    public String queryText() {
        return head.target().query();
    }

    @Override
    public Headers headers() {
        return head.headers();
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public void onClosed(Consumer<ClosedBy> listener) {
        Listeners.add(gone, listener);
    }

    @Override
    public String toString() {
        return head.method() + " " + head.target().path() + " (" + body.length + " bytes)";
    }
}
