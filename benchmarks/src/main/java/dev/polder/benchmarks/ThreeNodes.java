package dev.polder.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Three nodes on loopback, each in a JVM of its own with a directory of its own. */
final class ThreeNodes implements AutoCloseable {
    static final int NODES = 3;
    private static final int END_SECONDS_MAX = 30;

    private final Path directory;
    private final int cpus;
    /** Those of the masters among each other, then those for frameworks; a node that comes back has the ones it had. */
    private final List<Integer> ports;

    private final List<Process> processes = new ArrayList<>();

    private ThreeNodes(Path directory, int cpus, List<Integer> ports) {
        this.directory = directory;
        this.cpus = cpus;
        this.ports = ports;
    }

    /**
     * Starts them and waits until all are ready.
     *
     * @param cpus what each offers
     */
    static ThreeNodes start(Path directory, int cpus) throws IOException {
        ThreeNodes nodes = new ThreeNodes(directory, cpus, FreePorts.take(2 * NODES));
        try {
            for (int i = 0; i < NODES; i++) {
                nodes.processes.add(nodes.launch(i));
            }
            for (int i = 0; i < NODES; i++) {
                awaitReady(nodes.processes.get(i), i);
            }
            return nodes;
        } catch (IOException | RuntimeException e) {
            try (nodes) {
                throw e;
            }
        }
    }

    private Process launch(int number) throws IOException {
        Path own = Files.createDirectories(directory.resolve("node-" + number));
        String seeds = addresses(ports.subList(0, NODES));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        NodeCommand.NAME,
                        "--directory=" + own,
                        "--raft-port=" + ports.get(number),
                        "--master-port=" + ports.get(NODES + number),
                        "--seeds=" + seeds,
                        "--cpus=" + cpus)
                .redirectError(own.resolve("err").toFile())
                .start();
    }

    private static String addresses(List<Integer> ports) {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    private static void awaitReady(Process process, int number) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        if (!NodeCommand.READY.equals(lines.readLine())) {
            throw new IOException("node " + number + " has ended before it was ready, see its file err");
        }
    }

    /** Returns where their masters are, {@code host:port,...}. */
    String masters() {
        return addresses(ports.subList(NODES, 2 * NODES));
    }

    /** Kills the node whose master has this HTTP port. Returns its number. */
    int kill(int masterPort) {
        int number = ports.subList(NODES, 2 * NODES).indexOf(masterPort);
        processes.get(number).destroyForcibly();
        return number;
    }

    /** Starts a node that was killed, and waits until it is ready. */
    void restart(int number) throws IOException, InterruptedException {
        processes.get(number).waitFor();
        processes.set(number, launch(number));
        awaitReady(processes.get(number), number);
    }

    /** Ends the nodes. Returns the files that they have recorded. */
    List<Path> end() throws IOException, InterruptedException {
        List<Path> recordings = new ArrayList<>();
        closeInputs();
        for (int i = 0; i < NODES; i++) {
            if (!processes.get(i).waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException("node " + i + " still runs after " + END_SECONDS_MAX + " s");
            }
            recordings.add(NodeCommand.recordingOf(directory.resolve("node-" + i)));
        }
        return recordings;
    }

    /** Nodes end with their inputs, and remove their control groups; a signal would leave these to a node that comes back. */
    private void closeInputs() throws IOException {
        for (Process process : processes) {
            process.getOutputStream().close();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            closeInputs();
        } finally {
            processes.forEach(ThreeNodes::awaitEnd);
        }
    }

    private static void awaitEnd(Process process) {
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
