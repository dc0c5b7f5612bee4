package dev.polder.offer.resource;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads objects, lists and values of a JSON text, and says where something else stands than was expected. */
final class JsonFields {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d{1,9})?");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,19}");

    private final String text;
    private final JsonParser parser;

    JsonFields(String text, JsonParser parser) {
        this.text = text;
        this.parser = parser;
    }

    /** Reads the field of this name, whose value is the current token, or leaves it and returns false. */
    interface Field {
        boolean read(String name) throws IOException;
    }

    /** Reads what is the current token. */
    interface Element<T> {
        T read() throws IOException;
    }

    /** Reads the object that begins at the current token; nulls and what the reader does not know are skipped. */
    void object(String what, Field field) throws IOException {
        require(JsonToken.START_OBJECT, "an object for " + what);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token != JsonToken.VALUE_NULL && !field.read(name)) {
                parser.skipChildren();
            }
        }
    }

    /** Reads the object that begins at the current token, of which only these texts count. */
    Map<String, String> texts(String what, Set<String> names) throws IOException {
        Map<String, String> texts = new HashMap<>();
        object(what, name -> {
            if (!names.contains(name)) {
                return false;
            }
            texts.put(name, text(name));
            return true;
        });
        return texts;
    }

    /** Reads the object that begins at the current token, of which only one list counts. */
    <T> List<T> listWithin(String what, String wanted, Element<T> element) throws IOException {
        List<T> all = new ArrayList<>();
        object(what, name -> {
            if (!name.equals(wanted)) {
                return false;
            }
            all.addAll(list(wanted, element));
            return true;
        });
        return all;
    }

    /** Reads the protocol's {@code Labels} at the current token. */
    List<Label> labels(String what) throws IOException {
        return listWithin(what, "labels", this::label);
    }

    private Label label() throws IOException {
        int start = position();
        Map<String, String> texts = texts("a label", Set.of("key", "value"));
        @Nullable String key = texts.get("key");
        if (key == null) {
            throw problem(start, "a label needs 'key'");
        }
        return new Label(key, Optional.ofNullable(texts.get("value")));
    }

    /** Reads the list that begins at the current token. */
    <T> List<T> list(String what, Element<T> element) throws IOException {
        require(JsonToken.START_ARRAY, "an array for " + what);
        List<T> all = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            all.add(element.read());
        }
        return all;
    }

    String text(String what) throws IOException {
        require(JsonToken.VALUE_STRING, "a text for " + what);
        return parser.getText();
    }

    /** Reads a number, or a text that is one. */
    double number(String what) throws IOException {
        return Double.parseDouble(requireNumber(what, NUMBER, "a number"));
    }

    /** Reads a whole number, or a text that is one. */
    long wholeNumber(String what) throws IOException {
        String digits = requireNumber(what, WHOLE, "a whole number up to " + Ranges.NUMBER_MAX);
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw problem(position(), what + " is " + digits + ", the most is " + Ranges.NUMBER_MAX);
        }
    }

    private String requireNumber(String what, Pattern form, String expected) throws IOException {
        JsonToken token = parser.currentToken();
        boolean maybe = token == JsonToken.VALUE_STRING || token.isNumeric();
        if (!maybe || !form.matcher(parser.getText()).matches()) {
            throw expected(expected + " for " + what);
        }
        return parser.getText();
    }

    /** Reads the name of a constant. */
    <E extends Enum<E>> E constant(String what, E[] constants) throws IOException {
        String name = text(what);
        for (E constant : constants) {
            if (constant.name().equals(name)) {
                return constant;
            }
        }
        throw problem(position(), what + " is '" + Texts.beginning(name) + "', must be one of " + List.of(constants));
    }

    /** Checks that the text ends here. */
    void end() throws IOException {
        if (parser.nextToken() != null) {
            throw expected("the end");
        }
    }

    /** Returns the index of the current token. */
    int position() {
        return (int) parser.currentTokenLocation().getCharOffset();
    }

    private void require(JsonToken token, String what) throws IOException {
        if (parser.currentToken() != token) {
            throw expected(what);
        }
    }

    private ResourceSyntaxException expected(String what) throws IOException {
        String found = parser.currentToken() == null ? "the end" : Texts.beginning(parser.getText());
        return problem(position(), "expected " + what + ", found " + found);
    }

    ResourceSyntaxException problem(int position, String problem) {
        return ResourceSyntaxException.at(text, position, problem);
    }

    ResourceSyntaxException problem(int position, RuntimeException broken) {
        return ResourceSyntaxException.at(text, position, broken);
    }
}
