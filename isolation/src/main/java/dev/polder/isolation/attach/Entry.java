package dev.polder.isolation.attach;

import dev.polder.isolation.Account;
import dev.polder.isolation.Entrance;
import dev.polder.isolation.HostPrograms;
import dev.polder.isolation.PrivilegeCommands;
import dev.polder.isolation.Privileges;
import dev.polder.isolation.ShellText;
import dev.polder.isolation.TerminalSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How a command comes into a container.
 *
 * <pre>
 *  clean signals, setsid -- sh -c JOIN groups … [prlimit] [setpriv groups, rights] [nsenter …, user] -- sh -c SETUP: cd, export, exec program
 *  '------------------------ this host's programs, our variables -------------------'  '--------- the user -----------'
 * </pre>
 *
 * <p>Everything of a user's is in one variable, which is shell text and is read when the process is the user's: a variable
 * that changes what a program loads must not reach one that is still root's, and arguments are shown to everybody.
 *
 * <p>Into a container that a runtime has made the runtime brings it, and nsenter is executed before that alone.
 *
 * <p>A command has no more privileges than its task. Another user's in namespaces has less: none of the rights of root that
 * its task was given, and no way to more, as whoever could give them would be the container's own program.
 */
public final class Entry {
    /** The kernel's limit on one variable, with some room for its name. */
    static final int SETUP_BYTES_MAX = 128 * 1024 - 64;

    private static final String SETUP_VARIABLE = "POLDER_SETUP";
    private static final String SETUP = "eval \"$" + SETUP_VARIABLE + "\"";
    /** Enters the groups that its first arguments name, as many as the zeroth says, and executes the others. */
    private static final String JOIN = """
            n=$0
            while [ "$n" -gt 0 ]; do echo 0 >"$1" || exit 126; shift; n=$((n - 1)); done
            exec "$@"
            """;

    /** Executes its arguments with the groups of a user as the first option; whoever knows users may be slow. */
    private static final String GROUPS = """
            groups=$(id -G -- "$0" | tr ' ' ,)
            [ "$groups" ] || exit 126
            program=$1
            shift
            exec "$program" "--groups=$groups" "$@"
            """;

    private final RunningContainer container;
    private final List<String> words;
    private final String setup;
    private final Mark mark;

    private Entry(RunningContainer container, List<String> words, String setup, Mark mark) {
        this.container = container;
        this.words = words;
        this.setup = setup;
        this.mark = mark;
    }

    /**
     * Looks at the container and writes down how to come there.
     *
     * @throws IOException if the task has ended, or is not yet in its namespaces; if the command is too long; if this host
     *     lacks what is needed
     */
    public static Entry of(RunningContainer container, ContainerCommand command) throws IOException {
        Mark mark = Mark.fresh();
        if (container.entrance().isPresent()) {
            return new Entry(container, enterBy(container.entrance().get(), container, command, mark), "", mark);
        }
        Entry entry = new Entry(container, enter(container), setup(container, command), mark);
        if (entry.setup.length() > SETUP_BYTES_MAX) {
            throw new IOException("command and variables are too long: " + entry.setup.length()
                    + " bytes > setupBytesMax=" + SETUP_BYTES_MAX);
        }
        return entry;
    }

    private static List<String> enter(RunningContainer container) throws IOException {
        List<String> namespaces = Namespaces.enterAll(container.task());
        Privileges privileges = container.privileges();
        List<String> words = new ArrayList<>();
        if (!privileges.rlimits().isEmpty()) {
            words.addAll(PrivilegeCommands.prlimit(
                    HostPrograms.need("prlimit", "limit a command's processes"), privileges.rlimits()));
        }
        if (namespaces.isEmpty()) {
            addSwitch(words, container, PrivilegeCommands.options(isRoot(container), privileges), true);
        } else if (isRoot(container)) {
            addSwitch(words, container, List.of(), false);
            addNsenter(words, namespaces, container);
            // in the host's own tree root may change any program anyway, so one may be executed before
            addRights(words, PrivilegeCommands.options(true, privileges));
        } else {
            // root's rights go with root's account, so what is left to take is the way to get some
            boolean isLess = !PrivilegeCommands.options(false, privileges).isEmpty();
            addSwitch(words, container, isLess ? List.of(PrivilegeCommands.NO_NEW_PRIVILEGES) : List.of(), false);
            addNsenter(words, namespaces, container);
        }
        words.addAll(List.of("/bin/sh", "-c", SETUP));
        return words;
    }

    /** The runtime gives the command what it gave the task; here are only the namespaces in which the runtime is. */
    private static List<String> enterBy(
            Entrance entrance, RunningContainer container, ContainerCommand command, Mark mark) throws IOException {
        List<String> words = new ArrayList<>(Namespaces.enterAll(container.task()));
        if (!words.isEmpty()) {
            words.add("--");
        }
        Map<String, String> variables = new HashMap<>(command.environment());
        variables.put(Mark.VARIABLE, mark.value().toString());
        words.addAll(entrance.words(concat(List.of(command.program()), command.arguments()), variables));
        return words;
    }

