package dev.polder.isolation.host;

import dev.polder.isolation.Namespace;
import dev.polder.isolation.cgroup.Controller;
import dev.polder.isolation.volume.VolumeKind;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The isolators that a node may have, by the names that Mesos gives them. */
public enum IsolatorName {
    /** A share of the processors, and a quota where one is asked for. */
    CGROUPS_CPU("cgroups/cpu", Controller.CPU, null, null),
    /** A limit of memory. */
    CGROUPS_MEM("cgroups/mem", Controller.MEMORY, null, null),
    /** A limit of processes and threads. */
    CGROUPS_PIDS("cgroups/pids", Controller.PIDS, null, null),
    /** A group of its own for processors and nodes of memory, with all that the node may use. */
    CGROUPS_CPUSET("cgroups/cpuset", Controller.CPUSET, null, null),
    /** What it does with block devices is counted. */
    CGROUPS_BLKIO("cgroups/blkio", Controller.IO, null, null),
    /** A group of its own for huge pages. */
    CGROUPS_HUGETLB("cgroups/hugetlb", Controller.HUGETLB, null, null),
    /** A group of its own for packets, without a class. */
    CGROUPS_NET_CLS("cgroups/net_cls", Controller.NET_CLS, null, null),
    /** No devices but the usual ones, and those that an operator allows. */
    CGROUPS_DEVICES("cgroups/devices", Controller.DEVICES, null, null),
    /** Process numbers of its own. */
    NAMESPACES_PID("namespaces/pid", null, Namespace.PID, null),
    /** Shared memory of its own. */
    NAMESPACES_IPC("namespaces/ipc", null, Namespace.IPC, null),
    /** A host's name of its own. */
    NAMESPACES_UTS("namespaces/uts", null, Namespace.UTS, null),
    /** Parts of root's rights, given and taken. */
    LINUX_CAPABILITIES("linux/capabilities", null, null, null),
    /** No way to more rights. */
    LINUX_NNP("linux/nnp", null, null, null),
    /** Limits of each process. */
    POSIX_RLIMITS("posix/rlimits", null, null, null),
    /** A tree of its own for who wants an image; goes with {@link #DOCKER_RUNTIME}. */
    FILESYSTEM_LINUX("filesystem/linux", null, null, null),
    /** What the image says of its command, by an OCI runtime; goes with {@link #FILESYSTEM_LINUX}. */
    DOCKER_RUNTIME("docker/runtime", null, null, null),
    /** Which system calls a task in an image may make; goes with {@link #DOCKER_RUNTIME}. */
    LINUX_SECCOMP("linux/seccomp", null, null, null),
    /** Paths of the host as volumes; {@link #FILESYSTEM_LINUX} wants them, too. */
    VOLUME_HOST_PATH("volume/host_path", null, null, VolumeKind.HOST_PATH),
    /** Parts of the sandbox as volumes; {@link #FILESYSTEM_LINUX} wants them, too. */
    VOLUME_SANDBOX_PATH("volume/sandbox_path", null, null, VolumeKind.SANDBOX_PATH),
    /** Secrets as volumes. */
    VOLUME_SECRET("volume/secret", null, null, VolumeKind.SECRET),
    /** Images as volumes; {@link #FILESYSTEM_LINUX} wants them, too. */
    VOLUME_IMAGE("volume/image", null, null, VolumeKind.IMAGE),
    /** Volumes of Docker's plug-ins. */
    DOCKER_VOLUME("docker/volume", null, null, VolumeKind.EXTERNAL),
    /** Networks that an operator has set up, by plug-ins. */
    NETWORK_CNI("network/cni", null, null, null),
    /** Nobody listens on ports of the host's network that are not his. */
    NETWORK_PORTS("network/ports", null, null, null),
    /** Graphics processors, each for one container; goes with {@link #CGROUPS_DEVICES}. */
    GPU_NVIDIA("gpu/nvidia", null, null, null),
    /** Containers of a Docker engine; with Mesos a containerizer. */
    DOCKER("docker", null, null, null);

    private final String text;
    private final @Nullable Controller controller;
    private final @Nullable Namespace namespace;
    private final @Nullable VolumeKind volume;

    IsolatorName(
            String text, @Nullable Controller controller, @Nullable Namespace namespace, @Nullable VolumeKind volume) {
        this.text = text;
        this.controller = controller;
        this.namespace = namespace;
        this.volume = volume;
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

    /** Returns the volumes that it gives; empty for none. */
    Optional<VolumeKind> volume() {
        return Optional.ofNullable(volume);
    }

    /** Returns who gives volumes of a kind. */
    static IsolatorName of(VolumeKind kind) {
        return Arrays.stream(values())
                .filter(each -> each.volume == kind)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public String toString() {
        return text;
    }
}
