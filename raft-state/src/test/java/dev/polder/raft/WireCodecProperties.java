package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is sent arrives as it was; whatever else arrives is refused, or could have been sent. */
class WireCodecProperties {
    private static Arbitrary<String> text(int bytesMin, int bytesMax) {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars("äß€\uFFFD:1")
                .ofMinLength(bytesMin)
                .ofMaxLength(Math.min(40, bytesMax));
    }

    private static Arbitrary<Long> number() {
        return Arbitraries.longs().between(0, WireReader.NUMBER_MAX);
    }

    private static Arbitrary<UUID> uuid() {
        return Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
    }

    private static Arbitrary<GroupId> group() {
        return uuid().map(GroupId::new);
    }

    private static Arbitrary<byte[]> bytes(int length) {
        return Arbitraries.bytes().array(byte[].class).ofSize(length);
    }

    private static Arbitrary<byte[]> maybeProof() {
        return Arbitraries.oneOf(bytes(0), bytes(Greeting.PROOF_BYTES));
    }

    private static Arbitrary<Introduction> introduction() {
        Arbitrary<List<String>> members = text(1, 255).list().ofMaxSize(7);
        Arbitrary<Introduction> first = Combinators.combine(
                        text(1, 255), members, text(0, 21), text(1, 21), Arbitraries.longs(), text(0, 4096))
                .as((member, all, cluster, incarnation, process, metadata) -> new Introduction(
                        member, all, cluster, incarnation, process, metadata, GroupId.NONE, 0, false, 0, 1));
        return Combinators.combine(first, group(), number(), Arbitraries.of(true, false), number(), positive())
                .as((from, group, recoveries, isJoining, membersIndex, electionTimeoutMs) -> new Introduction(
                        from.member(),
                        from.members(),
                        from.clusterId(),
                        from.incarnation(),
                        from.process(),
                        from.metadata(),
                        group,
                        recoveries,
                        isJoining,
                        membersIndex,
                        electionTimeoutMs));
    }

    private static Arbitrary<List<String>> members() {
        return text(1, 255).list().ofMaxSize(RaftPeers.MEMBERS_MAX);
    }

    private static Arbitrary<WireMessage> greetings() {
        return Arbitraries.oneOf(
                Combinators.combine(introduction(), text(1, 255)).as(Greeting.Hello::new),
                Combinators.combine(bytes(Greeting.PROOF_BYTES), maybeProof()).as(Greeting.Challenge::new),
                bytes(Greeting.PROOF_BYTES).map(Greeting.Proof::new),
                introduction().map(Greeting.Welcome::new),
                text(0, 100).map(Greeting.Refused::new),
                Arbitraries.just(new Greeting.Locate()),
                Combinators.combine(number(), text(0, 255), text(0, 4096), text(0, 21), members())
                        .as(Greeting.Located::new));
    }

    private static Arbitrary<WireMessage> responses() {
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        return Arbitraries.oneOf(
                Combinators.combine(number(), flag, number()).as(PeerResponse.Append::new),
                Combinators.combine(number(), flag).as(PeerResponse.Poll::new),
                Combinators.combine(number(), flag).as(PeerResponse.Vote::new),
                text(0, 100).map(PeerResponse.Failure::new),
                Combinators.combine(number(), number(), number()).as(PeerResponse.Installing::new),
                Combinators.combine(number(), number(), Arbitraries.integers(), body())
                        .as(PeerResponse.Piece::new),
                Combinators.combine(number(), number()).as(PeerResponse.Caught::new),
                Combinators.combine(number(), flag).as(PeerResponse.Done::new));
    }

