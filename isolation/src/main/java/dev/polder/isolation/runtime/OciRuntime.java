package dev.polder.isolation.runtime;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.Entrance;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.ShellText;
import dev.polder.isolation.image.HostCommand;
import dev.polder.isolation.image.TreeDeletion;
import dev.polder.isolation.image.UnmountedRoot;
import dev.polder.isolation.oci.OciBundle;
import dev.polder.isolation.oci.OciContainer;
import dev.polder.isolation.oci.OciMount;
import dev.polder.isolation.oci.OciNamespace;
import dev.polder.isolation.oci.OciProcess;
import dev.polder.isolation.oci.SeccompFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * An OCI runtime of this host that was seen to run a container. What it notes of containers is in a directory of its
 * node. Immutable; any thread may call; calls block.
 */
public final class OciRuntime {
    /** What a container of a probe sees of its host. */
    private static final List<String> PROGRAMS = List.of("/bin", "/lib", "/lib64", "/usr");

    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path UNIFIED = Path.of("/sys/fs/cgroup/cgroup.controllers");

    private final HostCommand command;
    private final Path state;
    private final List<Path> hidden;

    private OciRuntime(HostCommand command, Path state, List<Path> hidden) {
        this.command = command;
        this.state = state;
        this.hidden = hidden;
    }

    /**
     * Looks for one, and has it run {@code true} in a container like those of tasks. Takes some tens of milliseconds.
     *
     * @param directory the node's own, for what the runtime notes; made if it is missing
     * @param seccomp the filters of system calls that containers will have
     * @throws IOException if there is none that works, with the reason of each
     */
    public static OciRuntime find(Path directory, SeccompProfiles seccomp) throws IOException {
        requireNonNull(seccomp, "seccomp");
        if (!Files.exists(MOUNTS)) {
            throw new IOException("containers of images need Linux");
        }
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!Files.getAttribute(directory, "unix:uid").equals(0)) {
            throw new IOException("only root runs containers of images");
        }
        List<String> refusals = new ArrayList<>();
        for (String name : List.of("runc", "crun")) {
            try {
                return tried(name, directory, seccomp.standard());
            } catch (IOException e) {
                refusals.add(name + ": " + e.getMessage());
            }
        }
        throw new IOException(String.join("; ", refusals));
    }

    private static OciRuntime tried(String name, Path directory, SeccompFilter seccomp) throws IOException {
        List<Path> hidden = RuntimeView.hidden(Files.readString(MOUNTS, StandardCharsets.ISO_8859_1));
        OciRuntime runtime = new OciRuntime(HostCommand.get(name), directory.toRealPath(), hidden);
        Path bundle = Files.createDirectory(runtime.state.resolveSibling("probe-" + UUID.randomUUID()));
        try {
            runtime.runTrue(bundle, seccomp);
        } finally {
            TreeDeletion.delete(bundle);
        }
        return runtime;
    }

    /** Has this host control groups of version 2 and no others? */
    static boolean isUnified() {
        return Files.exists(UNIFIED);
    }

    private void runTrue(Path bundle, SeccompFilter seccomp) throws IOException {
        List<OciMount> mounts = new ArrayList<>();
        for (String programs : PROGRAMS) {
            if (Files.isDirectory(Path.of(programs))) {
                mounts.add(OciMount.bind(Path.of(programs).toRealPath(), programs, true));
            }
        }
        Path root = Files.createDirectory(bundle.resolve("root"));
        OciContainer container = OciContainer.of(root)
                .withNamespaces(List.of(OciNamespace.fresh(Namespace.MOUNT)))
                .withMounts(mounts.toArray(new OciMount[0]))
                .withReadOnlyRoot(false)
                .withSeccomp(seccomp);
        OciBundle.write(bundle, OciProcess.of(List.of("true")), container);
        ContainerId id = new ContainerId(UUID.randomUUID());
        List<String> words = new ArrayList<>(List.of("--mount", "--", ShellText.SHELL, "-c"));
        words.add(preparation(new UnmountedRoot(root, bundle, List.of())) + "exec \"$@\"");
        words.add("runtime");
        words.addAll(runCommand(bundle, id));
        try {
            HostCommand.get("unshare").run(bundle, words.toArray(new String[0]));
        } finally {
            delete(id);
        }
    }

    /**
     * Returns lines for a shell in a mount namespace of its own: what the runtime is not to see is taken away there, and the
     * container's tree is mounted.
     */
    String preparation(UnmountedRoot root) {
        return RuntimeView.preparation(hidden, root);
    }

    /** Returns the command that runs a container's bundle in the foreground and ends as its process does. */
    List<String> runCommand(Path bundle, ContainerId id) {
        return List.of(
                command.program().toString(),
                "--root",
                state.toString(),
                "run",
                "--bundle",
                bundle.toString(),
                id.toString());
    }

    /** Returns the way into a container that runs. */
    Entrance entrance(Path bundle, ContainerId id) {
        return new RuntimeEntrance(List.of(command.program().toString(), "--root", state.toString()), bundle, id);
    }

    /**
     * Ends what is left of a container and removes what the runtime has made for it; none is as good.
     *
     * @throws IOException if something is left
     */
    void delete(ContainerId id) throws IOException {
        if (Files.exists(state.resolve(id.toString()))) {
            command.run(state, "--root", state.toString(), "delete", "--force", id.toString());
        }
    }

    /** Returns the containers of which the runtime has noted something. */
    Set<ContainerId> containers() throws IOException {
        // a runtime may have files of its own beside
        return ContainerNames.in(state);
    }

    /** Returns the program that it is. */
    @Override
    public String toString() {
        return command.program().toString();
    }
}
