package dev.polder.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README says of the recipes alone, compiled and run as a reader would. */
@Tag("slow")
final class ReadmeTest {
    @TempDir
    private Path directory;

    @Test
    void shouldPrintWhatTheReadmeSays() throws IOException, InterruptedException {
        String readme =
                Files.readString(Files.exists(Path.of("README.md")) ? Path.of("README.md") : Path.of("../README.md"));
        String section = readme.substring(readme.indexOf("\n## The recipes alone\n"));
        Path source = Files.writeString(directory.resolve("Deploy.java"), block(section, "java"));
        String classPath = directory + ":" + System.getProperty("java.class.path");
        String address;
        try (FreePorts port = FreePorts.hold(1)) {
            address = port.addresses().get(0);
        }

        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", directory.toString(), "-cp", classPath, source.toString());
        Path out = directory.resolve("out");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String log = directory.resolve("log").toString();
        Process program = new ProcessBuilder(java, "-cp", classPath, "Deploy", address, log)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertThat(compiled).isZero();
        assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isZero();
        assertThat(Files.readString(out, UTF_8).lines().map(String::strip).toList())
                .isEqualTo(block(section, "text").lines().map(String::strip).toList())
                .isNotEqualTo(List.of());
    }

    private static String block(String readme, String language) {
        int begin = readme.indexOf("```" + language + "\n") + language.length() + 4;
        return readme.substring(begin, readme.indexOf("```", begin));
    }
}
