package dev.polder.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

/** Messages as protobuf bytes ({@code application/x-protobuf}). Unknown fields are kept. */
public final class ProtobufCodec implements MessageCodec {

    @Override
    public byte[] encode(Message message) {
        if (!message.isInitialized()) {
            throw new IllegalArgumentException(MissingFields.describe(message));
        }
        return message.toByteArray();
    }

    @Override
    @SuppressWarnings("unchecked") // a message's own parser makes messages of its class
    public <M extends Message> M decode(byte[] bytes, M prototype) throws DecodeException {
        Message message;
        try {
            message = prototype.getParserForType().parsePartialFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new DecodeException(
                    DecodeException.Kind.SYNTAX,
                    "protobuf body of " + bytes.length + " bytes is no "
                            + prototype.getDescriptorForType().getFullName() + ": " + e.getMessage());
        }
        MissingFields.check(message);
        return (M) message;
    }
}