    private static Arbitrary<byte[]> body() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    }

    private static Arbitrary<WireMessage> clients() {
        return Arbitraries.oneOf(
                Combinators.combine(text(0, 21), group()).as(ClientMessage.Hello::new),
                Combinators.combine(text(0, 21), group(), positive()).as(ClientMessage.Welcome::new),
                Combinators.combine(number(), text(0, 255)).as(ClientMessage.Moved::new),
                members().map(ClientMessage.Members::new),
                body().map(ClientMessage.Call::new),
                body().map(ClientMessage.Push::new));
    }

    private static Arbitrary<Long> positive() {
        return Arbitraries.longs().between(1, WireReader.NUMBER_MAX);
    }

    private static Arbitrary<WireMessage> snapshotRequests() {
        Arbitrary<SnapshotId> snapshot = Combinators.combine(positive(), uuid())
                .as((index, unique) -> new SnapshotId(index, 1 + index % 5, unique));
        Arbitrary<Long> term = Arbitraries.longs().between(5, WireReader.NUMBER_MAX);
        Arbitrary<Integer> bytesMax = Arbitraries.integers().between(1, PeerRequest.PIECE_BYTES_MAX);
        return Arbitraries.oneOf(
                Combinators.combine(term, text(1, 255), snapshot, positive()).as(PeerRequest.Install::new),
                Combinators.combine(term, text(1, 255), snapshot, number(), bytesMax)
                        .as(PeerRequest.Fetch::new));
    }

    private static Arbitrary<WireMessage> requests() {
        Arbitrary<Long> index = positive();
        Arbitrary<Integer> step = Arbitraries.integers().between(0, 3);
        Arbitrary<List<byte[]>> payloads =
                Arbitraries.bytes().array(byte[].class).ofMaxSize(300).list().ofMaxSize(20);
        return Arbitraries.oneOf(
                Combinators.combine(number(), text(1, 255), index, step)
                        .as((term, from, last, below) -> term <= below
                                ? new PeerRequest.Poll(term, from, 0, 0)
                                : new PeerRequest.Poll(term, from, last, term - below)),
                Combinators.combine(index, text(1, 255), index, step)
                        .as((term, from, last, below) -> term <= below
                                ? new PeerRequest.Vote(term, from, 0, 0)
                                : new PeerRequest.Vote(term, from, last, term - below)),
                Combinators.combine(index, text(1, 255), index, step)
                        .as((term, from, last, below) -> term <= below
                                ? new PeerRequest.ForcedVote(term, from, 0, 0)
                                : new PeerRequest.ForcedVote(term, from, last, term - below)),
                Combinators.combine(positive(), text(1, 255), positive()).as(PeerRequest.TimeoutNow::new),
                Combinators.combine(positive(), text(1, 255)).as(PeerRequest.CatchUp::new),
                Combinators.combine(positive(), text(1, 255), positive()).as(PeerRequest.Removed::new),
                Combinators.combine(text(1, 255), number(), index, number(), step, payloads)
                        .as(WireCodecProperties::append));
    }

    private static PeerRequest append(
            String leader, long previousIndex, long firstTerm, long commitIndex, int step, List<byte[]> payloads) {
        long previousTerm = previousIndex == 0 ? 0 : Math.min(firstTerm, WireReader.NUMBER_MAX - 100);
        long term = Math.max(1, previousTerm);
        List<LogEntry> entries = new ArrayList<>();
        for (byte[] payload : payloads) {
            term += step;
            entries.add(new LogEntry(previousIndex + entries.size() + 1, term, EntryKind.FACTS, payload));
        }
        return new PeerRequest.Append(term, leader, previousIndex, previousTerm, commitIndex, entries);
    }

    @Provide
    Arbitrary<WireFrame> frames() {
        Arbitrary<WireMessage> messages =
                Arbitraries.oneOf(greetings(), requests(), snapshotRequests(), responses(), clients());
        return Combinators.combine(Arbitraries.longs(), messages).as(WireFrame::new);
    }

    private static ByteBuf body(byte[] frame) {
        return Unpooled.wrappedBuffer(frame).skipBytes(WireCodec.LENGTH_BYTES);
    }

    @Property
    void shouldArriveAsItWasSent(@ForAll("frames") WireFrame frame) throws Exception {
        byte[] bytes = RawConnection.bytes(frame);
        assertThat(Unpooled.wrappedBuffer(bytes).getInt(0)).isEqualTo(bytes.length - WireCodec.LENGTH_BYTES);
        assertThat(WireCodec.decode(body(bytes))).usingRecursiveComparison().isEqualTo(frame);
    }

    @Property(tries = 300)
    void shouldRefuseEveryOtherLength(@ForAll("frames") WireFrame frame) {
        byte[] bytes = RawConnection.bytes(frame);
        for (int length = WireCodec.LENGTH_BYTES; length < bytes.length + 3; length++) {
            if (length != bytes.length) {
                byte[] other = Arrays.copyOf(bytes, length);
                assertThat(understands(other))
                        .as("%d of %d bytes", length, bytes.length)
                        .isFalse();
            }
        }
    }

    /** A flipped bit may make another good message; it must not make anything else than that. */
    @Property(tries = 300)
    void shouldUnderstandOrRefuseWhatWasDamaged(@ForAll("frames") WireFrame frame) {
        byte[] bytes = RawConnection.bytes(frame);
        for (int bit = WireCodec.LENGTH_BYTES * 8; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            understands(damaged);
        }
    }

    @Property
    void shouldUnderstandOrRefuseAnything(@ForAll byte[] garbage, @ForAll("kinds") MessageKind kind) {
        byte[] bytes = new byte[WireCodec.LENGTH_BYTES + WireCodec.HEAD_BYTES + garbage.length];
        bytes[WireCodec.LENGTH_BYTES] = MessageKind.VERSION;
        bytes[WireCodec.LENGTH_BYTES + 1] = kind.code();
        System.arraycopy(garbage, 0, bytes, WireCodec.LENGTH_BYTES + WireCodec.HEAD_BYTES, garbage.length);
        understands(bytes);
    }

    @Provide
    Arbitrary<MessageKind> kinds() {
        return Arbitraries.of(MessageKind.class);
    }

    /** What is understood says itself again in the same bytes; what is not is refused by the one exception. */
    private static boolean understands(byte[] bytes) {
        try {
            WireFrame understood = WireCodec.decode(body(bytes));
            byte[] again = RawConnection.bytes(understood);
            assertThat(Arrays.copyOfRange(again, WireCodec.LENGTH_BYTES, again.length))
                    .isEqualTo(Arrays.copyOfRange(bytes, WireCodec.LENGTH_BYTES, bytes.length));
            return true;
        } catch (BadFrameException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return false;
        }
    }

    @Property(tries = 50)
    void shouldCutReasonsThatAreTooLong(@ForAll("letters") char letter) throws Exception {
        String reason = String.valueOf(letter).repeat(10_000);
        for (WireMessage message : List.of(new Greeting.Refused(reason), new PeerResponse.Failure(reason))) {
            byte[] bytes = RawConnection.bytes(new WireFrame(1, message));
            assertThat(bytes.length).isLessThan(WireConnection.STRANGER_FRAME_BYTES_MAX);
            WireMessage cut = WireCodec.decode(body(bytes)).message();
            String words =
                    cut instanceof Greeting.Refused refused ? refused.reason() : ((PeerResponse.Failure) cut).reason();
            assertThat(reason).startsWith(words);
            assertThat(words.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(WireCodec.REASON_BYTES_MAX);
        }
    }

    @Provide
    Arbitrary<Character> letters() {
        return Arbitraries.of('a', 'ä', '€');
    }
}
