package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Throws images away: marks what is held, pinned or excluded, and sweeps the rest. Any thread may call. */
final class Collection {
    private static final Logger log = LoggerFactory.getLogger(Collection.class);

    private final StoreDirectory directory;
    private final Pins pins;
    private final Disk disk;

    Collection(StoreDirectory directory, Pins pins, Disk disk) {
        this.directory = directory;
        this.pins = pins;
        this.disk = disk;
    }

    /** How full a disk is. */
    interface Disk {
        long totalBytes() throws IOException;

        long usableBytes() throws IOException;

        static Disk of(Path directory) {
            return new Disk() {
                private volatile @Nullable FileStore found;

                /** To find it the table of mounts is read. */
                private FileStore store() throws IOException {
                    FileStore store = found;
                    if (store == null) {
                        store = Files.getFileStore(directory);
                        found = store;
                    }
                    return store;
                }

                @Override
                public long totalBytes() throws IOException {
                    return store().getTotalSpace();
                }

                @Override
                public long usableBytes() throws IOException {
                    return store().getUsableSpace();
                }
            };
        }
    }

    /** A name and the manifest that it meant last. */
    private record Named(Path file, ImageReference reference, Digest manifest) {}

    boolean isShort(int headroomThousandths) throws IOException {
        return disk.usableBytes() < disk.totalBytes() / 1000 * headroomThousandths;
    }

    boolean isLargerThan(long bytesMax) throws IOException {
        return directory.layerBytes() > bytesMax;
    }

    List<ImageReference> images() throws IOException {
        return named().stream().map(Named::reference).toList();
    }

    private List<Named> named() throws IOException {
        List<Named> found = new ArrayList<>();
        for (Path file : directory.list(directory.images())) {
            byte[] bytes = StoreDirectory.read(file);
            if (bytes != null) {
                String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
                found.add(new Named(file, ImageReference.parse(lines[0]), Digest.parse(lines[1])));
            }
        }
        return found;
    }

    /** Returns how many layers went. */
    int sweep(Set<ImageReference> excluded) throws IOException {
        List<Path> layers = new ArrayList<>();
        synchronized (pins) {
            Set<Digest> manifests = heldManifests();
            List<Named> named = named();
            for (Named name : named) {
                if (excluded.contains(name.reference())) {
                    manifests.add(name.manifest());
                }
            }
            Set<String> marked = new HashSet<>();
            pins.pinned().forEach(digest -> marked.add(digest.fileName()));
            for (Digest manifest : manifests) {
                mark(manifest, marked);
            }
            // names go first: one whose manifest is gone would be found and be of no use
            for (Named name : named) {
                if (!marked.contains(name.manifest().fileName())) {
                    directory.delete(name.file());
                }
            }
            for (LayerForm form : LayerForm.values()) {
                for (Path layer : directory.list(directory.layers(form))) {
                    if (!marked.contains(layer.getFileName().toString())) {
                        layers.add(directory.unplace(layer));
                    }
                }
            }
            for (Path blob : directory.list(directory.blobs())) {
                if (!marked.contains(blob.getFileName().toString())) {
                    Files.deleteIfExists(blob);
                }
            }
        }
        for (Path layer : layers) {
            TreeDeletion.delete(layer);
        }
        log.info("unused images are thrown away layers={}", layers.size());
        return layers.size();
    }

    private Set<Digest> heldManifests() throws IOException {
        Set<Digest> held = new HashSet<>();
        for (Path hold : directory.list(directory.holds())) {
            held.add(HeldImage.manifestOf(hold));
        }
        return held;
    }

    private void mark(Digest digest, Set<String> marked) throws IOException {
        Descriptor config = Manifest.parse(digest, JsonObject.parse(read(digest), "manifest " + digest))
                .config();
        JsonObject document = JsonObject.parse(read(config.digest()), "config " + config.digest());
        marked.add(digest.fileName());
        marked.add(config.digest().fileName());
        ImageConfig.diffIds(document).forEach(diffId -> marked.add(diffId.fileName()));
    }

    private byte[] read(Digest digest) throws IOException {
        byte[] bytes = directory.readBlob(digest);
        if (bytes == null) {
            throw new IOException(
                    "blob " + digest + " of an image in use or excluded is gone or changed, so its layers are"
                            + " not known and nothing is thrown away");
        }
        return bytes;
    }
}
