package dev.polder.isolation.runtime;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Entrance;
import dev.polder.isolation.ImageTask;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.image.Image;
import dev.polder.isolation.image.ImageStore;
import dev.polder.isolation.image.RootFilesystems;
import dev.polder.isolation.image.TreeDeletion;
import dev.polder.isolation.image.UnmountedRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each container that wants an image in a tree of its own: what {@code filesystem/linux} and {@code docker/runtime} of
 * Mesos do together. It must be the last to prepare, as the runtime joins the groups of all others.
 *
 * <pre>
 *  image held ──► bundle ──► root laid ──► config.json ──► root mounted ──► run ──► notes, root, bundle, hold removed
 * </pre>
 * The root is mounted by the container's own process, in its mount namespace, and goes with it.
 *
 * <p>The container has process numbers of its own, and an init outside of its tree, so that it hears every signal and nothing
 * of it outlives its first process; where the runtime is crun, it ends with its last one. Its network is the host's, or the
 * one that the plan has for it. Its rights are those that Docker gives, root's or not; as with Mesos, programs may give it
 * others of these.
 *
 * <p>An image must be held for the container before it is launched, and the hold is released here.
 */
public final class ImageIsolator implements Isolator {
    private static final Logger log = LoggerFactory.getLogger(ImageIsolator.class);
    private static final String ROOT = "rootfs";

    private final ImageStore store;
    private final RootFilesystems roots;
    private final OciRuntime runtime;
    private final SeccompProfiles seccomp;
    private final Path bundles;

    /**
     * An isolator of one node.
     *
     * @param bundles a directory of the node's own, made if it is missing, on the file system of the sandboxes
     */
    public ImageIsolator(
            ImageStore store, RootFilesystems roots, OciRuntime runtime, SeccompProfiles seccomp, Path bundles)
            throws IOException {
        this.store = requireNonNull(store, "store");
        this.roots = requireNonNull(roots, "roots");
        this.runtime = requireNonNull(runtime, "runtime");
        this.seccomp = requireNonNull(seccomp, "seccomp");
        Files.createDirectories(
                bundles, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.bundles = bundles.toRealPath();
    }

    @Override
    public String name() {
        return "docker/runtime";
    }

    @Override
    public void recover(Set<ContainerId> containers) throws IOException {
        Set<ContainerId> former = new HashSet<>(ContainerNames.in(bundles));
        former.addAll(runtime.containers());
        former.addAll(store.holders());
        former.removeAll(containers);
        for (ContainerId id : former) {
            try {
                cleanup(id);
            } catch (IOException e) {
                // one mount that hangs must not keep the node from its other tasks
                log.error("the tree of a former container stays id={}", id, e);
            }
        }
        roots.recover(containers);
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        if (spec.image().isPresent()) {
            prepare(spec, spec.image().get(), plan);
        }
    }

    private void prepare(ContainerSpec spec, ImageTask task, LaunchPlan plan) throws IOException {
        ContainerId id = spec.id();
        Path bundle = Files.createDirectory(
                bundles.resolve(id.toString()),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        List<Image> held = store.held(id).stream()
                .filter(image -> task.reference()
                        .map(image.reference().toString()::equals)
                        .orElse(true))
                .toList();
        if (held.size() != 1) {
            throw new IOException("the container holds " + held.size() + " images "
                    + task.reference().map(name -> "of the name " + name + ", ").orElse("") + "and not one");
        }
        Image image = held.get(0);
        UnmountedRoot root = roots.lay(id, ROOT, image);
        new ContainerBundle(spec, task, bundle).write(root.root(), image.config(), plan, seccomp);
        plan.unshare(Namespace.PID);
        plan.runBy(runtime.preparation(root), runtime.runCommand(bundle, id), bundle);
    }

    @Override
    public Optional<Entrance> entrance(ContainerId id) {
        Path bundle = bundles.resolve(id.toString());
        return Files.exists(bundle) ? Optional.of(runtime.entrance(bundle, id)) : Optional.empty();
    }

    @Override
    public void cleanup(ContainerId id) throws IOException {
        Path bundle = bundles.resolve(id.toString());
        runtime.delete(id);
        if (roots.has(id)) {
            // an image may also be a volume of a container that is in none
            roots.release(id);
        }
        if (Files.exists(bundle)) {
            TreeDeletion.delete(bundle);
        }
        store.release(id);
    }
}
