package dev.polder.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts one request together from its decoded parts, within the limit for bodies. Each step may find a reason to refuse:
 * one that closes must be answered at once, any other is kept until the request is complete. Owned by a network thread.
 */
final class RequestAssembler {

    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.DELETE,
            HttpMethod.PATCH,
            HttpMethod.OPTIONS,
            HttpMethod.TRACE,
            HttpMethod.CONNECT);

    /** What a peer can make us allocate by announcing a body alone. */
    private static final int FIRST_BUFFER_BYTES_MAX = 64 << 10;

    private static final int PIECE_BYTES = 8 << 10;
    private static final int SHOWN_MAX = 100;

    private final int bodyBytesMax;

    private boolean active;
    private RequestHead head = RequestHead.UNREADABLE;
    private @Nullable Refusal kept;
    private ByteArrayOutputStream received = new ByteArrayOutputStream(0);
    private byte[] body = new byte[0];

    RequestAssembler(int bodyBytesMax) {
        this.bodyBytesMax = bodyBytesMax;
    }

    /** Whether a request has begun and is not complete. */
    boolean isActive() {
        return active;
    }

    /** Line and headers of the request that was begun last. */
    RequestHead head() {
        return head;
    }

    /** The body of the request that was completed last. */
    byte[] body() {
        return body;
    }

    /** Begins with line and headers; a refusal closes. */
    @Nullable
    Refusal begin(io.netty.handler.codec.http.HttpRequest decoded) {
        Refusal malformed = malformed(decoded.decoderResult());
        if (malformed != null) {
            return malformed;
        }
        String expectation = decoded.headers().get("Expect", "100-continue");
        if (!expectation.equalsIgnoreCase("100-continue")) {
            return new Refusal(417, "Expect: '" + shorten(expectation) + "' is not known, only 100-continue is", true);
        }
        long announced = HttpUtil.getContentLength(decoded, 0L);
        if (announced > bodyBytesMax) {
            return tooLarge(announced);
        }
        RequestTarget target = RequestTarget.parse(decoded.uri()).orElse(null);
        kept = unfit(decoded, target);
        boolean isHead = decoded.method().equals(HttpMethod.HEAD);
        head = new RequestHead(
                isHead ? HttpMethod.GET.name() : decoded.method().name(),
                target == null ? RequestHead.UNREADABLE.target() : target,
                Headers.copyOf(decoded.headers()),
                HttpUtil.isKeepAlive(decoded),
                isHead,
                decoded.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0);
        received = new ByteArrayOutputStream((int) Math.min(announced, FIRST_BUFFER_BYTES_MAX));
        active = true;
        return null;
    }

    /** Takes a part of the body; a refusal closes. */
    @Nullable
    Refusal append(HttpContent part) {
        Refusal malformed = malformed(part.decoderResult());
        if (malformed != null) {
            return malformed;
        }
        ByteBuf bytes = part.content();
        long size = (long) received.size() + bytes.readableBytes();
        if (size > bodyBytesMax) {
            return tooLarge(size);
        }
        try {
            bytes.readBytes(received, bytes.readableBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return null;
    }

    /** Ends the request; a refusal leaves the connection usable. */
    @Nullable
    Refusal end() {
        active = false;
        body = received.toByteArray();
        received = new ByteArrayOutputStream(0);
        return kept == null ? decompress() : kept;
    }

    private @Nullable Refusal decompress() {
        String encoding = head.headers()
                .first("Content-Encoding")
                .orElse("identity")
                .strip()
                .toLowerCase(Locale.ROOT);
        switch (encoding) {
            case "identity", "" -> {
                return null;
            }
            case "gzip", "x-gzip" -> {
                return gunzip();
            }
            default -> {
                return new Refusal(
                        415, "Content-Encoding '" + shorten(encoding) + "' is not known, only gzip is", false);
            }
        }
    }

    private @Nullable Refusal gunzip() {
        ByteArrayOutputStream plain = new ByteArrayOutputStream(Math.min(body.length * 2, bodyBytesMax));
        byte[] piece = new byte[PIECE_BYTES];
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                if (plain.size() + read > bodyBytesMax) {
                    return new Refusal(
                            413,
                            "request body too large: more than bodyBytesMax=" + bodyBytesMax
                                    + " bytes when decompressed",
                            false);
                }
                plain.write(piece, 0, read);
            }
        } catch (IOException e) {
            return new Refusal(
                    400,
                    "Content-Encoding is gzip, but the body of " + body.length + " bytes is none: " + e.getMessage(),
                    false);
        }
        body = plain.toByteArray();
        return null;
    }

    private static @Nullable Refusal unfit(
            io.netty.handler.codec.http.HttpRequest decoded, @Nullable RequestTarget target) {
        if (!METHODS.contains(decoded.method())) {
            return new Refusal(501, "method '" + shorten(decoded.method().name()) + "' is not known", false);
        }
        return target == null
                ? new Refusal(400, "request target '" + shorten(decoded.uri()) + "' does not begin with a slash", false)
                : null;
    }

    private static @Nullable Refusal malformed(DecoderResult result) {
        if (!result.isFailure()) {
            return null;
        }
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException) {
            return new Refusal(414, "request line too long: " + cause.getMessage(), true);
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new Refusal(431, "request headers too large: " + cause.getMessage(), true);
        }
        return new Refusal(400, "malformed HTTP: " + cause.getMessage(), true);
    }

    private Refusal tooLarge(long bytes) {
        return new Refusal(413, "request body too large: " + bytes + " > bodyBytesMax=" + bodyBytesMax, true);
    }

    /** A text from outside as it is shown in a refusal. */
    static String shorten(String text) {
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "...";
    }
}
