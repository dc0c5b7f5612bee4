package dev.polder.raft.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command of the host that is over at once. */
final class HostCommand {
    private static final int SECONDS_MAX = 10;

    private HostCommand() {}

    /**
     * Runs it; returns what it says.
     *
     * @throws IOException if it cannot be run or fails; the message has what it says
     */
    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException(List.of(command) + " is not over after " + SECONDS_MAX + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException(List.of(command) + " exited with " + process.exitValue() + ": " + said.strip());
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(List.of(command) + " was interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Runs it, whatever comes of it. Returns whether it succeeded. */
    static boolean attempt(String... command) {
        try {
            run(command);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
