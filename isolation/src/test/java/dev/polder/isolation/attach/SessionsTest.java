package dev.polder.isolation.attach;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.Account;
import dev.polder.isolation.Capability;
import dev.polder.isolation.Privileges;
import dev.polder.isolation.Rlimit;
import dev.polder.isolation.TerminalSize;
import dev.polder.isolation.cgroup.CgroupSettings;
import dev.polder.isolation.cgroup.Cgroups;
import dev.polder.isolation.cgroup.ContainerGroup;
import dev.polder.isolation.cgroup.Controller;
import dev.polder.isolation.cgroup.GroupLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(60)
class SessionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TerminalSize SIZE = new TerminalSize(24, 80);

    @TempDir
    private Path directory;

    private final Sessions sessions = new Sessions("test");
    private TestContainer host;

    @BeforeEach
    void startContainer() throws IOException {
        host = TestContainer.start(directory, Optional.empty());
    }

    @AfterEach
    void leaveNothing() {
        sessions.close();
        host.close();
        assertThat(TestContainer.marked()).isEmpty();
        assertThat(threads()).isEmpty();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("test-"))
                .toList();
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), UTF_8);
    }

    private static int code(Session session) throws Exception {
        return session.exit().get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldRunACommandWithStreamsAndSayHowItEnded() throws Exception {
        Session session =
                sessions.open(host.container(), ContainerCommand.shell("read x; echo out $x; echo err >&2; exit 42"));

        session.input().write("line\n".getBytes(UTF_8));
        session.input().flush();

        assertThat(text(session.output())).isEqualTo("out line\n");
        assertThat(text(session.error())).isEqualTo("err\n");
        assertThat(code(session)).isEqualTo(42);
    }

    @Test
    void shouldShowTheEndOfItsInput() throws Exception {
        Session session = sessions.open(host.container(), new ContainerCommand("cat", List.of(), Map.of()));

        try (OutputStream input = session.input()) {
            input.write("a\nb".getBytes(UTF_8));
        }

        assertThat(text(session.output())).isEqualTo("a\nb");
        assertThat(code(session)).isZero();
    }

    @Test
    void shouldBeginWhereTheTaskBeganWithItsVariablesAndItsOwn() throws Exception {
        Session session = sessions.open(
                host.container(),
                new ContainerCommand(
                        "sh",
                        List.of("-c", "pwd; echo \"$GREETING, $NAME\"; env | sort", "zeroth"),
                        Map.of("NAME", "it's ä 'quoted'\n$x")));

        String output = text(session.output());
        assertThat(output).startsWith(directory.toRealPath() + "\nhello, it's ä 'quoted'\n$x\n");
        assertThat(output)
                .doesNotContain("POLDER_SETUP")
                .doesNotContain("HOME=")
                .doesNotContain("SHLVL=");
    }

    @Test
    void shouldSetVariablesThatNoShellCanSet() throws Exception {
        Session session = sessions.open(
                host.container(), new ContainerCommand("env", List.of(), Map.of("odd-name", "o\"d", "UID", "7")));

        assertThat(text(session.output())).contains("odd-name=o\"d\n", "UID=7\n", "GREETING=hello\n");
    }

    @Test
    void shouldRunInTheControlGroupsOfItsContainer() throws Exception {
        Cgroups cgroups = Cgroups.discover(
                CgroupSettings.of("attach-" + ProcessHandle.current().pid()).withWanted(EnumSet.of(Controller.PIDS)));
        assumeTrue(cgroups.has(Controller.PIDS), () -> "no control groups here: " + cgroups.abilities());
        RunningContainer plain = host.container();
        ContainerGroup group = cgroups.create(plain.id(), GroupLimits.none());
        try {
            Session session = sessions.open(
                    new RunningContainer(
                            plain.id(),
                            plain.task(),
                            plain.account(),
                            plain.privileges(),
                            plain.directory(),
                            plain.environment(),
                            group.joinFiles()),
                    ContainerCommand.shell("cat /proc/self/cgroup"));

            assertThat(text(session.output())).contains(plain.id().toString());
        } finally {
            sessions.close();
            assertThat(group.destroy(PATIENCE)).isEmpty();
            assertThat(cgroups.removeRoots()).isEmpty();
        }
    }

    @Test
    void shouldPassAnyArgumentOnAsItIs() throws Exception {
        List<String> odd = List.of("", "a b", "'", "\"$HOME\"", "*", "\n", "é→😀", "-n", "\\", "x'y\"z");
        Session session = sessions.open(host.container(), new ContainerCommand("printf", concat("%s|", odd), Map.of()));

        assertThat(text(session.output())).isEqualTo(String.join("|", odd) + "|");
    }

    private static List<String> concat(String first, List<String> rest) {
        return Stream.concat(Stream.of(first), rest.stream()).toList();
    }

    @Test
    void shouldSayThatAProgramIsNotThere() throws Exception {
        Session session = sessions.open(host.container(), new ContainerCommand("no-such-program", List.of(), Map.of()));

        assertThat(text(session.error())).contains("no-such-program");
        assertThat(code(session)).isEqualTo(127);
    }

    @Test
    void shouldReadFromTheFirstMomentOnWhateverTheCommandIsBroughtInBy() throws Exception {
        for (int i = 0; i < 100; i++) {
            Session session = sessions.open(host.container(), ContainerCommand.shell("echo out; echo err >&2"));

            assertThat(text(session.output())).isEqualTo("out\n");
            assertThat(text(session.error())).isEqualTo("err\n");
            session.close();
        }
    }

    @Test
    void shouldRefuseWhatNoVariableCanHold() {
        ContainerCommand command = ContainerCommand.shell("x".repeat(Entry.SETUP_BYTES_MAX));

        assertThatThrownBy(() -> sessions.open(host.container(), command))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("> setupBytesMax=131008");
    }

    @Test
    void shouldRefuseAContainerThatHasEnded() {
        host.end();

        assertThatThrownBy(() -> sessions.open(host.container(), ContainerCommand.shell("true")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has ended");
    }

    @Test
    void shouldMakeTheWriterWaitForASlowReader() throws Exception {
        Session session = sessions.open(
                host.container(), ContainerCommand.shell("dd if=/dev/zero bs=64k count=64 2>/dev/null; touch written"));

        assertThat(session.output().readNBytes(65_536)).hasSize(65_536);
        // nobody reads; the pipe is full, and what is in it is all that is anywhere
        await().until(() -> isBlockedInWriting());
        assertThat(directory.resolve("written")).doesNotExist();
        assertThat(session.output().readAllBytes()).hasSize(63 * 65_536);
    }

    private boolean isBlockedInWriting() throws IOException {
        for (long pid : TestContainer.marked()) {
            if (Files.readString(Path.of("/proc", Long.toString(pid), "syscall"))
                    .startsWith("1 ")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void shouldKeepNothingOfWhatIsWrittenWhenTheCommandHasEnded() throws Exception {
        Session session = sessions.open(host.container(), ContainerCommand.shell("yes & exit 3"));

        assertThat(code(session)).isEqualTo(3);

        long usedBefore = used();
        assertThat(session.output().readNBytes(10)).hasSize(10);
        assertThat(TestContainer.marked()).hasSize(1);
        await().until(() -> isBlockedInWriting());
        assertThat(used() - usedBefore).isLessThan(64L << 20);
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void shouldEndAllThatItStartedWhenItIsClosed() throws Exception {
        Session session = sessions.open(
                host.container(),
                ContainerCommand.shell(
                        "trap '' TERM HUP; setsid sleep 301 & (setsid sleep 302 &); echo up; sleep 303"));
        assertThat(session.output().read()).isEqualTo('u');
        await().until(() -> TestContainer.marked().size() >= 4);

        session.close();

        assertThat(TestContainer.marked()).isEmpty();
        assertThat(code(session)).isEqualTo(137);
    }

    @Test
    void shouldWakeWhoeverReadsWhenItIsClosed() throws Exception {
        Session session = sessions.open(host.container(), ContainerCommand.shell("env -i setsid sleep 5 & sleep 300"));
        CompletableFuture<Throwable> read = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                session.output().read();
                read.complete(null);
            } catch (IOException e) {
                read.complete(e);
            }
        });
        reader.start();
        await().until(() -> Arrays.stream(reader.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("read")));

        session.close();

        assertThat(read).succeedsWithin(Duration.ofSeconds(3));
    }

    @Test
    void shouldEndWithItsContainer() throws Exception {
        Session session = sessions.open(host.container(), ContainerCommand.shell("setsid sleep 304 & sleep 305"));

        host.end();

        await().atMost(PATIENCE).until(() -> TestContainer.marked().isEmpty());
        assertThat(code(session)).isEqualTo(137);
    }

    @Test
    void shouldEndTheSessionsOfOneContainerOnly() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("other"));
        try (TestContainer other = TestContainer.start(elsewhere, Optional.empty())) {
            Session first = sessions.open(host.container(), ContainerCommand.shell("sleep 306"));
            Session second = sessions.open(other.container(), ContainerCommand.shell("cat"));

            sessions.end(host.container().id());

            assertThat(code(first)).isEqualTo(137);
            second.input().write('x');
            second.input().flush();
            assertThat(second.output().read()).isEqualTo('x');
            sessions.close();
        }
    }

    @Test
    void shouldGiveATerminalOfTheSizeThatWasAskedFor() throws Exception {
        Session session = sessions.openTerminal(
                host.container(), ContainerCommand.shell("test -t 0 && test -t 2 && stty size; exit 5"), SIZE);

        assertThat(text(session.output())).isEqualTo("24 80\r\n");
        assertThat(code(session)).isEqualTo(5);
    }

    @Test
    void shouldShowWhatIsTyped() throws Exception {
        Session session = sessions.openTerminal(
                host.container(), ContainerCommand.shell("echo ready; read x; echo \"<$x>\""), SIZE);
        assertThat(session.output().readNBytes(7)).isEqualTo("ready\r\n".getBytes(UTF_8));

        session.input().write("abc\n".getBytes(UTF_8));
        session.input().flush();

        assertThat(text(session.output())).isEqualTo("abc\r\n<abc>\r\n");
    }

    @Test
    void shouldInterruptWhatRunsInTheTerminal() throws Exception {
        Session session = sessions.openTerminal(
                host.container(),
                ContainerCommand.shell("trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done"),
                SIZE);
        assertThat(session.output().readNBytes(7)).isEqualTo("ready\r\n".getBytes(UTF_8));

        session.input().write(3);
        session.input().flush();

        assertThat(text(session.output())).contains("caught");
        assertThat(code(session)).isEqualTo(9);
    }

    @Test
    void shouldTellWhatRunsInTheTerminalOfAnotherSize() throws Exception {
        Session session = sessions.openTerminal(
                host.container(),
                ContainerCommand.shell("trap '[ \"$(stty size)\" = \"50 132\" ] && exit 6' WINCH; echo ready; "
                        + "while :; do sleep 0.05; done"),
                SIZE);
        assertThat(session.output().readNBytes(7)).isEqualTo("ready\r\n".getBytes(UTF_8));

        session.resize(new TerminalSize(50, 132));

        assertThat(code(session)).isEqualTo(6);
    }

    @Test
    void shouldRefuseAnotherSizeWithoutATerminal() throws Exception {
        Session session = sessions.open(host.container(), ContainerCommand.shell("sleep 309"));

        assertThatThrownBy(() -> session.resize(SIZE)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldRunInTheNamespacesOfItsContainer() throws Exception {
        assumeRoot();
        Path inside = Files.createDirectory(directory.resolve("inside"));
        try (TestContainer contained =
                TestContainer.start(inside, Optional.empty(), "--pid", "--mount-proc", "--uts", "--net", "--ipc")) {
            Session session = sessions.open(
                    contained.container(),
                    ContainerCommand.shell("for n in mnt uts net ipc pid; do readlink /proc/self/ns/$n; "
                            + "done; readlink /proc/1/ns/pid"));

            List<String> lines = text(session.output()).lines().toList();
            Path ns =
                    Path.of("/proc", Long.toString(contained.container().task().pid()), "ns");
            assertThat(lines)
                    .containsExactly(
                            link(ns, "mnt"),
                            link(ns, "uts"),
                            link(ns, "net"),
                            link(ns, "ipc"),
                            link(ns, "pid_for_children"),
                            link(ns, "pid_for_children"));
            assertThat(link(ns, "pid_for_children")).isNotEqualTo(link(ns, "pid"));
            sessions.close();
        }
    }

    private static String link(Path directory, String name) throws IOException {
        return Files.readSymbolicLink(directory.resolve(name)).toString();
    }

    @Test
    void shouldHaveNoMorePrivilegesThanItsContainer() throws Exception {
        assumeRoot();
        makePassable();
        Privileges less = new Privileges(
                Optional.of(Set.of(Capability.CHOWN)),
                Optional.of(Set.of(Capability.CHOWN, Capability.KILL)),
                List.of(new Rlimit("RLIMIT_NOFILE", 100, 200)),
                false);
        ContainerCommand show = ContainerCommand.shell(
                "sed -n 's/^\\(Cap[EB]..\\|NoNewPrivs\\):\\t0*\\(.\\)/\\1 \\2/p' /proc/self/status; ulimit -n");
        for (boolean isNobody : List.of(false, true)) {
            Optional<Account> account = isNobody ? Optional.of(Account.named("nobody")) : Optional.empty();
            for (String[] namespaces : List.of(new String[0], new String[] {"--pid", "--mount-proc"})) {
                Path inside = Files.createDirectory(directory.resolve("in-" + isNobody + namespaces.length));
                try (TestContainer contained = TestContainer.start(inside, account, namespaces)) {
                    Session session = sessions.open(contained.with(less), show);

                    String shown = text(session.output());
                    assertThat(shown).as(text(session.error())).endsWith("100\n");
                    if (isNobody && namespaces.length > 0) {
                        assertThat(shown).contains("CapEff 0\n", "NoNewPrivs 1\n");
                    } else {
                        assertThat(shown).contains("CapEff 1\n", "CapBnd 21\n", "NoNewPrivs 0\n");
                    }
                }
            }
        }
    }

    @Test
    void shouldRunAsTheUserOfItsTaskWithAllGroupsAlsoInNamespaces() throws Exception {
        assumeRoot();
        makePassable();
        Optional<Account> nobody = Optional.of(Account.named("nobody"));
        Path inside = Files.createDirectory(directory.resolve("inside"));
        try (TestContainer contained = TestContainer.start(inside, nobody, "--pid", "--mount-proc");
                TestContainer plain = TestContainer.start(Files.createDirectory(directory.resolve("plain")), nobody)) {
            for (TestContainer each : List.of(contained, plain)) {
                Session session = sessions.open(
                        each.container(), ContainerCommand.shell("id -u; id -g; id -G; grep CapEff /proc/self/status"));

                assertThat(text(session.output())).isEqualTo("65534\n65534\n65534\nCapEff:\t0000000000000000\n");
            }
            sessions.close();
        }
    }

    @Test
    void shouldGiveAnotherUserATerminalThatIsHis() throws Exception {
        assumeRoot();
        makePassable();
        Path inside = Files.createDirectory(directory.resolve("inside"));
        try (TestContainer contained = TestContainer.start(inside, Optional.of(Account.named("nobody")))) {
            Session session = sessions.openTerminal(
                    contained.container(), ContainerCommand.shell("echo through >\"$(tty)\""), SIZE);

            assertThat(text(session.output())).isEqualTo("through\r\n");
            sessions.close();
        }
    }

    @Test
    void shouldLoadNothingOfTheUsersWhileItIsRoot() throws Exception {
        assumeRoot();
        makePassable();
        Path inside = Files.createDirectory(directory.resolve("inside"));
        Map<String, String> hostile = Map.of("LD_PRELOAD", "/no/such/library.so", "ENV", "/no/such");
        try (TestContainer contained = TestContainer.start(
                inside, Optional.of(Account.named("nobody")), "sleep 300", hostile, "--pid", "--mount-proc")) {
            Session session = sessions.open(contained.container(), ContainerCommand.shell("exit 0"));

            // each program that is loaded with it complains once
            assertThat(text(session.error()).lines().filter(line -> line.contains("library.so")))
                    .hasSize(1);
            sessions.close();
        }
    }

    private void makePassable() throws IOException {
        for (Path each = directory; each != null && each.startsWith("/tmp/"); each = each.getParent()) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static void assumeRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may do that");
    }
}
