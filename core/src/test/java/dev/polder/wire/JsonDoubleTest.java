package dev.polder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonDoubleTest {

    @ParameterizedTest
    @CsvSource({
        "15, 15.0",
        "0, 0.0",
        "-0.0, -0.0",
        "0.5, 0.5",
        "0.1, 0.1",
        "1024, 1024.0",
        "-1, -1.0",
        "1000, 1000.0",
        "12345678, 12345678.0",
        "1795602917.329764, 1795602917.329764",
        "1e20, 100000000000000000000.0",
        "123456789012345680000, 123456789012345680000.0",
        "1e21, 1e21",
        "1.5e22, 1.5e22",
        "1e308, 1e308",
        "0.001, 0.001",
        "0.000001, 0.000001",
        "0.0000015, 0.0000015",
        "1e-7, 1e-7",
        "-1.25e-7, -1.25e-7",
        "1.7976931348623157e308, 1.7976931348623157e308",
        "2e-44, 2e-44",
        "2.0E23, 2e23",
        "Infinity, \"Infinity\"",
        "-Infinity, \"-Infinity\"",
        "NaN, null"
    })
    void shouldPrintAsMesosDoes(double value, String text) {
        assertThat(JsonCodec.number(value)).isEqualTo(text);
    }
}
