package dev.polder.wire;

import com.google.protobuf.Message;

/** Messages as JSON text in UTF-8, read and written as Mesos does ({@code application/json}). */
public final class JsonCodec implements MessageCodec {

    @Override
    public byte[] encode(Message message) {
        throw new UnsupportedOperationException("JsonCodec.encode");
    }

    @Override
    public <M extends Message> M decode(byte[] bytes, M prototype) throws DecodeException {
        throw new UnsupportedOperationException("JsonCodec.decode");
    }

    /** A double as Mesos prints it: the shortest digits that read back the same, always with a fraction or an exponent. */
    public static String number(double value) {
        throw new UnsupportedOperationException("JsonCodec.number: " + value);
    }
}
