package dev.polder.wire;

import com.google.protobuf.Message;

/**
 * One encoding of messages. Codecs hold no state that a caller could see and may be used by any thread.
 */
public sealed interface MessageCodec permits JsonCodec, ProtobufCodec {

    /**
     * The bytes of one message.
     *
     * @throws IllegalArgumentException if a required field of the message is not set
     */
    byte[] encode(Message message);

    /**
     * The message that the bytes stand for, complete in all required fields.
     *
     * @param prototype any instance of the wanted message type, usually its default instance; not changed
     * @throws DecodeException if the bytes are no such message
     */
    <M extends Message> M decode(byte[] bytes, M prototype) throws DecodeException;
}