    private static boolean isRoot(RunningContainer container) {
        return container.account().map(account -> account.uid() == 0).orElse(true);
    }

    /** The groups are set while it is root, for nsenter can set none; nothing of the container's is executed till then. */
    private static void addSwitch(
            List<String> words, RunningContainer container, List<String> rights, boolean changesUser)
            throws IOException {
        if (container.account().isEmpty()) {
            addRights(words, rights);
            return;
        }
        Account account = container.account().get();
        String setpriv =
                HostPrograms.need("setpriv", "run a command as another user").toString();
        words.addAll(List.of("/bin/sh", "-c", GROUPS, account.name(), setpriv, "--regid=" + account.gid()));
        if (changesUser) {
            words.add("--reuid=" + account.uid());
        }
        words.addAll(rights);
        words.add("--");
    }

    private static void addRights(List<String> words, List<String> rights) throws IOException {
        if (!rights.isEmpty()) {
            words.add(HostPrograms.need("setpriv", "give a command no more rights than its container has")
                    .toString());
            words.addAll(rights);
            words.add("--");
        }
    }

    private static void addNsenter(List<String> words, List<String> namespaces, RunningContainer container) {
        words.addAll(namespaces);
        container.account().ifPresent(account -> words.add("--setuid=" + account.uid()));
        words.add("--");
    }

    private static String setup(RunningContainer container, ContainerCommand command) throws IOException {
        Map<String, String> variables = new HashMap<>(container.environment());
        variables.putAll(command.environment());
        variables.putIfAbsent("PATH", HostPrograms.PATH);
        StringBuilder text = new StringBuilder("cd ")
                .append(ShellText.quote(container.directory().toString()))
                .append(" || exit 126\nunset SHELL PWD OLDPWD SHLVL _ ")
                .append(SETUP_VARIABLE)
                .append("\nexport");
        List<String> odd = new ArrayList<>();
        new TreeMap<>(variables).forEach((name, value) -> {
            if (name.equals(Mark.VARIABLE)) {
                return;
            }
            if (ShellText.canBeSet(name)) {
                text.append(' ').append(name).append('=').append(ShellText.quote(value));
            } else {
                odd.add(ShellText.quote(name + "=" + value));
            }
        });
        text.append("\nexec ");
        if (!odd.isEmpty()) {
            if (command.program().indexOf('=') >= 0) {
                throw new IOException("program '" + command.program() + "' has a '=', and so has no way past variables "
                        + "that no shell can set");
            }
            text.append("/usr/bin/env ").append(String.join(" ", odd)).append(' ');
        }
        text.append(ShellText.quote(command.program()));
        command.arguments().forEach(argument -> text.append(' ').append(ShellText.quote(argument)));
        return text.toString();
    }

    /** Returns what all processes of the command carry. */
    public Mark mark() {
        return mark;
    }

    /** Returns a process that enters the container and becomes the command, not yet started. */
    public ProcessBuilder process() {
        return builder(inSession(joined()));
    }

    /** Returns the same, behind a line on its standard input for which it waits. */
    ProcessBuilder held() {
        return builder(inSession(behindALine(joined())));
    }

    /**
     * Returns the same with a terminal, of which it says the name on a first line. It waits for a line of its own; what
     * follows is typed.
     */
    ProcessBuilder terminal(TerminalSize size) throws IOException {
        StringBuilder inside = new StringBuilder("tty; stty rows " + size.rows() + " cols " + size.columns() + "; ");
        container
                .account()
                .ifPresent(
                        account -> inside.append("chown ").append(account.uid()).append(" \"$(tty)\"; "));
        inside.append("exec ").append(joined().stream().map(ShellText::quote).collect(Collectors.joining(" ")));
        String script = HostPrograms.need("script", "give a command a terminal").toString();
        // script begins a session of its own
        ProcessBuilder builder =
                builder(behindALine(List.of(script, "-q", "-e", "-f", "-c", inside.toString(), "/dev/null")));
        builder.environment().put("SHELL", "/bin/sh");
        return builder;
    }

    private static List<String> inSession(List<String> command) {
        return HostPrograms.find("setsid")
                .map(setsid -> concat(List.of(setsid.toString()), command))
                .orElse(command);
    }

    private static List<String> behindALine(List<String> command) {
        return concat(List.of("/bin/sh", "-c", "read -r go && exec \"$@\"", "sh"), command);
    }

    private static List<String> concat(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private List<String> joined() {
        if (container.joinFiles().isEmpty()
                || container.entrance().filter(Entrance::joinsGroups).isPresent()) {
            return words;
        }
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh", "-c", JOIN, Integer.toString(container.joinFiles().size())));
        container.joinFiles().forEach(file -> command.add(file.toString()));
        command.addAll(words);
        return command;
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(concat(ShellText.withCleanSignals(), command))
                .directory(Path.of("/").toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", HostPrograms.PATH);
        environment.put(Mark.VARIABLE, mark.value().toString());
        environment.put(SETUP_VARIABLE, setup);
        return builder;
    }
}
