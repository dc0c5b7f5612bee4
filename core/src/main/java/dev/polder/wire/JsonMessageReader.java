package dev.polder.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Fills a message from JSON tokens, along its descriptor, with Mesos's leniencies. Used for one message, by one thread.
 * The parser's own limit on nesting bounds the recursion.
 */
final class JsonMessageReader {

    private static final int MAP_KEY = 1;
    private static final int MAP_VALUE = 2;

    private final JsonParser in;
    private final JsonScalars scalars;

    JsonMessageReader(JsonParser in) {
        this.in = in;
        this.scalars = new JsonScalars(in);
    }

    /** Reads an object whose opening brace is the current token. */
    void read(Message.Builder builder) throws IOException, DecodeException {
        Descriptor type = builder.getDescriptorForType();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            FieldDescriptor field = type.findFieldByName(in.currentName());
            JsonToken value = in.nextToken();
            if (field == null) {
                in.skipChildren();
            } else {
                builder.clearField(field); // of equal keys the last one counts
                readValue(builder, field, value);
            }
        }
    }

    private void readValue(Message.Builder builder, FieldDescriptor field, JsonToken token)
            throws IOException, DecodeException {
        switch (token) {
            case VALUE_NULL -> {
                // as if it were not there
            }
            case START_ARRAY -> readArray(builder, field);
            case START_OBJECT -> readObject(builder, field);
            case VALUE_STRING -> put(builder, field, scalars.fromString(field, in.getText()));
            case VALUE_TRUE, VALUE_FALSE -> put(builder, field, scalars.fromBoolean(field, token));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                put(builder, field, scalars.fromNumber(field, JsonNumber.ofToken(in.getText())));
            default -> throw new IllegalStateException("no value begins with " + token);
        }
    }

    /** A list in a list counts as if its elements stood in the outer one; Mesos reads it so. */
    private void readArray(Message.Builder builder, FieldDescriptor field) throws IOException, DecodeException {
        if (!field.isRepeated()) {
            throw scalars.notAllowed(field, JsonToken.START_ARRAY);
        }
        for (JsonToken element = in.nextToken(); element != JsonToken.END_ARRAY; element = in.nextToken()) {
            readValue(builder, field, element);
        }
    }

    private void readObject(Message.Builder builder, FieldDescriptor field) throws IOException, DecodeException {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            throw scalars.notAllowed(field, JsonToken.START_OBJECT);
        }
        if (field.isMapField()) {
            readMap(builder, field);
        } else {
            Message.Builder part = builder.newBuilderForField(field);
            read(part);
            put(builder, field, part.buildPartial());
        }
    }

    private void readMap(Message.Builder builder, FieldDescriptor field) throws IOException, DecodeException {
        FieldDescriptor key = field.getMessageType().findFieldByNumber(MAP_KEY);
        FieldDescriptor value = field.getMessageType().findFieldByNumber(MAP_VALUE);
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            Message.Builder entry = builder.newBuilderForField(field);
            put(entry, key, scalars.fromString(key, in.currentName()));
            readValue(entry, value, in.nextToken());
            builder.addRepeatedField(field, entry.buildPartial());
        }
    }

    private static void put(Message.Builder builder, FieldDescriptor field, @Nullable Object value) {
        if (value == null) {
            return;
        }
        if (field.isRepeated()) {
            builder.addRepeatedField(field, value);
        } else {
            builder.setField(field, value);
        }
    }
}
