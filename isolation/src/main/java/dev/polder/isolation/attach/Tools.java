package dev.polder.isolation.attach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The programs of this host, where systems keep them, not in the PATH of whoever started this JVM. */
public final class Tools {
    /** The PATH of what is started here. */
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final List<String> DIRECTORIES =
            List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/local/sbin");

    private Tools() {}

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
     * @throws IOException if this host lacks it, in words that say what for it is needed
     */
    public static String need(String name, String purpose) throws IOException {
        return find(name)
                .orElseThrow(() -> new IOException("to " + purpose + " this host lacks the program " + name))
                .toString();
    }
}
