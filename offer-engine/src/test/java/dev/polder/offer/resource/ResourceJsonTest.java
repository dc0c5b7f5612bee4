package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.DYNAMIC_R1;
import static dev.polder.offer.resource.Given.DYNAMIC_R1_P1;
import static dev.polder.offer.resource.Given.STATIC_R1;
import static dev.polder.offer.resource.Given.amount;
import static dev.polder.offer.resource.Given.cpus;
import static dev.polder.offer.resource.Given.text;
import static dev.polder.offer.resource.Given.volume;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polder.offer.resource.ResourceJson.Form;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ResourceJsonTest {
    private static final Reservation REFINED = Reservation.dynamic("r1/a");

    /** Reads JSON that is written with single quotes. */
    private static Resources json(String text) {
        return ResourceJson.parse(text.replace('\'', '"'), "*");
    }

    /** Reads one scalar of cpus with these further fields. */
    private static Resources cpusWith(String fields) {
        return json("[{'name':'cpus','type':'SCALAR','scalar':{'value':1}," + fields + "}]");
    }

    private static String print(Resources resources, Form form) {
        return ResourceJson.print(resources, form).replace('"', '\'');
    }

    @Test
    void shouldReadScalarsRangesAndSets() {
        assertThat(json("[{'name':'cpus','type':'SCALAR','scalar':{'value':45.55}},"
                        + "{'type':'RANGES','ranges':{'range':[{'begin':1,'end':5},{'end':9,'begin':9}]},'name':'ports'},"
                        + "{'set':{'item':['b','a']},'name':'bugs','type':'SET'}]"))
                .isEqualTo(text("cpus:45.55;ports:[1-5,9-9];bugs:{a,b}"));
    }

    @Test
    void shouldAddUpWhatIsRepeatedAndTakeNothingForAbsence() {
        assertThat(json("[{'name':'cpus','type':'SCALAR','scalar':{'value':1}},"
                        + "{'name':'cpus','type':'SCALAR','scalar':{'value':2}},"
                        + "{'name':'mem','type':'SCALAR','scalar':{'value':0}},"
                        + "{'name':'ports','type':'RANGES','ranges':{}},"
                        + "{'name':'bugs','type':'SET','set':{'item':[]}}]"))
                .isEqualTo(text("cpus:3"));
        assertThat(json("[]")).isSameAs(Resources.EMPTY);
    }

    @Test
    void shouldReserveForTheDefaultRoleWhatNamesNone() {
        String text = "[{\"name\":\"cpus\",\"type\":\"SCALAR\",\"scalar\":{\"value\":1}},"
                + "{\"name\":\"mem\",\"type\":\"SCALAR\",\"scalar\":{\"value\":2},\"role\":\"*\"},"
                + "{\"name\":\"disk\",\"type\":\"SCALAR\",\"scalar\":{\"value\":3},\"role\":\"r2\"},"
                + "{\"name\":\"licences\",\"type\":\"SCALAR\",\"scalar\":{\"value\":4},"
                + "\"reservations\":[{\"type\":\"STATIC\",\"role\":\"r3\"}]}]";

        assertThat(ResourceJson.parse(text, "r1")).isEqualTo(text("cpus(r1):1;mem:2;disk(r2):3;licences(r3):4"));
    }

    @Test
    void shouldReadBothFormsOfReservations() {
        assertThat(cpusWith("'role':'r1'")).isEqualTo(cpus(1000, STATIC_R1));
        assertThat(cpusWith("'role':'r1','reservation':{}")).isEqualTo(cpus(1000, DYNAMIC_R1));
        assertThat(cpusWith("'role':'r1','reservation':{'principal':'p1'}")).isEqualTo(cpus(1000, DYNAMIC_R1_P1));
        assertThat(cpusWith("'reservations':[{'type':'DYNAMIC','role':'r1','principal':'p1'}]"))
                .isEqualTo(cpus(1000, DYNAMIC_R1_P1));
        assertThat(cpusWith("'reservations':[{'type':'STATIC','role':'r1'},{'type':'DYNAMIC','role':'r1/a'}]"))
                .isEqualTo(cpus(1000, STATIC_R1, REFINED));
        assertThat(cpusWith("'reservation':{'labels':{'labels':[{'key':'k','value':'v'},{'key':'j'}]}},'role':'r1'"))
                .isEqualTo(cpus(1000, DYNAMIC_R1.withLabels(List.of(Label.of("j"), Label.of("k", "v")))));
    }

    @Test
    void shouldReadBothFormsAtOnceOnlyIfTheySayTheSame() {
        assertThat(cpusWith("'role':'r1','reservation':{'principal':'p1'},"
                        + "'reservations':[{'type':'DYNAMIC','role':'r1','principal':'p1'}]"))
                .isEqualTo(cpus(1000, DYNAMIC_R1_P1));
        for (String fields : List.of(
                "'role':'r2','reservations':[{'type':'STATIC','role':'r1'}]",
                "'role':'r1','reservations':[{'type':'DYNAMIC','role':'r1'}]",
                "'role':'*','reservations':[{'type':'STATIC','role':'r1'}]",
                "'role':'r1','reservation':{},'reservations':[{'type':'STATIC','role':'r1'}]",
                "'role':'r1','reservation':{'principal':'p'},'reservations':[{'type':'DYNAMIC','role':'r1'}]",
                "'role':'r1/a','reservation':{},"
                        + "'reservations':[{'type':'STATIC','role':'r1'},{'type':'DYNAMIC','role':'r1/a'}]")) {
            assertThatExceptionOfType(ResourceSyntaxException.class)
                    .as(fields)
                    .isThrownBy(() -> cpusWith(fields))
                    .withMessageContaining("'role' and 'reservation' do not say the same as 'reservations'");
        }
    }

    @Test
    void shouldReadEverythingThatIsSaidOfADisk() {
        Disk.Source source = Disk.Source.of(Disk.Source.Type.BLOCK)
                .withId("i")
                .withProfile("f")
                .withVendor("x")
                .withMetadata(List.of(Label.of("k", "v")));
        Resources read = json("[{'name':'disk','type':'SCALAR','scalar':{'value':1},'provider_id':{'value':'rp'},"
                + "'allocation_info':{'role':'r1'},'revocable':{},'shared':{},"
                + "'reservations':[{'type':'DYNAMIC','role':'r1'}],"
                + "'disk':{'source':{'type':'BLOCK','id':'i','profile':'f','vendor':'x',"
                + "'metadata':{'labels':[{'key':'k','value':'v'}]}},"
                + "'persistence':{'id':'v1','principal':'p1'},"
                + "'volume':{'mode':'RO','container_path':'c','host_path':'/h'}}}]");

        Disk disk = Disk.of(source)
                .with(Disk.Persistence.of("v1", "p1"), new Disk.Volume(Disk.Volume.Mode.RO, "c", Optional.of("/h")));
        ResourceId expected = ResourceId.DISK
                .pushed(DYNAMIC_R1)
                .withDisk(disk)
                .withShared(true)
                .withRevocable(true)
                .withProvider("rp")
                .allocatedTo("r1");
        read.forEach((id, value) -> assertThat(id.isIdentical(expected)).isTrue());
        assertThat(read).isEqualTo(amount(expected, 1000));
        assertThat(json("[{'name':'disk','type':'SCALAR','scalar':{'value':1},"
                        + "'disk':{'source':{'type':'PATH','path':{'root':'/p'}}}}]"))
                .isEqualTo(amount(Given.on(Disk.Source.path("/p")), 1000));
        assertThat(json("[{'name':'disk','type':'SCALAR','scalar':{'value':1},"
                        + "'disk':{'source':{'type':'MOUNT','mount':{'root':'/m'}}}}]"))
                .isEqualTo(amount(Given.on(Disk.Source.mount("/m")), 1000));
    }

    @Test
    void shouldIgnoreUnknownFieldsAndNullsAndReadNumbersInTexts() {
        assertThat(json("[{'name':'cpus','other':[{'a':1}],'type':'SCALAR','role':null,'revocable':null,"
                        + "'scalar':{'unit':{},'value':'1.5'}},"
                        + "{'name':'ports','type':'RANGES','ranges':{'range':[{'begin':'1','end':'2','x':0}]}}]"))
                .isEqualTo(text("cpus:1.5;ports:[1-2]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|0|expected an array for resources, found {",
                "[] x|3|no JSON: Unrecognized token 'x'",
                "[] []|3|expected the end, found [",
                "[|1|no JSON: Unexpected end-of-input",
                "[1]|1|expected an object for a resource, found 1",
                "[{]|2|no JSON: Unexpected close marker ']': expected '}' (for Object starting at line: 1, column: 2)",
                "|0|expected an array for resources, found the end",
                "[{}]|1|a resource needs 'name' and 'type'",
                "[{'name':'cpus','type':'SCALAR'}]|1|needs 'scalar' with a value, and no other",
                "[{'name':'cpus','type':'SCALAR','scalar':{}}]|1|needs 'scalar' with a value, and no other",
                "[{'name':'x','type':'SCALAR','set':{'item':['a']}}]|1|type SCALAR needs 'scalar' with a value, and no other",
                "[{'name':'x','type':'SET','set':{'item':['a']},'scalar':{'value':1}}]|1|type SET needs 'set' with a value, and no other",
                "[{'name':'','type':'SCALAR','scalar':{'value':1}}]|1|resource '': the name is empty",
                "[{'name':'mem','type':'SET','set':{'item':['a']}}]|1|mem is always a SCALAR",
                "[{'name':5}]|9|expected a text for name, found 5",
                "[{'type':'TEXT'}]|9|type is 'TEXT', must be one of [SCALAR, RANGES, SET]",
                "[{'scalar':5}]|11|expected an object for scalar, found 5",
                "[{'scalar':{'value':'x'}}]|20|expected a number for value, found x",
                "[{'scalar':{'value':'NaN'}}]|20|expected a number for value, found NaN",
                "[{'scalar':{'value':NaN}}]|23|no JSON: Non-standard token 'NaN'",
                "[{'scalar':{'value':true}}]|20|expected a number for value, found true",
                "[{'name':'cpus','type':'SCALAR','scalar':{'value':-1}}]|1|resource cpus: -1 is not between 0 and 9000000000000",
                "[{'name':'cpus','type':'SCALAR','scalar':{'value':1e999}}]|1|resource cpus: Infinity is not between 0",
                "[{'name':'cpus','type':'SCALAR','scalar':{'value':0.0004}}]|1|resource cpus: 0.0004 is less than 0.001 but not 0",
                "[{'name':'gpus','type':'SCALAR','scalar':{'value':1.5}}]|1|resource gpus: 1.5 is not a whole number",
                "[{'ranges':{'range':[{'begin':1}]}}]|21|a range needs 'begin' and 'end'",
                "[{'ranges':{'range':[{'begin':2,'end':1}]}}]|21|range 2-1: must be 0 <= begin <= end",
                "[{'ranges':{'range':[{'begin':-1,'end':1}]}}]|21|range -1-1: must be 0 <= begin <= end",
                "[{'ranges':{'range':[{'begin':1.5,'end':1}]}}]|30|expected a whole number up to 9223372036854775806 for begin, found 1.5",
                "[{'ranges':{'range':[{'begin':9223372036854775808,'end':1}]}}]|30|begin is 9223372036854775808, the most is 9223372036854775806",
                "[{'ranges':{'range':[{'begin':99999999999999999999,'end':1}]}}]|30|expected a whole number up to",
                "[{'name':'ports','type':'RANGES','ranges':{'range':[{'begin':5,'end':9},{'begin':1,'end':5}]}}]|1|range 5-9 overlaps 1-5: ranges must be disjoint",
                "[{'name':'x','type':'SET','set':{'item':['a','a']}}]|1|item 'a' is there twice",
                "[{'set':{'item':'a'}}]|16|expected an array for item, found a",
                "[{'name':'cpus','type':'SCALAR','scalar':{'value':1},'role':'a//b'}]|1|role 'a//b': empty component at index 2",
                "[{'name':'cpus','type':'SCALAR','scalar':{'value':1},'reservation':{}}]|1|reservation for role '*'",
                "[{'name':'cpus','type':'SCALAR','scalar':{'value':1},'role':'r','reservation':{'role':'r'}}]|1|belong into 'reservations'",
                "[{'reservations':[{'role':'r'}]}]|18|a reservation needs 'type' and 'role'",
                "[{'reservations':[{'type':'DYNAMIC','role':'*'}]}]|18|reservation for role '*'",
                "[{'reservations':[{'type':'UNKNOWN','role':'*'}]}]|26|type is 'UNKNOWN', must be one of [STATIC, DYNAMIC]",
                "[{'name':'cpus','type':'SCALAR','scalar':{'value':1},'reservations':[{'type':'DYNAMIC','role':'a'},{'type':'DYNAMIC','role':'b'}]}]|1|role 'b' does not lie below 'a'",
                "[{'name':'cpus','type':'SCALAR','scalar':{'value':1},'reservations':[{'type':'DYNAMIC','role':'a'},{'type':'STATIC','role':'a/b'}]}]|1|only a DYNAMIC one can refine another",
                "[{'reservations':[{'labels':{'labels':[{'value':'v'}]}}]}]|39|a label needs 'key'",
                "[{'name':'cpus','type':'SCALAR','scalar':{'value':1},'shared':{}}]|1|only a persistent volume can be",
                "[{'name':'mem','type':'SCALAR','scalar':{'value':1},'disk':{'persistence':{'id':'v'}}}]|1|only 'disk' can lie on a disk",
                "[{'disk':{}}]|9|disk has neither source nor persistence",
                "[{'disk':{'volume':{'mode':'RW','container_path':'c'}}}]|9|only persistent volumes are supported",
                "[{'disk':{'volume':{'mode':'XX','container_path':'c'}}}]|19|mode is 'XX', must be RW or RO",
                "[{'disk':{'volume':{'mode':'RW'}}}]|19|a volume needs 'mode' and 'container_path'",
                "[{'disk':{'persistence':{}}}]|24|a persistence needs 'id'",
                "[{'disk':{'source':{}}}]|19|a disk source needs 'type'",
                "[{'disk':{'source':{'type':'RAW','path':{'root':'/p'}}}}]|9|disk source RAW has a path of another type",
                "[{'disk':{'source':{'type':'PATH','mount':{'root':'/p'}}}}]|9|disk source PATH has a path of another type",
                "[{'revocable':true}]|14|expected an object for revocable, found true"
            })
    void shouldSayWhereTheTroubleIsAndWhatWasExpected(String json, int position, String problem) {
        assertThatExceptionOfType(ResourceSyntaxException.class)
                .isThrownBy(() -> json(json == null ? "" : json))
                .withMessageContaining(problem)
                .satisfies(e -> assertThat(e.position()).isEqualTo(position));
    }

    @Test
    void shouldRefuseASumThatIsTooLarge() {
        String one = "{'name':'x','type':'SCALAR','scalar':{'value':9000000000000}},";
        String many = "[" + one.repeat(1100) + "{'name':'cpus','type':'SCALAR','scalar':{'value':1}}]";

        assertThatExceptionOfType(ResourceSyntaxException.class)
                .isThrownBy(() -> json(many))
                .withMessageContaining("resource x: the sum is above");
    }

    @Test
    void shouldRefuseNestingWithoutEnd() {
        assertThatExceptionOfType(ResourceSyntaxException.class)
                .isThrownBy(() -> json("[{'x':" + "[".repeat(100_000)))
                .withMessageContaining("no JSON");
    }

    @Test
    void shouldWriteReservationsInOneFormOrInBoth() {
        Resources reserved = cpus(1000, DYNAMIC_R1_P1);

        assertThat(print(reserved, Form.STACK))
                .isEqualTo("[{'name':'cpus','type':'SCALAR','scalar':{'value':1.0},"
                        + "'reservations':[{'type':'DYNAMIC','role':'r1','principal':'p1'}]}]");
        assertThat(print(reserved, Form.ROLE))
                .isEqualTo("[{'name':'cpus','type':'SCALAR','scalar':{'value':1.0},"
                        + "'role':'r1','reservation':{'principal':'p1'}}]");
        assertThat(print(reserved, Form.BOTH))
                .isEqualTo("[{'name':'cpus','type':'SCALAR','scalar':{'value':1.0},'role':'r1',"
                        + "'reservation':{'principal':'p1'},"
                        + "'reservations':[{'type':'DYNAMIC','role':'r1','principal':'p1'}]}]");
        assertThat(print(cpus(1000, STATIC_R1), Form.ROLE)).endsWith("'role':'r1'}]");
        assertThat(print(cpus(1000), Form.STACK)).isEqualTo("[{'name':'cpus','type':'SCALAR','scalar':{'value':1.0}}]");
        assertThat(print(cpus(1000), Form.BOTH)).endsWith("'role':'*'}]");
    }

    @Test
    void shouldWriteRefinedReservationsAsAStackOnly() {
        Resources refined = cpus(1000, STATIC_R1, REFINED);
        String stack = "[{'name':'cpus','type':'SCALAR','scalar':{'value':1.0},"
                + "'reservations':[{'type':'STATIC','role':'r1'},{'type':'DYNAMIC','role':'r1/a'}]}]";

        assertThat(print(refined, Form.STACK)).isEqualTo(stack);
        assertThat(print(refined, Form.BOTH)).isEqualTo(stack);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> print(refined, Form.ROLE))
                .withMessageContaining("has refined reservations, which cannot be written as one role");
    }

    @Test
    void shouldWriteNothingWhereThereIsNothingToConvert() {
        for (Form form : Form.values()) {
            assertThat(print(Resources.EMPTY, form)).isEqualTo("[]");
        }
    }

    @Test
    void shouldWriteEachCopyOfASharedVolume() {
        Resources shared = Resources.of(volume("v1").withShared(true), new Value.Amount(1500, 2));
        String one = "{'name':'disk','type':'SCALAR','scalar':{'value':1.5},"
                + "'reservations':[{'type':'DYNAMIC','role':'r1'}],"
                + "'disk':{'persistence':{'id':'v1'},'volume':{'mode':'RW','container_path':'data'}},'shared':{}}";

        assertThat(print(shared, Form.STACK)).isEqualTo("[" + one + "," + one + "]");
    }
}
