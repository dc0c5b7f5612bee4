package dev.polder.isolation.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of a document that somebody else wrote. Whatever is not as asked for is refused with the place where
 * it stands. A member that is null is as good as absent.
 */
final class JsonObject {
    private static final int DEPTH_MAX = 32;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String place;
    private final Map<String, Object> members;

    private JsonObject(String place, Map<String, Object> members) {
        this.place = place;
        this.members = members;
    }

    /** Reads a whole document; {@code what} names it in errors. */
    static JsonObject parse(byte[] document, String what) throws ImageException {
        try (JsonParser parser = JSON.createParser(document)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new ImageException(what + " is not a JSON object");
            }
            JsonObject object = new JsonObject(what, members(parser, 1));
            if (parser.nextToken() != null) {
                throw new ImageException(what + " goes on after its JSON object");
            }
            return object;
        } catch (ImageException e) {
            throw e;
        } catch (IOException e) {
            throw new ImageException(what + " is not JSON: " + e.getMessage(), e);
        }
    }

    /** Reads a document that is an array of objects. */
    static List<JsonObject> parseList(byte[] document, String what) throws ImageException {
        try (JsonParser parser = JSON.createParser(document)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new ImageException(what + " is not a JSON array");
            }
            return objects(elements(parser, 1), what);
        } catch (ImageException e) {
            throw e;
        } catch (IOException e) {
            throw new ImageException(what + " is not JSON: " + e.getMessage(), e);
        }
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
        return members;
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
        return elements;
    }

    private static @Nullable Object read(JsonParser parser, @Nullable JsonToken token, int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new ImageException("JSON is nested deeper than DEPTH_MAX=" + DEPTH_MAX);
        }
        if (token == null) {
            throw new ImageException("JSON ends in the middle");
        }
        return switch (token) {
            case START_OBJECT -> members(parser, depth + 1);
            case START_ARRAY -> elements(parser, depth + 1);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new ImageException("JSON has " + token + " where a value was expected");
        };
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    /** Returns the member, empty if it is absent. */
    String text(String name) throws ImageException {
        return member(name, String.class, "");
    }

    /** Returns the member, which must be there. */
    String requiredText(String name) throws ImageException {
        if (!has(name)) {
            throw new ImageException(place + " has no '" + name + "'");
        }
        return text(name);
    }

    long number(String name) throws ImageException {
        if (!has(name)) {
            throw new ImageException(place + " has no '" + name + "'");
        }
        return member(name, Long.class, 0L);
    }

    long number(String name, long otherwise) throws ImageException {
        return member(name, Long.class, otherwise);
    }

    /** Returns the member, an empty object if it is absent. */
    JsonObject object(String name) throws ImageException {
        return new JsonObject(place + "." + name, asMembers(member(name, Map.class, Map.of())));
    }

    List<JsonObject> objects(String name) throws ImageException {
        return objects(member(name, List.class, List.of()), place + "." + name);
    }

    List<String> texts(String name) throws ImageException {
        List<String> texts = new ArrayList<>();
        for (Object element : member(name, List.class, List.of())) {
            if (!(element instanceof String text)) {
                throw new ImageException(place + "." + name + " has an element that is not a text");
            }
            texts.add(text);
        }
        return texts;
    }

    /** Returns the names of the members, in their order. */
    List<String> names() {
        return List.copyOf(members.keySet());
    }

    private static List<JsonObject> objects(List<?> elements, String place) throws ImageException {
        List<JsonObject> objects = new ArrayList<>();
        for (Object element : elements) {
            if (!(element instanceof Map<?, ?> members)) {
                throw new ImageException(place + " has an element that is not an object");
            }
            objects.add(new JsonObject(place + "[" + objects.size() + "]", asMembers(members)));
        }
        return objects;
    }

    private static Map<String, Object> asMembers(Map<?, ?> members) {
        Map<String, Object> named = new LinkedHashMap<>();
        members.forEach((name, member) -> named.put(String.valueOf(name), member));
        return named;
    }

    private <T> T member(String name, Class<T> kind, T otherwise) throws ImageException {
        Object member = members.get(name);
        if (member == null) {
            return otherwise;
        }
        if (!kind.isInstance(member)) {
            throw new ImageException(
                    place + "." + name + " is not a " + kind.getSimpleName().toLowerCase(java.util.Locale.ROOT));
        }
        return kind.cast(member);
    }
}
