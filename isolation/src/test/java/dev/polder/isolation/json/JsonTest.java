package dev.polder.isolation.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JSON, there and back, and with the place of what is wrong. */
class JsonTest {
    private static JsonValue parse(String text) throws JsonException {
        return JsonValue.parse(text.getBytes(UTF_8), "it");
    }

    @Test
    void shouldReadWhatIsThere() throws JsonException {
        JsonValue value = parse("{\"a\": {\"b\": [1, null, \"x\"]}, \"f\": true, \"n\": null, \"big\": 1e400}");

        assertThat(value.names()).containsExactly("a", "f", "big");
        List<JsonValue> elements = value.get("a").get("b").elements();
        assertThat(elements).hasSize(2);
        assertThat(elements.get(0).number()).isEqualTo(1);
        assertThat(elements.get(1).text()).isEqualTo("x");
        assertThat(value.get("f").flag()).isTrue();
        assertThat(value.get("n").isPresent()).isFalse();
    }

    @Test
    void shouldGoOnAlongAPathThatIsNotThere() throws JsonException {
        JsonValue nothing = parse("{}").get("a").get("b");

        assertThat(nothing.elements()).isEmpty();
        assertThat(nothing.names()).isEmpty();
        assertThat(nothing.text("other")).isEqualTo("other");
        assertThat(nothing.number(7)).isEqualTo(7);
        assertThat(nothing.flag()).isFalse();
        assertThatThrownBy(nothing::text).isInstanceOf(JsonException.class).hasMessage("it.a.b is missing");
    }

    @Test
    void shouldNameThePlaceOfWhatIsNotAsAskedFor() throws JsonException {
        JsonValue value = parse("{\"a\": [1, {\"b\": 9223372036854775808}]}");

        assertThatThrownBy(() -> value.get("a").elements().get(1).get("b").number())
                .hasMessage("it.a[1].b is 9223372036854775808, which does not fit into 64 bits");
        assertThatThrownBy(() -> value.get("a").texts()).hasMessage("it.a[0] is not a text");
        assertThatThrownBy(() -> value.get("a").get("b")).hasMessage("it.a is not an object");
        assertThatThrownBy(() -> value.get("a").flag()).hasMessage("it.a is not true or false");
        assertThatThrownBy(value::elements).hasMessage("it is not an array");
    }

    @Test
    void shouldRefuseWhatIsNotOneDocument() {
        for (String text : List.of("", "{", "[1,", "{\"a\":1,\"a\":2}", "{} {}", "{a:1}", "[1]]")) {
            assertThatThrownBy(() -> parse(text))
                    .as(text)
                    .isInstanceOf(JsonException.class)
                    .hasMessageContaining("it");
        }
    }

    @Test
    void shouldWriteWhatItReads() throws JsonException {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("z", List.of("é\"\n", true, -5, 1L << 40));
        object.put("a", Map.of("big", BigInteger.ONE.shiftLeft(64)));

        byte[] text = JsonText.write(object);

        assertThat(new String(text, UTF_8))
                .isEqualTo("{\"z\":[\"é\\\"\\n\",true,-5,1099511627776],\"a\":{\"big\":18446744073709551616}}");
        assertThat(parse(new String(text, UTF_8)).get("z").elements().get(0).text())
                .isEqualTo("é\"\n");
        assertThatThrownBy(() -> JsonText.write(List.of(1.5))).isInstanceOf(IllegalArgumentException.class);
    }
}
