package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;

/**
 * A client's connection to a member, perhaps the leader. Owned by the client's thread.
 *
 * <pre>
 *   dialled ──CLIENT_HELLO──► greeting ──CLIENT_WELCOME──► open
 *       └─────────────────────────┴──CLIENT_MOVED, refused, lost──┴──► ended
 * </pre>
 */
final class LeaderConnection extends WireConnection {
    /** What a leader says is put together up to this, for what it tells of a change may be as large as all it has. */
    static final int MESSAGE_BYTES_MAX = 1 << 30;

    private final LogClient client;
    private final LeaderLink link;
    private final MemberAddress address;
    private final MessagePieces pieces = new MessagePieces("push", MESSAGE_BYTES_MAX);
    private boolean open;
    private boolean flushes;

    LeaderConnection(LogClient client, LeaderLink link, MemberAddress address) {
        super(client.thread(), client.counters());
        this.client = client;
        this.link = link;
        this.address = address;
    }

    /** Tells whether the other end leads and listens. */
    boolean isOpen() {
        return open;
    }

    @Override
    void ready() {
        say(0, link.hello());
    }

    /** What is said by the tasks that wait already goes out together. */
    void call(byte[] message) {
        ByteBuf frames = buffer();
        MessagePieces.write(frames, message, ClientMessage.Call::new);
        ChannelFuture unused = sendLater(frames);
        if (!flushes) {
            flushes = true;
            client.thread().execute(() -> {
                flushes = false;
                flush();
            });
        }
    }

    @Override
    void received(WireFrame frame) {
        WireMessage message = frame.message();
        if (open && message instanceof ClientMessage.Push push) {
            heard(frame.requestId(), push.body());
        } else if (open && message instanceof ClientMessage.Members members) {
            client.learn(members.members());
        } else if (!open && message instanceof ClientMessage.Welcome welcome) {
            open = true;
            introduced(ClientConnection.FRAME_BYTES_MAX);
            link.welcomed(this, welcome);
        } else if (message instanceof ClientMessage.Moved moved) {
            link.moved(this, moved.leader());
            close();
        } else if (message instanceof Greeting.Refused refused) {
            link.refused(this, refused.reason());
            close();
        } else {
            badFrame("a message that has no place here: " + message.getClass().getSimpleName());
        }
    }

    private void heard(long following, byte[] body) {
        try {
            byte[] whole = pieces.add(following, body);
            if (whole != null) {
                link.heard(this, whole);
            }
        } catch (BadFrameException e) {
            badFrame(String.valueOf(e.getMessage()));
        }
    }

    @Override
    void notProved() {
        if (!open) {
            link.refused(this, WireSecurity.REFUSAL);
        }
    }

    @Override
    void ended() {
        link.ended(this, open);
    }

    @Override
    public String toString() {
        return address.host() + ":" + address.port();
    }
}
