package dev.polder.isolation.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.network.CniResult.Address;
import dev.polder.isolation.network.CniResult.Dns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerFilesTest {
    @TempDir
    Path directory;

    @Test
    void shouldWriteNameAddressesAndDns() throws Exception {
        List<Address> addresses = List.of(
                new Address(new IpNetwork("198.18.0.2", 24), Optional.empty()),
                new Address(new IpNetwork("2001:db8::2", 64), Optional.empty()));
        Dns dns = new Dns(
                List.of("198.18.0.53", "2001:db8::53"),
                Optional.of("example.org"),
                List.of("a.example", "b.example"),
                List.of("ndots:2"));

        ContainerFiles files = ContainerFiles.write(directory, "plot-7.example", addresses, dns);

        assertThat(files.hostname()).hasContent("plot-7.example\n");
        assertThat(files.hosts()).hasContent("""
                        127.0.0.1 localhost
                        ::1 localhost ip6-localhost ip6-loopback
                        198.18.0.2 plot-7.example
                        2001:db8::2 plot-7.example
                        """);
        assertThat(files.resolvConf()).hasContent("""
                        domain example.org
                        search a.example b.example
                        options ndots:2
                        nameserver 198.18.0.53
                        nameserver 2001:db8::53
                        """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.hosts())))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void shouldWriteOverFormerFiles() throws Exception {
        ContainerFiles.write(directory, "a-much-longer-name", List.of(), Dns.NONE);

        ContainerFiles files = ContainerFiles.write(directory, "a", List.of(), Dns.NONE);

        assertThat(files.hostname()).hasContent("a\n");
        assertThat(files.resolvConf()).isEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\nb", "-a", "a-", "a..b", "a.", "ü", "a_b", "../a"})
    void shouldRefuseWhatIsNoHostname(String name) {
        assertThatThrownBy(() -> ContainerFiles.write(directory, name, List.of(), Dns.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("hostname '" + name + "' must be labels");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldRefuseAHostnameThatTheKernelCannotHold() throws Exception {
        String longest = "a".repeat(31) + "." + "b".repeat(32);
        ContainerFiles.write(directory, longest, List.of(), Dns.NONE);

        assertThatThrownBy(() -> ContainerFiles.write(directory, longest + "b", List.of(), Dns.NONE))
                .hasMessageEndingWith("at most HOSTNAME_LENGTH_MAX=64 characters");
    }

    @Test
    void shouldNotLetAPluginWriteALineOfItsOwn() {
        Dns hostile = new Dns(List.of(), Optional.empty(), List.of("a\nnameserver 198.18.0.66"), List.of());

        assertThatThrownBy(() -> ContainerFiles.write(directory, "a", List.of(), hostile))
                .hasMessage("DNS word 'a\nnameserver 198.18.0.66' must be 1 to 255 printable ASCII characters"
                        + " without spaces");
    }
}
