package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Bodies of the frames that are exchanged before two ends know each other:
 *
 * <pre>
 *   HELLO      magic, introduction, to
 *   WELCOME    magic, introduction
 *   REFUSED    reason
 *   LOCATE     magic
 *   LOCATED    term u64, leader, metadata, cluster id, members
 *   CHALLENGE  magic, nonce of 32 bytes, u8 length of the proof, 0 or 32, proof
 *   PROOF      proof of 32 bytes
 *
 *   magic         "PLDRWIRE", protocol version u16
 *   members       u32 count, then each: member
 *   introduction  member, members, cluster id, incarnation, process u64, metadata, group 16 bytes, recoveries u64,
 *                 joining u8, members index u64, election time-out in ms u64
 * </pre>
 *
 * <p>REFUSED stays as it is in all versions, so that a refused version is told so.
 */
final class GreetingCodec {
    static final int PROTOCOL_VERSION = 2;

    private static final long MAGIC = 0x504C_4452_5749_5245L;
    private static final int MEMBERS_MAX = RaftPeers.MEMBERS_MAX;
    private static final int MEMBER_BYTES_MAX = MemberAddress.LENGTH_MAX;

    private GreetingCodec() {}

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
            writeMembers(out, located.members());
        } else if (greeting instanceof Greeting.Challenge challenge) {
            writeMagic(out);
            out.writeBytes(challenge.nonce()).writeByte(challenge.proof().length);
            out.writeBytes(challenge.proof());
        } else if (greeting instanceof Greeting.Proof proof) {
            out.writeBytes(proof.proof());
        } else {
            writeMagic(out);
        }
    }

    static void writeMagic(ByteBuf out) {
        out.writeLong(MAGIC).writeShort(PROTOCOL_VERSION);
    }

    static void writeMembers(ByteBuf out, List<String> members) {
        out.writeInt(members.size());
        for (String member : members) {
            WireCodec.writeText(out, member);
        }
    }

    private static void writeIntroduction(ByteBuf out, Introduction introduction) {
        WireCodec.writeText(out, introduction.member());
        writeMembers(out, introduction.members());
        WireCodec.writeText(out, introduction.clusterId());
        WireCodec.writeText(out, introduction.incarnation());
        out.writeLong(introduction.process());
        WireCodec.writeText(out, introduction.metadata());
        WireCodec.writeUuid(out, introduction.group().value());
        out.writeLong(introduction.recoveries()).writeBoolean(introduction.isJoining());
        out.writeLong(introduction.membersIndex()).writeLong(introduction.electionTimeoutMs());
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
                        in.text("cluster id", 0, RaftPeers.ID_BYTES_MAX),
                        readMembers(in));
            case CHALLENGE -> {
                readMagic(in);
                yield new Greeting.Challenge(readProof("nonce", in), readMaybeProof(in));
            }
            case PROOF -> new Greeting.Proof(readProof("proof", in));
            default -> throw new BadFrameException("kind " + kind + " is no greeting");
        };
    }

    static void readMagic(WireReader in) throws BadFrameException {
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
        return new Introduction(
                member,
                readMembers(in),
                in.text("cluster id", 0, RaftPeers.ID_BYTES_MAX),
                in.text("incarnation", 1, RaftPeers.ID_BYTES_MAX),
                in.i64("process"),
                in.text("metadata", 0, RaftPeers.METADATA_BYTES_MAX),
                in.group(),
                in.number("recoveries"),
                in.flag("joining"),
                in.number("members index"),
                in.positive("election time-out"));
    }

    static List<String> readMembers(WireReader in) throws BadFrameException {
        int count = in.count("members", Short.BYTES + 1, MEMBERS_MAX);
        List<String> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(in.text("member", 1, MEMBER_BYTES_MAX));
        }
        return members;
    }

    private static byte[] readMaybeProof(WireReader in) throws BadFrameException {
        byte length = in.u8("proof");
        if (length != 0 && length != Greeting.PROOF_BYTES) {
            throw new BadFrameException(
                    "proof has " + Byte.toUnsignedInt(length) + " bytes, must have none or " + Greeting.PROOF_BYTES);
        }
        return in.fixed("proof", length);
    }

    private static byte[] readProof(String what, WireReader in) throws BadFrameException {
        return in.fixed(what, Greeting.PROOF_BYTES);
    }
}
