package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to run. The process gets exactly these variables, and {@value #CONTAINER_ID_VARIABLE} with its container's id.
 *
 * <p>A program that cannot be executed ends as one that exits with 1, with the reason in {@code stderr}. The zeroth
 * argument may be any text; where it is neither the program nor a name by which the PATH leads to it, bash is needed
 * on this host to pass it on (it adds the variable SHLVL), and without bash the program is its own zeroth argument.
 *
 * @param program the file to execute: an absolute path, one that is relative to the sandbox and has a slash, or a name
 *     that is looked up in the task's PATH
 * @param arguments the argument vector with its zeroth element, as {@code exec} takes it
 * @param environment all variables the process gets; nothing is inherited
 * @param sandbox the working directory; exists and belongs to the user; {@code stdout} and {@code stderr} are appended to there
 * @param user the account to run as, null for the node's own; a node that is not root runs everything as its own
 *     account, and only checks that this one exists
 * @param containment what keeps it apart from the rest of this host
 */
public record TaskSpec(
        ContainerId id,
        String program,
        List<String> arguments,
        Map<String, String> environment,
        Path sandbox,
        @Nullable String user,
        Containment containment) {

    /** The variable by which the processes of a container are found, also when everything else about it is lost. */
    public static final String CONTAINER_ID_VARIABLE = "POLDER_CONTAINER_ID";

    /** A task that nothing keeps apart. */
    public TaskSpec(
            ContainerId id,
            String program,
            List<String> arguments,
            Map<String, String> environment,
            Path sandbox,
            @Nullable String user) {
        this(id, program, arguments, environment, sandbox, user, Containment.NONE);
    }

    /** Returns the same, contained so. */
    public TaskSpec in(Containment other) {
        return new TaskSpec(id, program, arguments, environment, sandbox, user, other);
    }

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if no process can be started with these: a NUL or half a surrogate pair in any
     *     text, an empty program, no zeroth argument, a variable's name that is empty or has a {@code =}, a sandbox
     *     that is not absolute, a user's name that is empty or begins with {@code -}
     */
    public TaskSpec {
        requireNonNull(id, "id");
        checkText("program", program);
        if (program.isEmpty()) {
            throw new IllegalArgumentException("program is empty");
        }
        arguments = List.copyOf(arguments);
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("arguments are empty: the zeroth is missing");
        }
        for (int i = 0; i < arguments.size(); i++) {
            checkText("argument " + i, arguments.get(i));
        }
        environment = Map.copyOf(environment);
        environment.forEach((name, text) -> {
            checkText("variable name " + name, name);
            checkText("variable " + name, text);
            if (name.isEmpty() || name.indexOf('=') >= 0) {
                throw new IllegalArgumentException("variable name '" + name + "' is empty or has a '='");
            }
        });
        checkText("sandbox", sandbox.toString());
        if (!sandbox.isAbsolute()) {
            throw new IllegalArgumentException("sandbox " + sandbox + " is not absolute");
        }
        if (user != null) {
            checkText("user", user);
            if (user.isEmpty() || user.startsWith("-")) {
                throw new IllegalArgumentException("user '" + user + "' is empty or begins with '-'");
            }
        }
        requireNonNull(containment, "containment");
    }

    private static void checkText(String what, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " contains a NUL, which no process can be given");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(what + " contains half a surrogate pair, which is not Unicode");
        }
    }
}
