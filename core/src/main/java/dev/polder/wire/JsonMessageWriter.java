package dev.polder.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Walks a message along its descriptor and writes it as Mesos would. Used for one message, by one thread. */
final class JsonMessageWriter {

    private static final int MAP_KEY = 1;
    private static final int MAP_VALUE = 2;

    /** Deprecated in the protocol; of those alone, Mesos does not write the default. */
    private static final Set<String> WRITTEN_ONLY_IF_SET =
            Set.of("mesos.v1.FrameworkInfo.role", "mesos.v1.Resource.role");

    private final JsonGenerator out;

    JsonMessageWriter(JsonGenerator out) {
        this.out = out;
    }

    void write(Message message) throws IOException {
        out.writeStartObject();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (isWritten(message, field)) {
                out.writeFieldName(field.getName());
                writeField(message, field);
            }
        }
        out.writeEndObject();
    }

    private static boolean isWritten(Message message, FieldDescriptor field) {
        if (field.isRepeated()) {
            return message.getRepeatedFieldCount(field) > 0;
        }
        return message.hasField(field)
                || (field.hasDefaultValue() && !WRITTEN_ONLY_IF_SET.contains(field.getFullName()));
    }

    private void writeField(Message message, FieldDescriptor field) throws IOException {
        if (field.isMapField()) {
            writeMap(message, field);
        } else if (field.isRepeated()) {
            out.writeStartArray();
            for (Object element : (List<?>) message.getField(field)) {
                writeValue(field, element);
            }
            out.writeEndArray();
        } else {
            writeValue(field, message.getField(field));
        }
    }

    private void writeMap(Message message, FieldDescriptor field) throws IOException {
        FieldDescriptor key = field.getMessageType().findFieldByNumber(MAP_KEY);
        FieldDescriptor value = field.getMessageType().findFieldByNumber(MAP_VALUE);
        out.writeStartObject();
        for (Object entry : (List<?>) message.getField(field)) {
            out.writeFieldName(Surrogates.repair(((Message) entry).getField(key).toString()));
            writeValue(value, ((Message) entry).getField(value));
        }
        out.writeEndObject();
    }

    private void writeValue(FieldDescriptor field, Object value) throws IOException {
        switch (field.getType()) {
            case MESSAGE, GROUP -> write((Message) value);
            case ENUM -> out.writeString(((EnumValueDescriptor) value).getName());
            case STRING -> out.writeString(Surrogates.repair((String) value));
            case BYTES -> out.writeBinary(((ByteString) value).toByteArray());
            case BOOL -> out.writeBoolean((Boolean) value);
            case DOUBLE -> out.writeRawValue(JsonDouble.text((Double) value));
            case FLOAT -> out.writeRawValue(JsonDouble.text((Float) value));
            case UINT32, FIXED32 -> out.writeNumber(Integer.toUnsignedLong((Integer) value));
            case INT32, SINT32, SFIXED32 -> out.writeNumber((Integer) value);
            case UINT64, FIXED64 -> out.writeRawValue(Long.toUnsignedString((Long) value));
            case INT64, SINT64, SFIXED64 -> out.writeNumber((Long) value);
        }
    }
}
