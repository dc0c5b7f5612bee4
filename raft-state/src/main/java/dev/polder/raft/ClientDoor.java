package dev.polder.raft;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients in while this member serves, and sends them to whoever leads else. Owned by the log's thread, but for the
 * counts of bytes.
 */
final class ClientDoor {
    /** How many clients there may be; one beyond is refused. */
    static final int CLIENTS_MAX = 1_024;
    /** What may wait to be sent to all clients; beyond, those for whom much waits are cut off. */
    static final long WAITING_BYTES_MAX = 256L << 20;
    /** What of all clients' messages may be under way in the service; beyond, nobody is heard for whom something is. */
    static final long UNHANDLED_BYTES_MAX = 64L << 20;

    private final WireParts parts;
    private final RaftWire wire;
    private final LogEvents events;
    private final Set<ClientConnection> clients = new LinkedHashSet<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong unhandledBytes = new AtomicLong();
    private @Nullable ClientService service;
    /** What clients were told last of who the members are. */
    private List<String> toldMembers = List.of();

    ClientDoor(WireParts parts, RaftWire wire, LogEvents events) {
        this.parts = parts;
        this.wire = wire;
        this.events = events;
        events.whenLost(this::lost);
    }

    void serve(ClientService served) {
        service = served;
    }

    /** Somebody says that he is a client. Returns null if he was not let in, which he was told. */
    @Nullable
    ClientConnection greet(IncomingConnection connection, ClientMessage.Hello hello) {
        ClientService serves = service;
        String objection = objection(hello);
        if (serves == null || objection != null) {
            parts.counters().handshakesRefused.increment();
            connection.turnAway(objection == null ? parts.book().self() + " serves no clients" : objection);
            return null;
        }
        long term = events.servingTerm();
        if (term == 0) {
            connection.part(moved());
            return null;
        }
        ClientConnection client = new ClientConnection(connection, this, serves, parts.thread());
        clients.add(client);
        connection.introduced(ClientConnection.FRAME_BYTES_MAX);
        connection.say(
                0,
                new ClientMessage.Welcome(
                        parts.book().clusterId(), wire.introduction().group(), term));
        toldMembers = wire.members();
        client.tell(new ClientMessage.Members(toldMembers));
        serves.opened(client);
        return client;
    }

    /** The members may be others now; so a client finds them when those that it knew are gone. */
    void tellMembers() {
        List<String> members = wire.members();
        if (!members.equals(toldMembers)) {
            toldMembers = members;
            clients.forEach(client -> client.tell(new ClientMessage.Members(members)));
        }
    }

    private @Nullable String objection(ClientMessage.Hello hello) {
        String cluster = parts.book().clusterId();
        if (!hello.clusterId().isEmpty()
                && !cluster.isEmpty()
                && !hello.clusterId().equals(cluster)) {
            return "the clusters differ: " + parts.book().self() + " belongs to " + cluster + ", the client to "
                    + hello.clusterId();
        }
        GroupId group = wire.introduction().group();
        if (!hello.group().isNone() && !group.isNone() && !hello.group().equals(group)) {
            return "the groups differ: " + parts.book().self() + " belongs to " + group + ", the client to "
                    + hello.group();
        }
        return clients.size() < CLIENTS_MAX
                ? null
                : "full: " + clients.size() + " clients are here, clientsMax=" + CLIENTS_MAX;
    }

    private ClientMessage.Moved moved() {
        LogLeader leader = wire.context().knownLeader();
        boolean isOther =
                leader != null && !leader.memberId().equals(parts.book().self());
        return leader != null && isOther
                ? new ClientMessage.Moved(leader.term(), leader.memberId())
                : new ClientMessage.Moved(0, "");
    }

    private void lost() {
        ClientMessage.Moved lastWord = moved();
        List.copyOf(clients).forEach(client -> client.part(lastWord));
    }

    void ended(ClientConnection client) {
        clients.remove(client);
    }

    void closeConnections() {
        List.copyOf(clients).forEach(ClientConnection::close);
    }

    // ---- any thread

    /** Counts what waits to be sent; returns how much it is. */
    long waits(long bytes) {
        return waitingBytes.addAndGet(bytes);
    }

    /** Counts what was received; returns whether it is too much. */
    boolean received(int bytes) {
        return unhandledBytes.addAndGet(bytes) > UNHANDLED_BYTES_MAX;
    }

    void handled(int bytes) {
        unhandledBytes.addAndGet(-bytes);
    }

    boolean isFull() {
        return unhandledBytes.get() > UNHANDLED_BYTES_MAX;
    }
}
