package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PortRangesProperties {
    @Property
    void shouldBeReadAsTheyAreWritten(@ForAll Set<@IntRange(max = 65535) Integer> ports) {
        PortRanges ranges = PortRanges.of(ports);

        assertThat(PortRanges.parse(ranges.toString())).isEqualTo(ranges);
        assertThat(ranges.ranges().stream()
                        .mapToInt(range -> range.last() - range.first() + 1)
                        .sum())
                .isEqualTo(ports.size());
    }
}
