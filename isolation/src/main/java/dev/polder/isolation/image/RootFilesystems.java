package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trees of containers, each in a directory {@code CONTAINER/NAME} of one directory. What the store's backend is
 * decides whether they are mounted or copied. Any thread may call, but not two for the same container at once.
 *
 * <p>Mounts stay when this process is killed, as do the containers in them. {@link #recover} finds them.
 */
public final class RootFilesystems {
    private static final Logger log = LoggerFactory.getLogger(RootFilesystems.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final String ROOT = "root";

    private final ImageStore store;
    private final Path directory;

    private RootFilesystems(ImageStore store, Path directory) {
        this.store = store;
        this.directory = directory;
    }

    /**
     * Takes a directory, which is made if it is missing, with the mode 0711.
     *
     * @throws IllegalArgumentException if it is not absolute
     */
    public static RootFilesystems open(ImageStore store, Path directory) throws IOException {
        requireNonNull(store, "store");
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("directory " + directory + " is not absolute");
        }
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        // what is mounted is found by its true path
        return new RootFilesystems(store, directory.toRealPath());
    }

    /**
     * Makes an image's tree ready for a container that mounts it itself, in a mount namespace of its own, so that it goes with
     * the container and this host never sees it.
     *
     * @param holder the container, which holds the image until after its release here
     * @param name which of the container's trees this is: lower-case letters, digits and {@code -}
     * @throws IOException if the disk refuses; nothing is left then
     */
    public UnmountedRoot lay(ContainerId holder, String name, Image image) throws IOException {
        Path place = newPlace(holder, name);
        try {
            List<Path> layers = visible(image.layers());
            return store.backend() == Backend.OVERLAY
                    ? new UnmountedRoot(
                            OverlayMount.root(place), place, OverlayMount.prepare(place, withWhiteouts(layers)))
                    : new UnmountedRoot(copy(place, layers), place, List.of());
        } catch (IOException | RuntimeException e) {
            discardAfter(e, place);
            throw e;
        }
    }

    /**
     * Puts an image together.
     *
     * @param holder the container, which holds the image until after its release here
     * @param name which of the container's trees this is: lower-case letters, digits and {@code -}
     * @param readOnly for an image that is a volume; where layers are copied by somebody else than root, it can be
     *     written to, which harms nobody else, for the copy is this container's alone
     * @return its root on this host
     * @throws IOException if the disk or the kernel refuses; nothing is left then
     */
    public Path provide(ContainerId holder, String name, Image image, boolean readOnly) throws IOException {
        Path place = newPlace(holder, name);
        try {
            List<Path> layers = visible(image.layers());
            if (store.backend() == Backend.OVERLAY) {
                return mount(place, layers, readOnly);
            }
            Path root = copy(place, layers);
            if (readOnly && store.root() && HostCommand.find("mount") != null) {
                HostCommand mount = HostCommand.get("mount");
                mount.run(place, "--bind", root.toString(), root.toString());
                mount.run(place, "-o", "remount,bind,ro", root.toString());
            }
            return root;
        } catch (IOException | RuntimeException e) {
            discardAfter(e, place);
            throw e;
        }
    }

    private Path newPlace(ContainerId holder, String name) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name '" + name + "' is not " + NAME);
        }
        Path place = directory.resolve(holder.toString()).resolve(name);
        discard(place);
        return Files.createDirectories(
                place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    }

    private static void discardAfter(Exception failure, Path place) {
        try {
            discard(place);
        } catch (IOException left) {
            failure.addSuppressed(left);
        }
    }

    /** A layer whose root is opaque hides all below it, which the kernel does not see by itself. */
    private static List<Path> visible(List<Path> layers) throws IOException {
        for (int i = layers.size() - 1; i > 0; i--) {
            if (whiteouts(layers.get(i)).opaque().contains(EntryName.root())) {
                return layers.subList(i, layers.size());
            }
        }
        return layers;
    }

    private static Whiteouts whiteouts(Path layer) throws IOException {
        return Whiteouts.read(layer.resolveSibling("whiteouts"));
    }

    private static Map<Path, Whiteouts> withWhiteouts(List<Path> layers) throws IOException {
        Map<Path, Whiteouts> all = new LinkedHashMap<>();
        for (Path layer : layers) {
            all.put(layer, whiteouts(layer));
        }
        return all;
    }

    private static Path mount(Path place, List<Path> layers, boolean readOnly) throws IOException {
        Path root = OverlayMount.mount(place, withWhiteouts(layers));
        if (readOnly) {
            OverlayMount.makeReadOnly(root);
        }
        return root;
    }

    private Path copy(Path place, List<Path> layers) throws IOException {
        Path root = Files.createDirectory(place.resolve(ROOT));
        SpecialFiles specialFiles = new SpecialFiles(place);
        for (Path layer : layers) {
            new TreeCopy(root, store.root(), specialFiles).apply(layer, whiteouts(layer));
        }
        return root;
    }

    /**
     * Unmounts and deletes all trees of a container; of none is as good. What a process still uses ends with it.
     *
     * @throws IOException if something cannot be unmounted or deleted; what is left is there to be released again
     */
    public void release(ContainerId holder) throws IOException {
        discard(directory.resolve(holder.toString()));
    }

    private static void discard(Path place) throws IOException {
        OverlayMount.unmountBelow(place);
        TreeDeletion.delete(place);
    }

    /** Tells whether a container has trees that are not released. */
    public boolean has(ContainerId holder) {
        return Files.exists(directory.resolve(holder.toString()), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Releases the trees of all containers but those that live: what a killed process left behind.
     *
     * @return whose trees were released
     */
    public Set<ContainerId> recover(Set<ContainerId> living) throws IOException {
        Set<ContainerId> released = new HashSet<>();
        for (Path place : places()) {
            ContainerId holder =
                    new ContainerId(UUID.fromString(place.getFileName().toString()));
            if (!living.contains(holder)) {
                log.info("trees of a container that is gone are released container={}", holder);
                discard(place);
                released.add(holder);
            }
        }
        return released;
    }

    private List<Path> places() throws IOException {
        List<Path> places = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(places::add);
        } catch (NoSuchFileException none) {
            return List.of();
        }
        return places;
    }
}
