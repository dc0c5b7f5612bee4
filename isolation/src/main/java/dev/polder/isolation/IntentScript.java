package dev.polder.isolation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A task as the shell script that the shim reads: two variables and the function {@code task}, which ends in the
 * program. Everything of a user's stands in single quotes, in which a shell knows no special character.
 *
 * <p>The usual task costs two executions, of {@code setsid} and of the program. More programs may stand between:
 * <pre>
 *  setsid -- [nsenter … --] [unshare … -- sh -c …] [prlimit … --] [setpriv … --] [sh -c …]
 *             network        namespaces             limits          user, rights   after both
 *  [env NAME=…] [bash -c 'exec -a …'] program arguments
 *   odd names    odd zeroth argument
 * </pre>
 *
 * <p>In namespaces of its own a task has an init: the shell that finishes them stays, as the program's parent, for a
 * first process ignores the signals that it does not handle, and has orphans to reap.
 *
 * <p>Variables can have a program load what the task's user likes. So they are set by the last shell on the way, once the
 * process is contained and that user's; the programs before it have none but the container's id.
 */
final class IntentScript {
    /** The kernel's limit on one argument or variable, its final NUL included. */
    static final int WORD_BYTES_MAX = 128 * 1024;
    /** All arguments and variables together, well below what Linux grants by default. */
    static final int COMMAND_BYTES_MAX = 1 << 20;

    private static final String HEAD = "# polder intent 1\n";
    private static final String TAIL = "# end\n";
    /** Where {@code execvp} looks when the task has no PATH. */
    private static final String PATH_DEFAULT = "/bin:/usr/bin";

    /** Where the shim looks for what kept the task from being contained; its name is known to the launch shell. */
    private static final String TROUBLE = "\"$root/$id/" + ContainerDirectory.TROUBLE + "\"";

    /** Sets the variables among a shell's arguments, which end with {@code --}, and takes them away. */
    private static final String SET_VARIABLES = "while [ \"$1\" != -- ]; do export \"$1\"; shift; done; shift";

    /**
     * Runs its arguments as the task's init, and ends as they do. File 5 is where what is executed next tells of trouble,
     * 2 where the shim looks for what the shell says of a signal.
     */
    static final String INIT =
            "trap : HUP INT QUIT TERM\nunset PWD OLDPWD SHLVL _\n(" + SET_VARIABLES + "\nexec 2>&5 5>&-\n";

    /** What comes after that, and after what makes ready for a runtime. */
    static final String INITS_END = "exec \"$@\")\nexit $?\n";

    /** The name of an init whose program is a runtime. */
    static final String RUNTIMES_INIT = "runtimes-init";

    /** Before that, 2 is for trouble, 3 the task's own, and 4 the shim's: what is next is the task's program. */
    private static final String BEFORE_PROGRAM = "exec 5>&3 3>&- 2>&4 4>&-\n";

    /** Likewise, but programs come next that prepare the task, and may have trouble. */
    private static final String BEFORE_OTHERS = "exec 5>&2 2>&4 4>&-\n";

    private static final Pattern SHELL_NAME = Pattern.compile("(?!BASH)[A-Za-z_][A-Za-z0-9_]*");
    /** Variables that some shell will not have set, reads in a way of its own, or sets itself. */
    private static final Set<String> SHELL_OWNED = Set.of(
            "DIRSTACK",
            "EPOCHREALTIME",
            "EPOCHSECONDS",
            "EUID",
            "FUNCNAME",
            "GROUPS",
            "HISTCMD",
            "HISTSIZE",
            "IFS",
            "LINENO",
            "OPTARG",
            "OPTERR",
            "OPTIND",
            "PIPESTATUS",
            "POSIXLY_CORRECT",
            "PPID",
            "PS1",
            "PS2",
            "PS4",
            "RANDOM",
            "SECONDS",
            "SHELLOPTS",
            "SRANDOM",
            "UID",
            "_");
    /** Variables that a shell sets anew when it starts, so that they do not pass through it. */
    private static final Set<String> SHELL_MADE = Set.of("OLDPWD", "PWD", "SHLVL");

    private final TaskSpec spec;
    private final HostTools tools;
    private final @Nullable Account account;
    private final Map<String, String> variables;
    private final @Nullable Path program;

    private IntentScript(TaskSpec spec, HostTools tools, @Nullable Account account) {
        this.spec = spec;
        this.tools = tools;
        this.account = account;
        this.variables = new TreeMap<>(spec.environment());
        variables.put(TaskSpec.CONTAINER_ID_VARIABLE, spec.id().toString());
        this.program = lookUp(spec.program());
    }

    /** Is this the command line of a process that is to become a task's init, or its parent? No other program has it. */
    static boolean leadsToInit(String commandLine) {
        return commandLine.contains(INIT);
    }

    /** Is an init of this command line one for a runtime? */
    static boolean leadsToRuntime(String commandLine) {
        return commandLine.contains(INITS_END + '\0' + RUNTIMES_INIT + '\0');
    }

    /** Why a task cannot be written down as one. */
    static final class UnfitException extends Exception {
        private static final long serialVersionUID = 1;

