package dev.polder.raft;

import io.netty.buffer.ByteBuf;

/**
 * Bodies of the frames that a member and a client of the service above its log exchange:
 *
 * <pre>
 *   CLIENT_HELLO      magic, cluster id, group 16 bytes
 *   CLIENT_WELCOME    magic, cluster id, group 16 bytes, term u64
 *   CLIENT_MOVED      term u64, leader
 *   CLIENT_MEMBERS    members
 *   CALL PUSH         u32 length, bytes
 *
 *   magic, members    see GreetingCodec
 * </pre>
 */
final class ClientCodec {
    private ClientCodec() {}

    static void write(ByteBuf out, ClientMessage message) {
        if (message instanceof ClientMessage.Hello hello) {
            GreetingCodec.writeMagic(out);
            WireCodec.writeText(out, hello.clusterId());
            WireCodec.writeUuid(out, hello.group().value());
        } else if (message instanceof ClientMessage.Welcome welcome) {
            GreetingCodec.writeMagic(out);
            WireCodec.writeText(out, welcome.clusterId());
            WireCodec.writeUuid(out, welcome.group().value());
            out.writeLong(welcome.term());
        } else if (message instanceof ClientMessage.Moved moved) {
            out.writeLong(moved.term());
            WireCodec.writeText(out, moved.leader());
        } else if (message instanceof ClientMessage.Members members) {
            GreetingCodec.writeMembers(out, members.members());
        } else if (message instanceof ClientMessage.Call call) {
            WireCodec.writeBytes(out, call.body());
        } else if (message instanceof ClientMessage.Push push) {
            WireCodec.writeBytes(out, push.body());
        }
    }

    static ClientMessage read(MessageKind kind, WireReader in) throws BadFrameException {
        return switch (kind) {
            case CLIENT_HELLO -> {
                GreetingCodec.readMagic(in);
                yield new ClientMessage.Hello(readClusterId(in), in.group());
            }
            case CLIENT_WELCOME -> {
                GreetingCodec.readMagic(in);
                yield new ClientMessage.Welcome(readClusterId(in), in.group(), in.term());
            }
            case CLIENT_MOVED ->
                new ClientMessage.Moved(in.number("term"), in.text("leader", 0, MemberAddress.LENGTH_MAX));
            case CLIENT_MEMBERS -> new ClientMessage.Members(GreetingCodec.readMembers(in));
            case CALL -> new ClientMessage.Call(in.bytes("call", ClientMessage.BODY_BYTES_MAX));
            case PUSH -> new ClientMessage.Push(in.bytes("push", ClientMessage.BODY_BYTES_MAX));
            default -> throw new BadFrameException("kind " + kind + " is none of a client");
        };
    }

    private static String readClusterId(WireReader in) throws BadFrameException {
        return in.text("cluster id", 0, RaftPeers.ID_BYTES_MAX);
    }
}
