package dev.polder.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaTypesTest {

    private static final List<String> OFFERED = List.of(MediaTypes.JSON, MediaTypes.PROTOBUF);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/* | application/json",
                "application/* | application/json",
                "application/json;q=0.5 | application/json",
                "application/json, text/plain | application/json",
                "text/html, */* | application/json",
                "application/x-protobuf | application/x-protobuf",
                "application/x-protobuf;q=0.1, application/json | application/json",
                "application/json;q=0.1, application/x-protobuf | application/x-protobuf",
                "APPLICATION/JSON | application/json",
                "application/json ; charset=utf-8 ; Q=0.3 | application/json",
                "application/json;q=0, */* | application/x-protobuf",
                "application/json;q=0, application/*;q=0.2 | application/x-protobuf",
                "application/json;q=nonsense | application/json",
                "text/html | ",
                "application/recordio | ",
                "application/json;q=0 | ",
                "'' | ",
                "',;,/' | ",
            })
    void shouldChooseWhatTheClientLikesBest(String accept, String expected) {
        assertThat(MediaTypes.negotiate(Headers.of("accept", accept), OFFERED).orElse(null))
                .isEqualTo(expected);
    }

    @Test
    void shouldChooseTheFirstWhenTheClientSaysNothing() {
        assertThat(MediaTypes.negotiate(Headers.none(), OFFERED)).contains(MediaTypes.JSON);
    }

    @Test
    void shouldReadSeveralHeaders() {
        Headers headers = Headers.of("Accept", "text/html").with("Accept", "application/json");

        assertThat(MediaTypes.negotiate(headers, OFFERED)).contains(MediaTypes.JSON);
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, application/json",
        "application/json; charset=utf-8, application/json",
        "' Application/JSON ;a=b', application/json",
        "text/plain, text/plain",
    })
    void shouldGiveTheContentTypeWithoutCaseAndParameters(String header, String expected) {
        assertThat(MediaTypes.contentType(Headers.of("content-type", header))).contains(expected);
        assertThat(MediaTypes.contentType(Headers.none())).isEmpty();
    }
}
