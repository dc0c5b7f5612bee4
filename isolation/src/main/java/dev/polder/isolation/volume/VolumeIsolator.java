package dev.polder.isolation.volume;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerVolume;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.VolumeMount;
import dev.polder.isolation.image.TreeDeletion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives containers their volumes, as {@code filesystem/linux} and the isolators {@code volume/...} of Mesos do. It prepares
 * before whoever runs images.
 *
 * <pre>
 *  DIRECTORY/mounts/CONTAINER/NUMBER    where one volume is mounted first, in the container's own namespace
 *  DIRECTORY/external                   which container uses what of a driver's
 * </pre>
 * Nothing is mounted here: the container's process does that in a mount namespace of its own, see {@link VolumeMount}. On the
 * host itself there are only trees of images, and what drivers mount.
 */
public final class VolumeIsolator implements Isolator {
    private static final Logger log = LoggerFactory.getLogger(VolumeIsolator.class);
    private static final FileAttribute<Set<PosixFilePermission>> OWN =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Set<VolumeKind> kinds;
    private final HostPaths hostPaths;
    private final SecretFiles secrets;
    private final Optional<VolumeImages> images;
    private final ExternalVolumes external;
    private final Path mounts;

    /**
     * What a node's volumes are.
     *
     * @param directory the node's own, absolute; made if it is missing
     * @param memory a directory in memory for secrets, such as {@code /dev/shm}
     * @param hostPathsAllowed below which paths of the host may be volumes
     * @param kinds those that containers may have
     * @param images empty for a node without images
     * @param driver who provides the others
     */
    public record Settings(
            Path directory,
            Path memory,
            List<Path> hostPathsAllowed,
            Set<VolumeKind> kinds,
            Optional<VolumeImages> images,
            VolumeDriver driver) {
        /** Copies. */
        public Settings {
            requireNonNull(directory, "directory");
            requireNonNull(memory, "memory");
            hostPathsAllowed = List.copyOf(hostPathsAllowed);
            kinds = Set.copyOf(kinds);
            requireNonNull(images, "images");
            requireNonNull(driver, "driver");
        }
    }

    private VolumeIsolator(Settings settings, Path directory) throws IOException {
        this.kinds = settings.kinds();
        this.hostPaths = new HostPaths(settings.hostPathsAllowed());
        this.images = settings.images();
        this.secrets = new SecretFiles(settings.memory(), directory);
        this.external = new ExternalVolumes(directory.resolve("external"), settings.driver());
        this.mounts = Files.createDirectories(directory.resolve("mounts"), OWN);
    }

    /** Opens a node's directory. */
    public static VolumeIsolator open(Settings settings) throws IOException {
        Files.createDirectories(settings.directory(), OWN);
        return new VolumeIsolator(settings, settings.directory().toRealPath());
    }

    @Override
    public String name() {
        return "filesystem/linux";
    }

    @Override
    public void recover(Set<ContainerId> containers) throws IOException {
        Set<ContainerId> former = new HashSet<>(ContainerNames.in(mounts));
        former.addAll(secrets.containers());
        former.addAll(external.containers());
        former.removeAll(containers);
        for (ContainerId id : former) {
            try {
                cleanup(id);
            } catch (IOException e) {
                // a driver that is not there must not keep the node from its other tasks
                log.error("volumes of a former container stay id={}", id, e);
            }
        }
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        if (spec.volumes().isEmpty()) {
            return;
        }
        String name = spec.task().user();
        Optional<Account> user = name == null ? Optional.empty() : Optional.of(Account.named(name));
        Path sandbox = spec.task().sandbox().toRealPath();
        List<VolumeTarget> targets = VolumeTarget.of(spec, sandbox);
        SandboxTree tree = new SandboxTree(sandbox, user);
        Path places = Files.createDirectory(mounts.resolve(spec.id().toString()), OWN);
        for (int i = 0; i < targets.size(); i++) {
            ContainerVolume volume = spec.volumes().get(i);
            FoundFile source = source(spec.id(), i, volume, tree, user);
            VolumeTarget target = targets.get(i);
            if (target.inSandbox().isPresent()) {
                tree.makeTarget(target.inSandbox().get(), source.directory());
            }
            Path place = places.resolve(Integer.toString(i));
            if (source.directory()) {
                Files.createDirectory(place, OWN);
            } else {
                Files.createFile(place);
            }
            boolean receivesMounts =
                    volume.source() instanceof ContainerVolume.HostPath hostPath && hostPath.receivesMounts();
            plan.mount(new VolumeMount(
                    source.path(),
                    source.identity(),
                    place,
                    volume.readOnly(),
                    receivesMounts,
                    target.path().toString()));
        }
    }

    private FoundFile source(
            ContainerId id, int number, ContainerVolume volume, SandboxTree tree, Optional<Account> user)
            throws IOException {
        ContainerVolume.Source source = volume.source();
        VolumeKind kind = VolumeKind.of(source);
        if (!kinds.contains(kind)) {
            throw new IOException("volume '" + volume.path() + "': this agent has no volumes of the kind " + kind);
        }
        if (source instanceof ContainerVolume.HostPath hostPath) {
            return hostPaths.find(hostPath.path());
        }
        if (source instanceof ContainerVolume.SandboxPath inSandbox) {
            Path path = VolumeTarget.path("sandbox path", inSandbox.path());
            if (path.isAbsolute()) {
                throw new IOException("Path '" + inSandbox.path() + "' in SANDBOX_PATH volume is not relative");
            }
            return tree.findOrMake(path);
        }
        if (source instanceof ContainerVolume.Secret secret) {
            return secrets.write(id, number, secret.value(), user);
        }
        if (source instanceof ContainerVolume.OfImage image) {
            return directory(images.orElseThrow(() -> new IOException("this agent has no images"))
                    .provide(id, number, image.reference(), volume.readOnly()));
        }
        return directory(external.mount(id, number, (ContainerVolume.External) source));
    }

    /** A directory of a place that no user can change. */
    private static FoundFile directory(Path path) throws IOException {
        Path real = path.toRealPath();
        FoundFile found = FoundFile.below(real, Path.of(""));
        if (found == null) {
            throw new IOException("'" + path + "' is gone");
        }
        return found;
    }

    @Override
    public void cleanup(ContainerId id) throws IOException {
        Path places = mounts.resolve(id.toString());
        secrets.delete(id);
        external.release(id);
        if (Files.exists(places)) {
            TreeDeletion.delete(places);
        }
    }

    @Override
    public void close() {
        try {
            secrets.close();
        } catch (IOException e) {
            log.warn("the directory of secrets stays", e);
        }
    }
}
