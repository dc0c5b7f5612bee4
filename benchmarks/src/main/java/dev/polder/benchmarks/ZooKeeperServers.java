package dev.polder.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A ZooKeeper ensemble of three on loopback, each server in a JVM of its own. Everything is as it comes, also that each
 * write is forced to disk, but for the HTTP server, which nobody needs here.
 */
final class ZooKeeperServers implements AutoCloseable {
    private static final int SERVERS = 3;
    private static final Duration LEADER_PATIENCE = Duration.ofSeconds(60);
    private static final int SOCKET_MS_MAX = 5_000;
    private static final long POLL_MS = 100;

    private final Path directory;
    /** Those for clients, then those that the servers have among each other, two each. */
    private final List<Integer> ports;

    private final List<ChildJvm> servers = new ArrayList<>();

    private ZooKeeperServers(Path directory, List<Integer> ports) {
        this.directory = directory;
        this.ports = ports;
    }

    static ZooKeeperServers start(Path directory) throws IOException {
        ZooKeeperServers ensemble = new ZooKeeperServers(directory, FreePorts.take(3 * SERVERS));
        try {
            for (int i = 0; i < SERVERS; i++) {
                ensemble.servers.add(ensemble.launch(i));
            }
            return ensemble;
        } catch (IOException | RuntimeException e) {
            ensemble.close();
            throw e;
        }
    }

    private ChildJvm launch(int number) throws IOException {
        Path own = Files.createDirectories(directory.resolve("zookeeper-" + number));
        Path data = Files.createDirectories(own.resolve("data"));
        Path config = own.resolve("zoo.cfg");
        Files.writeString(data.resolve("myid"), Integer.toString(number + 1));
        Files.write(config, config(number, data, own.resolve("log")));
        return ChildJvm.start(
                RaftGroup.FLAGS,
                Main.class,
                List.of(ZooKeeperServerCommand.NAME, "--config=" + config),
                own.resolve("err"),
                line -> {});
    }

    /** Returns the settings of ZooKeeper's sample, and where everything is. */
    private List<String> config(int number, Path data, Path log) {
        List<String> lines = new ArrayList<>(List.of(
                "tickTime=2000",
                "initLimit=10",
                "syncLimit=5",
                "dataDir=" + data,
                "dataLogDir=" + log,
                "clientPortAddress=127.0.0.1",
                "clientPort=" + ports.get(number),
                "admin.enableServer=false"));
        for (int i = 0; i < SERVERS; i++) {
            lines.add("server." + (i + 1) + "=127.0.0.1:" + ports.get(SERVERS + i) + ":" + ports.get(2 * SERVERS + i));
        }
        return lines;
    }

    /** Returns where the leader takes clients, once there is one. */
    int awaitLeaderPort() throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + LEADER_PATIENCE.toNanos();
        while (System.nanoTime() < giveUp) {
            OptionalInt leader = ports.subList(0, SERVERS).stream()
                    .filter(port -> describe(port).contains("Mode: leader"))
                    .mapToInt(port -> port)
                    .findFirst();
            if (leader.isPresent()) {
                return leader.getAsInt();
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        throw new IOException("no ZooKeeper leads after " + LEADER_PATIENCE.toSeconds() + " s"
                + servers.stream().map(ChildJvm::lastWords).collect(Collectors.joining()));
    }

    /** Returns what a server says of itself, nothing if it does not. */
    private static String describe(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(SOCKET_MS_MAX);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        servers.forEach(ChildJvm::tellToEnd);
        servers.forEach(ChildJvm::close);
    }
}
