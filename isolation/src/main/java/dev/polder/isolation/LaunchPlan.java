package dev.polder.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a container's task is to be started: what its isolators add, one after the other. Owned by one thread. */
public final class LaunchPlan {
    private final List<Path> groups = new ArrayList<>();
    private final Set<Namespace> namespaces = EnumSet.noneOf(Namespace.class);
    private final Map<String, String> environment = new HashMap<>();
    private @Nullable String hostname;

    /** A plan to start a task as it is. */
    LaunchPlan(TaskSpec task) {
        groups.addAll(task.containment().groups());
        namespaces.addAll(task.containment().namespaces());
        hostname = task.containment().hostname().orElse(null);
    }

    /** The task's process writes itself into these files of control groups. */
    public void joinGroups(List<Path> files) {
        groups.addAll(files);
    }

    /** The task has this namespace for itself. */
    public void unshare(Namespace namespace) {
        namespaces.add(namespace);
    }

    /** The task's host has this name; needs {@link Namespace#UTS}. */
    public void hostname(String name) {
        hostname = name;
    }

    boolean hasHostname() {
        return hostname != null;
    }

    /** Sets a variable, unless the task has it. */
    public void variable(String name, String value) {
        environment.put(name, value);
    }

    /** Returns the task, to be started so. */
    TaskSpec contained(TaskSpec task) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.putAll(task.environment());
        return new TaskSpec(
                task.id(),
                task.program(),
                task.arguments(),
                variables,
                task.sandbox(),
                task.user(),
                new Containment(groups, namespaces, Optional.ofNullable(hostname)));
    }
}
