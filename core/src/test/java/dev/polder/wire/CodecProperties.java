package dev.polder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CodecProperties {

    private final JsonCodec json = new JsonCodec();
    private final ProtobufCodec protobuf = new ProtobufCodec();

    @Property(tries = 500)
    void shouldReadBackWhatItWroteAsJson(@ForAll long seed) throws DecodeException {
        Message message = new RandomMessages(seed).any();

        byte[] text = json.encode(message);

        assertThat(json.decode(text, message)).isEqualTo(message);
        assertThat(new String(text, StandardCharsets.UTF_8)).doesNotContain("\n", "\r");
    }

    @Property(tries = 500)
    void shouldReadBackWhatItWroteAsProtobuf(@ForAll long seed) throws DecodeException {
        Message message = new RandomMessages(seed).any();

        assertThat(protobuf.decode(protobuf.encode(message), message)).isEqualTo(message);
    }

    /** A planted fault: a codec that forgets a field is noticed by the comparison above. */
    @Property(tries = 50)
    void shouldNoticeALostField(@ForAll long seed) throws DecodeException {
        Message message = new RandomMessages(seed).of(RandomMessages.TYPES.get(3));
        Message.Builder lossy = message.toBuilder();
        lossy.clearField(message.getDescriptorForType().findFieldByName("failover_timeout"));

        assertThat(protobuf.decode(protobuf.encode(lossy.build()), message)).isNotEqualTo(message);
    }

    @Property(tries = 1000)
    void shouldRefuseOrReadMutatedJson(@ForAll long seed) {
        Random random = new Random(seed);
        Message message = new RandomMessages(seed).any();
        byte[] bytes = mutated(json.encode(message), random);

        readsOrRefuses(json, bytes, message);
    }

    @Property(tries = 1000)
    void shouldRefuseOrReadMutatedProtobuf(@ForAll long seed) {
        Random random = new Random(seed);
        Message message = new RandomMessages(seed).any();
        byte[] bytes = mutated(protobuf.encode(message), random);

        readsOrRefuses(protobuf, bytes, message);
    }

    @Property(tries = 1000)
    void shouldRefuseOrReadAnyBytes(@ForAll byte[] bytes) {
        for (MessageCodec codec : List.of(json, protobuf)) {
            readsOrRefuses(codec, bytes, RandomMessages.TYPES.get(0));
        }
    }

    /** What is read is complete and can be written again; what is refused is refused with words. Nothing else happens. */
    private static void readsOrRefuses(MessageCodec codec, byte[] bytes, Message type) {
        try {
            Message read = codec.decode(bytes, type);
            assertThat(codec.encode(read)).isNotNull();
        } catch (DecodeException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(2000);
        }
    }

    private static byte[] mutated(byte[] original, Random random) {
        byte[] bytes = original.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] = (byte) "{}[],:\"\\0123456789eE+-.tfn".charAt(random.nextInt(26));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                default -> {
                    byte[] doubled = Arrays.copyOf(bytes, bytes.length + at);
                    System.arraycopy(bytes, 0, doubled, bytes.length, at);
                    bytes = doubled;
                }
            }
        }
        return bytes;
    }
}
