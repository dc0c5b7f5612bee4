package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PortRangesTest {
    @Test
    void shouldBeAsFewAsCanBe() {
        assertThat(PortRanges.of(List.of(31005, 31000, 31001, 31000))).hasToString("[31000-31001, 31005-31005]");
        assertThat(PortRanges.parse(" [ 5-9,1-3, 4-4 ,7-65535]\n")).hasToString("[1-65535]");
        assertThat(PortRanges.parse("[]")).isEqualTo(PortRanges.NONE);
        assertThat(PortRanges.ALL).hasToString("[0-65535]");
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThatThrownBy(() -> PortRanges.parse("100"))
                .hasMessage("ports '100' must have the form [31000-32000,33000-33000]");
        assertThatThrownBy(() -> PortRanges.parse("[1-2,3]"))
                .hasMessage("ports '[1-2,3]' have the range '3'; it must have the form 31000-32000");
        assertThatThrownBy(() -> PortRanges.parse("[5-4]"))
                .hasMessage("port range 5-4 must rise and lie within 0 to 65535");
        assertThatThrownBy(() -> new PortRange(5, 65536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PortRange(-1, 5)).isInstanceOf(IllegalArgumentException.class);
    }
}
