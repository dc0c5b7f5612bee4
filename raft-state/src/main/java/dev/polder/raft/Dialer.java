package dev.polder.raft;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Opens connections to others, and prepares those that others open. Owned by the thread whose loop they live on. */
final class Dialer implements AutoCloseable {
    /** What may wait to be sent on one connection; a request beyond fails, and answers beyond stop the reading. */
    static final int WAITING_BYTES_MAX = 4 << 20;

    private static final int CONNECT_MS_MAX = 1_000;

    private final RaftThread thread;
    private final AddressLookup lookup;
    private final WireSecurity security;

    private Dialer(RaftThread thread, String lookupThreadName, WireSecurity security) {
        this.thread = thread;
        this.security = security;
        lookup = new AddressLookup(lookupThreadName);
    }

    /**
     * Makes one.
     *
     * @param name begins the names of the threads that it has at times
     * @throws IOException if something that the security needs cannot be read
     */
    static Dialer open(RaftThread thread, String name, RaftSecurity security) throws IOException {
        return new Dialer(thread, name + "-names", security.open(name + "-tls"));
    }

    /**
     * The same for a member: others must be able to take this end for it.
     *
     * @throws IOException if they cannot, or something that the security needs cannot be read
     */
    static Dialer open(RaftThread thread, String name, RaftSecurity security, String member) throws IOException {
        Dialer dialer = open(thread, name, security);
        try {
            dialer.security.standFor(member);
            return dialer;
        } catch (IOException e) {
            dialer.close();
            throw e;
        }
    }

    /** Prepares a connection that somebody else has opened. */
    void accept(SocketChannel accepted, WireConnection connection) {
        configure(accepted);
        connection.install(accepted, security.layer(null));
    }

    /** Connects; then the connection is active, or the failure is told instead. Both happen on the thread, perhaps before this returns. */
    void dial(MemberAddress to, WireConnection connection, Consumer<Throwable> onFailure) {
        CompletableFuture<InetAddress> found = lookup.find(to.host());
        if (found.isDone()) {
            connect(found, to, connection, onFailure);
        } else {
            CompletableFuture<Void> unused = found.handle((address, failure) -> {
                thread.execute(() -> connect(found, to, connection, onFailure));
                return null;
            });
        }
    }

    private void connect(
            CompletableFuture<InetAddress> found,
            MemberAddress to,
            WireConnection connection,
            Consumer<Throwable> onFailure) {
        if (connection.isOver()) {
            onFailure.accept(new ClosedChannelException());
            return;
        }
        SocketChannel channel;
        InetSocketAddress address;
        try {
            address = new InetSocketAddress(found.join(), to.port());
            channel = new NioSocketChannel();
        } catch (CompletionException | ChannelException e) {
            // no such name, or no file handle left
            onFailure.accept(e.getCause() == null ? e : e.getCause());
            return;
        }
        configure(channel);
        channel.config().setConnectTimeoutMillis(CONNECT_MS_MAX);
        connection.install(channel, security.layer(to));
        ChannelFuture unusedRegistration = thread.loop().register(channel);
        ChannelFuture unusedConnect = channel.connect(address).addListener(done -> {
            if (!done.isSuccess()) {
                connection.close();
                onFailure.accept(done.cause());
            }
        });
    }

    /** Returns in words why there is no connection. */
    static String words(Throwable failure) {
        if (isNobodyThere(failure)) {
            return "connection refused";
        }
        return failure instanceof ConnectTimeoutException ? "no answer" : String.valueOf(failure.getMessage());
    }

    /** What both ends of a connection need. */
    private static void configure(SocketChannel channel) {
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(WAITING_BYTES_MAX / 2, WAITING_BYTES_MAX));
    }

    /** Tells whether the host is there and says that nobody listens; the system's own time-out comes after ours. */
    static boolean isNobodyThere(Throwable failure) {
        return failure instanceof ConnectException && !(failure instanceof ConnectTimeoutException);
    }

    @Override
    public void close() {
        lookup.close();
        security.close();
    }
}
