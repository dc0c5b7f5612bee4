package dev.polder.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.util.Base64;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Turns single JSON values into the values of fields, and refuses with the field's path. Used with one parser. */
final class JsonScalars {

    private static final long UNSIGNED_INT_MAX = (1L << Integer.SIZE) - 1;
    private static final int SHOWN_MAX = 60;

    private final JsonParser in;

    JsonScalars(JsonParser in) {
        this.in = in;
    }

    /** The value of a string; null where the field is to stay unset. */
    @Nullable
    Object fromString(FieldDescriptor field, String text) throws DecodeException {
        if (!Surrogates.arePaired(text)) {
            throw new DecodeException(
                    DecodeException.Kind.SYNTAX,
                    "JSON field '" + path() + "': half a surrogate pair in a string is no character");
        }
        return switch (field.getJavaType()) {
            case STRING -> text;
            case BYTE_STRING -> bytes(field, text);
            case ENUM -> enumValue(field, text);
            case BOOLEAN -> bool(field, text.strip());
            case INT, LONG -> fromNumber(field, number(field, text.strip()));
            case FLOAT, DOUBLE -> real(field, text.strip());
            case MESSAGE -> throw notAllowed(field, JsonToken.VALUE_STRING);
        };
    }

    /** The value of a number. */
    Object fromNumber(FieldDescriptor field, JsonNumber number) throws DecodeException {
        OptionalLong whole = switch (field.getType()) {
            case INT32, SINT32, SFIXED32 -> number.toLong(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT32, FIXED32 -> number.toLong(0, UNSIGNED_INT_MAX);
            case INT64, SINT64, SFIXED64 -> number.toLong(Long.MIN_VALUE, Long.MAX_VALUE);
            case UINT64, FIXED64 -> number.toUnsignedLong();
            default -> OptionalLong.empty();
        };
        return switch (field.getJavaType()) {
            case INT -> (int) whole.orElseThrow(() -> outOfRange(field, number));
            case LONG -> whole.orElseThrow(() -> outOfRange(field, number));
            case DOUBLE -> number.toDouble().orElseThrow(() -> outOfRange(field, number));
            case FLOAT ->
                number.toDouble()
                        .map(Double::floatValue)
                        .filter(f -> !f.isInfinite())
                        .orElseThrow(() -> outOfRange(field, number));
            default -> throw notAllowed(field, JsonToken.VALUE_NUMBER_INT);
        };
    }

    /** The value of a {@code true} or {@code false}. */
    Object fromBoolean(FieldDescriptor field, JsonToken token) throws DecodeException {
        if (field.getJavaType() != JavaType.BOOLEAN) {
            throw notAllowed(field, token);
        }
        return token == JsonToken.VALUE_TRUE;
    }

    /** What to say of a value of the wrong kind. */
    DecodeException notAllowed(FieldDescriptor field, JsonToken token) {
        return refuse(String.format(
                Locale.ROOT, "%s is not allowed here, the field takes %s", describe(token), describe(field)));
    }

    private static ByteString decoded(String base64) {
        return ByteString.copyFrom(Base64.getDecoder().decode(base64));
    }

    private ByteString bytes(FieldDescriptor field, String text) throws DecodeException {
        try {
            return decoded(text);
        } catch (IllegalArgumentException e) {
            String dense = text.replaceAll("\\s+", "");
            if (dense.length() < text.length()) {
                return bytes(field, dense);
            }
            throw refuse(show(text) + " is no base64, which " + describe(field) + " is written in: " + e.getMessage());
        }
    }

    private @Nullable EnumValueDescriptor enumValue(FieldDescriptor field, String text) throws DecodeException {
        EnumValueDescriptor value = field.getEnumType().findValueByName(text);
        if (value == null && field.isRequired()) {
            throw refuse(show(text) + " is no value of " + field.getEnumType().getFullName());
        }
        return value;
    }

    private boolean bool(FieldDescriptor field, String text) throws DecodeException {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refuse(show(text) + " is not allowed here, the field takes " + describe(field));
        };
    }

    private Object real(FieldDescriptor field, String text) throws DecodeException {
        double infinite;
        switch (text) {
            case "Infinity" -> infinite = Double.POSITIVE_INFINITY;
            case "-Infinity" -> infinite = Double.NEGATIVE_INFINITY;
            default -> {
                return fromNumber(field, number(field, text));
            }
        }
        return field.getJavaType() == JavaType.FLOAT ? (Object) (float) infinite : (Object) infinite;
    }

    private JsonNumber number(FieldDescriptor field, String text) throws DecodeException {
        return JsonNumber.parse(text)
                .orElseThrow(() -> refuse(show(text) + " is not allowed here, the field takes " + describe(field)));
    }

    private DecodeException outOfRange(FieldDescriptor field, JsonNumber number) {
        return refuse(number + " is out of range, the field takes " + describe(field));
    }

    private DecodeException refuse(String what) {
        return new DecodeException(DecodeException.Kind.CONVERSION, "JSON field '" + path() + "': " + what);
    }

    /** Where the current token stands: names joined by points, places in a list in brackets. */
    private String path() {
        JsonStreamContext place = in.getParsingContext();
        JsonToken token = in.currentToken();
        return token != null && token.isStructStart() ? path(place.getParent()) : path(place);
    }

    private static String path(JsonStreamContext place) {
        if (place.inRoot()) {
            return "";
        }
        String above = path(place.getParent());
        if (place.inArray()) {
            return above + "[" + place.getCurrentIndex() + "]";
        }
        return (above.isEmpty() ? "" : above + ".") + shorten(String.valueOf(place.getCurrentName()));
    }

    /** A value as it is shown in a refusal. */
    private static String show(String text) {
        return "'" + shorten(text) + "'";
    }

    private static String shorten(String text) {
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "...";
    }

    /** What kind of value begins with this token. */
    static String describe(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> throw new IllegalStateException("no value begins with " + token);
        };
    }

    private static String describe(FieldDescriptor field) {
        String one = switch (field.getType()) {
            case MESSAGE, GROUP -> "an object (" + field.getMessageType().getFullName() + ")";
            case ENUM -> "a name of " + field.getEnumType().getFullName();
            case STRING -> "a string";
            case BYTES -> "bytes in base64";
            case BOOL -> "a boolean";
            case DOUBLE, FLOAT -> "a number";
            case INT32, SINT32, SFIXED32 -> "a whole number of 32 bits";
            case UINT32, FIXED32 -> "a whole number of 32 bits, not negative";
            case INT64, SINT64, SFIXED64 -> "a whole number of 64 bits";
            case UINT64, FIXED64 -> "a whole number of 64 bits, not negative";
        };
        return field.isRepeated() && !field.isMapField() ? one + ", or an array of such" : one;
    }
}
