package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a user writes comes to the process as it was written, under each shell of this host. */
@Tag("slow")
class QuotingProperties {
    private static final List<List<String>> SHELLS =
            List.of(List.of("/bin/dash"), List.of("/bin/bash"), List.of("/bin/busybox", "ash"));

    private record Host(TestHost files, RecordingListener heard, TaskLauncher launcher) {}

    private static final List<Host> HOSTS = new ArrayList<>();

    @BeforeContainer
    static void open() throws IOException {
        for (List<String> shell : SHELLS) {
            if (Files.isExecutable(Path.of(shell.get(0)))) {
                TestHost files = new TestHost(Files.createTempDirectory("quoting"));
                RecordingListener heard = new RecordingListener();
                TaskLauncher launcher = TaskLauncher.open(LauncherSettings.of(files.containers, "n1", false, heard)
                        .with(shell, true));
                launcher.start();
                HOSTS.add(new Host(files, heard, launcher));
            }
        }
    }

    @AfterContainer
    static void close() throws IOException {
        for (Host host : HOSTS) {
            host.launcher().close();
            try (java.util.stream.Stream<Path> files =
                    Files.walk(host.files().containers.getParent())) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        HOSTS.clear();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings()
                        .withChars("'\"\\$`\n\r\t !*?[]{}()<>|&;#~%=-^\u007f\u0001\u0002ab")
                        .ofMaxLength(30),
                // the bytes 0x81 to 0x88, which shells use for themselves, are among the second ones of these
                Arbitraries.strings().withCharRange('\u00c0', '\u024f').ofMaxLength(30),
                Arbitraries.strings().withCharRange('\u0001', '\ud7ff').ofMaxLength(30),
                Arbitraries.integers()
                        .between(0x10000, 0x1ffff)
                        .map(Character::toString)
                        .list()
                        .ofMaxSize(5)
                        .map(points -> String.join("", points)));
    }

    @Provide
    Arbitrary<Map<String, String>> variables() {
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.strings()
                        .withCharRange('A', 'z')
                        .withChars("_0.")
                        .ofMinLength(1)
                        .ofMaxLength(8),
                Arbitraries.of(
                        "IFS", "PS1", "ENV", "PWD", "OLDPWD", "SHLVL", "id", "pid", "root", "proc", "hold", "LC_ALL"));
        return Arbitraries.maps(names.filter(name -> !name.equals("PATH")), Arbitraries.lazyOf(this::texts))
                .ofMaxSize(6);
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void argumentsArriveAsTheyAre(@ForAll List<@net.jqwik.api.From("texts") String> arguments) throws IOException {
        List<String> vector = new ArrayList<>(List.of("printf", "%s\\0", "first"));
        vector.addAll(arguments);
        StringBuilder expected = new StringBuilder();
        vector.subList(2, vector.size()).forEach(word -> expected.append(word).append('\0'));
        for (Host host : HOSTS) {
            assertThat(output(host, host.files().spec("/usr/bin/printf", vector, Map.of())))
                    .isEqualTo(expected.toString());
        }
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void variablesArriveAsTheyAre(@ForAll("variables") Map<String, String> variables) throws IOException {
        for (Host host : HOSTS) {
            TaskSpec spec = host.files().spec("/usr/bin/env", List.of("env", "-0"), variables);
            Set<String> expected = new HashSet<>();
            spec.environment().forEach((name, text) -> expected.add(name + "=" + text));
            expected.add(TaskSpec.CONTAINER_ID_VARIABLE + "=" + spec.id());

            assertThat(output(host, spec).split("\0", -1)).containsAll(expected).hasSize(expected.size() + 1);
        }
    }

    private static String output(Host host, TaskSpec spec) throws IOException {
        host.launcher().launch(spec);
        ExitStatus status = host.heard().awaitExit(spec.id());
        assertThat(status).as(host.files().stderr(spec.id())).isEqualTo(new ExitStatus.Exited(0));
        host.launcher().forget(spec.id());
        return Files.readString(host.files().sandbox(spec.id()).resolve("stdout"), StandardCharsets.UTF_8);
    }
}
