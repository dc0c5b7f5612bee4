package dev.polder.wire;

import com.google.protobuf.Message;

/** Messages as protobuf bytes ({@code application/x-protobuf}). */
public final class ProtobufCodec implements MessageCodec {

    @Override
    public byte[] encode(Message message) {
        throw new UnsupportedOperationException("ProtobufCodec.encode");
    }

    @Override
    public <M extends Message> M decode(byte[] bytes, M prototype) throws DecodeException {
        throw new UnsupportedOperationException("ProtobufCodec.decode");
    }
}
