package dev.polder.isolation.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.PortRanges;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchedPortsTest {
    private final WatchedPorts ports = new WatchedPorts(PortRanges.NONE);

    @Test
    void shouldSayOfEachPortOnceThatItIsNew() {
        assertThat(ports.add(List.of(8080))).isTrue();
        assertThat(ports.add(List.of(8080))).isFalse();
        assertThat(ports.add(List.of(8080, 8081))).isTrue();
        assertThat(ports.add(List.of(8081))).isFalse();

        assertThat(ports.strangers()).containsExactly(8080, 8081);
    }
}
