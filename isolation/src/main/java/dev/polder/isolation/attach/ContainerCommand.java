package dev.polder.isolation.attach;

import java.util.List;
import java.util.Map;

/**
 * What to run inside a container.
 *
 * @param program a path, or a name that is looked up in the PATH
 * @param arguments those after the zeroth, which is the program
 * @param environment variables beside the container's own; of two with one name this one counts
 */
public record ContainerCommand(String program, List<String> arguments, Map<String, String> environment) {
    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if no process can be started with these: a NUL in any text, an empty program, a
     *     variable's name that is empty or has a {@code =}
     */
    public ContainerCommand {
        checkText("program", program);
        if (program.isEmpty()) {
            throw new IllegalArgumentException("program is empty");
        }
        arguments = List.copyOf(arguments);
        arguments.forEach(argument -> checkText("argument", argument));
        environment = Map.copyOf(environment);
        environment.forEach((name, value) -> {
            checkText("variable name", name);
            checkText("variable " + name, value);
            if (name.isEmpty() || name.indexOf('=') >= 0) {
                throw new IllegalArgumentException("variable name '" + name + "' is empty or has a '='");
            }
        });
    }

    /** A line for {@code /bin/sh}. */
    public static ContainerCommand shell(String line) {
        return new ContainerCommand("/bin/sh", List.of("-c", line), Map.of());
    }

    private static void checkText(String what, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " contains a NUL, which no process can be given");
        }
    }
}
