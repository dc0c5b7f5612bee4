package dev.polder.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordIoTest {

    private final List<String> records = new ArrayList<>();
    private final RecordIo.Decoder decoder = new RecordIo.Decoder(r -> records.add(new String(r, UTF_8)), 100);

    @Test
    void shouldFrameARecordAsMesosDoes() {
        assertThat(RecordIo.encode("{\"type\":\"HEARTBEAT\"}".getBytes(UTF_8)))
                .isEqualTo("20\n{\"type\":\"HEARTBEAT\"}".getBytes(UTF_8));
    }

    @Test
    void shouldFindRecordsByteByByte() throws DecodeException {
        for (byte b : "3\nabc0\n2\nde".getBytes(UTF_8)) {
            decoder.feed(new byte[] {b});
        }

        assertThat(records).containsExactly("abc", "", "de");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\n", "-1\n", " 1\n", "1 \n", "12345678901\n", "1\r\n"})
    void shouldRefuseALengthThatIsNone(String stream) {
        assertThatThrownBy(() -> decoder.feed(stream.getBytes(UTF_8)))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("RecordIO length");
    }

    @Test
    void shouldRefuseARecordBeyondTheLimitBeforeItComes() {
        assertThatThrownBy(() -> decoder.feed("101\n".getBytes(UTF_8)))
                .isInstanceOf(DecodeException.class)
                .hasMessage("RecordIO record too large: 101 > recordBytesMax=100");
    }

    @Test
    void shouldStayRefusedAfterAnError() {
        assertThatThrownBy(() -> decoder.feed("1\naX".getBytes(UTF_8))).isInstanceOf(DecodeException.class);

        assertThatThrownBy(() -> decoder.feed("1\nb".getBytes(UTF_8))).isInstanceOf(DecodeException.class);
        assertThat(records).containsExactly("a");
    }
}