        UnfitException(String why) {
            super(why);
        }
    }

    /**
     * Returns the script.
     *
     * @param account whom to switch to, null for nobody
     * @param hold where the shim shall wait, for tests; null for nowhere
     */
    static byte[] of(TaskSpec spec, HostTools tools, @Nullable Account account, @Nullable String hold)
            throws UnfitException {
        checkSize(spec);
        return new IntentScript(spec, tools, account).text(hold).getBytes(StandardCharsets.UTF_8);
    }

    private String text(@Nullable String hold) throws UnfitException {
        StringBuilder out = new StringBuilder(HEAD);
        if (hold != null) {
            out.append("hold=").append(quote(hold)).append('\n');
        }
        if (spec.containment().byRuntime()) {
            out.append("runtime=yes\n");
        }
        out.append("sandbox=").append(quote(spec.sandbox().toString())).append("\ntask() {\n");
        if (program == null) {
            return out.append("exec >>stdout 2>>stderr\necho polder: not in the PATH: ")
                    .append(quote(spec.program()))
                    .append(" >&2\n}\n")
                    .append(TAIL)
                    .toString();
        }
        addTask(out, program);
        return out.append(TAIL).toString();
    }

    private void addTask(StringBuilder out, Path program) throws UnfitException {
        List<String> words = new ArrayList<>();
        if (tools.setsid() != null) {
            words.addAll(List.of(tools.setsid().toString(), "--"));
        }
        boolean isContained = !spec.containment().isNone();
        out.append(isContained ? "exec 4>&2 " : "exec ");
        if (account == null) {
            out.append(">>stdout 2>>stderr\n").append(refusal(quote(program.toString())));
        } else {
            out.append(">/dev/null 2>&1\n");
        }
        StringBuilder exports = new StringBuilder();
        List<String> later = new ArrayList<>();
        List<String> odd = new ArrayList<>();
        variables.forEach((name, value) -> {
            if (!passesShell(name)) {
                odd.add(name + "=" + value);
            } else if (isDirect() || name.equals(TaskSpec.CONTAINER_ID_VARIABLE)) {
                exports.append(' ').append(name).append('=').append(quote(value));
            } else {
                later.add(name + "=" + value);
            }
        });
        if (isContained) {
            addContainment(out, words, isSwitched() ? List.of() : later);
        }
        if (isSwitched()) {
            addSwitch(words, program, later);
        }
        out.append("export").append(exports).append('\n');
        addProgram(words, odd, program);
        out.append("exec");
        words.forEach(word -> out.append(' ').append(quote(word)));
        out.append("\n}\n");
    }

    /** Has the process enter its groups, and what is executed next its namespaces. */
    private void addContainment(StringBuilder out, List<String> words, List<String> settings) throws UnfitException {
        Containment containment = spec.containment();
        // another user's files are opened later, so until then all that goes wrong is trouble
        out.append(account == null ? "exec 3>&2 2>" + TROUBLE : "exec 2>" + TROUBLE + " 3>&2")
                .append('\n');
        for (Path group : containment.groups()) {
            out.append("echo 0 >").append(quote(group.toString())).append(" || exit 1\n");
        }
        if (containment.namespaces().isEmpty()) {
            out.append(privileges().isUsual() ? "exec 2>&3 3>&- 4>&-\n" : "exec 4>&-\n");
        } else {
            addNamespaces(words, containment, settings);
        }
    }

    private void addNamespaces(List<String> words, Containment containment, List<String> settings)
            throws UnfitException {
        Set<Namespace> namespaces = containment.namespaces();
        if (tools.unshare() == null) {
            throw new UnfitException("to give a task its own " + namespaces + " this host lacks unshare");
        }
        if (containment.network().isPresent()) {
            Path nsenter = HostPrograms.find("nsenter")
                    .orElseThrow(() -> new UnfitException("to give a task a network this host lacks nsenter"));
            words.addAll(
                    List.of(nsenter.toString(), "--net=" + containment.network().get(), "--"));
        }
        List<VolumeMount> volumes = containment.volumes();
        words.addAll(UnshareCommand.words(
                tools.unshare(), namespaces, volumes.stream().anyMatch(VolumeMount::receivesMounts)));
        String hostname = containment
                .hostname()
                .map(name -> "echo " + quote(name) + " >/proc/sys/kernel/hostname || exit 1\n")
                .orElse("");
        String line = MountScript.of(volumes, !containment.byRuntime())
                + hostname
                + (privileges().isUsual() ? BEFORE_PROGRAM : BEFORE_OTHERS)
                + INIT
                + containment.runtime().orElse("")
                + INITS_END;
        wordBytes("what mounts its volumes", line);
        words.addAll(List.of(ShellText.SHELL, "-c", line, containment.byRuntime() ? RUNTIMES_INIT : "init"));
        words.addAll(settings);
        words.add("--");
    }

    /** Can any shell set a variable of this name, and hand it on as it is? */
    static boolean canBeSet(String name) {
        return SHELL_NAME.matcher(name).matches() && !SHELL_OWNED.contains(name);
    }

