package dev.polder.samples.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The processes of this machine. */
final class Processes {
    private Processes() {}

    /**
     * Returns, by number and command, those that run in a directory or below, or whose command names it: tasks, and what
     * starts and watches them.
     */
    static List<String> of(Path directory) {
        return ProcessHandle.allProcesses()
                .filter(process -> concerns(process.pid(), directory.toString()))
                .map(process ->
                        process.pid() + " " + process.info().commandLine().orElse("?"))
                .toList();
    }

    private static boolean concerns(long pid, String directory) {
        Path process = Path.of("/proc", Long.toString(pid));
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).toString().startsWith(directory)
                    || new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8)
                            .contains(directory);
        } catch (IOException gone) {
            return false;
        }
    }
}
