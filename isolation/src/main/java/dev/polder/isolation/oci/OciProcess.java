package dev.polder.isolation.oci;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.Rlimit;
import dev.polder.isolation.TerminalSize;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The first process of a container.
 *
 * @param command the program, found by the container's {@code PATH}, and its arguments; not empty
 * @param environment all of it; nothing is inherited
 * @param workingDirectory absolute, within the container; made by the runtime if it is missing
 * @param noNewPrivileges no program gives it rights that it does not have, so {@code setuid} files do nothing
 * @param terminal the size of its terminal, if it has one; the runtime then wants a socket or a terminal to hand it to,
 *     and runc takes the size of the latter
 */
public record OciProcess(
        List<String> command,
        Map<String, String> environment,
        String workingDirectory,
        OciUser user,
        Capabilities capabilities,
        List<Rlimit> rlimits,
        boolean noNewPrivileges,
        Optional<TerminalSize> terminal) {
    /** Copies; refuses what no process can have. */
    public OciProcess {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        rlimits = List.copyOf(rlimits);
        requireNonNull(user, "user");
        requireNonNull(capabilities, "capabilities");
        requireNonNull(terminal, "terminal");
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new IllegalArgumentException("command " + command + " has no program");
        }
        command.forEach(word -> OciNames.requireNoZero("command", word));
        environment.forEach(OciProcess::requireVariable);
        OciNames.requireInnerPath("workingDirectory", workingDirectory);
        long types = rlimits.stream().map(Rlimit::type).distinct().count();
        if (types != rlimits.size()) {
            throw new IllegalArgumentException("rlimits " + rlimits + " name one twice");
        }
    }

    private static void requireVariable(String name, String value) {
        if (name.isEmpty() || name.contains("=")) {
            throw new IllegalArgumentException("environment has a variable named '" + name + "'");
        }
        OciNames.requireNoZero("environment", name);
        OciNames.requireNoZero("environment of " + name, value);
    }

    /** Root with Docker's rights in {@code /}, with the usual {@code PATH}, and no way to more rights. */
    public static OciProcess of(List<String> command) {
        return new OciProcess(
                command,
                Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                "/",
                OciUser.root(),
                Capabilities.usual(),
                List.of(),
                true,
                Optional.empty());
    }

    /** Returns this one with another environment. */
    public OciProcess withEnvironment(Map<String, String> other) {
        return new OciProcess(command, other, workingDirectory, user, capabilities, rlimits, noNewPrivileges, terminal);
    }

    /** Returns this one in another directory. */
    public OciProcess withWorkingDirectory(String other) {
        return new OciProcess(command, environment, other, user, capabilities, rlimits, noNewPrivileges, terminal);
    }

    /** Returns this one under another account. */
    public OciProcess withUser(OciUser other) {
        return new OciProcess(
                command, environment, workingDirectory, other, capabilities, rlimits, noNewPrivileges, terminal);
    }

    /** Returns this one with other rights. */
    public OciProcess withCapabilities(Capabilities other) {
        return new OciProcess(command, environment, workingDirectory, user, other, rlimits, noNewPrivileges, terminal);
    }

    /** Returns this one with these limits, no other ones. */
    public OciProcess withRlimits(List<Rlimit> other) {
        return new OciProcess(
                command, environment, workingDirectory, user, capabilities, other, noNewPrivileges, terminal);
    }

    /** Returns this one with a way to more rights, or without. */
    public OciProcess withNoNewPrivileges(boolean other) {
        return new OciProcess(command, environment, workingDirectory, user, capabilities, rlimits, other, terminal);
    }

    /** Returns this one with a terminal. */
    public OciProcess withTerminal(TerminalSize size) {
        return new OciProcess(
                command,
                environment,
                workingDirectory,
                user,
                capabilities,
                rlimits,
                noNewPrivileges,
                Optional.of(size));
    }

    private static Map<String, Object> toOci(Rlimit limit) {
        return Map.of("type", limit.type(), "soft", unsigned(limit.soft()), "hard", unsigned(limit.hard()));
    }

    /** Without a sign no limit is the highest. */
    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }

    /** Returns it in the form of an OCI runtime. */
    Map<String, Object> toOci() {
        Map<String, Object> process = new LinkedHashMap<>();
        process.put("terminal", terminal.isPresent());
        terminal.ifPresent(size -> process.put("consoleSize", Map.of("height", size.rows(), "width", size.columns())));
        process.put("user", user.toOci());
        process.put("args", command);
        List<String> variables = new ArrayList<>();
        new TreeMap<>(environment).forEach((name, value) -> variables.add(name + "=" + value));
        process.put("env", variables);
        process.put("cwd", workingDirectory);
        process.put("capabilities", capabilities.toOci(user.isRoot()));
        process.put("rlimits", rlimits.stream().map(OciProcess::toOci).toList());
        process.put("noNewPrivileges", noNewPrivileges);
        return process;
    }
}
