package dev.polder.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Optional;

/** A call that turns its connection into one of frames. */
final class UpgradeCall extends SingleCall<UpgradedConnection> {

    private final ClientContext client;
    private final FrameListener listener;
    private final ResponseCollector collector;
    private boolean isSwitching;

    UpgradeCall(ClientContext client, ClientRequest request, FrameListener listener) {
        super(client, request);
        this.client = client;
        this.listener = listener;
        this.collector = new ResponseCollector(client.config().bodyBytesMax());
    }

    @Override
    void take(Channel from, HttpObject part) throws ResponseCollector.BadAnswer {
        if (part instanceof io.netty.handler.codec.http.HttpResponse head) {
            isSwitching = head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
        }
        if (isSwitching) {
            if (part instanceof LastHttpContent) {
                upgrade(from);
            }
            return;
        }
        Optional<HttpResponse> answer = collector.take(part);
        if (answer.isPresent()) {
            fail(new UpgradeRefusedException(
                    "upgrade refused: status " + answer.get().status() + ", "
                            + answer.get().bodyText(),
                    answer.get()));
        }
    }

    private void upgrade(Channel channel) {
        HttpClientConfig config = client.config();
        FrameConnection frames =
                new FrameConnection(channel, config.bodyBytesMax(), config.outboxBytesMax(), () -> {}, listener);
        client.track(channel, frames::cut);
        frames.install();
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.remove(this);
        succeed(frames);
        pipeline.remove(HttpClientCodec.class); // last: bytes that came right behind go on to the frames
        frames.start();
    }

    @Override
    void ended(ClosedBy by) {
        // the frames have learned of it
    }
}
