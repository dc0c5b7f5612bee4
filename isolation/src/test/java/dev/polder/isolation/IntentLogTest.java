package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntentLogTest {
    private static final ContainerId A = ContainerId.parse("00000000-0000-0000-0000-00000000000a");
    private static final ContainerId B = ContainerId.parse("00000000-0000-0000-0000-00000000000b");

    @TempDir
    Path directory;

    private Map<ContainerId, String> reopened(String boot) throws IOException {
        try (IntentLog log = IntentLog.open(directory, boot)) {
            return log.boots();
        }
    }

    private String text() throws IOException {
        String text = Files.readString(directory.resolve(IntentLog.FILE));
        return text.substring(0, text.indexOf('\0'));
    }

    @Test
    void shouldRememberWhatWasLaunchedInWhichBoot() throws IOException {
        try (IntentLog log = IntentLog.open(directory, "boot-1")) {
            log.launch(List.of(A));
        }
        try (IntentLog log = IntentLog.open(directory, "boot-2")) {
            log.launch(List.of(B));
        }

        assertThat(reopened("boot-3")).isEqualTo(Map.of(A, "boot-1", B, "boot-2"));
    }

    @Test
    void shouldForget() throws IOException {
        try (IntentLog log = IntentLog.open(directory, "boot-1")) {
            log.launch(List.of(A, B));
            log.forget(A);
            log.forget(A);
        }

        assertThat(reopened("boot-1")).isEqualTo(Map.of(B, "boot-1"));
    }

    @Test
    void shouldLookLikeThis() throws IOException {
        try (IntentLog log = IntentLog.open(directory, "the-boot")) {
            log.launch(List.of(A, B));
            log.forget(B);
        }

        assertThat(text()).isEqualTo("""
                        b793d0a5 polder-launches 1
                        635e1d1f boot the-boot
                        11517f12 launch 00000000-0000-0000-0000-00000000000a
                        02018ce6 launch 00000000-0000-0000-0000-00000000000b
                        ff1bc869 forget 00000000-0000-0000-0000-00000000000b
                        """);
    }

    @Test
    void shouldCutOffATornEnd() throws IOException {
        try (IntentLog log = IntentLog.open(directory, "boot-1")) {
            log.launch(List.of(A));
        }
        String whole = text();
        String torn = IntentLog.line("launch " + B);
        for (int length = 0; length < torn.length() - 1; length++) {
            Files.writeString(directory.resolve(IntentLog.FILE), whole + torn.substring(0, length));

            assertThat(reopened("boot-1")).as("torn after %s", length).isEqualTo(Map.of(A, "boot-1"));
        }
    }

    @Test
    void shouldNotBelieveALineWhoseSumIsWrong() throws IOException {
        Files.writeString(
                directory.resolve(IntentLog.FILE),
                IntentLog.line("polder-launches 1")
                        + IntentLog.line("launch " + A).replace("00000a", "00000b"),
                StandardOpenOption.CREATE);

        assertThat(reopened("boot-1")).isEmpty();
    }

    @Test
    void shouldRefuseWhatItDoesNotUnderstand() throws IOException {
        Path file = directory.resolve(IntentLog.FILE);

        Files.writeString(file, IntentLog.line("polder-launches 2"));
        assertThatThrownBy(() -> reopened("boot-1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
        Files.writeString(file, "garbage\n");
        assertThatThrownBy(() -> reopened("boot-1")).hasMessageContaining("not a log of launches");
        Files.writeString(file, IntentLog.line("polder-launches 1") + IntentLog.line("dance " + A));
        assertThatThrownBy(() -> reopened("boot-1")).hasMessageContaining("line 2: unknown kind 'dance'");
        assertThat(Files.readString(file, StandardCharsets.UTF_8))
                .as("refused, so untouched")
                .contains("dance");
    }

    @Test
    void shouldBeWrittenAnewWhenMostIsForgotten() throws IOException {
        List<ContainerId> kept = new ArrayList<>();
        try (IntentLog log = IntentLog.open(directory, "boot-1")) {
            for (int i = 0; i < 200; i++) {
                List<ContainerId> batch = new ArrayList<>();
                for (int j = 0; j < 100; j++) {
                    batch.add(TestHost.newId());
                }
                log.launch(batch);
                kept.add(batch.get(0));
                for (ContainerId id : batch.subList(1, 100)) {
                    log.forget(id);
                }
            }
        }

        assertThat(Files.size(directory.resolve(IntentLog.FILE))).isLessThan(1_300_000);
        assertThat(reopened("boot-1").keySet()).containsExactlyInAnyOrderElementsOf(kept);
    }
}
