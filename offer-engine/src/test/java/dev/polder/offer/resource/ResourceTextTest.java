package dev.polder.offer.resource;

import static dev.polder.offer.resource.Given.DYNAMIC_R1;
import static dev.polder.offer.resource.Given.cpus;
import static dev.polder.offer.resource.Given.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ResourceTextTest {
    @Test
    void shouldReadScalarsRangesAndSets() {
        Resources expected = Resources.builder()
                .scalar("cpus", 45_550)
                .scalar("mem", 1_024_000)
                .range("ports", 10_000, 20_000)
                .range("ports", 30_000, 50_000)
                .item("bugs", "a")
                .item("bugs", "b")
                .build();

        assertThat(text("cpus:45.55;mem:1024;ports:[10000-20000,30000-50000];bugs:{a,b}"))
                .isEqualTo(expected);
    }

    @Test
    void shouldReadRolesAsStaticReservations() {
        Resources prod = text("cpus(prod):8;ports(prod):[1-5];mem:4096");

        assertThat(prod.scalar("cpus")).isEqualTo(8000);
        assertThat(prod.filter(id -> id.isReservedTo("prod")))
                .isEqualTo(Resources.builder()
                        .scalar("cpus", 8000)
                        .range("ports", 1, 5)
                        .build()
                        .push(Reservation.ofOperator("prod")));
        assertThat(prod.mem()).isEqualTo(4_096_000);
        assertThat(ResourceText.parse("cpus:8;ports(prod):[1-5];mem(*):4096", "prod"))
                .isEqualTo(prod);
    }

    @Test
    void shouldNotCareForBlanksOrEmptyParts() {
        assertThat(text("  cpus ( prod ) : 8 ;\n mem\t:\n 4 0 96; ;; ports :[ 1 - 5 , 7-8 ,]; bugs:{ a , b c,};"))
                .isEqualTo(text("cpus(prod):8;mem:4096;ports:[1-5,7-8];bugs:{a,bc}"));
        assertThat(text("")).isSameAs(Resources.EMPTY);
        assertThat(text(" ; ")).isSameAs(Resources.EMPTY);
    }

    @Test
    void shouldAddUpWhatIsRepeated() {
        assertThat(text("cpus:1;cpus(r):2;cpus:3;ports:[1-5];ports:[4-9];cpus(r):5"))
                .isEqualTo(text("cpus:4;cpus(r):7;ports:[1-9]"));
    }

    @Test
    void shouldJoinRangesThatTouchOrOverlap() {
        assertThat(text("ports:[7-9,1-3,4-4,8-12]").ranges("ports")).hasToString("[1-4, 7-12]");
    }

    @Test
    void shouldTakeNothingForAbsence() {
        assertThat(text("cpus:0;ports:[];bugs:{};mem:0.0")).isSameAs(Resources.EMPTY);
    }

    @ParameterizedTest
    @CsvSource({"1.0004,1000", "1.0005,1001", "0.0005,1", "1e2,100000", "+1,1000", ".5,500", "7.,7000"})
    void shouldRoundScalarsToThousandths(String number, long thousandths) {
        assertThat(text("cpus:" + number).cpus()).isEqualTo(thousandths);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cpus|4|expected ':' and a value, found the end",
                "cpus:1;mem|10|expected ':' and a value, found the end",
                "cpus=1|4|expected ':' and a value, found '='",
                "mem:1; cpus=1;disk:2|11|expected ':' and a value, found '='",
                "cpus;mem:1|4|expected ':' and a value, found ';'",
                ":1|0|expected the name of a resource, found ':'",
                "(r):1|0|expected the name of a resource, found '('",
                "cpus(r:1|6|expected ')' after the role, found ':'",
                "cpus(r)x:1|7|expected ':' and a value, found 'x'",
                "cpus)r(:1|7|role '': must not be empty",
                "cpus(a//b):1|5|role 'a//b': empty component at index 2",
                "cpus:x|5|expected a number, ranges in [] or a set in {}, found 'x'",
                "cpus:|5|expected a number, ranges in [] or a set in {}, found the end",
                "cpus:1:2|5|expected a number, ranges in [] or a set in {}, found '1:2'",
                "cpus:nan|5|expected a number, ranges in [] or a set in {}, found 'nan'",
                "cpus:Infinity|5|expected a number, ranges in [] or a set in {}, found 'Infinity'",
                "cpus:0x1p3|5|expected a number, ranges in [] or a set in {}, found '0x1p3'",
                "cpus:1d|5|expected a number, ranges in [] or a set in {}, found '1d'",
                "cpus:-1|5|resource cpus: -1 is not between 0 and 9000000000000",
                "cpus:1e400|5|resource cpus: 1e400 is not between 0 and 9000000000000",
                "cpus:9e12;cpus:9.1e12|15|resource cpus: 9.1e12 is not between 0 and 9000000000000",
                "cpus:0.0004|5|resource cpus: 0.0004 is less than 0.001 but not 0",
                "gpus:0.5|5|resource gpus: 0.5 is not a whole number",
                "cpus:[1-2]|0|resource cpus is RANGES here: cpus is always a SCALAR",
                "mem:{a}|0|resource mem is SET here: mem is always a SCALAR",
                "x:1;x:{a}|4|resource x is SET here and SCALAR before: one name has one kind",
                "ports:[1]|8|expected '-' and the end of the range, found ']'",
                "ports:[1-]|9|expected a whole number, found ']'",
                "ports:[-1-2]|7|expected a whole number, found '-'",
                "ports:[1-2|10|expected ',' or ']', found the end",
                "ports:[1-2 3-4]|11|expected ',' or ']', found '3'",
                "ports:[1-2]]|11|expected ';' or the end, found ']'",
                "ports:[2-1]|7|range 2-1: must be 0 <= begin <= end <= NUMBER_MAX=9223372036854775806",
                "ports:[1-9223372036854775807]|7|range 1-9223372036854775807: must be 0 <= begin <= end <= NUMBER_MAX=9223372036854775806",
                "ports:[1-9223372036854775808]|9|number 9223372036854775808 is above NUMBER_MAX=9223372036854775806",
                "ports:[1-99999999999999999999]|9|number 99999999999999999999 is above NUMBER_MAX=9223372036854775806",
                "bugs:{a,b|9|expected ',' or '}', found the end",
                "bugs:{a{b}|7|expected ',' or '}', found '{'",
                "bugs:{a,b,a}|10|item 'a' is there twice",
                "bugs:{a};x|10|expected ':' and a value, found the end"
            })
    void shouldSayWhereTheTroubleIsAndWhatWasExpected(String text, int position, String problem) {
        assertThatExceptionOfType(ResourceSyntaxException.class)
                .isThrownBy(() -> text(text))
                .withMessageStartingWith("index " + position + ", near '")
                .withMessageEndingWith("': " + problem)
                .satisfies(e -> assertThat(e.position()).isEqualTo(position));
    }

    @Test
    void shouldShowTheTextAroundTheTrouble() {
        String text = "a".repeat(50) + ":x;" + "b".repeat(50) + ":1";

        assertThatExceptionOfType(ResourceSyntaxException.class)
                .isThrownBy(() -> text(text))
                .withMessageStartingWith(
                        "index 51, near '..." + "a".repeat(23) + ":x;" + "b".repeat(22) + "...': expected a number");
    }

    @Test
    void shouldRefuseASumThatIsTooLarge() {
        String text = "x:9000000000000;".repeat(1100);

        assertThatExceptionOfType(ResourceSyntaxException.class)
                .isThrownBy(() -> text(text))
                .withMessageContaining("resource x: the sum is above");
    }

    @Test
    void shouldRefuseADefaultRoleThatIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResourceText.parse("cpus:1", "a b"))
                .withMessageStartingWith("role 'a b'");
    }

    @Test
    void shouldWriteWhatItCanReadAgain() {
        String written = "bugs:{a,b};cpus:0.5;cpus(prod):8;mem:4096;ports(prod):[21000-24000,30000-34000]";

        assertThat(ResourceText.print(text(written))).isEqualTo(written);
        assertThat(ResourceText.print(Resources.EMPTY)).isEmpty();
    }

    @Test
    void shouldNotWriteWhatHasNoTextForm() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResourceText.print(cpus(1, DYNAMIC_R1)))
                .withMessage("resource cpus(reservations: [(DYNAMIC,r1)]) has no text form: it is more than statically"
                        + " reserved");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResourceText.print(text("cpus:1").allocatedTo("r")))
                .withMessageContaining("it is more than statically reserved");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ResourceText.print(Resources.builder().scalar("a;b", 1).build()))
                .withMessageEndingWith("its name is 'a;b'");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ResourceText.print(Resources.builder().item("a", "x y").build()))
                .withMessageEndingWith("its item is 'x y'");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ResourceText.print(Resources.builder().item("a", "").build()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResourceText.print(cpus(1, Reservation.ofOperator("a(b"))))
                .withMessageEndingWith("its role is 'a(b'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{\"name\":\"cpus\",\"type\":\"SCALAR\",\"scalar\":{\"value\":8}}]", " []"})
    void shouldReadJsonWhereTheTextBeginsAsJson(String json) {
        assertThat(text(json)).isEqualTo(ResourceJson.parse(json, "*"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'reservations':[{'type':'DYNAMIC','role':'r'}]|an agent cannot be started with a dynamic reservation",
                "'revocable':{}|an agent cannot be started with revocable resources",
                "'role':'r','disk':{'persistence':{'id':'v'}}|an agent cannot be started with a persistent volume"
            },
            quoteCharacter = '"')
    void shouldReadOnlyWhatAnAgentCanBeStartedWith(String fields, String problem) {
        String json = ("[{'name':'disk','type':'SCALAR','scalar':{'value':8}," + fields + "}]").replace('\'', '"');

        assertThat(ResourceJson.parse(json, "*").isEmpty()).isFalse();
        assertThatExceptionOfType(ResourceSyntaxException.class)
                .isThrownBy(() -> text(json))
                .withMessageEndingWith(problem)
                .satisfies(e -> assertThat(e.position()).isEqualTo(1));
    }
}
