package dev.polder.http;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A request, complete with its body. Safe to read from any thread. */
public interface HttpRequest {

    /** The method in upper case. A HEAD request shows as GET here; the server leaves the body of the answer away. */
    String method();

    /** The path as sent, percent signs and all, with runs of slashes made one and without the query. */
    String path();

    /** The last value of a query parameter, decoded; empty text for a parameter without a value. */
    Optional<String> query(String name);

    /** All values of a query parameter, decoded, in order. */
    List<String> queryAll(String name);

    /** The query as sent, after the question mark; empty without one. */
    String queryText();

    /** The header fields. */
    Headers headers();

    /** The body, decompressed; empty if there is none. Not to be changed. */
    byte[] body();

    /** The other end of the connection. */
    InetSocketAddress remoteAddress();

    /** Calls the listener once when the connection is closed before this request is answered in full; at once if it is. */
    void onClosed(Consumer<ClosedBy> listener);
}
