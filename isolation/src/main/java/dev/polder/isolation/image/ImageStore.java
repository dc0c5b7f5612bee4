package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of this host, on disk. Layers are unpacked once and shared by all images that have them; what a container
 * holds stays, also when this process is killed, until it is released. Any thread may call; calls block.
 *
 * <pre>
 *  pull ──► held by a container ──release──► unused ──collect, when the disk fills, or prune──► gone
 *                    ▲                          │
 *                    └──────────pull────────────┘
 * </pre>
 */
public final class ImageStore implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(ImageStore.class);

    private final StoreSettings settings;
    private final StoreDirectory directory;
    private final Backend backend;
    private final boolean root;
    private final Pull.Pulls shared;
    private final Collection collection;

    private ImageStore(
            StoreSettings settings, StoreDirectory directory, Backend backend, boolean root, StoreProbe probe) {
        this.settings = settings;
        this.directory = directory;
        this.backend = backend;
        this.root = root;
        Pins pins = new Pins();
        SpecialFiles specialFiles = new SpecialFiles(directory.nodes());
        this.shared = new Pull.Pulls(pins, new SharedWork<>(), new SharedWork<>(), specialFiles, probe);
        this.collection = new Collection(directory, pins, Collection.Disk.of(settings.directory()));
    }

    /**
     * Opens the store, with what it held when it was closed or its process killed.
     *
     * @throws IOException if the directory is another store's or of another version, or if the backend that is wanted
     *     does not work here
     */
    public static ImageStore open(StoreSettings settings) throws IOException {
        return open(settings, StoreProbe.NONE);
    }

    static ImageStore open(StoreSettings settings, StoreProbe probe) throws IOException {
        requireNonNull(settings, "settings");
        StoreDirectory directory = StoreDirectory.open(settings.directory());
        try {
            Backend backend = backend(settings, directory);
            boolean root = Files.getAttribute(directory.tmp(), "unix:uid").equals(0);
            log.info("image store is open directory={} backend={}", settings.directory(), backend);
            return new ImageStore(settings, directory, backend, root, probe);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private static Backend backend(StoreSettings settings, StoreDirectory directory) throws IOException {
        if (settings.backend().filter(Backend.COPY::equals).isPresent()) {
            return Backend.COPY;
        }
        String refusal = OverlayMount.tryOut(directory.tmp().resolve("trial-" + UUID.randomUUID()));
        if (refusal.isEmpty()) {
            return Backend.OVERLAY;
        }
        if (settings.backend().isPresent()) {
            throw new IOException("the backend OVERLAY does not work here: " + refusal);
        }
        log.info("images are copied, overlay does not work here reason={}", refusal);
        return Backend.COPY;
    }

    /** Returns how layers become one tree here. */
    public Backend backend() {
        return backend;
    }

    boolean root() {
        return root;
    }

    /**
     * Brings an image here, or finds it, and holds it for a container. One that many want at once is fetched once. If
     * this thread is interrupted, the pull ends soon, with an {@code IOException}.
     *
     * @throws ImageException if the image is refused: unknown, for another platform, too large, malicious, broken
     * @throws IOException if a connection or the disk fails
     */
    public Image pull(PullRequest request) throws IOException {
        requireNonNull(request, "request");
        try (Pull pull = new Pull(request, settings, directory, backend.form(), root, shared)) {
            Image image = pull.run();
            image.remarks()
                    .forEach(remark -> log.warn("image is not whole image={} remark={}", image.reference(), remark));
            return image;
        }
    }

    /**
     * Returns the images that a container holds, in no order, one once for each name by which it is held.
     *
     * @throws IOException if something of one is gone or changed, or the disk fails
     */
    public List<Image> held(ContainerId holder) throws IOException {
        String prefix = requireNonNull(holder, "holder") + ".";
        List<Image> images = new ArrayList<>();
        for (Path hold : directory.list(directory.holds())) {
            if (hold.getFileName().toString().startsWith(prefix)) {
                images.addAll(HeldImage.read(directory, backend.form(), hold));
            }
        }
        return images;
    }

    /** Lets go of all images that a container holds; of none is as good. */
    public void release(ContainerId holder) throws IOException {
        String prefix = requireNonNull(holder, "holder") + ".";
        for (Path hold : directory.list(directory.holds())) {
            if (hold.getFileName().toString().startsWith(prefix)) {
                // after a power loss it may be there again, as that of a container that is not
                Files.deleteIfExists(hold);
            }
        }
    }

    /** Returns the containers that hold an image. */
    public Set<ContainerId> holders() throws IOException {
        Set<ContainerId> holders = new HashSet<>();
        for (Path hold : directory.list(directory.holds())) {
            String name = hold.getFileName().toString();
            holders.add(new ContainerId(UUID.fromString(name.substring(0, name.indexOf('.')))));
        }
        return holders;
    }

    /** Returns the names of the images that are here, used or not. */
    public List<ImageReference> images() throws IOException {
        return collection.images();
    }

    /**
     * Throws away what no container holds and no rule excludes, if less of the disk is free than there should be or the
     * layers have more bytes than they may.
     *
     * @return how many layers went
     */
    public int collect() throws IOException {
        if (!collection.isShort(settings.headroomThousandths()) && !collection.isLargerThan(settings.bytesMax())) {
            return 0;
        }
        return collection.sweep(settings.excluded());
    }

    /**
     * Throws away what no container holds and neither the settings nor this call exclude.
     *
     * @return how many layers went
     */
    public int prune(Set<ImageReference> excluded) throws IOException {
        Set<ImageReference> all = new HashSet<>(settings.excluded());
        all.addAll(excluded);
        return collection.sweep(all);
    }

    /** Gives the directory back. Pulls under way should have ended; holds stay. */
    @Override
    public void close() throws IOException {
        directory.close();
    }
}
