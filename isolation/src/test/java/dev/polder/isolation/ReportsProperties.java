package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

/** Torn and foreign lines and files are no news, and no reason to fail. */
class ReportsProperties {
    private static final String WHOLE = "+ 00000000-0000-0000-0000-00000000000a 12 34 11 boot";

    @Property
    void anyLineIsAReportOrNone(@ForAll @StringLength(max = 100) @CharRange(from = '\0', to = '\u00ff') String line) {
        assertThatCode(() -> Reports.parse(line)).doesNotThrowAnyException();
        assertThatCode(() -> ContainerDirectory.parsePid(line)).doesNotThrowAnyException();
        assertThatCode(() -> ContainerDirectory.parseExit(line)).doesNotThrowAnyException();
    }

    @Property
    void aLineWithoutItsBeginIsNoReport(@ForAll @IntRange(min = 1, max = 51) int cut) {
        assertThat(Reports.parse(WHOLE.substring(cut))).isNull();
    }

    @Property
    void whatIsTakenForATaskIsOneProcess(@ForAll long pid, @ForAll long tick, @ForAll long shim) {
        ContainerDirectory.TaskProcess read = ContainerDirectory.parsePid(pid + "\n" + tick + " " + shim + " b\n");

        assertThat(read != null).isEqualTo(pid > 1);
    }
}
