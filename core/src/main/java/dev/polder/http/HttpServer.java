package dev.polder.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** An HTTP/1.1 server on one port. Several may run in one JVM. */
public final class HttpServer implements AutoCloseable {

    private static final int ACCEPT_BACKLOG = 1024;
    private static final long CLOSE_TIMEOUT_MS = 2_000;

    private final ServerContext context;
    private final NetworkThreads threads;
    private final boolean ownsThreads;
    private final Channel listening;
    private final InetSocketAddress address;
    private final AtomicBoolean closed = new AtomicBoolean();

    private HttpServer(ServerContext context, NetworkThreads threads, boolean ownsThreads, Channel listening) {
        this.context = context;
        this.threads = threads;
        this.ownsThreads = ownsThreads;
        this.listening = listening;
        this.address = (InetSocketAddress) listening.localAddress();
    }

    /**
     * Listens and serves, on threads of its own.
     *
     * @throws IOException if the port cannot be had; it names the address
     */
    public static HttpServer start(HttpServerConfig config, HttpHandler handler) throws IOException {
        NetworkThreads threads = NetworkThreads.start(config.threadName(), config.threads());
        try {
            return start(config, threads, true, handler);
        } catch (IOException | RuntimeException e) {
            threads.close();
            throw e;
        }
    }

    /**
     * Listens and serves, on threads that others may use too and that stay when this server is closed.
     *
     * @throws IOException if the port cannot be had; it names the address
     */
    public static HttpServer start(HttpServerConfig config, NetworkThreads threads, HttpHandler handler)
            throws IOException {
        return start(config, threads, false, handler);
    }

    private static HttpServer start(
            HttpServerConfig config, NetworkThreads threads, boolean ownsThreads, HttpHandler handler)
            throws IOException {
        String where = config.bindAddress() + ":" + config.port();
        InetSocketAddress address;
        try {
            address = new InetSocketAddress(InetAddress.getByName(config.bindAddress()), config.port());
        } catch (UnknownHostException e) {
            throw new IOException("cannot listen on " + where + ": the address is unknown", e);
        }
        ServerContext context = new ServerContext(config, handler);
        NioServerSocketChannel listening = new NioServerSocketChannel();
        listening.config().setOption(ChannelOption.SO_REUSEADDR, true);
        listening.config().setOption(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG);
        listening.pipeline().addLast(new Acceptor(context, threads));
        ChannelFuture bound = threads.next().register(listening).awaitUninterruptibly();
        if (bound.isSuccess()) {
            bound = listening.bind(address).awaitUninterruptibly();
        }
        Throwable failure = bound.cause();
        if (failure != null) {
            if (listening.isRegistered()) {
                Channels.close(listening);
            } else {
                listening.unsafe().closeForcibly();
            }
            throw new IOException("cannot listen on " + where + ": " + failure.getMessage(), failure);
        }
        return new HttpServer(context, threads, ownsThreads, listening);
    }

    /** Where it listens; the port is the real one. */
    public InetSocketAddress address() {
        return address;
    }

    /** How many connections are open. */
    public int connections() {
        return context.open().size();
    }

    /** How many answers were replaced by a 503 since the start, because too many waited for slow readers. */
    public long answersRefused() {
        return context.answersRefused().sum();
    }

    /** How many connections were sent away since the start, because there were too many. */
    public long connectionsRefused() {
        return context.connectionsRefused().sum();
    }

    /** How many connections were cut since the start, because their outbox was full. */
    public long slowReadersCut() {
        return context.slowReadersCut().sum();
    }

    /** Stops listening, closes all connections ({@link ClosedBy#US}); bounded in time, idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        List<ChannelFuture> closing = new ArrayList<>();
        closing.add(listening.close());
        context.stop();
        context.open().forEach((channel, cut) -> {
            NetworkThreads.execute(channel.eventLoop(), () -> cut.accept(ClosedBy.US));
            closing.add(channel.closeFuture());
        });
        threads.awaitAll(closing, CLOSE_TIMEOUT_MS);
        if (ownsThreads) {
            threads.close();
        }
    }
}
