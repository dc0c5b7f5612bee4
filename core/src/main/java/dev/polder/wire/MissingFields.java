package dev.polder.wire;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * The required fields that a message lacks, by their paths. It stops at the first few: a hostile message of millions of
 * empty parts would otherwise make millions of paths.
 */
final class MissingFields {

    private static final int LISTED_MAX = 10;

    private final List<String> paths = new ArrayList<>();
    private boolean more;

    private MissingFields() {}

    /** Refuses a message that lacks a required field. */
    static void check(MessageOrBuilder message) throws DecodeException {
        if (!message.isInitialized()) {
            throw new DecodeException(DecodeException.Kind.MISSING_FIELDS, describe(message));
        }
    }

    /** What an incomplete message lacks, in words. */
    static String describe(MessageOrBuilder message) {
        MissingFields missing = new MissingFields();
        missing.collect(message, "");
        return message.getDescriptorForType().getFullName() + ": required fields are missing: "
                + String.join(", ", missing.paths) + (missing.more ? " and more" : "");
    }

    private void collect(MessageOrBuilder message, String prefix) {
        List<FieldDescriptor> fields = message.getDescriptorForType().getFields();
        for (FieldDescriptor field : fields) {
            if (field.isRequired() && !message.hasField(field)) {
                add(prefix + field.getName());
            }
        }
        for (FieldDescriptor field : fields) {
            if (more) {
                return;
            }
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                collectBelow(message, field, prefix + field.getName());
            }
        }
    }

    private void collectBelow(MessageOrBuilder message, FieldDescriptor field, String path) {
        if (!field.isRepeated()) {
            if (message.hasField(field)) {
                collect((Message) message.getField(field), path + ".");
            }
            return;
        }
        int count = message.getRepeatedFieldCount(field);
        for (int i = 0; i < count && !more; i++) {
            Message element = (Message) message.getRepeatedField(field, i);
            if (!element.isInitialized()) {
                collect(element, path + "[" + i + "].");
            }
        }
    }

    private void add(String path) {
        if (paths.size() == LISTED_MAX) {
            more = true;
        } else {
            paths.add(path);
        }
    }
}
