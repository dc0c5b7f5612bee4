package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class Utf8Test {
    @Test
    void shouldLeaveOutACharacterThatIsCutOff() {
        for (String character : new String[] {"a", "\n", "ü", "€", "\ud83d\ude00"}) {
            byte[] whole = ("xy" + character).getBytes(UTF_8);
            for (int length = 3; length < whole.length; length++) {
                assertThat(Utf8.wholeCharacters(Arrays.copyOf(whole, length))).isEqualTo(2);
            }
            assertThat(Utf8.wholeCharacters(whole)).isEqualTo(whole.length);
        }
    }

    @Test
    void shouldKeepWhatNeverBecomesACharacter() {
        assertThat(Utf8.wholeCharacters(bytes())).isZero();
        assertThat(Utf8.wholeCharacters(bytes(0xc3))).isEqualTo(1);
        assertThat(Utf8.wholeCharacters(bytes(0xf0, 0x9f, 0x98))).isEqualTo(3);
        assertThat(Utf8.wholeCharacters(bytes('a', 0xff))).isEqualTo(2);
        assertThat(Utf8.wholeCharacters(bytes('a', 0xc0))).isEqualTo(2);
        assertThat(Utf8.wholeCharacters(bytes('a', 0x80, 0x80, 0x80, 0x80))).isEqualTo(5);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