    private boolean passesShell(String name) {
        return canBeSet(name) && (isDirect() || !SHELL_MADE.contains(name));
    }

    /** Does no shell stand between the one that sets the variables and the program? */
    private boolean isDirect() {
        return !isSwitched() && spec.containment().namespaces().isEmpty();
    }

    /** Does it become another user's, or get other privileges than that user's? */
    private boolean isSwitched() {
        return account != null || !privileges().isUsual();
    }

    private Privileges privileges() {
        return spec.containment().privileges();
    }

    private void addSwitch(List<String> words, Path program, List<String> settings) throws UnfitException {
        Privileges privileges = privileges();
        if (!privileges.rlimits().isEmpty()) {
            words.addAll(PrivilegeCommands.prlimit(
                    tool("prlimit", tools.prlimit(), "to limit its processes"), privileges.rlimits()));
        }
        if (account != null || privileges.hasCapabilities() || privileges.noNewPrivileges()) {
            String purpose = account != null ? "to run a task as user '" + spec.user() + "'" : "to take rights from it";
            words.addAll(PrivilegeCommands.setpriv(tool("setpriv", tools.setpriv(), purpose), account, privileges));
        }
        StringBuilder script = new StringBuilder();
        if (!privileges.isUsual()) {
            script.append("exec 2>&3 3>&-\n");
        }
        if (account != null) {
            // the files are opened by the user, who may have put anything in the sandbox meanwhile
            script.append("exec >>stdout 2>>stderr\n").append(refusal("\"$0\""));
        }
        script.append("unset PWD OLDPWD SHLVL _\n").append(SET_VARIABLES).append("\nexec \"$@\"");
        words.addAll(List.of(ShellText.SHELL, "-c", script.toString(), program.toString()));
        words.addAll(settings);
        words.add("--");
    }

    private static Path tool(String name, @Nullable Path found, String purpose) throws UnfitException {
        if (found == null) {
            throw new UnfitException(purpose + " this host lacks " + name);
        }
        return found;
    }

    /** A program that cannot be executed ends as in Mesos, with 1; what the tools in between would say is 126 or 127. */
    private static String refusal(String file) {
        return "[ -f " + file + " ] && [ -x " + file + " ] || { echo polder: not an executable file: " + file
                + " >&2; exit 1; }\n";
    }

    private void addProgram(List<String> words, List<String> odd, Path program) throws UnfitException {
        String zeroth = spec.arguments().get(0);
        boolean direct = zeroth.equals(spec.program()) || leadsTo(program, zeroth);
        String executed = direct ? zeroth : program.toString();
        if (!odd.isEmpty()) {
            if (executed.indexOf('=') >= 0) {
                throw new UnfitException("program '" + executed + "' has a '=', and so has no way past the variables "
                        + odd + ", which no shell can set");
            }
            words.addAll(List.of("/usr/bin/env", "--"));
            words.addAll(odd);
        }
        if (!direct && tools.bash() != null) {
            words.addAll(List.of(tools.bash().toString(), "-c", "exec -a \"$0\" -- \"$@\"", zeroth));
        }
        words.add(executed);
        words.addAll(spec.arguments().subList(1, spec.arguments().size()));
    }

    /** Would {@code execvp} of the zeroth argument execute the program? Then nothing needs to come between. */
    private boolean leadsTo(Path program, String zeroth) {
        if (zeroth.indexOf('/') >= 0 || zeroth.isEmpty()) {
            return false;
        }
        try {
            Path led = lookUp(zeroth);
            return led != null && Files.isSameFile(led, program);
        } catch (IOException absent) {
            return false;
        }
    }

    /** The file that {@code execvp} would execute, seen from the sandbox; null if there is none in the PATH. */
    private @Nullable Path lookUp(String name) {
        if (name.indexOf('/') >= 0) {
            return spec.sandbox().resolve(name);
        }
        for (String directory :
                spec.environment().getOrDefault("PATH", PATH_DEFAULT).split(":", -1)) {
            Path file = spec.sandbox().resolve(directory).resolve(name);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return file;
            }
        }
        return null;
    }

    private static void checkSize(TaskSpec spec) throws UnfitException {
        long total = wordBytes("program", spec.program());
        for (int i = 0; i < spec.arguments().size(); i++) {
            total += wordBytes("argument " + i, spec.arguments().get(i));
        }
        for (Map.Entry<String, String> variable : spec.environment().entrySet()) {
            total += wordBytes("variable " + variable.getKey(), variable.getKey() + "=" + variable.getValue());
        }
        if (total > COMMAND_BYTES_MAX) {
            throw new UnfitException(
                    "arguments and variables are too long: " + total + " bytes > commandBytesMax=" + COMMAND_BYTES_MAX);
        }
    }

    private static long wordBytes(String what, String word) throws UnfitException {
        long bytes = word.getBytes(StandardCharsets.UTF_8).length + 1L;
        if (bytes > WORD_BYTES_MAX) {
            throw new UnfitException(what + " is too long: " + bytes + " bytes > wordBytesMax=" + WORD_BYTES_MAX);
        }
        return bytes;
    }

    /** Makes any text without NUL one word of a shell. */
    static String quote(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
