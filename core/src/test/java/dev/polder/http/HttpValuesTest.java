package dev.polder.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpValuesTest {

    @Test
    void shouldKeepHeadersInOrderAndFindThemWhateverTheirCase() {
        Headers headers = Headers.of("A", "1").with("b", "2").with("a", "3");

        assertThat(headers.first("a")).contains("1");
        assertThat(headers.all("A")).containsExactly("1", "3");
        assertThat(headers.contains("B")).isTrue();
        assertThat(headers.contains("c")).isFalse();
        assertThat(headers).hasToString("[A, 1, b, 2, a, 3]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r\n", "\u00e9"})
    void shouldRefuseAHeaderNameThatIsNoToken(String name) {
        assertThatThrownBy(() -> Headers.of(name, "v")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nSet-Cookie: x", "a\nb", "a\u0000"})
    void shouldRefuseAHeaderValueWithALineBreak(String value) {
        assertThatThrownBy(() -> Headers.of("X", value))
                .hasMessage("header 'X': its value must not have line breaks in it");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 101, 199, 600})
    void shouldRefuseWhatIsNoStatusOfAnAnswer(int status) {
        assertThatThrownBy(() -> HttpResponse.empty(status)).hasMessage("status: " + status + " is not in 200..599");
    }

    @ParameterizedTest
    @CsvSource({
        "/a//b///c?x=//, /a/b/c, x=//",
        "//, /, ''",
        "http://h:1, /, ''",
        "http://h?q, /, q",
        "https://h/a#f?g, /a, ''",
        "/a?b?c, /a, b?c",
        "/http://x, /http:/x, ''",
        "*, *, ''",
    })
    void shouldTakeATargetApart(String target, String path, String query) {
        assertThat(RequestTarget.parse(target)).contains(new RequestTarget(path, query));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "host:80", "?a", "**"})
    void shouldRefuseATargetWithoutAPath(String target) {
        assertThat(RequestTarget.parse(target)).isEmpty();
    }

    @Test
    void shouldReportAllMistakesOfAConfigurationTogether() {
        HttpServerConfig good = HttpServerConfig.defaults("127.0.0.1", 0, "x");

        assertThatThrownBy(() -> new HttpServerConfig(
                        "127.0.0.1", 65_536, "x", 0, -1, 1, 1, 1, Duration.ZERO, Duration.ofDays(1)))
                .hasMessage("HttpServerConfig: port: 65536 is not in 0..65535; threads: 0 is not in 1..64; "
                        + "bodyBytesMax: -1 is not in 0..1073741824; requestTimeout: PT0S is not in (0, 365 days]");
        assertThatThrownBy(() -> HttpClientConfig.defaults("x").withInFlightMax(0))
                .hasMessage("HttpClientConfig: inFlightMax: 0 is not in 1..10000");
        assertThat(good.withThreads(2).threads()).isEqualTo(2);
        assertThat(good.bodyBytesMax()).isEqualTo(8 << 20);
    }
}
