package dev.polder.isolation.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is made of a program that measures, one that hangs and one that says odd things among them. */
@Tag("slow")
@Timeout(60)
class DiskProgramTest {
    private static final Path A = Path.of("/box/a");
    private static final Path B = Path.of("/box/b c");

    @TempDir
    Path base;

    private DiskProgram program(String script, Duration timeMax) throws IOException {
        Path file = Files.writeString(base.resolve("du"), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new DiskProgram(file, base.resolve("measured"), timeMax);
    }

    @Test
    void shouldReadWhatTheProgramSays() throws Exception {
        String script = "printf '4\\t/box/a\\n7\\t/box/b c\\n9\\t/not/asked\\nwhat\\n'; exit 1";

        assertThat(program(script, Duration.ofSeconds(30)).measure(List.of(A, B)))
                .isEqualTo(Map.of(A, 4_096L, B, 7_168L));
    }

    @Test
    void shouldKeepWhatWasMeasuredInTime() throws Exception {
        String script = "printf '4\\t/box/a\\n7\\t/box/b c'; exec sleep 1000";

        assertThat(program(script, Duration.ofMillis(300)).measure(List.of(A, B)))
                .isEqualTo(Map.of(A, 4_096L));
    }

    @Test
    void shouldMeasureAloneAndMoreAndMoreSeldomWhatTakesTooLong() {
        WatchedSandbox sandbox = new WatchedSandbox(A, OptionalLong.empty());
        assertThat(sandbox.isSlow()).isFalse();

        sandbox.missed();
        assertThat(sandbox.isSlow()).isTrue();
        assertThat(sandbox.isSkipped()).isFalse();
        sandbox.missed();
        assertThat(List.of(sandbox.isSkipped(), sandbox.isSkipped())).containsExactly(true, false);
        sandbox.missed();
        assertThat(List.of(sandbox.isSkipped(), sandbox.isSkipped(), sandbox.isSkipped()))
                .containsExactly(true, true, false);
        sandbox.measured(5, true);

        assertThat(sandbox.isSlow()).isFalse();
        assertThat(sandbox.bytes()).isEqualTo(5);
    }

    @Test
    void shouldKnowASandboxByItsNote() throws IOException {
        Path note = base.resolve("note");
        new WatchedSandbox(B, OptionalLong.of(7)).write(note);

        WatchedSandbox read = WatchedSandbox.read(note);

        assertThat(read.path()).isEqualTo(B);
        assertThat(read.bytesMax()).isEqualTo(OptionalLong.of(7));
        String whole = Files.readString(note);
        for (int length = 0; length < whole.length(); length++) {
            Files.writeString(note, whole.substring(0, length));
            assertThat(WatchedSandbox.read(note)).isNull();
        }
    }

    @Test
    void shouldNotPromiseALimitThatItCannotMeasure() {
        DiskIsolator.Settings settings = new DiskIsolator.Settings(base, "n", Duration.ofSeconds(1), true);

        assertThatThrownBy(() -> DiskIsolator.open(settings, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("this host has no program du");
    }
}
