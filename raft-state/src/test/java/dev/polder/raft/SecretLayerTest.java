package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Both ends of a connection by hand, with somebody between them. */
class SecretLayerTest {
    private static final byte[] SECRET = new byte[32];

    private final End caller = new End(SECRET, true);
    private final End called = new End(SECRET, false);

    /** One end: what it says comes out, what it hears goes in. */
    private static final class End {
        private final EmbeddedChannel channel;
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
        private boolean proved;

        End(byte[] secret, boolean calls) {
            channel = new EmbeddedChannel(
                    new SecretLayer(secret, new SecureRandom(), calls), new ChannelInboundHandlerAdapter() {
                        @Override
                        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                            proved |= event == WireSecurity.Event.PROVED;
                        }

                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object message) {
                            ByteBuf bytes = (ByteBuf) message;
                            byte[] part = new byte[bytes.readableBytes()];
                            bytes.readBytes(part).release();
                            heard.writeBytes(part);
                        }
                    });
        }

        /** Returns what it has said since it was asked last. */
        byte[] said() {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
                byte[] bytes = new byte[part.readableBytes()];
                part.readBytes(bytes).release();
                said.writeBytes(bytes);
            }
            return said.toByteArray();
        }

        void hears(byte[] bytes) {
            channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        }

        byte[] seals(byte[] bytes) {
            channel.writeOutbound(Unpooled.wrappedBuffer(bytes));
            return said();
        }
    }

    private void meet() {
        called.hears(caller.said());
        caller.hears(called.said());
        called.hears(caller.said());
        assertThat(caller.proved).isTrue();
        assertThat(called.proved).isTrue();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        return bytes;
    }

    @Test
    void shouldCarryBothWaysWhateverTheLength() {
        meet();
        for (int length : new int[] {1, 100, SecretLayer.PIECE_BYTES_MAX, SecretLayer.PIECE_BYTES_MAX + 1, 300_000}) {
            called.heard.reset();
            called.hears(caller.seals(bytes(length)));
            assertThat(called.heard.toByteArray()).isEqualTo(bytes(length));
            caller.heard.reset();
            caller.hears(called.seals(bytes(length)));
            assertThat(caller.heard.toByteArray()).isEqualTo(bytes(length));
        }
    }

    @Test
    void shouldUnderstandWhatComesByteByByteAndTogetherWithTheProof() {
        for (byte part : caller.said()) {
            called.hears(new byte[] {part});
        }
        caller.hears(called.said());
        byte[] proof = caller.said();
        byte[] sealed = caller.seals(bytes(10));
        byte[] together = Arrays.copyOf(proof, proof.length + sealed.length);
        System.arraycopy(sealed, 0, together, proof.length, sealed.length);
        called.hears(together);
        assertThat(called.heard.toByteArray()).isEqualTo(bytes(10));
    }

    @Test
    void shouldFindThatTheSecretsDiffer() {
        byte[] other = SECRET.clone();
        other[31] = 1;
        End stranger = new End(other, false);
        stranger.hears(caller.said());
        byte[] answer = stranger.said();
        assertThatThrownBy(() -> caller.hears(answer)).hasRootCauseMessage(WireSecurity.REFUSAL);
        assertThat(caller.proved).isFalse();
    }

    @Test
    void shouldNotBelieveAProofOfAnotherConnection() {
        called.hears(caller.said());
        caller.hears(called.said());
        byte[] proof = caller.said();

        End again = new End(SECRET, false);
        again.hears(new End(SECRET, true).said());
        assertThatThrownBy(() -> again.hears(proof)).hasRootCauseMessage(WireSecurity.REFUSAL);
        assertThat(again.proved).isFalse();
    }

    /** Who knows nothing sends back what he was sent. */
    @Test
    void shouldNotBelieveItsOwnProof() throws Exception {
        called.hears(caller.said());
        ByteBuf answer = Unpooled.wrappedBuffer(called.said()).skipBytes(WireCodec.LENGTH_BYTES);
        byte[] itsOwn = ((Greeting.Challenge) WireCodec.decode(answer).message()).proof();
        byte[] reflected = RawConnection.bytes(new WireFrame(0, new Greeting.Proof(itsOwn)));
        assertThatThrownBy(() -> called.hears(reflected)).hasRootCauseMessage(WireSecurity.REFUSAL);
        assertThat(called.proved).isFalse();

        End mirrored = new End(SECRET, true);
        byte[] challenge = mirrored.said();
        assertThatThrownBy(() -> mirrored.hears(challenge)).hasRootCauseMessage(WireSecurity.REFUSAL);
    }

    @Test
    void shouldRefuseEveryChangedBit() {
        byte[] said = bytes(20);
        for (int bit = 0; bit < (Integer.BYTES + said.length + FrameSeal.BYTES) * Byte.SIZE; bit++) {
            SecretLayerTest other = new SecretLayerTest();
            other.meet();
            byte[] sealed = other.caller.seals(said);
            sealed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            try {
                other.called.hears(sealed);
            } catch (Exception e) {
                assertThat(e).hasRootCauseInstanceOf(BadFrameException.class);
            }
            // a longer piece is waited for
            assertThat(other.called.heard.size()).as("bit %d", bit).isZero();
        }
    }

    @Test
    void shouldRefuseWhatComesTwiceOrLateOrFromItself() {
        meet();
        byte[] first = caller.seals(bytes(10));
        byte[] second = caller.seals(bytes(11));
        called.hears(first);
        assertThatThrownBy(() -> called.hears(first))
                .hasRootCauseMessage("the seal of a piece is wrong: it was changed on its way, or came before");
        called.hears(second);
        assertThat(called.heard.toByteArray()).as("nothing is heard after it").isEqualTo(bytes(10));

        assertThatThrownBy(() -> caller.hears(second)).hasRootCauseInstanceOf(BadFrameException.class);
    }

    @Test
    void shouldHearNothingFromWhoProvesNothing() {
        byte[] locate = RawConnection.bytes(new WireFrame(0, new Greeting.Locate()));
        assertThatThrownBy(() -> called.hears(locate)).hasRootCauseMessage(WireSecurity.REFUSAL);
        byte[] huge = {0, 1, 0, 0};
        End other = new End(SECRET, false);
        assertThatThrownBy(() -> other.hears(huge)).hasRootCauseInstanceOf(BadFrameException.class);
    }

    @Test
    void shouldHandOnWhyItIsRefused() {
        byte[] refused = RawConnection.bytes(new WireFrame(0, new Greeting.Refused("not you")));
        caller.hears(refused);
        assertThat(caller.heard.toByteArray()).isEqualTo(refused);
    }
}
