package dev.polder.isolation.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.PortMapping;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkRequestTest {
    private static final ContainerId CONTAINER = new ContainerId(new UUID(1, 2));
    private static final Path NAMESPACE = Path.of("/ns");

    @ParameterizedTest
    @ValueSource(strings = {"../up", "a/b", "sixteen-letters-", "..", ".", "a b", "a:b", "", "ü", "a\nb"})
    void shouldRefuseInterfaceNamesThatTheKernelRefusesOrThatLeadElsewhere(String name) {
        assertThatThrownBy(() -> NetworkRequest.of(CONTAINER, "net", name, NAMESPACE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("interface name '" + name + "' must have 1 to 15");
    }

    @Test
    void shouldTakeInterfaceNamesOfFullLength() {
        assertThat(NetworkRequest.of(CONTAINER, "net", "fifteen-letters", NAMESPACE)
                        .interfaceName())
                .isEqualTo("fifteen-letters");
    }

    @Test
    void shouldRefuseNetworkNamesThatLeadElsewhereAndRelativeNamespaces() {
        assertThatThrownBy(() -> NetworkRequest.of(CONTAINER, "../net", "eth0", NAMESPACE))
                .hasMessageStartingWith("network name '../net' must be of letters");
        assertThatThrownBy(() -> NetworkRequest.of(CONTAINER, "net", "eth0", Path.of("ns")))
                .hasMessage("namespace ns must be absolute");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0,80      | hostPort 0 must be 1 to 65535
            80,65536  | containerPort 65536 must be 1 to 65535
            """)
    void shouldRefuseWhatIsNoPort(String ports, String rule) {
        String[] both = ports.split(",", 2);
        assertThatThrownBy(() ->
                        new PortMapping(Integer.parseInt(both[0]), Integer.parseInt(both[1]), PortMapping.Protocol.TCP))
                .hasMessage(rule);
    }

    @Test
    void shouldRefuseRatesWithoutABurst() {
        assertThatThrownBy(() -> new Bandwidth(-1, 0, 0, 0)).hasMessage("ingressRate -1 must not be negative");
        assertThatThrownBy(() -> new Bandwidth(0, 0, 8, 0))
                .hasMessage("egressBurst 0 must be 1 to BURST_MAX=4294967295");
        assertThatThrownBy(() -> new Bandwidth(0, 8, 0, 0)).hasMessage("ingressBurst 8 must be 0 without a rate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0.1", "::1", "2001:db8::7", "::ffff:198.18.0.1"})
    void shouldTakeAddresses(String text) {
        assertThat(IpNetwork.isAddress(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0", "198.18.0.256", "h.example", "", ":", "::1%lo", "1", "198.18.0.1\n"})
    void shouldNotTakeWhatIsNoAddress(String text) {
        assertThat(IpNetwork.isAddress(text)).isFalse();
    }
}
