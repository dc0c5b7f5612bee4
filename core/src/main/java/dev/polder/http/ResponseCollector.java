package dev.polder.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Puts answers together from their decoded parts, within the limit for bodies. Owned by a network thread. */
final class ResponseCollector {

    /** An answer that is no HTTP or too large. */
    static final class BadAnswer extends Exception {

        private static final long serialVersionUID = 1L;

        BadAnswer(String message) {
            super(message);
        }
    }

    private final int bodyBytesMax;

    private int status;
    private Headers headers = Headers.none();
    private boolean keepAlive;
    private boolean isInformation;
    private ByteArrayOutputStream body = new ByteArrayOutputStream();

    ResponseCollector(int bodyBytesMax) {
        this.bodyBytesMax = bodyBytesMax;
    }

    /** Whether the connection stays open after the answer that was begun last. */
    boolean keepAlive() {
        return keepAlive;
    }

    /** Takes a part; the answer if it is complete with it. What only announces an answer (100 and the like) is dropped. */
    Optional<HttpResponse> take(HttpObject part) throws BadAnswer {
        if (part.decoderResult().isFailure()) {
            throw new BadAnswer(
                    "malformed HTTP: " + part.decoderResult().cause().getMessage());
        }
        if (part instanceof io.netty.handler.codec.http.HttpResponse head) {
            begin(head);
        }
        if (part instanceof HttpContent content) {
            append(content.content());
        }
        return part instanceof LastHttpContent && !isInformation
                ? Optional.of(new HttpResponse(status, headers, body.toByteArray()))
                : Optional.empty();
    }

    private void begin(io.netty.handler.codec.http.HttpResponse head) {
        status = head.status().code();
        isInformation = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        headers = Headers.copyOf(head.headers());
        keepAlive = HttpUtil.isKeepAlive(head);
        body = new ByteArrayOutputStream();
    }

    private void append(ByteBuf bytes) throws BadAnswer {
        long size = (long) body.size() + bytes.readableBytes();
        if (size > bodyBytesMax) {
            throw new BadAnswer("answer too large: " + size + " > bodyBytesMax=" + bodyBytesMax);
        }
        try {
            bytes.readBytes(body, bytes.readableBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }
}
