package dev.polder.isolation.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.PortRange;
import dev.polder.isolation.PortRanges;
import dev.polder.isolation.network.PortsWatch.Holder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsWatchTest {
    private static final String HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when inode\n";

    @TempDir
    Path proc;

    private final ContainerId one = new ContainerId(UUID.randomUUID());
    private final ContainerId two = new ContainerId(UUID.randomUUID());

    @BeforeEach
    void makeProc() throws IOException {
        Files.createDirectories(proc.resolve("self/net"));
        Files.writeString(
                proc.resolve("self/net/tcp"),
                HEAD
                        + "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1\n"
                        + "   1: 0100007F:1F91 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 102 1\n"
                        + "   2: 00000000:7918 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 103 1\n");
        Files.writeString(
                proc.resolve("self/net/tcp6"),
                HEAD + "   0: 00000000000000000000000000000000:FFFF 00000000000000000000000000000000:0000 0A"
                        + " 00000000:00000000 00:00000000 00000000     0        0 104 1\n");
        process(11, "socket:[101]", "/dev/null", "pipe:[103]", "socket:[102]");
        process(12, "socket:[103]", "socket:[104]", "socket:[999]");
    }

    @Test
    void shouldFindListenersOnPortsThatAreNotTheirs() throws Exception {
        Map<ContainerId, Holder> holders = new LinkedHashMap<>();
        holders.put(one, new Holder(List.of(11L), PortRanges.of(List.of(8080))));
        holders.put(two, new Holder(List.of(12L, 77L), PortRanges.of(List.of(31000))));

        assertThat(new PortsWatch(proc, PortRanges.ALL).strangers(holders))
                .isEqualTo(Map.of(two, new TreeSet<>(List.of(65535))));
    }

    @Test
    void shouldLookAtTheCheckedPortsAlone() throws Exception {
        Map<ContainerId, Holder> holders = Map.of(one, new Holder(List.of(11L, 12L), PortRanges.NONE));

        assertThat(watch(8000, 8080).strangers(holders)).isEqualTo(Map.of(one, new TreeSet<>(List.of(8080))));
        assertThat(watch(31000, 65535).strangers(holders)).isEqualTo(Map.of(one, new TreeSet<>(List.of(31000, 65535))));
        assertThat(watch(8081, 30999).strangers(holders)).isEmpty();
        assertThat(new PortsWatch(proc, PortRanges.NONE).strangers(holders)).isEmpty();
    }

    @Test
    void shouldLiveWithoutTheNewProtocol() throws Exception {
        Files.delete(proc.resolve("self/net/tcp6"));

        assertThat(new PortsWatch(proc, PortRanges.ALL)
                        .strangers(Map.of(one, new Holder(List.of(12L), PortRanges.NONE))))
                .isEqualTo(Map.of(one, new TreeSet<>(List.of(31000))));
    }

    @Test
    void shouldSayWhichLineItDoesNotUnderstand() throws Exception {
        Files.writeString(proc.resolve("self/net/tcp"), HEAD + "   0: nonsense");

        assertThatThrownBy(() -> new PortsWatch(proc, PortRanges.ALL).strangers(Map.of()))
                .hasMessage(proc.resolve("self/net/tcp") + " has a line of an unknown form: '   0: nonsense'");
    }

    @Test
    void shouldSeeARealListenerUntilItIsClosed() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/net/tcp")), "this host has no /proc of Linux");
        Holder self = new Holder(List.of(ProcessHandle.current().pid()), PortRanges.NONE);
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            port = server.getLocalPort();
            PortsWatch watch = new PortsWatch(PortRanges.of(List.of(port)));
            assertThat(watch.strangers(Map.of(one, self))).isEqualTo(Map.of(one, new TreeSet<>(List.of(port))));
            assertThat(new PortsWatch(PortRanges.of(List.of(client.getLocalPort()))).strangers(Map.of(one, self)))
                    .isEmpty();
        }
        assertThat(new PortsWatch(PortRanges.of(List.of(port))).strangers(Map.of(one, self)))
                .isEmpty();
    }

    private PortsWatch watch(int first, int last) {
        return new PortsWatch(proc, new PortRanges(List.of(new PortRange(first, last))));
    }

    private void process(long pid, String... files) throws IOException {
        Path open = Files.createDirectories(proc.resolve(pid + "/fd"));
        for (int i = 0; i < files.length; i++) {
            Files.createSymbolicLink(open.resolve(Integer.toString(i)), Path.of(files[i]));
        }
    }
}
