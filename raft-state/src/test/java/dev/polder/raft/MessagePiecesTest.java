package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessagePiecesTest {
    private static final int PIECE = ClientMessage.BODY_BYTES_MAX;

    private final MessagePieces pieces = new MessagePieces("call", 4 * PIECE);

    private static List<WireFrame> frames(byte[] message) throws BadFrameException {
        ByteBuf out = Unpooled.buffer();
        MessagePieces.write(out, message, ClientMessage.Call::new);
        List<WireFrame> frames = new ArrayList<>();
        while (out.isReadable()) {
            frames.add(WireCodec.decode(out.readSlice(out.readInt())));
        }
        return frames;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PIECE, PIECE + 1, 2 * PIECE, 4 * PIECE})
    void shouldPutTogetherWhatWasCut(int length) throws Exception {
        byte[] message = new byte[length];
        new SplittableRandom(length).nextBytes(message);
        for (int i = 0; i < 2; i++) {
            List<WireFrame> frames = frames(message);
            assertThat(frames).hasSize(Math.max(1, (length + PIECE - 1) / PIECE));
            for (WireFrame frame : frames.subList(0, frames.size() - 1)) {
                assertThat(add(frame)).isNull();
            }
            assertThat(add(frames.get(frames.size() - 1))).isEqualTo(message);
        }
    }

    private byte[] add(WireFrame frame) throws BadFrameException {
        return pieces.add(frame.requestId(), ((ClientMessage.Call) frame.message()).body());
    }

    private void refuses(long following, int bytes, String words) {
        assertThatThrownBy(() -> pieces.add(following, new byte[bytes]))
                .isInstanceOf(BadFrameException.class)
                .hasMessage(words);
    }

    @Test
    void shouldRefuseAMessageThatIsTooLong() throws Exception {
        refuses(5, 1, "call: 5 pieces follow, at most 4 may");
        refuses(-1, 1, "call: -1 pieces follow, at most 4 may");
        refuses(Long.MAX_VALUE, 1, "call: 9223372036854775807 pieces follow, at most 4 may");
        for (int following = 4; following > 0; following--) {
            assertThat(pieces.add(following, new byte[PIECE])).isNull();
        }
        refuses(0, 1, "call of 4194305 bytes, at most 4194304");
    }

    @Test
    void shouldRefusePiecesThatAreMissingOrTooMany() throws Exception {
        assertThat(pieces.add(3, new byte[1])).isNull();
        refuses(3, 1, "call: 3 pieces follow, where 2 were to");
        refuses(0, 1, "call: 0 pieces follow, where 2 were to");
    }
}
