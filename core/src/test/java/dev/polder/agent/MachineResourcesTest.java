package dev.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.agent.MachineResources.Machine;
import dev.polder.wire.proto.Mesos.Attribute;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineResourcesTest {
    private static final long GIB = 1L << 30;
    private static final Machine LARGE = new Machine(8, 16 * GIB, 100 * GIB);

    @Test
    void shouldLeaveAPartOfALargeMachineToTheSystem() {
        assertThat(texts(MachineResources.of("", LARGE)))
                .containsExactly("cpus=8.0", "mem=15360.0", "disk=97280.0", "ports=31000-32000");
    }

    @Test
    void shouldLeaveHalfOfASmallMachineToTheSystem() {
        assertThat(texts(MachineResources.of("", new Machine(1, 2 * GIB - 1, 10 * GIB - 1))))
                .containsExactly("cpus=1.0", "mem=1023.0", "disk=5119.0", "ports=31000-32000");
        assertThat(texts(MachineResources.of("", new Machine(1, 2 * GIB, 10 * GIB))))
                .contains("mem=1024.0", "disk=5120.0");
    }

    @Test
    void shouldTakeWhatIsGivenAndFindOutTheRest() {
        assertThat(texts(MachineResources.of("mem:1024; gpus:2;\ncolors:{red,blue,red}", LARGE)))
                .containsExactly(
                        "mem=1024.0", "gpus=2.0", "colors=red,blue", "cpus=8.0", "disk=97280.0", "ports=31000-32000");
    }

    @Test
    void shouldNotFindOutWhatIsGivenAsNothing() {
        assertThat(texts(MachineResources.of("cpus:0;mem(*):1;disk:0.0;ports:[]", LARGE)))
                .containsExactly("mem=1.0");
    }

    @Test
    void shouldRoundToThousandthsAndJoinRanges() {
        assertThat(texts(MachineResources.of("cpus:0.12349;ports:[5-9, 1-4,20-30,25-26];mem:1e3;disk:0", LARGE)))
                .containsExactly("cpus=0.123", "ports=1-9,20-30", "mem=1000.0");
    }

    @Test
    void shouldKnowThisMachine(@TempDir Path directory) throws IOException {
        List<Resource> resources = MachineResources.of("", directory.resolve("not/yet/there"));

        assertThat(resources).extracting(Resource::getName).containsExactly("cpus", "mem", "disk", "ports");
        assertThat(resources.subList(0, 3))
                .allMatch(resource -> resource.getScalar().getValue() > 0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cpus               | resource 'cpus' must have the form name:value
            :4                 | resource ':4' must have the form name:value
            cpus:              | resource cpus has no value
            cpus:many          | resource cpus is 'many'; it must be a number
            cpus:[1-2]         | resource cpus is '[1-2]'; it must be a number
            cpus:-1            | resource cpus is -1; it must be between 0 and 1.0E9
            cpus:NaN           | resource cpus is 'NaN'; it must be a number
            cpus:0x10          | resource cpus is '0x10'; it must be a number
            cpus:4d            | resource cpus is '4d'; it must be a number
            cpus:1e10          | resource cpus is 1e10; it must be between 0 and 1.0E9
            cpus:1;cpus:2      | resource cpus is given twice
            cpus(web):1        | resource cpus(web) is reserved for a role; static reservations are not supported yet
            ports:31000        | resource ports is '31000'; it must be ranges such as [31000-31999,33000-33010]
            ports:[31000]      | resource ports has the range '31000'; it must have the form 1-5
            ports:[1-2,]       | resource ports has the range ''; it must have the form 1-5
            ports:[9-8]        | resource ports has the range '9-8', which ends before it begins
            ports:[1-65536]    | resource ports is [1-65536]; a port is at most 65535
            ports:[1-2         | resource ports is '[1-2'; what begins with '[' must end with ']'
            things:some        | resource things is 'some'; it must be a number, ranges or a set
            """)
    void shouldSayWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> MachineResources.of(text, LARGE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void shouldReadAttributes() {
        List<Attribute> attributes = MachineResources.attributes("rack:r1;zone:7;spans:[1-2];url:http://a b/c ;");

        assertThat(attributes).extracting(Attribute::getName).containsExactly("rack", "zone", "spans", "url");
        assertThat(attributes.get(0).getText().getValue()).isEqualTo("r1");
        assertThat(attributes.get(1).getScalar().getValue()).isEqualTo(7);
        assertThat(attributes.get(2).getRanges().getRange(0).getEnd()).isEqualTo(2);
        assertThat(attributes.get(3).getText().getValue()).isEqualTo("http://a b/c");
        assertThat(MachineResources.attributes("")).isEmpty();
    }

    @Test
    void shouldRefuseAttributesOutOfForm() {
        assertThatThrownBy(() -> MachineResources.attributes("rack"))
                .hasMessage("attribute 'rack' must have the form name:value");
        assertThatThrownBy(() -> MachineResources.attributes("a:1;a:2")).hasMessage("attribute a is given twice");
        assertThatThrownBy(() -> MachineResources.attributes("a:{x}"))
                .hasMessage("attribute a is a set, '{x}'; it must be a number, ranges, or text");
    }

    private static List<String> texts(List<Resource> resources) {
        return resources.stream()
                .map(resource -> resource.getName() + "=" + text(resource))
                .toList();
    }

    private static String text(Resource resource) {
        if (resource.getType() == Value.Type.SCALAR) {
            return Double.toString(resource.getScalar().getValue());
        }
        if (resource.getType() == Value.Type.SET) {
            return String.join(",", resource.getSet().getItemList());
        }
        return String.join(
                ",",
                resource.getRanges().getRangeList().stream()
                        .map(range -> range.getBegin() + "-" + range.getEnd())
                        .toList());
    }
}
