package dev.polder.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;

/** A call whose answer is handed on as it comes. */
final class StreamCall extends SingleCall<ClientStream> {

    private final StreamListener listener;
    private boolean headTold;
    private boolean isInformation;
    private boolean endTold;

    StreamCall(ClientContext client, ClientRequest request, StreamListener listener) {
        super(client, request);
        this.listener = listener;
    }

    @Override
    void take(Channel from, HttpObject part) throws ResponseCollector.BadAnswer {
        if (part.decoderResult().isFailure()) {
            throw new ResponseCollector.BadAnswer(
                    "malformed HTTP: " + part.decoderResult().cause().getMessage());
        }
        if (part instanceof io.netty.handler.codec.http.HttpResponse head) {
            isInformation = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            if (!isInformation) {
                headTold = true;
                listener.onResponse(head.status().code(), Headers.copyOf(head.headers()));
                succeed(new Handle(from));
            }
        }
        if (part instanceof HttpContent content && !isInformation) {
            takeBody(content.content());
            if (part instanceof LastHttpContent) {
                cut(ClosedBy.PEER);
            }
        }
    }

    private void takeBody(ByteBuf bytes) {
        if (bytes.isReadable()) {
            listener.onBytes(ByteBufUtil.getBytes(bytes));
        }
    }

    @Override
    void ended(ClosedBy by) {
        if (headTold && !endTold) {
            endTold = true;
            listener.onClosed(by);
        }
    }

    /** What the caller holds of the stream. */
    private final class Handle implements ClientStream {

        private final Channel channel;

        Handle(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void setReading(boolean on) {
            channel.config().setAutoRead(on);
        }

        @Override
        public void close() {
            EventLoop loop = channel.eventLoop();
            if (loop.inEventLoop()) {
                cut(ClosedBy.US);
            } else {
                NetworkThreads.execute(loop, () -> cut(ClosedBy.US));
            }
        }
    }
}
