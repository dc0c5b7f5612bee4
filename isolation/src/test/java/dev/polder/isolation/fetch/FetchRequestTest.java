package dev.polder.isolation.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FetchRequestTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://host",
                "http://host/",
                "/a/",
                "..",
                "/a/..",
                "/a\0b",
                "/a\nb",
                "http://host/a\r\nX: y",
                "/it's",
                "/a\\b"
            })
    void shouldRefuseAnAddress(String uri) {
        assertThatThrownBy(() -> FetchRequest.of(uri)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseAnAddressThatIsTooLong() {
        String uri = "/" + "x/".repeat(FetchRequest.URI_CHARS_MAX / 2) + "x";

        assertThatThrownBy(() -> FetchRequest.of(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("URI_CHARS_MAX=8192");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "/", "/etc/passwd", "../x", "a/../../x", "a/..", "a\0b", "a\nb"})
    void shouldRefuseAnOutputFile(String name) {
        assertThatThrownBy(() -> FetchRequest.of("/x").withOutputFile(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("output file: ")
                .hasMessageNotContainingAny("\0", "\n");
    }

    @ParameterizedTest
    @CsvSource({"http://h/a/b.txt,b.txt", "http://h/a?x=1,a?x=1", "file:///a/b,b", "/a/b,b", "a,a"})
    void shouldTakeTheNameFromTheAddressAsMesosDoes(String uri, String name) {
        assertThat(FetchRequest.of(uri).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "http://h/a/b.txt,http://h/a/b.txt",
        "http://h/a?token=1,http://h/a?…",
        "https://u:p@h/a,https://…@h/a",
        "hdfs://u:p@h/a,hdfs://…@h/a",
        "http://u:p@w@h/a,http://…@h/a",
        "/a?b,/a?b"
    })
    void shouldShowNoSecrets(String uri, String shown) {
        assertThat(FetchRequest.of(uri)).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sha256:", "md5:00", "sha256:xyz", "SHA256:"})
    void shouldRefuseAChecksum(String text) {
        assertThatThrownBy(() -> Checksum.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
