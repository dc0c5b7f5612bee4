package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What must not come into a log, or into a member's belief, is refused where the bytes are read. */
class WireCodecTest {
    private static LogEntry entry(long term, EntryKind kind, byte... payload) {
        return new LogEntry(0, term, kind, payload);
    }

    private static PeerRequest.Append append(long term, long previousIndex, long previousTerm, LogEntry... entries) {
        return new PeerRequest.Append(term, "m1:1", previousIndex, previousTerm, 0, List.of(entries));
    }

    private static void refuses(WireMessage message, String reason) {
        ByteBuf frame = Unpooled.wrappedBuffer(RawConnection.bytes(new WireFrame(1, message)))
                .skipBytes(WireCodec.LENGTH_BYTES);
        assertThatThrownBy(() -> WireCodec.decode(frame))
                .isInstanceOf(BadFrameException.class)
                .hasMessage(reason);
    }

    @Test
    void shouldRefuseEntriesOfHigherTermsThanTheRequest() {
        refuses(
                append(3, 5, 2, entry(3, EntryKind.FACTS), entry(4, EntryKind.FACTS)),
                "entry 7 is of term 4, the one before of term 3, and the request of term 3");
    }

    @Test
    void shouldRefuseEntriesWhoseTermsFall() {
        refuses(
                append(3, 5, 2, entry(1, EntryKind.FACTS)),
                "entry 6 is of term 1, the one before of term 2, and the request of term 3");
        refuses(
                append(3, 5, 2, entry(3, EntryKind.FACTS), entry(2, EntryKind.FACTS)),
                "entry 7 is of term 2, the one before of term 3, and the request of term 3");
    }

    @Test
    void shouldRefuseEntriesOfNoTerm() {
        refuses(
                append(3, 0, 0, entry(0, EntryKind.FACTS)),
                "entry 1 is of term 0, the one before of term 0, and the request of term 3");
    }

    @Test
    void shouldRefusePlacesThatNoLogHas() {
        refuses(append(3, 5, 4), "entry 5 cannot be of term 4 in a request of term 3");
        refuses(append(3, 5, 0), "entry 5 cannot be of term 0 in a request of term 3");
        refuses(append(3, 0, 1), "entry 0 cannot be of term 1 in a request of term 3");
        refuses(new PeerRequest.Vote(3, "m1:1", 0, 1), "entry 0 cannot be of term 1 in a request of term 3");
    }

    @Test
    void shouldRefuseTermsAndIndexesThatAreNone() {
        refuses(append(0, 0, 0), "term 0 is none");
        refuses(append(-1, 0, 0), "term -1 is not in 0..1152921504606846976");
        refuses(append(1, Long.MAX_VALUE, 1), "previous index 9223372036854775807 is not in 0..1152921504606846976");
        refuses(new PeerRequest.Vote(0, "m1:1", 0, 0), "term 0 is none");
        refuses(new PeerResponse.Append(1, true, -1), "last index -1 is not in 0..1152921504606846976");
    }

    @Test
    void shouldRefusePayloadsThatCannotBeDecoded() {
        refuses(
                append(3, 0, 0, entry(3, EntryKind.INITIALIZE, new byte[7])),
                "entry 1: the payload of kind INITIALIZE has 7 bytes, must have 8");
        refuses(
                append(3, 0, 0, entry(3, EntryKind.TIME, new byte[9])),
                "entry 1: the payload of kind TIME has 9 bytes, must have 8");
        refuses(
                append(3, 0, 0, entry(3, EntryKind.MEMBERS_1, (byte) 0, (byte) 1, (byte) 0)),
                "entry 1: the payload of kind MEMBERS_1 is no list of members");
        refuses(
                append(3, 0, 0, entry(3, EntryKind.MEMBERS, (byte) 0, (byte) 0, (byte) 0)),
                "entry 1: the payload of kind MEMBERS is no list of members");
    }

    @Test
    void shouldRefuseALargerPayloadThanALogTakes() {
        refuses(
                append(3, 0, 0, entry(3, EntryKind.FACTS, new byte[ReplicatedLog.ENTRY_BYTES_MAX + 1])),
                "entry's payload: 1048577, must be at most 1048576 and fit into the 1048577 bytes that are left in the frame");
    }

