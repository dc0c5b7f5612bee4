package dev.polder.isolation.fetch;

import dev.polder.isolation.Account;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The task's {@code stderr}, written by its user: what he may have put in its place harms him alone. */
final class SandboxStderr {
    private static final long SECONDS_MAX = 5;
    /** Always fits into a pipe, so that writing to it never waits. */
    private static final int BYTES_MAX = 4096;

    private SandboxStderr() {}

    static void append(Path sandbox, @Nullable Account user, String line) throws IOException {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        Process process = HostProgram.as(user, "sh", "-c", "exec cat >>stderr")
                .directory(sandbox.toFile())
                .start();
        try {
            process.getOutputStream().write(bytes, 0, Math.min(bytes.length, BYTES_MAX));
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException("stderr in " + sandbox + " takes nothing for " + SECONDS_MAX + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("stderr in " + sandbox + " cannot be written: " + HostProgram.words(process));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while writing to stderr");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            process.destroyForcibly();
        }
    }
}
