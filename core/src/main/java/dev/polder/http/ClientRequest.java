package dev.polder.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;

/** A request on its way out. */
final class ClientRequest {

    private final InetSocketAddress to;
    private final HttpMethod method;
    private final String path;
    private final Headers headers;
    private final byte[] body;

    /**
     * A request.
     *
     * @throws IllegalArgumentException if method or path cannot be sent
     */
    ClientRequest(InetSocketAddress to, String method, String path, Headers headers, byte[] body) {
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
            throw new IllegalArgumentException(
                    "path '" + path + "': it must begin with a slash and have neither blanks nor letters beyond ASCII");
        }
        this.to = to;
        this.method = HttpMethod.valueOf(method);
        this.path = path;
        this.headers = headers;
        this.body = body;
    }

    InetSocketAddress to() {
        return to;
    }

    /** The request as Netty sends it. */
    FullHttpRequest encode() {
        FullHttpRequest encoded =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, path, Unpooled.wrappedBuffer(body));
        encoded.headers().add(HttpHeaderNames.HOST, host());
        headers.forEach(encoded.headers()::add);
        boolean hasBody = body.length > 0 || method.equals(HttpMethod.POST) || method.equals(HttpMethod.PUT);
        if (hasBody) {
            encoded.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        return encoded;
    }

    private String host() {
        String host = to.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + to.getPort();
    }

    @Override
    public String toString() {
        return method + " http://" + host() + path;
    }
}
