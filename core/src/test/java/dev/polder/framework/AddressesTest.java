package dev.polder.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class AddressesTest {
    @Test
    void shouldReadAListOfMasters() {
        assertThat(Addresses.parseList("10.0.0.1:5050, m2.example:81,m3,[::1]:5051"))
                .containsExactly(
                        address("10.0.0.1", 5050),
                        address("m2.example", 81),
                        address("m3", 5050),
                        address("::1", 5051));
    }

    @Test
    void shouldNameWhatIsNoAddress() {
        for (String bad : new String[] {"", "m1,", "m1:x", "m1:99999", "http://m1:1", "m 1:5"}) {
            assertThatThrownBy(() -> Addresses.parseList(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + bad + "'");
        }
    }

    @Test
    void shouldReadTheLocationOfARedirectWithAndWithoutScheme() {
        assertThat(Addresses.location("http://10.0.0.2:5050/api/v1/scheduler")).contains(address("10.0.0.2", 5050));
        assertThat(Addresses.location("//10.0.0.2:5050")).contains(address("10.0.0.2", 5050));
        assertThat(Addresses.location("/api/v1/scheduler")).isEmpty();
        assertThat(Addresses.location("")).isEmpty();
    }

    private static InetSocketAddress address(String host, int port) {
        return InetSocketAddress.createUnresolved(host, port);
    }
}
