package dev.polder.raft;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where others come in: listens, and keeps one connection of each other member, the newest, and a few of strangers. Owned
 * by the log's thread.
 */
final class PeerDoor extends ChannelInboundHandlerAdapter {
    /**
     * How many may be here at once who have not said that they are members. When one more comes the longest here must go:
     * members and those who ask for the leader say so at once, so others keep nobody out, or must come very fast.
     */
    static final int STRANGERS_MAX = 64;

    /** How many may be here at once that say that they are members, and are not in the list. */
    static final int GUESTS_MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    private static final int ACCEPT_BACKLOG = 128;
    /** The pause after a failed accept, mostly for want of file handles: trying again at once would only spin. */
    private static final Duration ACCEPT_AGAIN = Duration.ofMillis(100);

    private final WireParts parts;
    private final RaftWire wire;
    private final NioServerSocketChannel listening;
    private final Set<IncomingConnection> strangers = new LinkedHashSet<>();
    private final Map<String, IncomingConnection> members = new HashMap<>();

    private PeerDoor(WireParts parts, RaftWire wire, NioServerSocketChannel listening) {
        this.parts = parts;
        this.wire = wire;
        this.listening = listening;
    }

    /**
     * Listens, and lets nobody in before {@link #open}. Called on another thread than the log's.
     *
     * @throws IOException if that address cannot be had; the message names it
     */
    static PeerDoor listen(WireParts parts, RaftWire wire, InetSocketAddress address) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("cannot listen for other members on " + address + ": the host is not known");
        }
        NioServerSocketChannel listening = new NioServerSocketChannel();
        listening.config().setOption(ChannelOption.SO_REUSEADDR, true);
        listening.config().setOption(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG);
        listening.config().setAutoRead(false);
        PeerDoor door = new PeerDoor(parts, wire, listening);
        listening.pipeline().addLast(door);
        ChannelFuture bound = parts.thread().loop().register(listening).awaitUninterruptibly();
        if (bound.isSuccess()) {
            bound = listening.bind(address).awaitUninterruptibly();
        }
        Throwable failure = bound.cause();
        if (failure != null) {
            if (listening.isRegistered()) {
                listening.close().awaitUninterruptibly();
            } else {
                listening.unsafe().closeForcibly();
            }
            throw new IOException(
                    "cannot listen for other members on " + address + ": " + failure.getMessage(), failure);
        }
        return door;
    }

    void open() {
        listening.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        SocketChannel accepted = (SocketChannel) message;
        if (strangers.size() >= STRANGERS_MAX) {
            tooMany();
            IncomingConnection oldest = strangers.iterator().next();
            strangers.remove(oldest);
            oldest.close();
        }
        IncomingConnection connection = new IncomingConnection(parts, this, wire);
        strangers.add(connection);
        parts.dialer().accept(accepted, connection);
        ChannelFuture unused = parts.thread().loop().register(accepted);
    }

    private void tooMany() {
        parts.counters().connectionsRefused.increment();
        if (WireCounters.isWorthALine(parts.counters().connectionsRefused)) {
            LOG.warn(
                    "event=stranger_sent_away member={} count={} strangersMax={}",
                    parts.book().self(),
                    parts.counters().connectionsRefused.sum(),
                    STRANGERS_MAX);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.warn("event=accept_failed member={} reason='{}'", parts.book().self(), cause.toString());
        listening.config().setAutoRead(false);
        parts.thread().schedule(ACCEPT_AGAIN, this::open);
    }

    /** A stranger is a member; an older connection of it is of no use any more. */
    void introduced(IncomingConnection connection, String member) {
        strangers.remove(connection);
        IncomingConnection older = members.put(member, connection);
        if (older != null) {
            older.close();
        }
    }

    /** A stranger is a client, or goes. */
    void leaves(IncomingConnection connection) {
        strangers.remove(connection);
    }

    void ended(IncomingConnection connection) {
        strangers.remove(connection);
        Introduction peer = connection.peer();
        if (peer != null && members.remove(peer.member(), connection)) {
            wire.incomingLost(peer.member());
        }
    }

    /** Tells whether a member is connected to this one. */
    boolean hears(String member) {
        return members.containsKey(member);
    }

    /** The member's process is this one; what the one before has said and was not heard yet, nobody needs. */
    void peerIs(Introduction other) {
        IncomingConnection connection = members.get(other.member());
        if (connection != null) {
            Introduction peer = connection.peer();
            if (peer != null && !peer.isOfSameProcess(other)) {
                members.remove(other.member());
                connection.close();
            }
        }
    }

    /** Tells whether somebody who is not in the list cannot come in, because there are so many of those. */
    boolean hasTooMany(String other) {
        return !parts.book().lists(other)
                && !members.containsKey(other)
                && members.keySet().stream()
                                .filter(member -> !parts.book().lists(member))
                                .count()
                        >= GUESTS_MAX;
    }

    /** Ends the connections of members that there is an objection to by now. */
    void closeIf(Predicate<Introduction> objected) {
        for (IncomingConnection connection : List.copyOf(members.values())) {
            Introduction peer = connection.peer();
            if (peer != null && objected.test(peer)) {
                connection.close();
            }
        }
    }

    void closeConnections() {
        List<IncomingConnection> all = new ArrayList<>(strangers);
        all.addAll(members.values());
        all.forEach(IncomingConnection::close);
    }

    void close() {
        ChannelFuture unused = listening.close();
        closeConnections();
    }
}
