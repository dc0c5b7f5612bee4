package dev.polder.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Another JVM with our class path, which ends when its standard input does, and so also when this process was killed.
 * What it writes to its standard error is in a file.
 */
final class ChildJvm implements AutoCloseable {
    private static final int END_SECONDS_MAX = 15;
    private static final int LAST_LINES = 5;

    private final Process process;
    private final Path errors;

    private ChildJvm(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    /**
     * Starts it.
     *
     * @param flags for the JVM
     * @param lines is told, by a thread for that, each line that it writes to its standard output
     */
    static ChildJvm start(
            List<String> flags, Class<?> main, List<String> arguments, Path errors, Consumer<String> lines)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
        Thread reader = new Thread(() -> read(process, lines), "lines-of-" + process.pid());
        reader.setDaemon(true);
        reader.start();
        return new ChildJvm(process, errors);
    }

    private static void read(Process process, Consumer<String> lines) {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines);
        } catch (IOException | UncheckedIOException e) {
            // it has ended in the middle of a line
        }
    }

    void say(String line) throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
    }

    /** Returns what it wrote last to its standard error, for whoever has to say that something has failed. */
    String lastWords() {
        try (Stream<String> lines = Files.lines(errors)) {
            List<String> all = lines.toList();
            return "\n" + errors + ":\n"
                    + String.join("\n", all.subList(Math.max(0, all.size() - LAST_LINES), all.size()));
        } catch (IOException | UncheckedIOException e) {
            return "\n" + errors + " cannot be read: " + e;
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it, as {@code kill -9} does, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Makes it stand still, its connections open. */
    void stop() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Makes it go on. */
    void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " " + process.pid() + " has failed");
        }
    }

    /** Tells it to end; {@link #close} waits until it has. */
    void tellToEnd() {
        try {
            process.outputWriter(StandardCharsets.UTF_8).close();
        } catch (IOException e) {
            // it does not listen any more
        }
    }

    @Override
    public void close() {
        tellToEnd();
        try {
            if (process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        // its files are deleted next, so it has to be gone, interrupted or not
        process.onExit().join();
    }
}
