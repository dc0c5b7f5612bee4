package dev.polder.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What the connections of one client share. */
final class ClientContext {

    private static final int HEAD_BYTES_MAX = 80 << 10;

    private final HttpClientConfig config;
    /** How each open connection is cut; call it on the connection's network thread. */
    private final Map<Channel, Consumer<ClosedBy>> open = new ConcurrentHashMap<>();

    private volatile boolean stopped;

    ClientContext(HttpClientConfig config) {
        this.config = config;
    }

    HttpClientConfig config() {
        return config;
    }

    Map<Channel, Consumer<ClosedBy>> open() {
        return open;
    }

    /** No further connection is made. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Remembers how to cut a connection, until it is closed. */
    void track(Channel channel, Consumer<ClosedBy> cut) {
        if (open.put(channel, cut) == null) {
            channel.closeFuture().addListener(closed -> open.remove(channel));
        }
    }

    /**
     * Begins to connect; called on the network thread of the loop. The handler sees the connection become active, or else
     * the failure is handed over, later.
     */
    Channel connect(
            EventLoop loop,
            InetSocketAddress to,
            ChannelHandler handler,
            Consumer<ClosedBy> cut,
            Consumer<Throwable> onFailure) {
        SocketChannel channel = new NioSocketChannel();
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        channel.config().setConnectTimeoutMillis((int) config.connectTimeout().toMillis());
        HttpDecoderConfig decoding =
                new HttpDecoderConfig().setMaxInitialLineLength(HEAD_BYTES_MAX).setMaxHeaderSize(HEAD_BYTES_MAX);
        channel.pipeline().addLast(new HttpClientCodec(decoding, false, false), handler);
        track(channel, cut);
        loop.register(channel).addListener(registered -> {
            if (!registered.isSuccess()) {
                channel.unsafe().closeForcibly();
                onFailure.accept(registered.cause());
                return;
            }
            channel.connect(to).addListener(connected -> {
                if (!connected.isSuccess()) {
                    Channels.close(channel);
                    onFailure.accept(connected.cause());
                }
            });
        });
        return channel;
    }
}
