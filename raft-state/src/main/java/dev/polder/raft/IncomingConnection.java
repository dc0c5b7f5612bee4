package dev.polder.raft;

import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * A connection from somebody: another member, whose requests are answered in their order, a client of the service above
 * the log, or anyone who asks who leads. Owned by the log's thread.
 *
 * <pre>
 *   stranger ──HELLO──► member ──requests──►
 *      ├──CLIENT_HELLO──► client ──calls──►
 *      └──LOCATE──► stranger still, for as long as strangers may stay
 * </pre>
 */
final class IncomingConnection extends WireConnection {
    private final PeerDoor door;
    private final RaftWire wire;
    private @Nullable Introduction peer;
    private @Nullable ClientConnection client;

    IncomingConnection(WireParts parts, PeerDoor door, RaftWire wire) {
        super(parts.thread(), parts.counters());
        this.door = door;
        this.wire = wire;
    }

    /** Returns who is at the other end; null for a stranger. */
    @Nullable
    Introduction peer() {
        return peer;
    }

    /** Who does not read our answers gives us no more questions. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ClientConnection known = client;
        if (known == null) {
            listen(ctx.channel().isWritable());
        } else {
            known.writable(ctx.channel().isWritable());
        }
    }

    @Override
    void received(WireFrame frame) {
        WireMessage message = frame.message();
        Introduction known = peer;
        ClientConnection caller = client;
        if (caller != null) {
            caller.received(frame);
        } else if (known != null && message instanceof PeerRequest request) {
            answer(known, frame.requestId(), request);
        } else if (known != null && message instanceof Greeting.Refused refused) {
            wire.refusedBy(known.member(), refused.reason());
            close();
        } else if (known == null && message instanceof Greeting.Hello hello) {
            greet(hello);
        } else if (known == null && message instanceof ClientMessage.Hello hello) {
            door.leaves(this);
            client = wire.clients().greet(this, hello);
        } else if (known == null && message instanceof Greeting.Locate) {
            say(frame.requestId(), wire.locate());
        } else if (message instanceof Greeting.Refused refused) {
            badFrame("it refused this member: " + Refusals.oneLine(refused.reason()));
        } else if (message instanceof Greeting.Challenge) {
            // he shares a secret with somebody else
            badFrame(WireSecurity.REFUSAL);
        } else {
            badFrame("a message that has no place here: " + message.getClass().getSimpleName());
        }
    }

    private void answer(Introduction known, long requestId, PeerRequest request) {
        if (request.from().equals(known.member())) {
            say(requestId, wire.answer(request));
        } else {
            badFrame(known.member() + " speaks in the name of " + request.from());
        }
    }

    private void greet(Greeting.Hello hello) {
        Introduction other = hello.from();
        String objection = wire.objection(hello);
        if (objection == null) {
            objection = certificateObjection(other.member());
        }
        if (objection != null) {
            wire.refuses(other.member(), objection);
            turnAway(objection);
            return;
        }
        wire.met(other);
        peer = other;
        introduced(MEMBER_FRAME_BYTES_MAX);
        door.introduced(this, other.member());
        say(0, new Greeting.Welcome(wire.introduction()));
        wire.called(other.member());
    }

    @Override
    void ended() {
        door.ended(this);
        ClientConnection caller = client;
        if (caller != null) {
            caller.ended();
        }
    }

    @Override
    public String toString() {
        Introduction known = peer;
        return known == null ? super.toString() : known.member();
    }
}
