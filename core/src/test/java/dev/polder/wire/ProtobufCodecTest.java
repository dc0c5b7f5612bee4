package dev.polder.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.polder.wire.proto.MesosScheduler.Call;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtobufCodecTest {

    private final ProtobufCodec codec = new ProtobufCodec();

    @Test
    void shouldReadACall() throws DecodeException {
        Call call = decode("10011a080a060a017512016e");

        assertThat(call.getType()).isEqualTo(Call.Type.SUBSCRIBE);
        assertThat(call.getSubscribe().getFrameworkInfo().getUser()).isEqualTo("u");
    }

    @Test
    void shouldReadNothingAsAnEmptyCallAndAnUnknownTypeAsUnset() throws DecodeException {
        assertThat(decode("")).isEqualTo(Call.getDefaultInstance());
        assertThat(decode("1063").hasType()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ffffffff, SYNTAX",
        "68656c6c6f, SYNTAX",
        "10011a080a060a017512, SYNTAX",
        "7b2274797065223a20225355425343524942, SYNTAX",
        "10011a00, MISSING_FIELDS",
    })
    void shouldRefuse(String hex, DecodeException.Kind kind) {
        DecodeException refusal = catchThrowableOfType(DecodeException.class, () -> decode(hex));

        assertThat(refusal.kind()).isEqualTo(kind);
        assertThat(refusal.getMessage()).contains("mesos.v1.scheduler.Call");
    }

    @Test
    void shouldNameTheMissingFields() {
        assertThatThrownBy(() -> decode("10011a020a00"))
                .hasMessage("mesos.v1.scheduler.Call: required fields are missing: "
                        + "subscribe.framework_info.user, subscribe.framework_info.name");
    }

    @Test
    void shouldNotWriteAnIncompleteMessage() {
        Call incomplete =
                Call.newBuilder().setKill(Call.Kill.newBuilder().buildPartial()).buildPartial();

        assertThatThrownBy(() -> codec.encode(incomplete))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kill.task_id");
    }

    private Call decode(String hex) throws DecodeException {
        return codec.decode(HexFormat.of().parseHex(hex), Call.getDefaultInstance());
    }
}
