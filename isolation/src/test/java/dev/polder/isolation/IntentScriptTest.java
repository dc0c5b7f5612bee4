package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.IntentScript.UnfitException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The text that the shim reads. */
class IntentScriptTest {
    private static final ContainerId ID = ContainerId.parse("00000000-0000-0000-0000-00000000000a");
    private static final HostTools TOOLS = new HostTools(
            Path.of("/bin/setsid"),
            Path.of("/bin/setpriv"),
            Path.of("/bin/prlimit"),
            Path.of("/bin/unshare"),
            Path.of("/bin/bash"));

    private static TaskSpec spec(String program, List<String> arguments, Map<String, String> environment) {
        return new TaskSpec(ID, program, arguments, environment, Path.of("/no/sandbox"), "u");
    }

    private static String text(TaskSpec spec, HostTools tools, @Nullable Account account, @Nullable String hold)
            throws UnfitException {
        return new String(IntentScript.of(spec, tools, account, hold), StandardCharsets.UTF_8);
    }

    @Test
    void shouldBeThis() throws UnfitException {
        TaskSpec spec = spec("/x/y z", List.of("/x/y z", "it's", ""), Map.of("A", "$b"));

        assertThat(text(spec, TOOLS, null, "before-pid")).isEqualTo("""
                        # polder intent 1
                        hold='before-pid'
                        sandbox='/no/sandbox'
                        task() {
                        exec >>stdout 2>>stderr
                        [ -f '/x/y z' ] && [ -x '/x/y z' ] || { echo polder: not an executable file: '/x/y z' >&2; exit 1; }
                        export A='$b' POLDER_CONTAINER_ID='00000000-0000-0000-0000-00000000000a'
                        exec '/bin/setsid' '--' '/x/y z' 'it'\\''s' ''
                        }
                        # end
                        """);
    }

    @Test
    void shouldEnterGroupsAndNamespacesAndStayAsInit() throws UnfitException {
        TaskSpec spec = spec("/x", List.of("/x"), Map.of("PWD", "p", "A", "it's"))
                .in(new Containment(
                        List.of(Path.of("/g/a/cgroup.procs"), Path.of("/g/b c/cgroup.procs")),
                        Set.of(Namespace.UTS, Namespace.PID),
                        Optional.of("h")));

        assertThat(text(spec, TOOLS, null, null)).isEqualTo("""
                        # polder intent 1
                        sandbox='/no/sandbox'
                        task() {
                        exec 4>&2 >>stdout 2>>stderr
                        [ -f '/x' ] && [ -x '/x' ] || { echo polder: not an executable file: '/x' >&2; exit 1; }
                        exec 3>&2 2>"$root/$id/trouble"
                        echo 0 >'/g/a/cgroup.procs' || exit 1
                        echo 0 >'/g/b c/cgroup.procs' || exit 1
                        export POLDER_CONTAINER_ID='00000000-0000-0000-0000-00000000000a'
                        exec '/bin/setsid' '--' '/bin/unshare' '--pid' '--uts' '--kill-child' '--mount-proc' '--' '/bin/sh' '-c' 'echo '\\''h'\\'' >/proc/sys/kernel/hostname || exit 1
                        exec 5>&3 3>&- 2>&4 4>&-
                        trap : HUP INT QUIT TERM
                        unset PWD OLDPWD SHLVL _
                        (while [ "$1" != -- ]; do export "$1"; shift; done; shift
                        exec 2>&5 5>&-
                        exec "$@")
                        exit $?
                        ' 'init' 'A=it'\\''s' '--' '/usr/bin/env' '--' 'PWD=p' '/x'
                        }
                        # end
                        """);
    }

