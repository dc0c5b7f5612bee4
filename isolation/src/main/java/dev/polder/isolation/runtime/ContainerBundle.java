package dev.polder.isolation.runtime;

import dev.polder.isolation.Account;
import dev.polder.isolation.Capability;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ImageTask;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.OutputFiles;
import dev.polder.isolation.Privileges;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.VolumeMount;
import dev.polder.isolation.image.ImageConfig;
import dev.polder.isolation.image.ImageException;
import dev.polder.isolation.image.TaskCommand;
import dev.polder.isolation.oci.Capabilities;
import dev.polder.isolation.oci.OciBundle;
import dev.polder.isolation.oci.OciContainer;
import dev.polder.isolation.oci.OciMount;
import dev.polder.isolation.oci.OciNamespace;
import dev.polder.isolation.oci.OciProcess;
import dev.polder.isolation.oci.OciUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes what a runtime is told about one container. For one thread. */
final class ContainerBundle {
    /** As in Mesos, a container reads its host's files about the network, as far as it has none of its own. */
    private static final List<String> NETWORK_FILES = List.of("/etc/hosts", "/etc/hostname", "/etc/resolv.conf");

    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final ContainerSpec spec;
    private final ImageTask task;
    private final Path directory;

    ContainerBundle(ContainerSpec spec, ImageTask task, Path directory) {
        this.spec = spec;
        this.task = task;
        this.directory = directory;
    }

    /**
     * Writes the bundle into its directory.
     *
     * @param root the container's tree
     * @param plan with the control groups that the runtime will be in
     * @throws ImageException if command and image do not say together what to execute
     * @throws IOException if the disk refuses, or there is no such filter as the task chooses
     */
    void write(Path root, ImageConfig image, LaunchPlan plan, SeccompProfiles seccomp) throws IOException {
        Optional<Account> user = user();
        Capabilities capabilities =
                capabilities(plan.privileges(), user.isEmpty() || user.get().uid() == 0);
        OciProcess process = process(image, plan, user).withCapabilities(capabilities);
        OciContainer unfiltered = OciContainer.of(root)
                .withReadOnlyRoot(false)
                // the others are given to the runtime itself, with an init, or are the host's
                .withNamespaces(List.of(OciNamespace.fresh(Namespace.MOUNT)))
                .withMounts(mounts(plan))
                .withDevices(plan.devices(), plan.nodes());
        OciContainer container = seccomp.filter(task.seccomp(), capabilities.bounding())
                .map(unfiltered::withSeccomp)
                .orElse(unfiltered);
        Optional<String> group = OciRuntime.isUnified() ? group(plan.groups(), spec.id()) : Optional.empty();
        OciBundle.write(
                directory, process, group.map(container::withCgroupsPath).orElse(container));
        OutputFiles.make(directory, spec.task().sandbox(), user);
    }

    private Optional<Account> user() throws IOException {
        String name = spec.task().user();
        return name == null ? Optional.empty() : Optional.of(Account.named(name));
    }

    private OciProcess process(ImageConfig image, LaunchPlan plan, Optional<Account> user) throws IOException {
        TaskCommand.Invocation invocation = new TaskCommand(task.shell(), task.value(), task.arguments()).in(image);
        // a runtime has no other zeroth argument for a program than the program
        List<String> command = new ArrayList<>(invocation.arguments());
        command.set(0, invocation.program());
        OciProcess process = OciProcess.of(command)
                .withEnvironment(environment(image, plan))
                .withWorkingDirectory(image.workingDirectory().isEmpty() ? ImageTask.SANDBOX : image.workingDirectory())
                .withNoNewPrivileges(plan.privileges().noNewPrivileges())
                .withRlimits(plan.privileges().rlimits());
        return user.map(account -> process.withUser(new OciUser(account.uid(), account.gid(), List.of())))
                .orElse(process);
    }

    /** Root gets all that is within its bound, and a runtime knows no way to keep it from that. */
    private static Capabilities capabilities(Privileges privileges, boolean root) {
        if (privileges.effective().isPresent()) {
            Set<Capability> effective = privileges.effective().get();
            return Capabilities.of(
                    effective, root ? effective : privileges.bounding().orElse(effective));
        }
        return privileges.bounding().map(Capabilities::usualWithin).orElseGet(Capabilities::usual);
    }

    private Map<String, String> environment(ImageConfig image, LaunchPlan plan) {
        Map<String, String> environment = new HashMap<>(task.defaults());
        environment.putAll(image.environment());
        environment.putAll(plan.variables());
        environment.putAll(spec.task().environment());
        environment.put(TaskSpec.CONTAINER_ID_VARIABLE, spec.id().toString());
        return environment;
    }

    private OciMount[] mounts(LaunchPlan plan) throws IOException {
        List<OciMount> mounts = new ArrayList<>();
        mounts.add(OciMount.bind(spec.task().sandbox(), ImageTask.SANDBOX, false));
        for (String file : NETWORK_FILES) {
            Path ofHost = Path.of(file);
            boolean hasOwn =
                    plan.volumes().stream().anyMatch(volume -> volume.target().equals(file));
            if (!hasOwn && Files.isRegularFile(ofHost)) {
                mounts.add(OciMount.bind(ofHost.toRealPath(), file, true));
            }
        }
        plan.volumes().forEach(volume -> mounts.add(mount(volume)));
        return mounts.toArray(new OciMount[0]);
    }

    /** A volume is at its place when the runtime starts, and read-only already if it is to be. */
    private static OciMount mount(VolumeMount volume) {
        String propagation = volume.receivesMounts() ? "rslave" : "rprivate";
        return new OciMount(volume.target(), "bind", volume.place().toString(), List.of("rbind", propagation));
    }

    /**
     * A group in that of the container, where there is version 2 alone: a runtime would take one beside it otherwise.
     */
    private static Optional<String> group(List<Path> joined, ContainerId id) {
        return joined.stream()
                .map(Path::getParent)
                .filter(group -> group.startsWith(CGROUPS))
                .map(group -> "/" + CGROUPS.relativize(group) + "/" + id)
                .findFirst();
    }
}
