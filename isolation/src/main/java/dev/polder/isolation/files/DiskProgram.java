package dev.polder.isolation.files;

import dev.polder.isolation.HostPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Has {@code du} find out how much of the disk directories take: blocks, so that holes count nothing, and what has many names
 * once. No link is followed and no other file system entered. Used by one thread.
 */
final class DiskProgram {
    private static final long BLOCK_BYTES = 1_024;
    private static final long KILL_SECONDS_MAX = 5;

    private final Path program;
    private final Path output;
    private final Duration timeMax;

    /**
     * A program that writes to a file.
     *
     * @param output is overwritten
     * @param timeMax how long it may take; then it is killed
     */
    DiskProgram(Path program, Path output, Duration timeMax) {
        this.program = program;
        this.output = output;
        this.timeMax = timeMax;
    }

    /** Returns where this host has it; empty if it has none. */
    static Optional<Path> find() {
        return HostPrograms.find("du");
    }

    /**
     * Measures directories, one after the other; what is in two of them counts for the first.
     *
     * @param directories absolute
     * @return bytes by directory; without those that are gone, or that were not reached in time
     * @throws InterruptedException if the thread is interrupted; nothing is left running
     */
    Map<Path, Long> measure(List<Path> directories) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-s", "-k", "-x"));
        directories.forEach(directory -> command.add(directory.toString()));
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(timeMax.toMillis(), TimeUnit.MILLISECONDS)) {
                // what hangs in the kernel is left to itself
                process.destroyForcibly().waitFor(KILL_SECONDS_MAX, TimeUnit.SECONDS);
            }
        } finally {
            process.destroyForcibly();
        }
        return parse(Files.readString(output, StandardCharsets.UTF_8), directories);
    }

    /** Lines of blocks, a tabulator and the directory; the last one may be cut. */
    private static Map<Path, Long> parse(String lines, List<Path> directories) {
        Map<String, Path> byText = new HashMap<>();
        directories.forEach(directory -> byText.put(directory.toString(), directory));
        Map<Path, Long> found = new HashMap<>();
        for (String line : lines.substring(0, lines.lastIndexOf('\n') + 1).split("\n", -1)) {
            int tab = line.indexOf('\t');
            Path directory = tab < 0 ? null : byText.get(line.substring(tab + 1));
            if (directory != null) {
                found.put(directory, Long.parseLong(line.substring(0, tab)) * BLOCK_BYTES);
            }
        }
        return found;
    }
}
