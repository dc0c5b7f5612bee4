package dev.polder.http;

import java.nio.charset.StandardCharsets;

/** A complete answer. Length, date and connection headers are the server's and need not be given. */
public final class HttpResponse {

    private static final byte[] NO_BYTES = new byte[0];

    private final int status;
    private final Headers headers;
    private final byte[] body;

    /**
     * An answer.
     *
     * @param status 200 to 599
     * @param body not to be changed afterwards
     */
    public HttpResponse(int status, Headers headers, byte[] body) {
        checkStatus(status);
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /** An answer in plain text. */
    public static HttpResponse text(int status, String text) {
        return new HttpResponse(
                status, Headers.of("Content-Type", "text/plain; charset=utf-8"), text.getBytes(StandardCharsets.UTF_8));
    }

    /** An answer in JSON. */
    public static HttpResponse json(int status, byte[] json) {
        return new HttpResponse(status, Headers.of("Content-Type", "application/json"), json);
    }

    /** An answer without a body. */
    public static HttpResponse empty(int status) {
        return new HttpResponse(status, Headers.none(), NO_BYTES);
    }

    /** The same answer with one more header. */
    public HttpResponse with(String name, String value) {
        return new HttpResponse(status, headers.with(name, value), body);
    }

    /** Refuses what is no status of an answer. */
    static void checkStatus(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " is not in 200..599");
        }
    }

    /** The status code, 200 to 599. */
    public int status() {
        return status;
    }

    /** The header fields. */
    public Headers headers() {
        return headers;
    }

    /** The body; not to be changed. */
    public byte[] body() {
        return body;
    }

    /** The body read as UTF-8. */
    public String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "HttpResponse[status=" + status + ", headers=" + headers + ", body=" + body.length + " bytes]";
    }
}
