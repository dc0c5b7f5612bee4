package dev.polder;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Three nodes in three JVMs, with lasting directories, that can be killed, stopped and started again. */
final class ClusterProcesses implements AutoCloseable {
    static final int NODES = 3;

    private final Path directory;
    private final List<Integer> ports;
    private final Process[] processes = new Process[NODES];
    private final int[] masterPorts = new int[NODES];

    ClusterProcesses(Path directory) throws IOException {
        this.directory = directory;
        ports = freePorts(NODES);
    }

    /** Returns ports that were free a moment ago; members are named by theirs, so they cannot be left to the system. */
    static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            List<Integer> free = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                free.add(socket.getLocalPort());
            }
            return free;
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    void startAll() throws IOException {
        for (int node = 0; node < NODES; node++) {
            launch(node);
        }
        for (int node = 0; node < NODES; node++) {
            awaitPort(node);
        }
    }

    void start(int node) throws IOException {
        launch(node);
        awaitPort(node);
    }

    private void launch(int node) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ClusterProcesses.class.getName(),
                dataOf(node).toString(),
                Integer.toString(ports.get(node))));
        ports.forEach(port -> command.add("127.0.0.1:" + port));
        processes[node] = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log-" + node).toFile()))
                .start();
    }

    /** The node says where its master is as soon as its ports are open. */
    private void awaitPort(int node) throws IOException {
        BufferedReader out = processes[node].inputReader();
        String line = out.readLine();
        if (line == null) {
            throw new IOException(
                    "node " + node + " did not start:\n" + Files.readString(directory.resolve("log-" + node)));
        }
        masterPorts[node] = Integer.parseInt(line);
    }

    Path dataOf(int node) {
        return directory.resolve("data-" + node);
    }

    InetSocketAddress[] masters() {
        InetSocketAddress[] masters = new InetSocketAddress[NODES];
        for (int node = 0; node < NODES; node++) {
            masters[node] = new InetSocketAddress(InetAddress.getLoopbackAddress(), masterPorts[node]);
        }
        return masters;
    }

    int nodeOfMaster(int masterPort) {
        for (int node = 0; node < NODES; node++) {
            if (masterPorts[node] == masterPort) {
                return node;
            }
        }
        throw new AssertionError("no node's master has port " + masterPort);
    }

    ProcessHandle handle(int node) {
        return processes[node].toHandle();
    }

    /** Kills a node with -9 and waits until it is gone. */
    void kill(int node) throws InterruptedException {
        processes[node].destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        for (Process process : processes) {
            if (process != null) {
                process.getOutputStream().close();
            }
        }
        for (Process process : processes) {
            if (process != null) {
                end(process);
            }
        }
    }

    private static void end(Process process) {
        try {
            if (process.waitFor(20, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /** A node's process: takes data directory, Raft port and seeds; ends with its standard input, and its tasks with it. */
    public static void main(String[] args) throws Exception {
        String[] seeds = List.of(args).subList(2, args.length).toArray(new String[0]);
        ClusterConfig config = ClusterConfig.builder()
                .name("n" + args[1])
                .dataDir(Path.of(args[0]))
                .raftPort(Integer.parseInt(args[1]))
                .seeds(seeds)
                .masterPort(fixedPort(Path.of(args[0])))
                .resources("cpus:8;mem:1024;disk:1024")
                .agentTimeout(Duration.ofSeconds(60))
                .build();
        try (ClusterNode node = ClusterNode.start(config)) {
            Files.writeString(
                    portFile(Path.of(args[0])),
                    Integer.toString(node.masterAddress().getPort()));
            System.out.println(node.masterAddress().getPort());
            while (System.in.read() >= 0) {
                // until the test has enough of it
            }
        }
    }

    /** A node that is back has the port that clients know. */
    private static int fixedPort(Path data) throws IOException {
        Path file = portFile(data);
        return Files.exists(file) ? Integer.parseInt(Files.readString(file)) : 0;
    }

    private static Path portFile(Path data) {
        return data.resolveSibling(data.getFileName() + ".port");
    }
}
