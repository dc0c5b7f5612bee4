package dev.polder.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A document as its leaves: each path with its type, or with its text. Elements of an array share one path. */
public final class JsonShape {
    private JsonShape() {}

    /** Types are string, int, double (with a fraction), bool, {} and [] where empty. */
    public static Map<String, String> types(byte[] json) throws IOException {
        Map<String, String> leaves = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            walk(parser, "", leaves, false);
        }
        return leaves;
    }

    /** Texts as written; of an array's elements the last. */
    public static Map<String, String> values(byte[] json) throws IOException {
        Map<String, String> leaves = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            walk(parser, "", leaves, true);
        }
        return leaves;
    }

    /**
     * Values of each element of the array that is reached by these fields, those of one path in their order with commas
     * between; none if there is no such array.
     */
    public static List<Map<String, String>> elements(byte[] json, String... fields) throws IOException {
        List<Map<String, String>> elements = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            for (String field : fields) {
                while (parser.hasCurrentToken() && !field.equals(parser.nextFieldName())) {}
            }
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    Map<String, String> leaves = new Joined();
                    walk(parser, "", leaves, true);
                    elements.add(leaves);
                }
            }
        }
        return elements;
    }

    private static final class Joined extends TreeMap<String, String> {
        private static final long serialVersionUID = 1;

        @Override
        public @Nullable String put(String path, String value) {
            return merge(path, value, (before, more) -> before + "," + more);
        }
    }

    private static void walk(JsonParser parser, String path, Map<String, String> leaves, boolean texts)
            throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                boolean empty = true;
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    empty = false;
                    String below = path.isEmpty() ? parser.currentName() : path + "." + parser.currentName();
                    parser.nextToken();
                    walk(parser, below, leaves, texts);
                }
                if (empty) {
                    leaves.putIfAbsent(path, "{}");
                }
            }
            case START_ARRAY -> {
                boolean empty = true;
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    empty = false;
                    walk(parser, path + "[]", leaves, texts);
                }
                if (empty) {
                    leaves.putIfAbsent(path, "[]");
                }
            }
            case VALUE_STRING -> leaves.put(path, texts ? parser.getText() : "string");
            case VALUE_NUMBER_INT -> leaves.put(path, texts ? parser.getText() : "int");
            case VALUE_NUMBER_FLOAT -> leaves.put(path, texts ? parser.getText() : "double");
            case VALUE_TRUE, VALUE_FALSE -> leaves.put(path, texts ? parser.getText() : "bool");
            default ->
                leaves.put(
                        path, texts ? parser.getText() : parser.currentToken().name());
        }
    }
}
