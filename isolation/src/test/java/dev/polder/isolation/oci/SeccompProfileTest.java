package dev.polder.isolation.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonText;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Profiles of system calls, read and refused. */
class SeccompProfileTest {
    private static final KernelVersion KERNEL = new KernelVersion(6, 1);

    private static SeccompProfile parse(String json) throws JsonException {
        return SeccompProfile.parse(json.replace('\'', '"').getBytes(UTF_8), "web.json");
    }

    private static SeccompFilter filter(String json) throws JsonException {
        return parse(json).filter(Architecture.X86_64, Set.of("CAP_CHOWN"), KERNEL);
    }

    private static String oci(SeccompFilter filter) {
        return new String(JsonText.write(filter.toOci()), UTF_8).replace('"', '\'');
    }

    @Test
    void shouldWriteTheRuntimesFormOfWhatAppliesHere() throws JsonException {
        SeccompFilter filter = filter("""
                {'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 38,
                 'archMap': [{'architecture': 'SCMP_ARCH_X86_64', 'subArchitectures': ['SCMP_ARCH_X86']},
                             {'architecture': 'SCMP_ARCH_AARCH64', 'subArchitectures': ['SCMP_ARCH_ARM']}],
                 'syscalls': [
                  {'names': ['read', 'write'], 'action': 'SCMP_ACT_ALLOW', 'comment': 'the least', 'args': null},
                  {'name': 'personality', 'action': 'SCMP_ACT_ALLOW',
                   'args': [{'index': 0, 'value': 18446744073709551615, 'valueTwo': 7, 'op': 'SCMP_CMP_EQ'}]},
                  {'names': ['chown'], 'action': 'SCMP_ACT_TRACE', 'errnoRet': 65535,
                   'includes': {'caps': ['CAP_CHOWN'], 'minKernel': '6.1', 'arches': ['amd64']}},
                  {'names': ['mount'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'caps': ['CAP_CHOWN']}},
                  {'names': ['bpf'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38}]}""");

        assertThat(oci(filter))
                .isEqualTo("{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':38,"
                        + "'architectures':['SCMP_ARCH_X86','SCMP_ARCH_X86_64'],'syscalls':["
                        + "{'names':['read','write'],'action':'SCMP_ACT_ALLOW'},"
                        + "{'names':['personality'],'action':'SCMP_ACT_ALLOW',"
                        + "'args':[{'index':0,'value':18446744073709551615,'op':'SCMP_CMP_EQ'}]},"
                        + "{'names':['chown'],'action':'SCMP_ACT_TRACE','errnoRet':65535}]}");
    }

