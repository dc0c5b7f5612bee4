package dev.polder.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes new connections of a server, up to their limit. Owned by the network thread that listens. */
final class Acceptor extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** The pause after a failed accept, mostly for want of file handles: trying again at once would only spin. */
    private static final long RETRY_MS = 100;

    private final ServerContext server;
    private final NetworkThreads threads;

    Acceptor(ServerContext server, NetworkThreads threads) {
        this.server = server;
        this.threads = threads;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        SocketChannel accepted = (SocketChannel) message;
        accepted.config().setOption(ChannelOption.TCP_NODELAY, true);
        accepted.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        int connectionsMax = server.config().connectionsMax();
        if (server.open().size() < connectionsMax) {
            new ServerConnection(server, accepted).install();
        } else {
            server.connectionsRefused().increment();
            accepted.pipeline().addLast(new TooMany(connectionsMax));
        }
        if (server.isStopped()) {
            accepted.unsafe().closeForcibly();
            return;
        }
        threads.next().register(accepted).addListener(done -> {
            if (!done.isSuccess()) {
                accepted.unsafe().closeForcibly();
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.warn("accept failed: address={} reason={}", ctx.channel().localAddress(), cause.toString());
        ctx.channel().config().setAutoRead(false);
        NetworkThreads.executeLater(
                ctx.executor(), RETRY_MS, () -> ctx.channel().config().setAutoRead(true));
    }

    /** Sends a connection away. */
    private static final class TooMany extends ChannelInboundHandlerAdapter {

        private final int connectionsMax;

        TooMany(int connectionsMax) {
            this.connectionsMax = connectionsMax;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            String text = "too many connections: connectionsMax=" + connectionsMax;
            String answer = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + text.length() + "\r\n\r\n" + text;
            ctx.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }
}
