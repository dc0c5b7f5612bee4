package dev.polder.isolation.host;

import dev.polder.isolation.Namespace;
import dev.polder.isolation.cgroup.Controller;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The isolators that a node may have, by the names that Mesos gives them. */
public enum IsolatorName {
    /** A share of the processors, and a quota where one is asked for. */
    CGROUPS_CPU("cgroups/cpu", Controller.CPU, null),
    /** A limit of memory. */
    CGROUPS_MEM("cgroups/mem", Controller.MEMORY, null),
    /** A limit of processes and threads. */
    CGROUPS_PIDS("cgroups/pids", Controller.PIDS, null),
    /** Process numbers of its own. */
    NAMESPACES_PID("namespaces/pid", null, Namespace.PID),
    /** Shared memory of its own. */
    NAMESPACES_IPC("namespaces/ipc", null, Namespace.IPC),
    /** A host's name of its own. */
    NAMESPACES_UTS("namespaces/uts", null, Namespace.UTS),
    /** Parts of root's rights, given and taken. */
    LINUX_CAPABILITIES("linux/capabilities", null, null),
    /** No way to more rights. */
    LINUX_NNP("linux/nnp", null, null),
    /** Limits of each process. */
    POSIX_RLIMITS("posix/rlimits", null, null),
    /** A tree of its own for who wants an image; goes with {@link #DOCKER_RUNTIME}. */
    FILESYSTEM_LINUX("filesystem/linux", null, null),
    /** What the image says of its command, by an OCI runtime; goes with {@link #FILESYSTEM_LINUX}. */
    DOCKER_RUNTIME("docker/runtime", null, null);

    private final String text;
    private final @Nullable Controller controller;
    private final @Nullable Namespace namespace;

    IsolatorName(String text, @Nullable Controller controller, @Nullable Namespace namespace) {
        this.text = text;
        this.controller = controller;
        this.namespace = namespace;
    }

    /** Returns the isolator of a name; empty for one that is not known. */
    static Optional<IsolatorName> of(String text) {
        return Arrays.stream(values()).filter(each -> each.text.equals(text)).findFirst();
    }

    /** Returns the controller of control groups that it needs; empty for none. */
    Optional<Controller> controller() {
        return Optional.ofNullable(controller);
    }

    /** Is it one of those that run images? */
    boolean isOfImages() {
        return this == FILESYSTEM_LINUX || this == DOCKER_RUNTIME;
    }

    /** Returns the namespace that it gives; empty for none. */
    Optional<Namespace> namespace() {
        return Optional.ofNullable(namespace);
    }

    @Override
    public String toString() {
        return text;
    }
}
