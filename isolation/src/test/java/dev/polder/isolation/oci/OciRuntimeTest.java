package dev.polder.isolation.oci;

import static dev.polder.isolation.Namespace.USER;
import static dev.polder.isolation.Namespace.UTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.polder.isolation.Rlimit;
import dev.polder.isolation.TerminalSize;
import dev.polder.isolation.oci.TestRuntime.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** runc and crun do what a bundle says. */
@Tag("slow")
class OciRuntimeTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun"})
    void shouldRunACommandWithItsOwnSurroundings(String name) throws Exception {
        TestRuntime runtime = new TestRuntime(name, directory);
        OciProcess process = runtime.shell(
                        "hostname; pwd; echo $$; echo \"$COLOUR\"; env | grep PATH; ls /sys/class/net; exit 42")
                .withEnvironment(Map.of("PATH", "/bin", "COLOUR", "red and \"blue\"\n$HOME"))
                .withWorkingDirectory("/tmp");

        Outcome outcome = runtime.run(process, runtime.container().withHostname("plot-7.example"));

        assertThat(outcome.said().lines())
                .containsExactly("plot-7.example", "/tmp", "1", "red and \"blue\"", "$HOME", "PATH=/bin", "lo");
        assertThat(outcome.code()).isEqualTo(42);
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun"})
    void shouldGiveRightsAndLimitsAsToldAndNoMore(String name) throws Exception {
        TestRuntime runtime = new TestRuntime(name, directory);
        Capabilities two = new Capabilities(Set.of("CAP_KILL"), Set.of("CAP_KILL", "CAP_NET_RAW"));
        OciProcess process = runtime.shell(
                        "grep -E '^(Cap|NoNew)' /proc/self/status; id; ulimit -n; ulimit -Hn; ulimit -c")
                .withUser(new OciUser(1234, 2345, List.of(3456L)))
                .withCapabilities(two)
                .withRlimits(List.of(new Rlimit("RLIMIT_NOFILE", 64, 128), new Rlimit("RLIMIT_CORE", 0, 0)));

        Outcome outcome = runtime.run(process, runtime.container());

        assertThat(outcome.said().lines())
                .containsExactly(
                        "CapInh:\t0000000000000020",
                        "CapPrm:\t0000000000000020",
                        "CapEff:\t0000000000000020",
                        "CapBnd:\t0000000000002020",
                        "CapAmb:\t0000000000000020",
                        "NoNewPrivs:\t1",
                        "uid=1234 gid=2345 groups=3456",
                        "64",
                        "128",
                        "0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun"})
    void shouldMountWhatIsAskedForAndKeepTheRest(String name) throws Exception {
        TestRuntime runtime = new TestRuntime(name, directory);
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Path given = Files.writeString(directory.resolve("given"), "from the host");
        OciProcess process = runtime.shell("touch /made && echo changed; touch /mnt/made; cat /etc/given;"
                + " touch /etc/given && echo changed;"
                + " dd if=/dev/zero of=/tmp/much bs=1024 count=200 2>/dev/null || echo full;"
                + " cat /proc/kcore | wc -c; touch /proc/sys/kernel/hostname && echo changed");

        Outcome outcome = runtime.run(
                process,
                runtime.container()
                        .withMounts(
                                OciMount.bind(shared, "/mnt", false),
                                OciMount.bind(given, "/etc/given", true),
                                OciMount.tmpfs("/tmp", 65536).withOptions("noexec")));

        assertThat(outcome.said())
                .contains("from the host", "full", "Read-only file system")
                .doesNotContain("changed");
        assertThat(shared.resolve("made")).exists();
        assertThat(runtime.root.resolve("made")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun"})
    void shouldNotLeaveTheRootByALinkInIt(String name) throws Exception {
        TestRuntime runtime = new TestRuntime(name, directory);
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.createSymbolicLink(runtime.root.resolve("trap"), outside.toRealPath());
        Files.createSymbolicLink(runtime.root.resolve("climb"), Path.of("../../outside"));

        // crun refuses such a root, runc mounts within it
        runtime.run(
                runtime.shell("true"),
                runtime.container()
                        .withReadOnlyRoot(false)
                        .withMounts(OciMount.tmpfs("/trap/one", 4096), OciMount.tmpfs("/climb/two", 4096)));

        try (Stream<Path> made = Files.list(outside)) {
            assertThat(made).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun"})
    void shouldMapAccountsIntoANamespaceOfTheirOwn(String name) throws Exception {
        TestRuntime runtime = new TestRuntime(name, directory);
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Files.setAttribute(shared, "unix:uid", 100_000);
        // the account that root is there must get to the files
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));

        Outcome outcome = runtime.run(
                runtime.shell("id -u; touch /mnt/made"),
                runtime.container()
                        .withUserNamespace(List.of(new IdMapping(0, 100_000, 65536)))
                        .withMounts(OciMount.bind(shared, "/mnt", false)));

        assertThat(outcome).isEqualTo(new Outcome(0, "0"));
        assertThat(Files.getAttribute(shared.resolve("made"), "unix:uid")).isEqualTo(100_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun"})
    void shouldUseTheHostsNamespaceOfAKindThatIsNotNamed(String name) throws Exception {
        TestRuntime runtime = new TestRuntime(name, directory);
        String host = Files.readSymbolicLink(Path.of("/proc/self/ns/uts")).toString();
        OciContainer all = runtime.container();
        List<OciNamespace> fewer = all.namespaces().stream()
                .filter(namespace -> namespace.kind() != UTS)
                .toList();
        OciProcess process = OciProcess.of(List.of("ls", "-l", "/proc/self/ns/uts"));

        assertThat(runtime.run(process, all.withNamespaces(fewer)).said()).endsWith(host);
        assertThat(runtime.run(process, all).said()).contains("uts:").doesNotContain(host);
        assertThat(all.namespaces()).noneMatch(namespace -> namespace.kind() == USER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun"})
    void shouldHaveATerminalOfTheSizeAskedFor(String name) throws Exception {
        TestRuntime runtime = new TestRuntime(name, directory);
        OciProcess process = runtime.shell("test -t 0 && stty size").withTerminal(new TerminalSize(33, 77));

        // runc takes the size of the terminal that it runs in
        Outcome outcome = runtime.runInTerminal(name.equals("runc") ? "stty rows 33 cols 77" : "", process);

        // script shows the end of its own input too, before or behind
        assertThat(outcome.said().replace("^@", "").strip()).isEqualTo("33 77");
        assertThat(outcome.code()).isEqualTo(0);
    }

    static Stream<Arguments> filters() {
        return Stream.of("runc", "crun", "bwrap")
                .flatMap(name -> Stream.of(
                        arguments(name, "ln -s a /tmp/b", 1, "not permitted"),
                        arguments(name, "linux32 true", 1, "not implemented"),
                        arguments(name, "linux64 true", 0, ""),
                        arguments(name, "mkdir /tmp/made", 159, ""),
                        arguments(name, "chmod 644 /tmp", 1, "not permitted"),
                        arguments(name, "chmod 700 /tmp", 0, "")));
    }

    @ParameterizedTest
    @MethodSource("filters")
    void shouldFilterCallsInTheSameWayWhoeverInstallsTheFilter(String name, String command, int code, String words)
            throws Exception {
        TestRuntime runtime = new TestRuntime(name, directory);
        String calls = """
            [{"names": ["symlink", "symlinkat", "no_such_call"], "action": "SCMP_ACT_ERRNO"},
             {"name": "personality", "action": "SCMP_ACT_ERRNO", "errnoRet": 38,
              "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]},
             {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"},
             {"names": ["chmod"], "action": "SCMP_ACT_ERRNO",
              "args": [{"index": 1, "value": 36, "valueTwo": 36, "op": "SCMP_CMP_MASKED_EQ"}]},
             {"names": ["fchmodat"], "action": "SCMP_ACT_ERRNO",
              "args": [{"index": 2, "value": 36, "valueTwo": 36, "op": "SCMP_CMP_MASKED_EQ"}]},
             {"names": ["read"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_SYS_BOOT"]}}]""";
        SeccompFilter filter = SeccompProfile.parse(
                        ("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": " + calls + "}")
                                .getBytes(StandardCharsets.UTF_8),
                        "profile")
                .filter(Architecture.here(), Capabilities.usual().bounding(), KernelVersion.here());
        // a process of its own, so that PID 1 of the container lives on to say how it ended
        String script = command + "; exit $?";

        Outcome outcome = name.equals("bwrap")
                ? bwrap(runtime, filter, script)
                : runtime.run(
                        runtime.shell(script),
                        runtime.container()
                                .withMounts(OciMount.tmpfs("/tmp", 65536))
                                .withSeccomp(filter));

        assertThat(outcome.said()).contains(words);
        assertThat(outcome.code()).isEqualTo(code);
    }

    private Outcome bwrap(TestRuntime runtime, SeccompFilter filter, String script)
            throws IOException, InterruptedException {
        Path program = Files.write(directory.resolve("program"), filter.program());
        return TestRuntime.execute(List.of(
                "sh",
                "-c",
                "exec 9<\"$1\"; shift; exec bwrap --seccomp 9 \"$@\"",
                "sh",
                program.toString(),
                "--ro-bind",
                runtime.root.toString(),
                "/",
                "--proc",
                "/proc",
                "--tmpfs",
                "/tmp",
                "--unshare-all",
                "/bin/sh",
                "-c",
                script));
    }
}