    @Test
    void shouldMakeReadyForARuntimeInItsInit() throws UnfitException {
        TaskSpec spec = spec("/x", List.of("/x"), Map.of())
                .in(new Containment(List.of(), Set.of(Namespace.PID), Optional.empty()).byARuntime("mount it\n"));

        assertThat(text(spec, TOOLS, null, null)).contains("""
                        exec 2>&5 5>&-
                        mount it
                        exec "$@")
                        exit $?
                        ' 'runtimes-init' '--' '/x'
                        """);
    }

    @Test
    void shouldEnterANetworkBeforeItsNamespaces() throws UnfitException {
        Containment contained = new Containment(List.of(), Set.of(Namespace.MOUNT), Optional.empty());
        TaskSpec spec = spec("/x", List.of("/x"), Map.of("LD_PRELOAD", "/mine"));
        String nsenter = HostPrograms.find("nsenter").orElseThrow().toString();

        assertThat(text(spec.in(contained.in(Optional.of(Path.of("/net/it's")))), TOOLS, null, null))
                .contains("\nexport POLDER_CONTAINER_ID='00000000-0000-0000-0000-00000000000a'\n")
                .contains("exec '/bin/setsid' '--' '" + nsenter
                        + "' '--net=/net/it'\\''s' '--' '/bin/unshare' '--mount' ");
        assertThat(text(spec.in(contained), TOOLS, null, null)).doesNotContain("nsenter");
    }

    @Test
    void shouldEnterGroupsWithoutAProgramMore() throws UnfitException {
        TaskSpec spec = spec("/x", List.of("/x"), Map.of())
                .in(new Containment(List.of(Path.of("/g")), Set.of(), Optional.empty()));

        assertThat(text(spec, TOOLS, null, null))
                .contains("echo 0 >'/g' || exit 1\nexec 2>&3 3>&- 4>&-\n")
                .contains("\nexec '/bin/setsid' '--' '/x'\n");
        assertThat(text(spec, TOOLS, new Account("nobody", 7, 8), null))
                .contains("exec 4>&2 >/dev/null 2>&1\nexec 2>\"$root/$id/trouble\" 3>&2\n");
    }

    @Test
    void shouldNotHoldUnlessATestWantsIt() throws UnfitException {
        assertThat(text(spec("/x", List.of("/x"), Map.of()), TOOLS, null, null)).doesNotContain("hold");
    }

    @Test
    void shouldOverrideAVariableThatIsOurs() throws UnfitException {
        TaskSpec spec = spec("/x", List.of("/x"), Map.of(TaskSpec.CONTAINER_ID_VARIABLE, "theirs"));

        assertThat(text(spec, TOOLS, null, null)).contains(ID.toString()).doesNotContain("theirs");
    }

    @Test
    void shouldOpenFilesAndSetVariablesAsTheOtherUser() throws UnfitException {
        TaskSpec spec = spec("/x", List.of("/x"), Map.of("PWD", "p", "A", "b"));

        assertThat(text(spec, TOOLS, new Account("nobody", 7, 8), null))
                .contains("exec >/dev/null 2>&1\n")
                .contains("'--reuid=7' '--regid=8' '--init-groups' '--' '/bin/sh' '-c' 'exec >>stdout 2>>stderr\n")
                .contains("\nexport POLDER_CONTAINER_ID='00000000-0000-0000-0000-00000000000a'\nexec '/bin/setsid'")
                .contains("\nexec \"$@\"' '/x' 'A=b' '--' '/usr/bin/env' '--' 'PWD=p' '/x'\n");
    }

