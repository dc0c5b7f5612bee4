package dev.polder.isolation.fetch;

import dev.polder.isolation.Account;
import dev.polder.isolation.HostPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Programs of this host, run as a task's user: what the user may do is decided by the kernel, not by us. */
final class HostProgram {
    private static final String PURPOSE = "fetch into a sandbox";
    private static final int WORDS_BYTES_MAX = 1024;

    private HostProgram() {}

    /** Returns a process to be started with no variables of ours, as that user; null for ourselves. */
    static ProcessBuilder as(@Nullable Account user, String program, String... arguments) throws IOException {
        List<String> line = new ArrayList<>();
        if (user != null) {
            line.addAll(List.of(
                    HostPrograms.need("setpriv", PURPOSE).toString(),
                    "--reuid=" + user.uid(),
                    "--regid=" + user.gid(),
                    "--init-groups"));
            line.add("--");
        }
        line.add(HostPrograms.need(program, PURPOSE).toString());
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("PATH", HostPrograms.PATH);
        return builder;
    }

    /** Returns what a process that has ended said, in one line. */
    static String words(Process ended) throws IOException {
        try (InputStream said = ended.getErrorStream()) {
            return FetchRequest.masked(new String(said.readNBytes(WORDS_BYTES_MAX), StandardCharsets.UTF_8).strip());
        }
    }
}
