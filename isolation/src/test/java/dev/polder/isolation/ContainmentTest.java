package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.ExitStatus.NotContained;
import dev.polder.isolation.ExitStatus.Signaled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks in control groups and namespaces of their own, with real processes. Needs root. */
@Tag("slow")
class ContainmentTest {
    private static final Set<Namespace> ALL =
            EnumSet.of(Namespace.PID, Namespace.MOUNT, Namespace.IPC, Namespace.UTS, Namespace.NETWORK);
    private static final Containment APART = new Containment(List.of(), ALL, Optional.of("apart"));

    @TempDir
    Path base;

    private final RecordingListener heard = new RecordingListener();
    private TestHost host;
    private TaskLauncher launcher;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        launcher = TaskLauncher.open(host.containers, "n1", false, heard);
        launcher.start();
    }

    @AfterEach
    void close() {
        launcher.killAll(Duration.ZERO);
        launcher.close();
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private TaskSpec apart(String command) throws IOException {
        assumeTrue(isRoot(), "only root may make namespaces here");
        return host.shell(command).in(APART);
    }

    private ExitStatus run(TaskSpec spec) {
        launcher.launch(spec);
        return heard.awaitExit(spec.id());
    }

    private String output(TaskSpec spec) throws IOException {
        assertThat(run(spec)).isEqualTo(new Exited(0));
        return host.stdout(spec.id());
    }

    @Test
    void shouldTakeARuntimesCodeForTheSignalThatEndedItsProgram() {
        for (int code : List.of(0, 3, 128, 193, 255)) {
            assertThat(run(runtime("exit " + code))).isEqualTo(new Exited(code));
        }
        for (int signal : List.of(1, 2, 9, 13, 15, 64)) {
            assertThat(run(runtime("exit " + (128 + signal)))).isEqualTo(new Signaled(signal));
        }
        assertThat(run(host.shell("exit 137"))).isEqualTo(new Exited(137));
    }

    private TaskSpec runtime(String command) {
        return host.shell(command).in(Containment.NONE.byARuntime(""));
    }

    // ---- what it sees

    @Test
    void shouldSeeItsOwnProcessesOnly() throws IOException {
        assertThat(output(apart("cd /proc; for each in [0-9]*; do read -r name <$each/comm; echo $name; done")))
                .isEqualTo("sh\nsh\n");
    }

    @Test
    void shouldHaveAHostnameOfItsOwn() throws IOException {
        String before = Files.readString(Path.of("/proc/sys/kernel/hostname"));

        assertThat(output(apart("cat /proc/sys/kernel/hostname"))).isEqualTo("apart\n");
        assertThat(Path.of("/proc/sys/kernel/hostname")).hasContent(before.strip());
    }

    @Test
    void shouldMountNothingOnTheHost() throws IOException {
        assertThat(output(apart("mount -t tmpfs none " + base + " && grep -c ' " + base + " ' /proc/self/mountinfo")))
                .isEqualTo("1\n");
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(" " + base + " ");
    }

    @Test
    void shouldHaveNoNetworkButItsOwn() throws IOException {
        assertThat(output(apart("grep -c : /proc/net/dev"))).isEqualTo("1\n");
    }

    @Test
    void shouldGiveExactlyTheVariablesOfTheSpec() throws IOException {
        TaskSpec spec = apart("");
        TaskSpec odd = host.spec("/usr/bin/env", List.of("env"), Map.of("A", "b", "a.b", "c", "PWD", "/elsewhere"))
                .in(APART);

        assertThat(output(odd).lines())
                .containsExactlyInAnyOrder(
                        "A=b",
                        "a.b=c",
                        "PWD=/elsewhere",
                        "PATH=" + TestHost.PATH,
                        TaskSpec.CONTAINER_ID_VARIABLE + "=" + odd.id());
        assertThat(run(spec)).isEqualTo(new Exited(0));
    }

    // ---- how it ends

    @Test
    void shouldTellACodeFromASignal() throws IOException {
        assertThat(run(apart("exit 3"))).isEqualTo(new Exited(3));
        assertThat(run(apart("exit 137"))).isEqualTo(new Exited(137));
        assertThat(run(apart("kill -KILL $$"))).isEqualTo(new Signaled(9));
        assertThat(run(apart("kill -TERM $$"))).isEqualTo(new Signaled(15));
        assertThat(run(apart("kill -SEGV $$"))).isEqualTo(new Signaled(11));
    }

    @Test
    void shouldEndAtTermAsIfItHadNoInit() throws IOException {
        TaskSpec sleeper = apart("exec sleep 1000");
        launcher.launch(sleeper);
        heard.awaitStart(sleeper.id());

        launcher.kill(sleeper.id(), Duration.ofSeconds(30));

        assertThat(heard.awaitExit(sleeper.id())).isEqualTo(new Signaled(15));
    }

    /** Its init ignores the signal until it has come to the program, and some programs have to start before. */
    @Test
    void shouldNotLoseTermHoweverEarlyItComes() throws IOException {
        List<TaskSpec> sleepers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            TaskSpec sleeper = apart("exec sleep 1000");
            sleepers.add(sleeper);
            launcher.launch(sleeper);
        }
        for (TaskSpec sleeper : sleepers) {
            heard.awaitStart(sleeper.id());
            launcher.kill(sleeper.id(), Duration.ofSeconds(20));
        }

        for (TaskSpec sleeper : sleepers) {
            assertThat(heard.awaitExit(sleeper.id())).isEqualTo(new Signaled(15));
        }
    }

    @Test
    void shouldGiveItTheGraceToEndByItself() throws IOException {
        TaskSpec handler = apart("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done");
        launcher.launch(handler);
        heard.awaitStart(handler.id());
        await(() -> host.stdout(handler.id()).contains("ready"));

        launcher.kill(handler.id(), Duration.ofSeconds(30));

        assertThat(heard.awaitExit(handler.id())).isEqualTo(new Exited(7));
        assertThat(host.stdout(handler.id())).isEqualTo("ready\nbye\n");
    }

    @Test
    void shouldLeaveNothingOfATreeThatHidesAndIgnoresSignals() throws IOException {
        TaskSpec hider = apart("""
                trap '' TERM HUP
                env -i setsid sh -c 'trap "" TERM HUP; env -i setsid sleep 1000.25 & env -i sleep 1000.25' &
                while :; do sleep 0.01; done
                """);
        launcher.launch(hider);
        heard.awaitStart(hider.id());
        await(() -> sleepers("1000.25") == 2);

        launcher.kill(hider.id(), Duration.ZERO);

        assertThat(heard.awaitExit(hider.id())).isEqualTo(new Signaled(9));
        await(() -> sleepers("1000.25") == 0);
    }

    @Test
    void shouldLeaveNothingBehindWhenItsFirstProcessEnds() throws IOException {
        assertThat(run(apart("env -i setsid sleep 1000.5 & exit 0"))).isEqualTo(new Exited(0));

        await(() -> sleepers("1000.5") == 0);
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().pollInterval(Duration.ofMillis(5)).until(condition);
    }

    private static long sleepers(String seconds) {
        return ProcessHandle.allProcesses()
                .filter(each ->
                        List.of(each.info().arguments().orElse(new String[0])).equals(List.of(seconds)))
                .count();
    }

    @Test
    void shouldBeFoundAgainWithItsCode() throws IOException {
        TaskSpec later = apart("while [ ! -e go ]; do sleep 0.01; done; exit 42");
        launcher.launch(later);
        heard.awaitStart(later.id());
        launcher.close();
        Files.createFile(host.sandbox(later.id()).resolve("go"));

        RecordingListener next = new RecordingListener();
        launcher = TaskLauncher.open(host.containers, "n1", false, next);
        launcher.start();

        assertThat(next.awaitExit(later.id())).isEqualTo(new Exited(42));
    }

    // ---- what goes wrong

    @Test
    void shouldSayWhatItCouldNotEnter() {
        TaskSpec spec = host.shell("echo never");
        Path absent = base.resolve("no-such-group/cgroup.procs");

        ExitStatus status = run(spec.in(new Containment(List.of(absent), Set.of(), Optional.empty())));

        assertThat(status).isInstanceOf(NotContained.class);
        assertThat(((NotContained) status).why()).contains(absent.toString());
        assertThat(host.sandbox(spec.id()).resolve("stdout")).isEmptyFile();
    }

    @Test
    void shouldSayWhyThereAreNoNamespaces() throws IOException {
        Path refusing = Files.writeString(base.resolve("unshare"), "#!/bin/sh\necho not permitted >&2\nexit 1\n");
        Files.setPosixFilePermissions(refusing, PosixFilePermissions.fromString("rwx------"));
        HostTools found = HostTools.find();
        HostTools tools = new HostTools(found.setsid(), found.setpriv(), found.prlimit(), refusing, found.bash());
        TestHost other = new TestHost(base.resolve("other"));
        RecordingListener told = new RecordingListener();
        try (TaskLauncher unable = TaskLauncher.open(
                LauncherSettings.of(other.containers, "n2", false, told).with(tools, Path.of("/proc")))) {
            unable.start();
            TaskSpec spec = other.shell("echo never").in(APART);
            unable.launch(spec);

            assertThat(told.awaitExit(spec.id())).isEqualTo(new NotContained("not permitted"));
        }
    }

    @Test
    void shouldRefuseWhatIsNoContainment() {
        assertThatThrownBy(() -> new Containment(List.of(Path.of("a")), Set.of(), Optional.empty()))
                .hasMessage("control group file a is not absolute");
        Containment mounts = new Containment(List.of(), Set.of(Namespace.MOUNT), Optional.empty());
        assertThatThrownBy(() -> mounts.in(Optional.of(Path.of("net")))).hasMessageContaining("not absolute");
        assertThatThrownBy(() -> Containment.NONE.in(Optional.of(Path.of("/net"))))
                .hasMessageContaining("needs a mount namespace beside it");
        assertThatThrownBy(() -> new Containment(List.of(), ALL, Optional.empty()).in(Optional.of(Path.of("/net"))))
                .hasMessageContaining("no new network namespace");
        assertThatThrownBy(() -> new Containment(List.of(), Set.of(), Optional.of("h")))
                .hasMessage("hostname 'h' needs a UTS namespace");
        assertThatThrownBy(() -> new Containment(List.of(), ALL, Optional.of("-h")))
                .hasMessageContaining("hostname '-h': must be labels");
        assertThatThrownBy(() -> new Containment(List.of(), ALL, Optional.of("h".repeat(65))))
                .hasMessageContaining("64 characters");
    }
}