    @Test
    void shouldTakeSeveralConditionsOnOneArgumentAsSeveralRules() throws JsonException {
        String rule = "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'name': 'clone', 'action': 'SCMP_ACT_KILL',"
                + "'args': [{'index': 1, 'value': 1, 'op': 'SCMP_CMP_LT'},"
                + "{'index': 1, 'value': 6, 'valueTwo': 2, 'op': 'SCMP_CMP_MASKED_EQ'}]}]}";

        assertThat(oci(filter(rule)))
                .endsWith("'syscalls':[{'names':['clone'],'action':'SCMP_ACT_KILL_THREAD',"
                        + "'args':[{'index':1,'value':1,'op':'SCMP_CMP_LT'}]},"
                        + "{'names':['clone'],'action':'SCMP_ACT_KILL_THREAD',"
                        + "'args':[{'index':1,'value':6,'valueTwo':2,'op':'SCMP_CMP_MASKED_EQ'}]}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | web.json is not an object",
                "{'defaultAction': 'SCMP_ACT_NOTIFY'} | web.json.defaultAction is SCMP_ACT_NOTIFY",
                "{} | web.json.defaultAction is missing",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4096} | 4096, not from 0 to 4095",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['SECCOMP_FILTER_FLAG_LOG']} | web.json.flags is not",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'action': 'SCMP_ACT_KILL'}]} | either 'names' or",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_S390X']} | not for SCMP_ARCH_X86_64",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_X86_64'], 'archMap': "
                        + "[{'architecture': 'SCMP_ARCH_X86_64'}]} | has both",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultAction': 'SCMP_ACT_KILL'} | Duplicate",
                "{'defaultAction': 'SCMP_ACT_ALLOW'} {} | goes on",
            })
    void shouldRefuseInWords(String json, String words) {
        assertThatThrownBy(() -> filter(json)).isInstanceOf(JsonException.class).hasMessageContaining(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'index': 6, 'op': 'SCMP_CMP_EQ' | web.json.syscalls[0].args[0].index is 6, not from 0 to 5",
                "'index': 0, 'op': 'SCMP_CMP_EQ', 'value': -1 | value is -1, not from 0 to 18446744073709551615",
                "'index': 0, 'op': 'SCMP_CMP_EQ', 'value': 18446744073709551616 | value is 18446744073709551616, not",
                "'index': 0, 'op': 'EQ' | args[0].op is EQ, which compares nothing",
                "'index': 0, 'op': 'SCMP_CMP_MASKED_EQ', 'value': 2, 'valueTwo': 3 | never holds: valueTwo 3",
                "'op': 'SCMP_CMP_EQ' | index is missing",
                "'index': 1.5, 'op': 'SCMP_CMP_EQ' | index is not a whole number",
            })
    void shouldRefuseConditionsInWords(String condition, String words) {
        String json = "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'name': 'read', 'action': 'SCMP_ACT_KILL', "
                + "'args': [{" + condition + "}]}]}";

        assertThatThrownBy(() -> filter(json)).isInstanceOf(JsonException.class).hasMessageContaining(words);
    }

    @Test
    void shouldLetTheFirstRuleWithoutConditionsDecide() throws JsonException {
        TestKernel kernel = new TestKernel(filter("""
                {'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [
                  {'name': 'read', 'action': 'SCMP_ACT_KILL', 'args': [{'index': 0, 'op': 'SCMP_CMP_EQ'}]},
                  {'name': 'read', 'action': 'SCMP_ACT_ALLOW'},
                  {'name': 'read', 'action': 'SCMP_ACT_TRAP'}]}""").program());

        assertThat(kernel.run(Architecture.X86_64.auditNumber(), 0, 0, 0, 0, 0, 0, 0))
                .isEqualTo(0x7FFF_0000);
    }

    @Test
    void shouldRefuseTooMuch() {
        String names = "'read',".repeat(9000) + "'read'";
        assertThatThrownBy(() -> parse("{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': [" + names
                        + "], 'action': 'SCMP_ACT_KILL'}]}"))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("NAMES_MAX=8192");
        assertThatThrownBy(() -> parse(" ".repeat(SeccompProfile.BYTES_MAX + 1)))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("BYTES_MAX=1048576");
        assertThatThrownBy(() -> parse("[".repeat(40) + "]".repeat(40)))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("DEPTH_MAX=32");
    }

    @Test
    void shouldRefuseAProgramThatTheKernelDoesNotTake() throws JsonException {
        StringBuilder rules = new StringBuilder();
        for (int value = 0; value < 1000; value++) {
            rules.append(value == 0 ? "" : ",")
                    .append("{'name': 'read', 'action': 'SCMP_ACT_KILL', 'args': [{'index': 0, 'op': 'SCMP_CMP_EQ',")
                    .append("'value': ")
                    .append(value)
                    .append("}]}");
        }
        SeccompFilter filter = filter("{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [" + rules + "]}");

        assertThatThrownBy(filter::program)
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("> INSTRUCTIONS_MAX=4096");
    }

    @Test
    void shouldJumpOverMoreThanAConditionCan() throws JsonException {
        StringBuilder rules = new StringBuilder();
        for (int value = 0; value < 400; value++) {
            rules.append("{'name': 'read', 'action': 'SCMP_ACT_KILL', 'args': [{'index': 0, 'op': 'SCMP_CMP_EQ',")
                    .append("'value': ")
                    .append(value)
                    .append("}]},");
        }
        rules.append("{'name': 'bpf', 'action': 'SCMP_ACT_TRAP'}");
        TestKernel kernel = new TestKernel(filter("{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [" + rules + "]}")
                .program());

        int architecture = Architecture.X86_64.auditNumber();
        assertThat(kernel.length()).isBetween(2000, 2100);
        assertThat(kernel.run(architecture, 0, 399, 0, 0, 0, 0, 0)).isEqualTo(0);
        assertThat(kernel.run(architecture, 0, 400, 0, 0, 0, 0, 0)).isEqualTo(0x7FFF_0000);
        assertThat(kernel.run(architecture, 321, 0, 0, 0, 0, 0, 0)).isEqualTo(0x0003_0000);
        assertThat(kernel.run(architecture, 1, 0, 0, 0, 0, 0, 0)).isEqualTo(0x7FFF_0000);
    }

    @Test
    void shouldKnowKernelsByTheirFirstNumbers() {
        assertThat(KernelVersion.parse("6.18.44-fc-v782\n")).isEqualTo(new KernelVersion(6, 18));
        assertThat(KernelVersion.parse("4.8")).isLessThan(new KernelVersion(4, 10));
        assertThatThrownBy(() -> KernelVersion.parse("six")).hasMessageContaining("'six' is not a kernel's version");
    }
}
