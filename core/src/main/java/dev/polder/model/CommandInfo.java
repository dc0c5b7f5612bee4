package dev.polder.model;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a task runs.
 *
 * @param shell whether {@code value} is a line for {@code /bin/sh -c}; otherwise it is a program
 * @param arguments the program's argument vector, its own name first; not used with a shell
 * @param environment variables set for it, in this order
 * @param user whom it runs as; empty for the framework's user
 */
public record CommandInfo(
        boolean shell, String value, List<String> arguments, Map<String, String> environment, String user) {
    public CommandInfo {
        requireNonNull(value, "value");
        arguments = List.copyOf(arguments);
        Map<String, String> copy = new LinkedHashMap<>();
        environment.forEach((name, text) -> copy.put(requireNonNull(name, "name"), requireNonNull(text, name)));
        environment = Collections.unmodifiableMap(copy);
        requireNonNull(user, "user");
        if (value.isEmpty()) {
            throw new IllegalArgumentException("a command is empty, it needs " + (shell ? "a line" : "a program"));
        }
    }
}
