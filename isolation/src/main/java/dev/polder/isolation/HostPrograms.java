package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds programs of this host where systems keep them, not in the PATH of whoever started this JVM. */
public final class HostPrograms {
    private static final List<String> DIRECTORIES =
            List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/local/sbin");

    /** The PATH of programs that are started for a node. */
    public static final String PATH = String.join(":", DIRECTORIES);

    private HostPrograms() {}

    /** Returns where a program is; empty if this host lacks it. */
    public static Optional<Path> find(String name) {
        return DIRECTORIES.stream()
                .map(directory -> Path.of(directory, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /**
     * Returns where a program is.
     *
     * @param purpose what for it is needed, as in "to {@code purpose} this host lacks the program"
     * @throws IOException if this host lacks it, in words
     */
    public static Path need(String name, String purpose) throws IOException {
        return find(name).orElseThrow(() -> new IOException("to " + purpose + " this host lacks the program " + name));
    }
}
