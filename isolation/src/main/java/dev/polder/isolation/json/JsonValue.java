package dev.polder.isolation.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value in a JSON document, and its place there. One that is absent, or null, stands for itself too, so that one can
 * go on along a path; who asks it for what must be there is told the place. Immutable.
 */
public final class JsonValue {
    private static final int DEPTH_MAX = 32;
    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String place;
    private final @Nullable Object value;

    private JsonValue(String place, @Nullable Object value) {
        this.place = place;
        this.value = value;
    }

    /**
     * Reads a whole document; {@code what} names it in errors.
     *
     * @throws JsonException if it is not JSON, has a member twice, goes on after its value or is nested too deep
     */
    public static JsonValue parse(byte[] document, String what) throws JsonException {
        try (JsonParser parser = JSON.createParser(document)) {
            JsonValue parsed = new JsonValue(what, read(parser, parser.nextToken(), 1));
            if (parser.nextToken() != null) {
                throw new JsonException(what + " goes on after its JSON value");
            }
            return parsed;
        } catch (JsonException e) {
            throw new JsonException(what + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new JsonException(what + " is not JSON: " + e.getMessage(), e);
        }
    }

    private static @Nullable Object read(JsonParser parser, @Nullable JsonToken token, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new JsonException("JSON is nested deeper than DEPTH_MAX=" + DEPTH_MAX);
        }
        if (token == null) {
            throw new JsonException("JSON ends too early");
        }
        return switch (token) {
            case START_OBJECT -> members(parser, depth + 1);
            case START_ARRAY -> elements(parser, depth + 1);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
            case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new JsonException("JSON has " + token + " where a value was expected");
        };
    }

    private static Map<String, Object> members(JsonParser parser, int depth) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            Object member = read(parser, parser.nextToken(), depth);
            if (member != null) {
                members.put(name, member);
            }
        }
        return Collections.unmodifiableMap(members);
    }

    private static List<Object> elements(JsonParser parser, int depth) throws IOException {
        List<Object> elements = new ArrayList<>();
        JsonToken token = parser.nextToken();
        while (token != JsonToken.END_ARRAY) {
            Object element = read(parser, token, depth);
            if (element != null) {
                elements.add(element);
            }
            token = parser.nextToken();
        }
        return Collections.unmodifiableList(elements);
    }

    /** Tells whether it is there and not null. */
    public boolean isPresent() {
        return value != null;
    }

    /** Returns where it stands, as {@code document.member[3].member}. */
    public String place() {
        return place;
    }

    /**
     * Returns a member, an absent value if there is none of that name or this is absent.
     *
     * @throws JsonException if this is not an object
     */
    public JsonValue get(String name) throws JsonException {
        Object member = value == null ? null : cast(Map.class, "an object").get(name);
        return new JsonValue(place + "." + name, member);
    }

    /** Returns the names of an object's members in their order, none if it is absent. */
    public List<String> names() throws JsonException {
        if (value == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (Object name : cast(Map.class, "an object").keySet()) {
            names.add((String) name);
        }
        return names;
    }

    /** Returns an object's members as {@link JsonText} writes them, none if it is absent. Unmodifiable. */
    @SuppressWarnings("unchecked") // the reader makes no other maps
    public Map<String, Object> object() throws JsonException {
        return value == null ? Map.of() : (Map<String, Object>) cast(Map.class, "an object");
    }

    /** Returns an array's elements, without those that are null; none if it is absent. */
    public List<JsonValue> elements() throws JsonException {
        if (value == null) {
            return List.of();
        }
        List<JsonValue> elements = new ArrayList<>();
        for (Object element : cast(List.class, "an array")) {
            elements.add(new JsonValue(place + "[" + elements.size() + "]", element));
        }
        return elements;
    }

    /** Returns an array of texts, none if it is absent. */
    public List<String> texts() throws JsonException {
        List<String> texts = new ArrayList<>();
        for (JsonValue element : elements()) {
            texts.add(element.text());
        }
        return texts;
    }

    /** Returns the text, which must be there. */
    public String text() throws JsonException {
        return required(String.class, "a text");
    }

    /** Returns the text, the other one if it is absent. */
    public String text(String otherwise) throws JsonException {
        return value == null ? otherwise : text();
    }

    /** Returns the number, which must be there, whole and within 64 bits. */
    public long number() throws JsonException {
        BigInteger number = integer();
        if (number.compareTo(LONG_MIN) < 0 || number.compareTo(LONG_MAX) > 0) {
            throw new JsonException(place + " is " + number + ", which does not fit into 64 bits");
        }
        return number.longValue();
    }

    /** Returns the number, the other one if it is absent. */
    public long number(long otherwise) throws JsonException {
        return value == null ? otherwise : number();
    }

    /** Returns the whole number, which must be there, of any size. */
    public BigInteger integer() throws JsonException {
        return required(BigInteger.class, "a whole number");
    }

    /** Returns the flag, false if it is absent. */
    public boolean flag() throws JsonException {
        return value != null && cast(Boolean.class, "true or false");
    }

    private <T> T required(Class<T> kind, String words) throws JsonException {
        if (value == null) {
            throw new JsonException(place + " is missing");
        }
        return cast(kind, words);
    }

    private <T> T cast(Class<T> kind, String words) throws JsonException {
        if (!kind.isInstance(value)) {
            throw new JsonException(place + " is not " + words);
        }
        return kind.cast(value);
    }

    @Override
    public String toString() {
        return place + "=" + value;
    }
}
