package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that was let in. Owned by the log's thread, but for what {@link ClientLink} lets any thread do: that is handed
 * over by a queue, and what has gathered there goes out together.
 *
 * <p>Nobody makes this member keep more than it wants: whose messages are not handled yet is not read, and who does not
 * read is cut off.
 */
final class ClientConnection implements ClientLink {
    /** What may wait to be sent to one client. More than what a watch from the past is told at once. */
    static final int WAITING_BYTES_MAX = 32 << 20;
    /** Below this more is welcome. */
    static final int ROOM_BYTES = 1 << 20;
    /** What of one client's messages may be under way in the service. */
    static final int UNHANDLED_BYTES_MAX = 4 << 20;
    /** The longest message of a client. More than all the watches of a session. */
    static final int MESSAGE_BYTES_MAX = 4 << 20;

    static final int FRAME_BYTES_MAX = ClientMessage.BODY_BYTES_MAX + WireConnection.STRANGER_FRAME_BYTES_MAX;
    /** What goes out in one piece. */
    private static final int BATCH_BYTES = 256 << 10;

    /** What a message costs beside its bytes, roughly: many small ones are not less than a large one. */
    private static final int OVERHEAD_BYTES = 64;

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    private final IncomingConnection connection;
    private final ClientDoor door;
    private final ClientService service;
    private final RaftThread thread;
    private final MessagePieces pieces = new MessagePieces("call", MESSAGE_BYTES_MAX);
    private final Queue<byte[]> outbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drains = new AtomicBoolean();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong unhandledBytes = new AtomicLong();
    private final AtomicBoolean lacksRoom = new AtomicBoolean();
    private volatile boolean paused;
    private volatile boolean over;
    private boolean writable = true;

    ClientConnection(IncomingConnection connection, ClientDoor door, ClientService service, RaftThread thread) {
        this.connection = connection;
        this.door = door;
        this.service = service;
        this.thread = thread;
    }

    // ---- any thread

    @Override
    public void send(byte[] message) {
        if (over) {
            return;
        }
        int bytes = message.length + OVERHEAD_BYTES;
        long before = waitingBytes.getAndAdd(bytes);
        boolean allTooMuch = door.waits(bytes) > ClientDoor.WAITING_BYTES_MAX && before > ROOM_BYTES;
        if (allTooMuch || (before > 0 && before + bytes > WAITING_BYTES_MAX)) {
            taken(bytes);
            cut(before + bytes);
            return;
        }
        outbox.add(message);
        if (!drains.getAndSet(true)) {
            thread.execute(this::drain);
        }
    }

    private void cut(long bytes) {
        if (!over) {
            over = true;
            LOG.warn(
                    "event=client_cut_off client={} waiting_bytes={} waitingBytesMax={} of all {}",
                    connection,
                    bytes,
                    WAITING_BYTES_MAX,
                    ClientDoor.WAITING_BYTES_MAX);
            thread.execute(connection::close);
        }
    }

    @Override
    public boolean hasRoom() {
        if (waitingBytes.get() < ROOM_BYTES) {
            return true;
        }
        lacksRoom.set(true);
        // what was sent meanwhile asked for nothing
        return waitingBytes.get() < ROOM_BYTES;
    }

    @Override
    public void handled(int bytes) {
        int counted = bytes + OVERHEAD_BYTES;
        long left = unhandledBytes.addAndGet(-counted);
        door.handled(counted);
        if (paused && mayBeHeard(left)) {
            thread.execute(this::listen);
        }
    }

    /** Whoever waits is heard again at the latest when nothing of his is left. */
    private boolean mayBeHeard(long unhandled) {
        return unhandled == 0 || (unhandled <= UNHANDLED_BYTES_MAX / 2 && !door.isFull());
    }

    @Override
    public void close(String reason) {
        thread.execute(() -> connection.turnAway(reason));
    }

    // ---- the log's thread

    private void drain() {
        drains.set(false);
        if (over) {
            dropAll();
            return;
        }
        byte[] message = outbox.poll();
        while (message != null) {
            ByteBuf batch = connection.buffer();
            long bytes = 0;
            while (message != null) {
                MessagePieces.write(batch, message, ClientMessage.Push::new);
                bytes += message.length + OVERHEAD_BYTES;
                message = batch.readableBytes() < BATCH_BYTES ? outbox.poll() : null;
            }
            long sent = bytes;
            ChannelFuture unused = connection.sendLater(batch).addListener(done -> sent(sent));
            message = outbox.poll();
        }
        connection.flush();
    }

    private void sent(long bytes) {
        taken(bytes);
        if (waitingBytes.get() < ROOM_BYTES && lacksRoom.getAndSet(false) && !over) {
            service.hasRoom(this);
        }
    }

    private void taken(long bytes) {
        waitingBytes.addAndGet(-bytes);
        door.waits(-bytes);
    }

    /** The other end reads, or does not. */
    void writable(boolean isWritable) {
        writable = isWritable;
        listen();
    }

    private void listen() {
        paused = paused && !mayBeHeard(unhandledBytes.get());
        connection.listen(writable && !paused);
    }

    void received(WireFrame frame) {
        if (!(frame.message() instanceof ClientMessage.Call call)) {
            connection.badFrame("a message that has no place here: "
                    + frame.message().getClass().getSimpleName());
            return;
        }
        try {
            byte[] message = pieces.add(frame.requestId(), call.body());
            if (message != null) {
                received(message);
            }
        } catch (BadFrameException e) {
            connection.badFrame(String.valueOf(e.getMessage()));
        }
    }

    private void received(byte[] message) {
        int counted = message.length + OVERHEAD_BYTES;
        long unhandled = unhandledBytes.addAndGet(counted);
        if (door.received(counted) || unhandled > UNHANDLED_BYTES_MAX) {
            paused = true;
            connection.listen(false);
        }
        service.received(this, message);
    }

    /** Says who the members are. It is little, and for each change once: it is not counted as what waits. */
    void tell(ClientMessage.Members members) {
        if (!over) {
            connection.say(0, members);
        }
    }

    /** This member leads no longer, or is no member any more. */
    void part(ClientMessage.Moved lastWord) {
        if (!over) {
            over = true;
            connection.part(lastWord);
        }
    }

    void close() {
        over = true;
        connection.close();
    }

    void ended() {
        over = true;
        dropAll();
        door.ended(this);
        service.closed(this);
    }

    private void dropAll() {
        byte[] message = outbox.poll();
        while (message != null) {
            taken(message.length + OVERHEAD_BYTES);
            message = outbox.poll();
        }
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
