package dev.polder.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {

    private final JsonCodec codec = new JsonCodec();

    @Test
    void shouldWriteSubscribedByteForByteAsMesosDoes() throws DecodeException {
        // as recorded from a real master, in protobuf and in JSON, with the same ids
        String id = "13e20d33-73b2-4d60-a57d-d2088e123446";
        byte[] protobuf = HexFormat.of()
                .parseHex(
                        "080112b9010a2b0a2931336532306433332d373362322d346436302d613537642d6432303838653132333434362d30"
                                + "303637110000000000002e401a80010a2431336532306433332d373362322d346436302d613537642d64323038"
                                + "386531323334343610ff80800818ca7522166d6173746572403132372e302e302e313a31353035302a096c6f63"
                                + "616c686f73743206312e31322e303a190a096c6f63616c686f737412093132372e302e302e3118ca754a020801"
                                + "4a0208024a020803");
        Event event = new ProtobufCodec().decode(protobuf, Event.getDefaultInstance());

        assertThat(new String(codec.encode(event), UTF_8))
                .isEqualTo("{\"type\":\"SUBSCRIBED\",\"subscribed\":{\"framework_id\":{\"value\":\"" + id + "-0067\"},"
                        + "\"heartbeat_interval_seconds\":15.0,\"master_info\":{\"id\":\"" + id + "\",\"ip\":16777343,"
                        + "\"port\":15050,\"pid\":\"master@127.0.0.1:15050\",\"hostname\":\"localhost\","
                        + "\"version\":\"1.12.0\",\"address\":{\"hostname\":\"localhost\",\"ip\":\"127.0.0.1\","
                        + "\"port\":15050},\"capabilities\":[{\"type\":\"AGENT_UPDATE\"},{\"type\":\"AGENT_DRAINING\"},"
                        + "{\"type\":\"QUOTA_V2\"}]}}}");
    }

    @Test
    void shouldReadAndWriteOffersByteForByteAsMesosDoes() throws DecodeException {
        // the first offer of a recorded session, with short ids
        String role = "\"role\":\"*\",\"allocation_info\":{\"role\":\"r1\"}}";
        String offers = "{\"type\":\"OFFERS\",\"offers\":{\"offers\":[{\"id\":{\"value\":\"O0\"},"
                + "\"framework_id\":{\"value\":\"f\"},\"agent_id\":{\"value\":\"a\"},\"hostname\":\"localhost\","
                + "\"url\":{\"scheme\":\"http\",\"address\":{\"hostname\":\"localhost\",\"ip\":\"127.0.0.1\","
                + "\"port\":15051},\"path\":\"/slave(1)\"},\"resources\":[{\"name\":\"ports\",\"type\":\"RANGES\","
                + "\"ranges\":{\"range\":[{\"begin\":31000,\"end\":31999}]}," + role
                + ",{\"name\":\"cpus\",\"type\":\"SCALAR\",\"scalar\":{\"value\":4.0}," + role
                + ",{\"name\":\"mem\",\"type\":\"SCALAR\",\"scalar\":{\"value\":1024.0}," + role
                + "],\"attributes\":[{\"name\":\"rack\",\"type\":\"TEXT\",\"text\":{\"value\":\"r1\"}},"
                + "{\"name\":\"zone\",\"type\":\"SCALAR\",\"scalar\":{\"value\":7.0}}],"
                + "\"allocation_info\":{\"role\":\"r1\"}}]}}";

        Event event = codec.decode(offers.getBytes(UTF_8), Event.getDefaultInstance());

        assertThat(new String(codec.encode(event), UTF_8)).isEqualTo(offers);
    }

    @Test
    void shouldWriteFieldsInTheOrderOfTheirDeclaration() {
        Mesos.TaskStatus status = Mesos.TaskStatus.newBuilder()
                .setTaskId(Mesos.TaskID.newBuilder().setValue("t"))
                .setState(Mesos.TaskState.TASK_LOST)
                .setTimestamp(1.5)
                .setAgentId(Mesos.AgentID.newBuilder().setValue("a"))
                .setReason(Mesos.TaskStatus.Reason.REASON_RECONCILIATION)
                .setMessage("m")
                .setUuid(ByteString.copyFromUtf8("\u0000~~"))
                .build();

        assertThat(new String(codec.encode(status), UTF_8))
                .isEqualTo("{\"task_id\":{\"value\":\"t\"},\"state\":\"TASK_LOST\",\"message\":\"m\","
                        + "\"reason\":\"REASON_RECONCILIATION\",\"agent_id\":{\"value\":\"a\"},\"timestamp\":1.5,"
                        + "\"uuid\":\"AH5+\"}");
    }

    @Test
    void shouldWriteDeclaredDefaultsButNotTheDeprecatedOnes() {
        FrameworkInfo info = FrameworkInfo.newBuilder()
                .setUser("u")
                .setName("n\u00e9/\u0001\u001f\u007f\"\\\n")
                .putOfferFilters("r", Mesos.OfferFilters.getDefaultInstance())
                .build();

        assertThat(new String(codec.encode(info), UTF_8))
                .isEqualTo("{\"user\":\"u\",\"name\":\"n\u00e9/\\u0001\\u001F\u007f\\\"\\\\\\n\","
                        + "\"failover_timeout\":0.0,\"checkpoint\":false,\"offer_filters\":{\"r\":{}}}");
    }

    @Test
    void shouldWrite64BitsAsNumbers() {
        Mesos.CgroupInfo.Blkio.Value big =
                Mesos.CgroupInfo.Blkio.Value.newBuilder().setValue(-1L).build();

        assertThat(new String(codec.encode(big), UTF_8)).isEqualTo("{\"value\":18446744073709551615}");
    }

    @Test
    void shouldWriteHalfASurrogatePairAsAReplacementCharacter() {
        Mesos.TaskID id =
                Mesos.TaskID.newBuilder().setValue("a\ud83db\ude00\ud83d\ude00").build();

        assertThat(new String(codec.encode(id), UTF_8)).isEqualTo("{\"value\":\"a\ufffdb\ufffd\ud83d\ude00\"}");
    }

    @Test
    void shouldNotWriteAnIncompleteMessage() {
        assertThatThrownBy(() -> codec.encode(Mesos.TaskID.newBuilder().buildPartial()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mesos.v1.TaskID: required fields are missing: value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " {} ",
                "{\"type\":null}",
                "{\"type\":\"FOO\"}",
                "{\"type\":\"1\"}",
                "{\"type\":\"subscribe\"}",
                "{\"type\":\"KILL\",\"type\":null}"
            })
    void shouldLeaveTheTypeUnset(String text) throws DecodeException {
        assertThat(decode(text).hasType()).isFalse();
    }

    @Test
    void shouldLetTheLastOfEqualKeysCount() throws DecodeException {
        Call call = decode("{\"type\":\"SUBSCRIBE\",\"type\":\"KILL\",\"kill\":{\"task_id\":{\"value\":\"a\"},"
                + "\"agent_id\":{\"value\":\"b\"}},\"kill\":{\"task_id\":{\"value\":\"c\"}},"
                + "\"suppress\":{\"roles\":[\"x\"],\"roles\":[\"y\"]}}");

        assertThat(call.getType()).isEqualTo(Call.Type.KILL);
        assertThat(call.getKill().getTaskId().getValue()).isEqualTo("c");
        assertThat(call.getKill().hasAgentId()).isFalse();
        assertThat(call.getSuppress().getRolesList()).containsExactly("y");
    }

    @Test
    void shouldIgnoreUnknownFieldsAndNulls() throws DecodeException {
        FrameworkInfo info = info("\"bar\":{\"x\":[1,{}]},\"foo\":1,\"id\":null,\"hostname\":null,\"roles\":null,"
                + "\"checkpoint\":null,\"failover_timeout\":1,\"capabilities\":[]");

        assertThat(info)
                .isEqualTo(FrameworkInfo.newBuilder()
                        .setUser("u")
                        .setName("n")
                        .setFailoverTimeout(1)
                        .build());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "\"10\", 10",
                "\" 10 \", 10",
                "10, 10",
                "1e3, 1000",
                "-0.5, -0.5",
                "9223372037, 9223372037",
                "1e308, 1e308",
                "\"Infinity\", Infinity",
                "\"-Infinity\", -Infinity"
            })
    void shouldReadADouble(String value, double expected) throws DecodeException {
        assertThat(info("\"failover_timeout\":" + value).getFailoverTimeout()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"true\"", "true", "\" true\\n\""})
    void shouldReadABoolean(String value) throws DecodeException {
        assertThat(info("\"checkpoint\":" + value).getCheckpoint()).isTrue();
    }

    @Test
    void shouldTakeASingleValueForAListAndListsInLists() throws DecodeException {
        assertThat(info("\"roles\":\"r\"").getRolesList()).containsExactly("r");
        assertThat(info("\"roles\":[\"a\",[\"b\",[\"c\"]],null]").getRolesList())
                .containsExactly("a", "b", "c");
        assertThat(info("\"capabilities\":{\"type\":\"MULTI_ROLE\"}")
                        .getCapabilities(0)
                        .getType())
                .isEqualTo(FrameworkInfo.Capability.Type.MULTI_ROLE);
    }

    @Test
    void shouldKeepAnEntryWhoseEnumIsUnknownAndDropNull() throws DecodeException {
        FrameworkInfo info = info("\"capabilities\":[{\"type\":\"NOPE\"},{\"type\":\"UNKNOWN\"},{},null]");

        assertThat(info.getCapabilitiesList())
                .extracting(FrameworkInfo.Capability::hasType)
                .containsExactly(false, true, false);
    }

    @Test
    void shouldCutFractionsOffWholeNumbersAndReadAllBits() throws DecodeException {
        assertThat(port("31000.0")).isEqualTo(31000);
        assertThat(port("1.9")).isEqualTo(1);
        assertThat(port("\"31000\"")).isEqualTo(31000);
        assertThat(port("3.1e4")).isEqualTo(31000);
        assertThat(codec.decode(
                                "{\"value\":18446744073709551615}".getBytes(UTF_8),
                                Mesos.CgroupInfo.Blkio.Value.getDefaultInstance())
                        .getValue())
                .isEqualTo(-1L);
    }

    @Test
    void shouldReadBase64WithoutPaddingAndWithWhitespace() throws DecodeException {
        assertThat(acknowledged("abc").size()).isEqualTo(2);
        assertThat(acknowledged("AAEC AwQF\\nBgcICQoLDA0ODw==").size()).isEqualTo(16);
        assertThat(acknowledged("").size()).isZero();
    }

    @Test
    void shouldReadTextThatIsNoUtf8() throws DecodeException {
        byte[] bytes = HexFormat.of()
                .parseHex("7b2274797065223a22535542534352494245222c22737562736372696265223a7b226672616d65776f726b5f69"
                        + "6e666f223a7b2275736572223a2275222c226e616d65223a22fffe227d7d7d");

        Call call = codec.decode(bytes, Call.getDefaultInstance());

        assertThat(call.getSubscribe().getFrameworkInfo().getName()).isEqualTo("\ufffd\ufffd");
    }

    @Test
    void shouldReadEscapes() throws DecodeException {
        Call call = decode("{\"subscribe\":{\"framework_info\":{\"user\":\"u\","
                + "\"name\":\"\\u00e9\\ud83d\\ude00\\u0000x\"}}}");

        assertThat(call.getSubscribe().getFrameworkInfo().getName()).isEqualTo("\u00e9\ud83d\ude00\u0000x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "{",
                "{\"type\":\"SUBSCRIBE\"",
                "not json",
                "{\"type\":\"SUBSCRIBE\",}",
                "{\"a\":1}{\"b\":2}",
                "{} x",
                "[] []",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":1.5e}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":01}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1 /* why */}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\\x\"}",
                "{\"suppress\":{\"roles\":[\"\\ud83d\"]}}",
                "\u0000\u0001\u001a",
            })
    void shouldRefuseWhatIsNoJson(String text) {
        assertThat(refusal(text).kind()).isEqualTo(DecodeException.Kind.SYNTAX);
    }

    @Test
    void shouldSayWhereTheTextIsWrong() {
        assertThat(refusal("{\"type\":\"SUBSCRIBE\",}")).hasMessageStartingWith("JSON text, line 1, column 21: ");
        assertThat(refusal("{\"a\":1}\n{\"b\":2}"))
                .hasMessage("JSON text goes on after its end, line 2, column 1: exactly one value is allowed");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "[] | JSON text is an array: an object is expected (mesos.v1.scheduler.Call)",
                "\"x\" | JSON text is a string: an object is expected (mesos.v1.scheduler.Call)",
                "null | JSON text is null: an object is expected (mesos.v1.scheduler.Call)",
                "1 | JSON text is a number: an object is expected (mesos.v1.scheduler.Call)",
                "{\"type\":1} | JSON field 'type': a number is not allowed here, the field takes a name of"
                        + " mesos.v1.scheduler.Call.Type",
                "{\"type\":true} | JSON field 'type': a boolean is not allowed here, the field takes a name of"
                        + " mesos.v1.scheduler.Call.Type",
                "{\"type\":[\"SUBSCRIBE\"]} | JSON field 'type': an array is not allowed here, the field takes a name of"
                        + " mesos.v1.scheduler.Call.Type",
                "{\"subscribe\":[]} | JSON field 'subscribe': an array is not allowed here, the field takes an object"
                        + " (mesos.v1.scheduler.Call.Subscribe)",
                "{\"kill\":{\"task_id\":\"t\"}} | JSON field 'kill.task_id': a string is not allowed here, the field"
                        + " takes an object (mesos.v1.TaskID)",
                "{\"kill\":{\"task_id\":{\"value\":1}}} | JSON field 'kill.task_id.value': a number is not allowed here,"
                        + " the field takes a string",
                "{\"suppress\":{\"roles\":[\"a\",2]}} | JSON field 'suppress.roles[1]': a number is not allowed here,"
                        + " the field takes a string, or an array of such",
                "{\"suppress\":{\"roles\":[\"a\",{}]}} | JSON field 'suppress.roles[1]': an object is not allowed here,"
                        + " the field takes a string, or an array of such",
            })
    void shouldNameFieldValueAndRule(String text, String message) {
        DecodeException refusal = refusal(text);

        assertThat(refusal.kind()).isEqualTo(DecodeException.Kind.CONVERSION);
        assertThat(refusal).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "\"user\":1 | 'subscribe.framework_info.user': a number is not allowed here",
                "\"checkpoint\":1 | 'subscribe.framework_info.checkpoint': a number is not allowed here",
                "\"checkpoint\":\"yes\" | 'yes' is not allowed here, the field takes a boolean",
                "\"failover_timeout\":\"NaN\" | 'NaN' is not allowed here, the field takes a number",
                "\"failover_timeout\":\"x\" | 'x' is not allowed here, the field takes a number",
                "\"failover_timeout\":\"\" | '' is not allowed here, the field takes a number",
                "\"failover_timeout\":\"1e400\" | 1e400 is out of range, the field takes a number",
                "\"failover_timeout\":1e400 | 1e400 is out of range, the field takes a number",
                "\"failover_timeout\":true | a boolean is not allowed here",
                "\"failover_timeout\":[] | an array is not allowed here",
                "\"failover_timeout\":{} | an object is not allowed here",
            })
    void shouldRefuseAValueThatDoesNotFit(String field, String message) {
        DecodeException refusal = catchThrowableOfType(DecodeException.class, () -> info(field));

        assertThat(refusal.kind()).isEqualTo(DecodeException.Kind.CONVERSION);
        assertThat(refusal).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2147483648", "-2147483649", "1e10", "1e999999999", "123456789012345678901234567890"})
    void shouldRefuseAWholeNumberThatIsOutOfRange(String number) {
        assertThatThrownBy(() -> port(number))
                .hasMessage(
                        "JSON field 'port': " + number + " is out of range, the field takes a whole number of 32 bits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"!!!!", "%%%", "a", "ab=c"})
    void shouldRefuseBase64ThatIsNone(String text) {
        assertThatThrownBy(() -> acknowledged(text))
                .hasMessageStartingWith("JSON field 'acknowledge.uuid': '" + text + "' is no base64");
    }

    @Test
    void shouldRefuseAnUnknownEnumNameWhereTheFieldIsRequired() {
        assertThatThrownBy(() -> codec.decode(
                        "{\"task_id\":{\"value\":\"t\"},\"state\":\"TASK_X\"}".getBytes(UTF_8),
                        Mesos.TaskStatus.getDefaultInstance()))
                .hasMessage("JSON field 'state': 'TASK_X' is no value of mesos.v1.TaskState");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{\"type\":\"SUBSCRIBE\",\"subscribe\":{}} | subscribe.framework_info",
                "{\"subscribe\":{\"framework_info\":{}}} | subscribe.framework_info.user, subscribe.framework_info.name",
                "{\"subscribe\":{\"frameworkInfo\":{}}} | subscribe.framework_info",
                "{\"subscribe\":{\"framework_info\":{\"user\":\"u\",\"name\":\"n\",\"labels\":{\"labels\":[{\"value\":\"v\"}]}}}}"
                        + " | subscribe.framework_info.labels.labels[0].key",
                "{\"subscribe\":{\"framework_info\":{\"user\":\"u\",\"name\":\"n\"},\"offer_constraints\":{\"role_constraints\":"
                        + "{\"a\":{\"groups\":[{\"attribute_constraints\":[{\"predicate\":{\"exists\":{}}}]}]}}}}} |"
                        + " subscribe.offer_constraints.role_constraints[0].value.groups[0].attribute_constraints[0].selector",
                "{\"acknowledge\":{\"uuid\":null}} | acknowledge.agent_id, acknowledge.task_id, acknowledge.uuid",
            })
    void shouldListMissingFields(String text, String paths) {
        DecodeException refusal = refusal(text);

        assertThat(refusal.kind()).isEqualTo(DecodeException.Kind.MISSING_FIELDS);
        assertThat(refusal).hasMessage("mesos.v1.scheduler.Call: required fields are missing: " + paths);
    }

    @Test
    void shouldListOnlyTheFirstOfVeryManyMissingFields() {
        String text = "{\"accept\":{\"offer_ids\":[" + "{},".repeat(100_000) + "{}]}}";

        assertThat(refusal(text)).hasMessageEndingWith("accept.offer_ids[8].value, accept.offer_ids[9].value and more");
    }

    @Test
    void shouldReadUpToTheDepthLimitAndNotBeyond() throws DecodeException {
        int depth = JsonCodec.DEPTH_MAX - 1;
        assertThat(decode("{\"x\":" + "[".repeat(depth) + "]".repeat(depth) + "}"))
                .isEqualTo(Call.getDefaultInstance());

        assertThat(refusal("{\"x\":" + "[".repeat(depth + 1) + "]".repeat(depth + 1) + "}")
                        .kind())
                .isEqualTo(DecodeException.Kind.SYNTAX);
        assertThat(refusal("[".repeat(1_000_000)).kind()).isEqualTo(DecodeException.Kind.SYNTAX);
    }

    @Test
    void shouldReadManyDifferentUnknownNames() throws DecodeException {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < 100_000; i++) {
            text.append("\"n").append(i).append("\":0,");
        }

        assertThat(decode(text + "\"type\":\"KILL\"}").getType()).isEqualTo(Call.Type.KILL);
    }

    private Call decode(String text) throws DecodeException {
        return codec.decode(text.getBytes(UTF_8), Call.getDefaultInstance());
    }

    private DecodeException refusal(String text) {
        return catchThrowableOfType(DecodeException.class, () -> decode(text));
    }

    private FrameworkInfo info(String fields) throws DecodeException {
        return decode("{\"subscribe\":{\"framework_info\":{\"user\":\"u\",\"name\":\"n\"," + fields + "}}}")
                .getSubscribe()
                .getFrameworkInfo();
    }

    private int port(String number) throws DecodeException {
        return codec.decode(("{\"port\":" + number + "}").getBytes(UTF_8), Mesos.Address.getDefaultInstance())
                .getPort();
    }

    private ByteString acknowledged(String base64) throws DecodeException {
        return decode("{\"acknowledge\":{\"agent_id\":{\"value\":\"a\"},\"task_id\":{\"value\":\"t\"},\"uuid\":\""
                        + base64 + "\"}}")
                .getAcknowledge()
                .getUuid();
    }
}