    @Test
    void shouldTakeTheLargestPayloadInOneFrame() throws Exception {
        PeerRequest largest = append(3, 0, 0, entry(3, EntryKind.FACTS, new byte[ReplicatedLog.ENTRY_BYTES_MAX]));
        byte[] bytes = RawConnection.bytes(new WireFrame(1, largest));
        assertThat(bytes.length).isLessThan(WireConnection.MEMBER_FRAME_BYTES_MAX);
        WireCodec.decode(Unpooled.wrappedBuffer(bytes).skipBytes(WireCodec.LENGTH_BYTES));
    }

    private static Greeting welcome(String member, List<String> members, String incarnation, String metadata) {
        return new Greeting.Welcome(
                new Introduction(member, members, "", incarnation, 1, metadata, GroupId.NONE, 0, false, 0, 500));
    }

    @Test
    void shouldRefuseIntroductionsThatAreTooLong() {
        String name = "m".repeat(256);
        refuses(welcome(name, List.of(), "i", ""), "member has 256 bytes, must have 1 to 255");
        refuses(
                welcome("m", List.of("1", "2", "3", "4", "5", "6", "7", "8"), "i", ""),
                "members: 8, must be at most 7 and fit into the 80 bytes that are left in the frame");
        refuses(welcome("m", List.of(), "", ""), "incarnation has 0 bytes, must have 1 to 64");
        refuses(welcome("m", List.of(), "i", "m".repeat(4097)), "metadata has 4097 bytes, must have 0 to 4096");
    }

    private static SnapshotId snapshot(long index, long term) {
        return new SnapshotId(index, term, new UUID(1, 2));
    }

    @Test
    void shouldRefuseSnapshotsThatNoMemberHas() {
        refuses(new PeerRequest.Install(3, "m1:1", snapshot(0, 1), 9), "snapshot's index 0 is none");
        refuses(new PeerRequest.Install(3, "m1:1", snapshot(9, 0), 9), "snapshot's term 0 is none");
        refuses(
                new PeerRequest.Install(3, "m1:1", snapshot(9, 4), 9),
                "entry 9 cannot be of term 4 in a request of term 3");
        refuses(new PeerRequest.Install(3, "m1:1", snapshot(9, 3), 0), "bytes 0 is none");
    }

    @Test
    void shouldRefuseToReadNothingOrTooMuchOfASnapshot() {
        refuses(new PeerRequest.Fetch(3, "m1:1", snapshot(9, 3), 0, 0), "bytes at most: 0, must be 1 to 262144");
        refuses(
                new PeerRequest.Fetch(3, "m1:1", snapshot(9, 3), 0, 262_145),
                "bytes at most: 262145, must be 1 to 262144");
        refuses(
                new PeerRequest.Fetch(3, "m1:1", snapshot(9, 3), 0, -1),
                "bytes at most: 4294967295, must be 1 to 262144");
        refuses(
                new PeerResponse.Piece(3, 0, 1, new byte[262_145]),
                "piece: 262145, must be at most 262144 and fit into the 262145 bytes that are left in the frame");
    }

    @Test
    void shouldRefuseNoncesAndProofsOfAnotherLength() {
        byte[] nonce = new byte[32];
        refuses(new Greeting.Challenge(nonce, new byte[31]), "proof has 31 bytes, must have none or 32");
        refuses(new Greeting.Challenge(nonce, new byte[255]), "proof has 255 bytes, must have none or 32");
        refuses(new Greeting.Challenge(new byte[31], nonce), "31 bytes follow the message");
        refuses(new Greeting.Proof(new byte[31]), "cut off: proof needs 32 bytes, 31 are left in the frame");
        refuses(new Greeting.Proof(new byte[33]), "1 bytes follow the message");
    }

    @Test
    void shouldRefuseLargerCallsThanAClientMayMake() {
        refuses(
                new ClientMessage.Call(new byte[(1 << 20) + 1]),
                "call: 1048577, must be at most 1048576 and fit into the 1048577 bytes that are left in the frame");
    }
}
