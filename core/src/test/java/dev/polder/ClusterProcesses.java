package dev.polder;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Three nodes in three JVMs, with lasting directories, that can be killed, stopped and started again. */
final class ClusterProcesses implements AutoCloseable {
    static final int NODES = 3;
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 32_000;
    private static final int PORT_ATTEMPTS_MAX = 1_000;

    private final Path directory;
    private final Map<String, String> settings;
    private final List<Integer> ports;
    private final List<String> jvmOptions = new ArrayList<>();
    private final Process[] processes = new Process[NODES];
    private final int[] masterPorts = new int[NODES];

    ClusterProcesses(Path directory) throws IOException {
        this(directory, Map.of());
    }

    /** With settings of all nodes beyond those that a node must have, such as {@code agent-timeout}. */
    ClusterProcesses(Path directory, Map<String, String> settings) throws IOException {
        this.directory = directory;
        this.settings = settings;
        ports = freePorts(NODES);
    }

    /** Starts nodes with an option of the JVM from now on. */
    void addJvmOption(String option) {
        jvmOptions.add(option);
    }

    /**
     * Returns ports that were free a moment ago; members are named by theirs, so they cannot be left to the system. Below
     * those that the system gives to connections, so that none takes one in between.
     */
    static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        Random random = new Random();
        try {
            for (int attempt = 0; sockets.size() < count; attempt++) {
                ServerSocket socket = new ServerSocket();
                try {
                    int port = FIRST_PORT + random.nextInt(LAST_PORT - FIRST_PORT);
                    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                    sockets.add(socket);
                } catch (IOException e) {
                    socket.close();
                    if (attempt >= PORT_ATTEMPTS_MAX) {
                        throw e;
                    }
                }
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
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
                // it lives for seconds: the better code of the second compiler would come too late
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(1, jvmOptions);
        settingsOf(node).forEach((name, value) -> command.add("-Dpolder." + name + "=" + value));
        command.add(ClusterProcesses.class.getName());
        processes[node] = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log-" + node).toFile()))
                .start();
    }

    private Map<String, String> settingsOf(int node) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "name",
                "n" + node,
                "data-dir",
                dataOf(node).toString(),
                "raft-port",
                Integer.toString(ports.get(node)),
                // a node that is back has the port that clients know
                "master-port",
                Integer.toString(masterPorts[node]),
                "seeds",
                String.join(",", seeds()),
                "resources",
                "cpus:8;mem:1024;disk:1024",
                "attributes",
                "node:n" + node,
                "agent-timeout",
                "60s",
                // a node that is killed and not started again would leave its control groups
                "isolation",
                "none"));
        all.putAll(settings);
        return all;
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

    List<String> seeds() {
        return ports.stream().map(port -> "127.0.0.1:" + port).toList();
    }

    Path dataOf(int node) {
        return directory.resolve("data-" + node);
    }

    InetSocketAddress master(int node) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), masterPorts[node]);
    }

    InetSocketAddress[] masters() {
        InetSocketAddress[] masters = new InetSocketAddress[NODES];
        for (int node = 0; node < NODES; node++) {
            masters[node] = master(node);
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

    /** Returns the next line that a node says, such as why it closed itself. */
    String awaitLine(int node) throws IOException {
        return String.valueOf(processes[node].inputReader().readLine());
    }

    /** Stops a node's process where it stands, its connections open, until it is woken. */
    void freeze(int node) throws IOException, InterruptedException {
        run("kill", "-STOP", Long.toString(processes[node].pid()));
    }

    void wake(int node) throws IOException, InterruptedException {
        run("kill", "-CONT", Long.toString(processes[node].pid()));
    }

    /** Lets a node write nothing more to any file. */
    void fillDisk(int node) throws IOException, InterruptedException {
        run("prlimit", "--fsize=0", "--pid", Long.toString(processes[node].pid()));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + status);
        }
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

    /**
     * A node's process: takes its settings as system properties; ends with its standard input, and its tasks with it. Says
     * where its master is, and why it closed itself if it did.
     */
    public static void main(String[] args) throws Exception {
        try (ClusterNode node = ClusterNode.start(ClusterConfig.from(System.getProperties()))) {
            System.out.println(node.masterAddress().getPort());
            CompletableFuture<Void> unused = node.closed().whenComplete((closed, fault) -> {
                if (fault instanceof CompletionException wrapped && wrapped.getCause() != null) {
                    System.out.println(wrapped.getCause().getMessage());
                }
            });
            while (System.in.read() >= 0) {
                // until the test has enough of it
            }
        }
    }
}
