package dev.polder.samples.launcher;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A JVM that runs {@code polder.jar}, as a user would start it, and what it has printed so far. */
final class JarProcess implements AutoCloseable {
    /** The exit code of a JVM that SIGTERM has ended, its shutdown hooks included. */
    static final int TERMINATED = 128 + 15;

    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path out;
    private final Path err;

    private JarProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Returns the jar under test; the build says where it is. */
    static Path jar() {
        return Path.of(requireNonNull(System.getProperty("polder.jar"), "polder.jar"));
    }

    /** Starts it without any JVM flag, in {@code directory}. */
    static JarProcess start(Path directory, String... args) throws IOException {
        return start(List.of(), directory, args);
    }

    /**
     * The same, with a directory of its own for temporary files: among all those in the usual one nobody could tell which
     * it has left behind.
     */
    static JarProcess startWithTemporary(Path temporary, Path directory, String... args) throws IOException {
        return start(List.of("-Djava.io.tmpdir=" + temporary), directory, args);
    }

    private static JarProcess start(List<String> flags, Path directory, String... args) throws IOException {
        Path out = Files.createTempFile(directory, ".out-", "");
        Path err = Files.createTempFile(directory, ".err-", "");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-jar", jar().toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // the build's own settings are none of the user's
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        return new JarProcess(builder.start(), out, err);
    }

    /** For whatever a machine with other things to do needs some time for. */
    static ConditionFactory await() {
        return Awaitility.await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).pollInterval(20, TimeUnit.MILLISECONDS);
    }

    List<String> out() throws IOException {
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }

    /** Returns what it has printed there. */
    List<String> err() throws IOException {
        return Files.readAllLines(err, StandardCharsets.UTF_8);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Sends SIGKILL, and waits until the process is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Waits for the end and returns the exit code. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError(process.info().commandLine().orElse("?") + " still runs");
        }
        return process.exitValue();
    }

    /** Ends it, the hard way if it takes too long; a test that went well has seen its end before. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
