package dev.polder.isolation.image;

import dev.polder.isolation.HostPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A program of this host that does what Java cannot. Immutable; any thread may call. */
public final class HostCommand {
    private static final int OUTPUT_BYTES_MAX = 4096;
    private static final long SECONDS_MAX = 120;

    private final Path program;

    private HostCommand(Path program) {
        this.program = program;
    }

    /** Looks where systems keep them; null if there is none of that name. */
    static @Nullable HostCommand find(String name) {
        return HostPrograms.find(name).map(HostCommand::new).orElse(null);
    }

    /**
     * Looks where systems keep them.
     *
     * @throws IOException if there is none of that name
     */
    public static HostCommand get(String name) throws IOException {
        HostCommand found = find(name);
        if (found == null) {
            throw new IOException("this host has no program " + name + " in " + HostPrograms.PATH);
        }
        return found;
    }

    /** Returns the program's file. */
    public Path program() {
        return program;
    }

    /**
     * Runs it in a directory and waits, two minutes at most.
     *
     * @throws IOException if it fails, with what it says; if it does not end, or this thread is interrupted, it is killed
     */
    public void run(Path directory, String... arguments) throws IOException {
        List<String> line = Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                .toList();
        ProcessBuilder builder =
                new ProcessBuilder(line).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("PATH", HostPrograms.PATH);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            // first, or one that hangs would be read from for ever; what it says fits into the pipe
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException(line + " has not ended in " + SECONDS_MAX + " s");
            }
            String said;
            try (InputStream output = process.getInputStream()) {
                said = new String(output.readNBytes(OUTPUT_BYTES_MAX), StandardCharsets.UTF_8).strip();
            }
            if (process.exitValue() != 0) {
                throw new IOException(line + " exits with " + process.exitValue() + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while " + line + " ran");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            process.destroyForcibly();
        }
    }
}
