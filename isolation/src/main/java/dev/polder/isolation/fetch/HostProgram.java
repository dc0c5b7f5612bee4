package dev.polder.isolation.fetch;

import dev.polder.isolation.Account;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Programs of this host, run as a task's user: what the user may do is decided by the kernel, not by us. */
final class HostProgram {
    private static final List<String> DIRECTORIES = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");
    private static final int WORDS_BYTES_MAX = 1024;

    private HostProgram() {}

    /** Returns a process to be started with no variables of ours, as that user; null for ourselves. */
    static ProcessBuilder as(@Nullable Account user, String program, String... arguments) throws IOException {
        List<String> line = new ArrayList<>();
        if (user != null) {
            line.addAll(List.of(
                    find("setpriv").toString(), "--reuid=" + user.uid(), "--regid=" + user.gid(), "--init-groups"));
            line.add("--");
        }
        line.add(find(program).toString());
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("PATH", String.join(":", DIRECTORIES));
        return builder;
    }

    private static Path find(String name) throws IOException {
        for (String directory : DIRECTORIES) {
            Path file = Path.of(directory, name);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new IOException("this host has no program " + name + " in " + DIRECTORIES);
    }

    /** Returns what a process that has ended said, in one line. */
    static String words(Process ended) throws IOException {
        try (InputStream said = ended.getErrorStream()) {
            return FetchRequest.masked(new String(said.readNBytes(WORDS_BYTES_MAX), StandardCharsets.UTF_8).strip());
        }
    }
}
