package dev.polder.samples.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A node in a JVM of its own, started as a user would start it. */
final class NodeProcess implements AutoCloseable {
    private static final Pattern MASTER =
            Pattern.compile("^listens {2}master http://([^\\s,]+:\\d+).*\\Rdata ", Pattern.MULTILINE);
    private static final Duration END_PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;
    private volatile @Nullable String masterAddress;

    /** What a node that was killed leaves behind: its launch shell, which ends the tasks and then itself. */
    private volatile List<ProcessHandle> left = List.of();

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
     * @param flags of the JVM
     * @param options of {@code polder.jar node}
     */
    static NodeProcess start(String name, Path directory, List<String> flags, List<String> options) throws IOException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "node",
                "--until-eof", // ours: it ends with this process, even if that is killed
                "--name",
                name));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
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
            Matcher said = MASTER.matcher(Files.readString(out, StandardCharsets.UTF_8));
            masterAddress = said.find() ? said.group(1) : null;
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
        left = process.children().toList();
        process.destroyForcibly();
    }

    /** Asks it to end, without waiting. */
    void terminate() {
        process.destroy();
    }

    /** Asks it to end, and ends it if that takes too long; waits until its tasks have ended, too. Idempotent. */
    @Override
    public void close() {
        terminate();
        try {
            if (!process.waitFor(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
                process.waitFor();
            }
            for (ProcessHandle shell : left) {
                shell.onExit().get(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            System.err.println("polder: the tasks of node " + name + " do not end: " + e);
        }
    }
}
