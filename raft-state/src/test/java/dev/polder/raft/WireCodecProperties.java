package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    private static Arbitrary<Introduction> introduction() {
        return Combinators.combine(
                        text(1, 255),
                        text(1, 255).list().ofMaxSize(7),
                        text(0, 21),
                        text(1, 21),
                        Arbitraries.longs(),
                        text(0, 4096))
                .as(Introduction::new);
    }

    private static Arbitrary<WireMessage> greetings() {
        return Arbitraries.oneOf(
                Combinators.combine(introduction(), text(1, 255)).as(Greeting.Hello::new),
                introduction().map(Greeting.Welcome::new),
                text(0, 100).map(Greeting.Refused::new),
                Arbitraries.just(new Greeting.Locate()),
                Combinators.combine(number(), text(0, 255), text(0, 4096), text(0, 21))
                        .as(Greeting.Located::new));
    }

    private static Arbitrary<WireMessage> responses() {
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        return Arbitraries.oneOf(
                Combinators.combine(number(), flag, number()).as(PeerResponse.Append::new),
                Combinators.combine(number(), flag).as(PeerResponse.Poll::new),
                Combinators.combine(number(), flag).as(PeerResponse.Vote::new),
                text(0, 100).map(PeerResponse.Failure::new));
    }

    private static Arbitrary<WireMessage> requests() {
        Arbitrary<Long> index = Arbitraries.longs().between(1, WireReader.NUMBER_MAX);
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
        Arbitrary<WireMessage> messages = Arbitraries.oneOf(greetings(), requests(), responses());
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