    @Test
    void shouldSetVariablesWhenPrivilegesAreThoseOfTheTask() throws UnfitException {
        Privileges privileges = new Privileges(
                Optional.of(Set.of(Capability.NET_RAW)),
                Optional.of(Set.of(Capability.NET_RAW, Capability.KILL)),
                List.of(new Rlimit("RLIMIT_NOFILE", 5, Rlimit.UNLIMITED)),
                true);
        TaskSpec spec = spec("/x", List.of("/x"), Map.of("A", "b")).in(Containment.NONE.with(privileges));

        assertThat(text(spec, TOOLS, null, null))
                .contains("\nexec 3>&2 2>\"$root/$id/trouble\"\nexec 4>&-\nexport POLDER_CONTAINER_ID=")
                .contains("\nexec '/bin/setsid' '--' '/bin/prlimit' '--nofile=5:unlimited' '--' '/bin/setpriv'"
                        + " '--inh-caps=-all,+net_raw' '--ambient-caps=-all,+net_raw'"
                        + " '--bounding-set=-all,+kill,+net_raw' '--securebits=+noroot,+noroot_locked'"
                        + " '--no-new-privs' '--' '/bin/sh' '-c' 'exec 2>&3 3>&-\nunset PWD OLDPWD SHLVL _\nwhile")
                .contains("\nexec \"$@\"' '/x' 'A=b' '--' '/x'\n");
    }

    @Test
    void shouldSayWhatTheHostLacks() {
        TaskSpec spec = spec("/x", List.of("/x"), Map.of());

        assertThatThrownBy(() ->
                        text(spec, new HostTools(null, null, null, null, null), new Account("nobody", 7, 8), null))
                .isInstanceOf(UnfitException.class)
                .hasMessage("to run a task as user 'u' this host lacks setpriv");
        TaskSpec apart = spec.in(new Containment(List.of(), Set.of(Namespace.IPC), Optional.empty()));
        assertThatThrownBy(() -> text(apart, new HostTools(null, null, null, null, null), null, null))
                .isInstanceOf(UnfitException.class)
                .hasMessage("to give a task its own [IPC] this host lacks unshare");
    }

    @Test
    void shouldDoWithoutSetsidAndBash() throws UnfitException {
        TaskSpec spec = spec("/x", List.of("other", "a"), Map.of());

        assertThat(text(spec, new HostTools(null, null, null, null, null), null, null))
                .contains("\nexec '/x' 'a'\n");
        assertThat(text(spec, TOOLS, null, null))
                .contains("exec '/bin/setsid' '--' '/bin/bash' '-c' 'exec -a \"$0\" -- \"$@\"' 'other' '/x' 'a'\n");
    }

    @Test
    void shouldRefuseWhatHasNoWay() {
        TaskSpec spec = spec("/x=y", List.of("/x=y"), Map.of("a.b", "c"));

        assertThatThrownBy(() -> text(spec, TOOLS, null, null))
                .isInstanceOf(UnfitException.class)
                .hasMessageContaining("/x=y")
                .hasMessageContaining("a.b");
    }

    @Test
    void shouldRefuseSpecsThatNoProcessCanBeGiven() {
        assertThatThrownBy(() -> spec("", List.of("x"), Map.of())).hasMessage("program is empty");
        assertThatThrownBy(() -> spec("/x", List.of(), Map.of())).hasMessageContaining("the zeroth is missing");
        assertThatThrownBy(() -> spec("/x", List.of("a", "b\0"), Map.of()))
                .hasMessageContaining("argument 1 contains a NUL");
        assertThatThrownBy(() -> spec("/x", List.of("\ud800"), Map.of())).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> spec("/x", List.of("x"), Map.of("A=B", "c"))).hasMessageContaining("'A=B'");
        assertThatThrownBy(() -> spec("/x", List.of("x"), Map.of("", "c"))).hasMessageContaining("is empty");
        assertThatThrownBy(() -> spec("/x", List.of("x"), Map.of("A", "\0")))
                .hasMessageContaining("variable A contains a NUL");
        assertThatThrownBy(() -> new TaskSpec(ID, "/x", List.of("x"), Map.of(), Path.of("relative"), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sandbox relative is not absolute");
        assertThatThrownBy(() -> new TaskSpec(ID, "/x", List.of("x"), Map.of(), Path.of("/s"), "-u"))
                .hasMessageContaining("'-u'");
    }
}
