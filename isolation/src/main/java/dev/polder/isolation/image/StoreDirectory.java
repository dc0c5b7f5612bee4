package dev.polder.isolation.image;

import dev.polder.isolation.ContainerId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A store's files. What stands under its own name is whole and on disk: it was written elsewhere, forced and renamed.
 *
 * <pre>
 *  version                  polder-images 1
 *  lock                     held by the process that has the store
 *  blobs/DIGEST             manifests and configs
 *  layers/FORM/DIGEST/      an unpacked layer: tree, whiteouts, and bytes, the size of its files
 *  images/HASH              a reference, and the manifest that it meant last
 *  holds/CONTAINER.DIGEST   the container uses the image with that manifest; holds the reference
 *  nodes/                   one whiteout, to be linked
 *  tmp/                     what is not whole; emptied at each opening
 * </pre>
 */
final class StoreDirectory implements Closeable {
    private static final String VERSION = "polder-images 1\n";
    private static final String SIZE = "bytes";

    private final Path directory;
    private final FileChannel lockFile;

    private StoreDirectory(Path directory, FileChannel lockFile) {
        this.directory = directory;
        this.lockFile = lockFile;
    }

    static StoreDirectory open(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        FileChannel lockFile =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock(directory, lockFile);
            StoreDirectory store = new StoreDirectory(directory, lockFile);
            store.prepare();
            return store;
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    private static void lock(Path directory, FileChannel file) throws IOException {
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            throw new IOException("the image store " + directory + " is open in this process already", e);
        }
        if (lock == null) {
            throw new IOException("the image store " + directory + " is open in another process");
        }
    }

    private void prepare() throws IOException {
        Path version = directory.resolve("version");
        if (Files.exists(version)) {
            String found = Files.readString(version, StandardCharsets.UTF_8);
            if (!found.equals(VERSION)) {
                throw new IOException(
                        version + " says '" + found.strip() + "'; this Polder reads '" + VERSION.strip() + "'");
            }
        }
        TreeDeletion.delete(tmp());
        for (Path made : List.of(tmp(), blobs(), images(), holds(), nodes())) {
            Files.createDirectories(made);
        }
        for (LayerForm form : LayerForm.values()) {
            Files.createDirectories(layers(form));
        }
        if (!Files.exists(version)) {
            write(version, VERSION.getBytes(StandardCharsets.UTF_8));
        }
    }

    Path tmp() {
        return directory.resolve("tmp");
    }

    Path nodes() {
        return directory.resolve("nodes");
    }

    Path blobs() {
        return directory.resolve("blobs");
    }

    Path images() {
        return directory.resolve("images");
    }

    Path holds() {
        return directory.resolve("holds");
    }

    Path layers(LayerForm form) {
        return directory.resolve("layers").resolve(form.directory());
    }

    Path blob(Digest digest) {
        return blobs().resolve(digest.fileName());
    }

    Path layer(LayerForm form, Digest diffId) {
        return layers(form).resolve(diffId.fileName());
    }

    Path image(ImageReference reference) {
        byte[] text = reference.toString().getBytes(StandardCharsets.UTF_8);
        return images().resolve(Digest.sha256(text).hex());
    }

    Path hold(ContainerId holder, Digest manifest) {
        return holds().resolve(holder + "." + manifest.fileName());
    }

    /** Returns a fresh directory for what is not whole yet. */
    Path scratch() throws IOException {
        return Files.createDirectory(tmp().resolve(UUID.randomUUID().toString()));
    }

    /** Returns what is in a directory of the store. */
    List<Path> list(Path where) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(where)) {
            files.forEach(found::add);
        }
        return found;
    }

    /** Notes how large an unpacked layer is. */
    static void writeSize(Path layer, long bytes) throws IOException {
        Files.writeString(layer.resolve(SIZE), bytes + "\n", StandardCharsets.US_ASCII);
    }

    /** Returns how large the unpacked layers are together; one that is being thrown away does not count. */
    long layerBytes() throws IOException {
        long sum = 0;
        for (LayerForm form : LayerForm.values()) {
            for (Path layer : list(layers(form))) {
                byte[] size = read(layer.resolve(SIZE));
                sum += size == null ? 0 : Long.parseLong(new String(size, StandardCharsets.US_ASCII).strip());
            }
        }
        return sum;
    }

    /** Returns a small file, or null if there is none. */
    static byte @Nullable [] read(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    /** Returns a blob, or null if it is not there; one that a failing disk has changed is not. */
    byte @Nullable [] readBlob(Digest digest) throws IOException {
        byte[] bytes = read(blob(digest));
        return bytes == null || digest.names(bytes) ? bytes : null;
    }

    /** Writes a small file: all of it or nothing, and for good. Nothing happens if it holds that already. */
    void write(Path file, byte[] bytes) throws IOException {
        if (!Arrays.equals(bytes, read(file))) {
            replace(file, bytes, true);
            forceOne(file.resolveSibling("."));
        }
    }

    /** Writes a small file, all of it or nothing, that need not outlive this boot of the host. */
    void writeForThisBoot(Path file, byte[] bytes) throws IOException {
        replace(file, bytes, false);
    }

    private void replace(Path file, byte[] bytes, boolean forced) throws IOException {
        Path fresh = tmp().resolve(UUID.randomUUID().toString());
        try {
            try (FileChannel to = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer left = ByteBuffer.wrap(bytes);
                while (left.hasRemaining()) {
                    to.write(left);
                }
                if (forced) {
                    to.force(true);
                }
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(fresh);
            throw e;
        }
    }

    /** Gives a tree that is on disk its own name; one that is there already is as good. */
    void place(Path fresh, Path target) throws IOException {
        try {
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException theirs) {
            return;
        }
        forceOne(target.resolveSibling("."));
    }

    /** Takes the name from a tree, so that it can be deleted in peace. */
    Path unplace(Path tree) throws IOException {
        Path gone = tmp().resolve(UUID.randomUUID().toString());
        Files.move(tree, gone, StandardCopyOption.ATOMIC_MOVE);
        return gone;
    }

    void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            forceOne(file.resolveSibling("."));
        }
    }

    /** Brings a tree to disk. One call for the file system is a matter of a moment, one for each file of minutes. */
    void force(Path tree) throws IOException {
        HostCommand sync = HostCommand.find("sync");
        if (sync != null) {
            sync.run(tree, "-f", tree.toString());
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    forceOne(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                forceOne(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void forceOne(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
