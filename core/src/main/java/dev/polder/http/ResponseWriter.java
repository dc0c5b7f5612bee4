package dev.polder.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Writes answers to one connection, without flushing; names and order of the headers are Mesos's. Owned by its network
 * thread.
 */
final class ResponseWriter {

    private final Channel channel;
    private final HttpDate date;

    ResponseWriter(Channel channel, HttpDate date) {
        this.channel = channel;
        this.date = date;
    }

    /** An answer in full. */
    ChannelFuture writeFull(RequestHead request, HttpResponse response, boolean keepAlive) {
        DefaultFullHttpResponse encoded = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                request.isHead() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
        HttpHeaders headers = encoded.headers();
        headers.add("Date", date.text());
        response.headers().forEach(headers::add);
        headers.set("Content-Length", response.body().length);
        if (!keepAlive) {
            headers.set("Connection", "close");
        } else if (request.isHttp10()) {
            headers.set("Connection", "keep-alive");
        }
        return channel.write(encoded);
    }

    /** The head of an answer in chunks. HTTP/1.0 knows none: there the end of the connection ends the answer. */
    void writeStreamHead(RequestHead request, ChunkedStream stream) {
        DefaultHttpResponse encoded =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(stream.status()));
        encoded.headers().add("Date", date.text());
        if (!request.isHttp10()) {
            encoded.headers().add("Transfer-Encoding", "chunked");
        }
        stream.headers().forEach(encoded.headers()::add);
        Channels.write(channel, encoded);
    }

    /** The head of an answer in chunks that nobody wants to have. */
    ChannelFuture writeStreamHeadAlone(ChunkedStream stream, boolean keepAlive) {
        DefaultFullHttpResponse encoded = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(stream.status()), Unpooled.EMPTY_BUFFER);
        encoded.headers().add("Date", date.text());
        stream.headers().forEach(encoded.headers()::add);
        if (!keepAlive) {
            encoded.headers().set("Connection", "close");
        }
        return channel.write(encoded);
    }

    /** One chunk. */
    ChannelFuture writeChunk(byte[] record) {
        return channel.write(new DefaultHttpContent(Unpooled.wrappedBuffer(record)));
    }

    /** The end of an answer in chunks. */
    ChannelFuture writeLastChunk() {
        return channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /** The consent to a change of protocol. */
    void writeSwitch(String protocol) {
        DefaultFullHttpResponse encoded = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        encoded.headers().add("Date", date.text());
        encoded.headers().add("Upgrade", protocol);
        encoded.headers().add("Connection", "Upgrade");
        Channels.write(channel, encoded);
    }

    /** The encouragement to send the body. */
    void writeContinue() {
        Channels.write(
                channel,
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
}
