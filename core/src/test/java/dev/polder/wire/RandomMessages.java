package dev.polder.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler;
import java.util.List;
import java.util.Random;

/** Complete messages of a type, filled at random along its descriptor. Fields with a default are always set, so that JSON gives the same message back. */
final class RandomMessages {

    static final List<Message> TYPES = List.of(
            MesosScheduler.Call.getDefaultInstance(),
            MesosScheduler.Event.getDefaultInstance(),
            Mesos.TaskInfo.getDefaultInstance(),
            Mesos.FrameworkInfo.getDefaultInstance(),
            Mesos.AgentInfo.getDefaultInstance(),
            Mesos.TaskStatus.getDefaultInstance(),
            Mesos.ContainerStatus.getDefaultInstance(),
            Mesos.Offer.getDefaultInstance());

    private static final int DEPTH_MAX = 6;
    private static final double[] DOUBLES = {
        0.0, -0.0, 1, -1, 0.1, 1.0 / 3, 1e-7, 1e21, 1e300, Double.MIN_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY
    };

    private final Random random;

    RandomMessages(long seed) {
        this.random = new Random(seed);
    }

    Message any() {
        return of(TYPES.get(random.nextInt(TYPES.size())));
    }

    Message of(Message type) {
        return fill(type.newBuilderForType(), 0);
    }

    private Message fill(Message.Builder builder, int depth) {
        for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
            boolean wanted =
                    field.isRequired() || field.hasDefaultValue() || (depth < DEPTH_MAX && random.nextInt(3) == 0);
            boolean taken = field.getRealContainingOneof() != null && builder.hasOneof(field.getRealContainingOneof());
            if (!wanted || taken) {
                continue;
            }
            if (field.isMapField()) {
                fillMap(builder, field, depth);
            } else if (field.isRepeated()) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    builder.addRepeatedField(field, value(builder, field, depth));
                }
            } else {
                builder.setField(field, value(builder, field, depth));
            }
        }
        return builder.build();
    }

    private void fillMap(Message.Builder builder, FieldDescriptor field, int depth) {
        for (int i = random.nextInt(3); i > 0; i--) {
            Message.Builder entry = builder.newBuilderForField(field);
            for (FieldDescriptor part : entry.getDescriptorForType().getFields()) {
                entry.setField(part, part.getNumber() == 1 ? i + text() : value(entry, part, depth));
            }
            builder.addRepeatedField(field, entry.build());
        }
    }

    private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
        return switch (field.getJavaType()) {
            case MESSAGE -> fill(builder.newBuilderForField(field), depth + 1);
            case ENUM ->
                field.getEnumType()
                        .getValues()
                        .get(random.nextInt(field.getEnumType().getValues().size()));
            case STRING -> text();
            case BYTE_STRING -> {
                byte[] bytes = new byte[random.nextInt(20)];
                random.nextBytes(bytes);
                yield ByteString.copyFrom(bytes);
            }
            case BOOLEAN -> random.nextBoolean();
            case INT -> random.nextInt() >> random.nextInt(32);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case FLOAT -> random.nextFloat();
            case DOUBLE ->
                random.nextInt(3) == 0 ? DOUBLES[random.nextInt(DOUBLES.length)] : random.nextInt(1_000_000) / 1000.0;
        };
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            int codePoint = switch (random.nextInt(6)) {
                case 0 -> random.nextInt(0x20);
                case 1 -> "\"\\/\u007f\u2028\ufeff".codePointAt(random.nextInt(6));
                case 2 -> 0x80 + random.nextInt(0xd000 - 0x80);
                case 3 -> 0x10000 + random.nextInt(0x1000);
                default -> 'a' + random.nextInt(26);
            };
            text.appendCodePoint(codePoint);
        }
        return text.toString();
    }
}
