package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What keeps a task apart from the rest of its host, as its isolators have prepared it. The task's process enters all of
 * it before it becomes the program; a part that cannot be entered ends the task with 1, and the reason is in its
 * {@code stderr}.
 *
 * @param groups files of control groups into which the process writes itself, as absolute paths
 * @param namespaces those that it gets for itself; with {@link Namespace#PID} it has a {@code /proc} of its own, and a
 *     first process that reaps orphans and passes signals on
 * @param hostname its host's name, which needs {@link Namespace#UTS}; empty for the host's own
 * @param privileges those of its processes
 * @param runtime present if the task's program is a runtime that runs another one and ends as that one does, by {@code 128 +
 *     n} if signal {@code n} has ended it: lines for a shell that make ready for it in its namespaces, empty for nothing
 * @param volumes what it finds in its tree, which needs {@link Namespace#MOUNT}; a runtime finds them at their places
 * @param network the file of a network namespace that is there already, as an absolute path, which needs {@link
 *     Namespace#MOUNT} for the files that tell of it; empty for the host's network, or a new one
 */
public record Containment(
        List<Path> groups,
        Set<Namespace> namespaces,
        Optional<String> hostname,
        Privileges privileges,
        Optional<String> runtime,
        List<VolumeMount> volumes,
        Optional<Path> network) {
    /** Nothing keeps it apart. */
    public static final Containment NONE = new Containment(List.of(), Set.of(), Optional.empty());

    /** What the kernel takes for a name, of what RFC 1123 allows. */
    private static final int HOSTNAME_LENGTH_MAX = 64;

    private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final Pattern HOSTNAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");

    /** What keeps a task apart that is its own program, with the usual privileges. */
    public Containment(List<Path> groups, Set<Namespace> namespaces, Optional<String> hostname) {
        this(groups, namespaces, hostname, Privileges.USUAL, Optional.empty(), List.of(), Optional.empty());
    }

    /** Returns the same with other privileges. */
    public Containment with(Privileges others) {
        return new Containment(groups, namespaces, hostname, others, runtime, volumes, network);
    }

    /** Returns the same for a task whose program is a runtime, for which these lines of a shell make ready. */
    Containment byARuntime(String preparation) {
        return new Containment(groups, namespaces, hostname, privileges, Optional.of(preparation), volumes, network);
    }

    /** Is the task's program a runtime? */
    boolean byRuntime() {
        return runtime.isPresent();
    }

    /** Returns the same with other volumes. */
    Containment with(List<VolumeMount> others) {
        return new Containment(groups, namespaces, hostname, privileges, runtime, others, network);
    }

    /** Returns the same in another network. */
    Containment in(Optional<Path> other) {
        return new Containment(groups, namespaces, hostname, privileges, runtime, volumes, other);
    }

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if a path is not absolute, or the hostname is none or has no namespace, or volumes
     *     or a network have none
     */
    public Containment {
        groups = List.copyOf(groups);
        for (Path group : groups) {
            if (!group.isAbsolute()) {
                throw new IllegalArgumentException("control group file " + group + " is not absolute");
            }
        }
        requireNonNull(privileges, "privileges");
        // in the order of the enum, so that equal ones are written down alike
        Set<Namespace> ordered = EnumSet.noneOf(Namespace.class);
        ordered.addAll(namespaces);
        namespaces = Collections.unmodifiableSet(ordered);
        if (!runtime.orElse("").isEmpty()
                && !namespaces.contains(Namespace.PID)
                && !namespaces.contains(Namespace.MOUNT)) {
            // the one for processes brings the other with it
            throw new IllegalArgumentException("what makes ready for a runtime needs a mount namespace");
        }
        volumes = List.copyOf(volumes);
        if (!volumes.isEmpty() && !namespaces.contains(Namespace.MOUNT)) {
            throw new IllegalArgumentException("volumes need a mount namespace");
        }
        if (requireNonNull(network, "network").isPresent()) {
            checkNetwork(network.get(), namespaces);
        }
        if (requireNonNull(hostname, "hostname").isPresent()) {
            checkHostname(hostname.get(), namespaces);
        }
    }

    /** Tells whether nothing keeps the task apart. */
    public boolean isNone() {
        return groups.isEmpty() && namespaces.isEmpty() && privileges.isUsual();
    }

    private static void checkNetwork(Path network, Set<Namespace> namespaces) {
        if (!network.isAbsolute()) {
            throw new IllegalArgumentException("network namespace " + network + " is not absolute");
        }
        if (!namespaces.contains(Namespace.MOUNT) || namespaces.contains(Namespace.NETWORK)) {
            throw new IllegalArgumentException("network namespace " + network
                    + " needs a mount namespace beside it, and no new network namespace");
        }
    }

    private static void checkHostname(String name, Set<Namespace> namespaces) {
        if (name.length() > HOSTNAME_LENGTH_MAX || !HOSTNAME.matcher(name).matches()) {
            throw new IllegalArgumentException("hostname '" + name + "': must be labels of letters, digits and '-', "
                    + HOSTNAME_LENGTH_MAX + " characters at most");
        }
        if (!namespaces.contains(Namespace.UTS)) {
            throw new IllegalArgumentException("hostname '" + name + "' needs a UTS namespace");
        }
    }
}
