package dev.polder.isolation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Tries whether a program of this host does something. */
final class Trial {
    private static final long SECONDS_MAX = 10;

    private Trial() {}

    /** Runs a command; returns why it does not work, empty if it does. */
    static String refusal(List<String> command) {
        try {
            return run(command);
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String run(List<String> command) throws IOException {
        // a file, for whoever waits for the end of a pipe waits for all that have inherited it
        Path words = Files.createTempFile("polder-namespace-probe", "");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(words.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return command.get(0) + " does not end";
            }
            return process.exitValue() == 0
                    ? ""
                    : new String(Files.readAllBytes(words), StandardCharsets.UTF_8).strip() + " (code "
                            + process.exitValue() + ")";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } finally {
            Files.delete(words);
        }
    }
}
