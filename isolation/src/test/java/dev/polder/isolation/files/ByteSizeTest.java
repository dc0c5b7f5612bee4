package dev.polder.isolation.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0B, 0",
        "7B, 7",
        "512KB, 524288",
        "1028KB, 1052672",
        "10MB, 10485760",
        "1025MB, 1074790400",
        "3TB, 3298534883328",
        "4096TB, 4503599627370496"
    })
    void shouldReadWhatItWrites(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
        assertThat(ByteSize.print(bytes)).isEqualTo(text);
    }

    @Test
    void shouldReadAPlainNought() {
        assertThat(ByteSize.parse("0")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "MB", "1.5MB", "-1MB", "10 MB", "10mb", "9999999999TB"})
    void shouldRefuseWhatIsNoSize(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a size");
    }
}
