package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Bodies of the frames that are exchanged before two ends know each other:
 *
 * <pre>
 *   HELLO    magic, introduction, to
 *   WELCOME  magic, introduction
 *   REFUSED  reason
 *   LOCATE   magic
 *   LOCATED  term u64, leader, metadata, cluster id
 *
 *   magic         "PLDRWIRE", protocol version u16
 *   introduction  member, u32 count of members, each member, cluster id, incarnation, process u64, metadata
 * </pre>
 *
 * <p>REFUSED stays as it is in all versions, so that a refused version is told so.
 */
final class GreetingCodec {
    static final int PROTOCOL_VERSION = 1;

    private static final long MAGIC = 0x504C_4452_5749_5245L;
    private static final int MEMBERS_MAX = RaftPeers.MEMBERS_MAX;
    private static final int MEMBER_BYTES_MAX = MemberAddress.LENGTH_MAX;

    private GreetingCodec() {}

    static MessageKind kind(Greeting greeting) {
        if (greeting instanceof Greeting.Hello) {
            return MessageKind.HELLO;
        }
        if (greeting instanceof Greeting.Welcome) {
            return MessageKind.WELCOME;
        }
        if (greeting instanceof Greeting.Refused) {
            return MessageKind.REFUSED;
        }
        return greeting instanceof Greeting.Locate ? MessageKind.LOCATE : MessageKind.LOCATED;
    }

    static void write(ByteBuf out, Greeting greeting) {
        if (greeting instanceof Greeting.Hello hello) {
            writeMagic(out);
            writeIntroduction(out, hello.from());
            WireCodec.writeText(out, hello.to());
        } else if (greeting instanceof Greeting.Welcome welcome) {
            writeMagic(out);
            writeIntroduction(out, welcome.from());
        } else if (greeting instanceof Greeting.Refused refused) {
            WireCodec.writeReason(out, refused.reason());
        } else if (greeting instanceof Greeting.Located located) {
            out.writeLong(located.term());
            WireCodec.writeText(out, located.leader());
            WireCodec.writeText(out, located.metadata());
            WireCodec.writeText(out, located.clusterId());
        } else {
            writeMagic(out);
        }
    }

    private static void writeMagic(ByteBuf out) {
        out.writeLong(MAGIC).writeShort(PROTOCOL_VERSION);
    }

    private static void writeIntroduction(ByteBuf out, Introduction introduction) {
        WireCodec.writeText(out, introduction.member());
        out.writeInt(introduction.members().size());
        for (String member : introduction.members()) {
            WireCodec.writeText(out, member);
        }
        WireCodec.writeText(out, introduction.clusterId());
        WireCodec.writeText(out, introduction.incarnation());
        out.writeLong(introduction.process());
        WireCodec.writeText(out, introduction.metadata());
    }

    static Greeting read(MessageKind kind, WireReader in) throws BadFrameException {
        return switch (kind) {
            case HELLO -> {
                readMagic(in);
                yield new Greeting.Hello(readIntroduction(in), in.text("to", 1, MEMBER_BYTES_MAX));
            }
            case WELCOME -> {
                readMagic(in);
                yield new Greeting.Welcome(readIntroduction(in));
            }
            case REFUSED -> new Greeting.Refused(in.text("reason", 0, WireCodec.REASON_BYTES_MAX));
            case LOCATE -> {
                readMagic(in);
                yield new Greeting.Locate();
            }
            case LOCATED ->
                new Greeting.Located(
                        in.number("term"),
                        in.text("leader", 0, MEMBER_BYTES_MAX),
                        in.text("metadata", 0, RaftPeers.METADATA_BYTES_MAX),
                        in.text("cluster id", 0, RaftPeers.ID_BYTES_MAX));
            default -> throw new BadFrameException("kind " + kind + " is no greeting");
        };
    }

    private static void readMagic(WireReader in) throws BadFrameException {
        if (in.i64("magic") != MAGIC) {
            throw new BadFrameException("the magic is wrong: this is no member of a group");
        }
        int version = in.u16("protocol version");
        if (version != PROTOCOL_VERSION) {
            throw new BadFrameException(
                    "protocol version " + version + " was spoken, the other side knows " + PROTOCOL_VERSION);
        }
    }

    private static Introduction readIntroduction(WireReader in) throws BadFrameException {
        String member = in.text("member", 1, MEMBER_BYTES_MAX);
        int count = in.count("members", Short.BYTES + 1, MEMBERS_MAX);
        List<String> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(in.text("member", 1, MEMBER_BYTES_MAX));
        }
        return new Introduction(
                member,
                members,
                in.text("cluster id", 0, RaftPeers.ID_BYTES_MAX),
                in.text("incarnation", 1, RaftPeers.ID_BYTES_MAX),
                in.i64("process"),
                in.text("metadata", 0, RaftPeers.METADATA_BYTES_MAX));
    }
}
