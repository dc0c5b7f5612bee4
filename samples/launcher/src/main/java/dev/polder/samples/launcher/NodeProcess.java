package dev.polder.samples.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A node in a JVM of its own, started as a user would start it. */
final class NodeProcess implements AutoCloseable {
    private static final Pattern MASTER = Pattern.compile("listens {2}master http://(\\S+:\\d+).*");
    private static final Duration END_PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;
    private volatile @Nullable String masterAddress;

    private NodeProcess(String name, Process process, Path out, Path err) {
        this.name = name;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts it.
     *
     * @param directory for its temporary files and for what it prints; the caller deletes it
     * @param options of {@code polder.jar node}
     */
    static NodeProcess start(String name, Path directory, List<String> options) throws IOException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "node",
                "--name",
                name));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new NodeProcess(name, process, out, err);
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /** Returns where its master is, {@code host:port}, once it has said so. */
    Optional<String> masterAddress() throws IOException {
        if (masterAddress == null) {
            try (BufferedReader lines = Files.newBufferedReader(out, StandardCharsets.UTF_8)) {
                masterAddress = lines.lines()
                        .map(MASTER::matcher)
                        .filter(Matcher::matches)
                        .map(matcher -> matcher.group(1))
                        .findFirst()
                        .orElse(null);
            }
        }
        return Optional.ofNullable(masterAddress);
    }

    /** Tells whether it still runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Returns what it has complained about, for people. */
    String complaints() throws IOException {
        return Files.readString(err, StandardCharsets.UTF_8).strip();
    }

    /** Ends it as kill -9 does. */
    void kill() {
        process.destroyForcibly();
    }

    /** Asks it to end, and ends it if that takes too long; idempotent. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
