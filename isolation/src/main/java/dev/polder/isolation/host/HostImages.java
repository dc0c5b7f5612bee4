package dev.polder.isolation.host;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.image.Image;
import dev.polder.isolation.image.ImageReference;
import dev.polder.isolation.image.ImageSource;
import dev.polder.isolation.image.ImageStore;
import dev.polder.isolation.image.LocalImages;
import dev.polder.isolation.image.PullProgress;
import dev.polder.isolation.image.PullRequest;
import dev.polder.isolation.image.RegistryClient;
import dev.polder.isolation.image.RegistryCredentials;
import dev.polder.isolation.image.RegistrySettings;
import dev.polder.isolation.image.RootFilesystems;
import dev.polder.isolation.image.StoreSettings;
import dev.polder.isolation.runtime.ImageIsolator;
import dev.polder.isolation.runtime.OciRuntime;
import dev.polder.isolation.runtime.SeccompProfiles;
import dev.polder.isolation.volume.VolumeImages;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of a node: brought here, kept while containers hold them, and run by an OCI runtime. Any thread may call; calls
 * block.
 *
 * <pre>
 *  DIRECTORY/store      the images, unless they are to be elsewhere
 *  DIRECTORY/roots      the trees of containers
 *  DIRECTORY/bundles    what the runtime is told about each
 *  DIRECTORY/runtime    what the runtime notes
 * </pre>
 */
public final class HostImages implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(HostImages.class);

    private final RegistryClient registries;
    private final RegistryCredentials credentials;
    private final ImageStore store;
    private final RootFilesystems roots;
    private final OciRuntime runtime;
    private final Isolator isolator;

    private HostImages(
            RegistryClient registries,
            RegistryCredentials credentials,
            ImageStore store,
            RootFilesystems roots,
            OciRuntime runtime,
            Isolator isolator) {
        this.registries = registries;
        this.credentials = credentials;
        this.store = store;
        this.roots = roots;
        this.runtime = runtime;
        this.isolator = isolator;
    }

    /**
     * Looks for a runtime that works, and opens the store.
     *
     * @param directory the node's own, on the file system of the sandboxes; made if it is missing
     * @throws IOException if this host has no such runtime, or the store or the credentials cannot be used, in words
     */
    static HostImages open(Path directory, ImageSettings settings) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        SeccompProfiles seccomp = SeccompProfiles.open(settings.seccompDirectory(), settings.seccompProfile());
        OciRuntime runtime = OciRuntime.find(directory.resolve("runtime"), seccomp);
        RegistryCredentials credentials = settings.credentialsFile().isPresent()
                ? RegistryCredentials.ofDockerConfig(settings.credentialsFile().get())
                : RegistryCredentials.NONE;
        RegistryClient registries =
                RegistryClient.open(RegistrySettings.defaults().withPlain(settings.insecureRegistries()));
        Path place = settings.store().orElse(directory.resolve("store"));
        ImageSource source =
                settings.localImages().<ImageSource>map(LocalImages::new).orElse(registries);
        ImageStore store = ImageStore.open(StoreSettings.of(place, source)
                .withPackedBytesMax(settings.layerBytesMax())
                .withBytesMax(settings.storeBytesMax()));
        try {
            RootFilesystems roots = RootFilesystems.open(store, directory.resolve("roots"));
            Isolator isolator = new ImageIsolator(store, roots, runtime, seccomp, directory.resolve("bundles"));
            return new HostImages(registries, credentials, store, roots, runtime, isolator);
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /**
     * Brings an image here, or finds it, and holds it for a container, until that has been cleaned up or {@link #release}
     * is called. Throws away what nobody holds if there is too much then. If this thread is interrupted it ends soon.
     *
     * @param cached whether what is here under that name will do
     * @param who somebody whom registries know; empty for this node itself
     * @throws IOException if it cannot be had, with the reason for the task's owner
     */
    public void pull(ContainerId holder, ImageReference image, boolean cached, Optional<RegistryCredentials> who)
            throws IOException {
        requireNonNull(holder, "holder");
        store.pull(new PullRequest(holder, image, cached, who.orElse(credentials), PullProgress.NONE));
        try {
            store.collect();
        } catch (IOException e) {
            log.warn("unused images are not thrown away", e);
        }
    }

    /**
     * Lets go of what was pulled for a container that is not launched after all.
     *
     * @throws IOException if the disk fails
     */
    public void release(ContainerId holder) throws IOException {
        store.release(holder);
    }

    /** Returns these as volumes. */
    VolumeImages volumes() {
        return (holder, number, reference, readOnly) -> {
            Image image = store.held(holder).stream()
                    .filter(each -> each.reference().toString().equals(reference))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the container does not hold the image " + reference));
            return roots.provide(holder, "volume-" + number, image, readOnly);
        };
    }

    Isolator isolator() {
        return isolator;
    }

    /** Returns in words by what images run here. */
    String detail() {
        return "by " + runtime + ", on " + store.backend();
    }

    /** Breaks off pulls. Holds stay, as do containers. */
    @Override
    public void close() throws IOException {
        registries.close();
        store.close();
    }
}
