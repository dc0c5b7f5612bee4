package dev.polder.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class HostNetworkTest {
    private static final int TIMEOUT_MS = 300;

    @BeforeEach
    void needsNetworks() {
        Optional<String> problem = HostNetwork.problem();
        assumeTrue(problem.isEmpty(), problem::get);
    }

    /** An echo on host 1, in a process of its own, at a port that it tells. */
    private static Process echo(HostNetwork network) throws IOException {
        List<String> java = List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Echo.class.getName(),
                network.address(1));
        return new ProcessBuilder(network.on(1, java))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) throws IOException {
            try (ServerSocket listening = new ServerSocket(0, 10, InetAddress.getByName(arguments[0]))) {
                System.out.println(listening.getLocalPort());
                while (true) {
                    try (Socket socket = listening.accept()) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    }
                }
            }
        }
    }

    private static int say(Socket socket, int what) throws IOException {
        socket.getOutputStream().write(what);
        return socket.getInputStream().read();
    }

    @Test
    void shouldCutEachDirectionAloneAndKeepConnectionsOpen() throws Exception {
        try (HostNetwork network = HostNetwork.open(1)) {
            Process echo = echo(network);
            int port = Integer.parseInt(echo.inputReader().readLine());
            for (int[] cut : new int[][] {{0, 1}, {1, 0}}) {
                InetSocketAddress there = new InetSocketAddress(network.address(1), port);
                try (Socket socket = new Socket(there.getAddress(), port)) {
                    socket.setSoTimeout(TIMEOUT_MS);
                    assertThat(say(socket, 1)).isEqualTo(1);

                    network.cut(cut[0], cut[1]);
                    assertThatThrownBy(() -> say(socket, 2)).isInstanceOf(SocketTimeoutException.class);
                    try (Socket another = new Socket()) {
                        assertThatThrownBy(() -> another.connect(there, TIMEOUT_MS))
                                .isInstanceOf(SocketTimeoutException.class);
                    }

                    network.heal();
                    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
                    assertThat(socket.getInputStream().read()).isEqualTo(2);
                    assertThat(say(socket, 3)).isEqualTo(3);
                }
            }
        }
    }

    @Test
    void shouldLeaveNothingBehindNotEvenProcesses() throws Exception {
        String name;
        Process echo;
        try (HostNetwork network = HostNetwork.open(2)) {
            name = network.name();
            echo = echo(network);
            assertThat(echo.inputReader().readLine()).isNotNull();
            assertThat(HostCommand.run("ip", "netns", "list")).contains(name + "-1", name + "-2");
        }

        assertThat(echo.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(HostCommand.run("ip", "netns", "list")).doesNotContain(name);
        assertThat(HostCommand.run("ip", "-o", "link")).doesNotContain(name + ":");
    }

    /** A process id that no process of Linux has. */
    @Test
    void shouldRemoveWhatAProcessLeftThatIsNoMore() throws Exception {
        String left = "pol9999999a";
        HostCommand.run("ip", "link", "add", left, "type", "bridge");
        HostCommand.run("ip", "netns", "add", left + "-1");

        try (HostNetwork one = HostNetwork.open(1);
                HostNetwork another = HostNetwork.open(1)) {
            assertThat(HostCommand.run("ip", "-o", "link")).doesNotContain(left);
            assertThat(HostCommand.run("ip", "netns", "list"))
                    .doesNotContain(left)
                    .contains(one.name(), another.name());
            assertThat(one.address(1)).isNotEqualTo(another.address(1));
        }
    }
}
