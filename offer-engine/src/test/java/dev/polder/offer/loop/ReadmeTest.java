package dev.polder.offer.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's program for the offer engine alone, compiled and run with nothing but this module. */
@Tag("slow")
final class ReadmeTest {
    private static final String HEADING = "## The offer engine alone\n";

    @TempDir
    private Path directory;

    @Test
    void shouldPrintWhatTheReadmeSays() throws IOException, InterruptedException {
        String readme =
                Files.readString(Files.exists(Path.of("README.md")) ? Path.of("README.md") : Path.of("../README.md"));
        String section = readme.substring(readme.indexOf(HEADING));
        Path source = Files.writeString(directory.resolve("Market.java"), block(section, "java"));
        String classPath = directory + ":" + System.getProperty("java.class.path");

        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", directory.toString(), "-cp", classPath, source.toString());
        Path out = directory.resolve("out");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath, "Market")
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertThat(compiled).isZero();
        assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isZero();
        assertThat(Files.readString(out, UTF_8))
                .isEqualTo(block(section, "text"))
                .isNotBlank();
    }

    private static String block(String text, String language) {
        int begin = text.indexOf("```" + language + "\n") + language.length() + 4;
        return text.substring(begin, text.indexOf("```", begin));
    }
}
