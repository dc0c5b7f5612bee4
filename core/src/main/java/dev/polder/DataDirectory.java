package dev.polder;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one node, used by one process at a time.
 *
 * <pre>
 *  lock        held while the node runs
 *  identity    format, member, incarnation, and the cluster once it is known
 *  raft/       the log                     0700
 *  agent/      the agent's checkpoint      0700
 *  sandboxes/  the tasks' directories      0711, each sandbox belongs to its task's user
 * </pre>
 */
final class DataDirectory implements AutoCloseable {
    private static final int FORMAT = 1;
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private final Path path;
    private final boolean temporary;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final String memberId;
    private final String incarnation;
    private String clusterId;

    private DataDirectory(Path path, boolean temporary, FileChannel lockChannel, FileLock lock, Properties identity) {
        this.path = path;
        this.temporary = temporary;
        this.lockChannel = lockChannel;
        this.lock = lock;
        memberId = identity.getProperty("member");
        incarnation = identity.getProperty("incarnation");
        clusterId = identity.getProperty("cluster", "");
    }

    /**
     * Opens a node's directory, or makes one.
     *
     * @param asked where; empty for a temporary one that is deleted at close
     * @throws IOException if it cannot be used; the message names the directory and the reason
     */
    static DataDirectory open(Optional<Path> asked) throws IOException {
        if (asked.isEmpty()) {
            return open(Files.createTempDirectory("polder-").toAbsolutePath(), true);
        }
        Path path = asked.get().toAbsolutePath().normalize();
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new IOException("data directory " + path + ": is not a directory");
        }
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new IOException("data directory " + path + ": cannot be made: " + e, e);
        }
        return open(path, false);
    }

    private static DataDirectory open(Path path, boolean temporary) throws IOException {
        Path identityFile = path.resolve("identity");
        if (Files.exists(identityFile)) {
            read(identityFile); // what cannot be used is left as it is
        } else {
            refuseForeign(path);
        }
        FileChannel channel =
                FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                throw new IOException("data directory " + path + ": in use by another node");
            }
            setMode(path, "rwx--x--x");
            makeDirectory(path.resolve("raft"), "rwx------");
            makeDirectory(path.resolve("agent"), "rwx------");
            makeDirectory(path.resolve("sandboxes"), "rwx--x--x");
            Properties identity = Files.exists(identityFile) ? read(identityFile) : create(identityFile);
            return new DataDirectory(path, temporary, channel, lock, identity);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void refuseForeign(Path path) throws IOException {
        try (Stream<Path> content = Files.list(path)) {
            List<String> foreign = content.map(file -> file.getFileName().toString())
                    .filter(name -> !isOfKilledFirstStart(path.resolve(name)))
                    .sorted()
                    .limit(3)
                    .toList();
            if (!foreign.isEmpty()) {
                throw new IOException("data directory " + path + ": holds " + foreign
                        + " but no identity; it is not a node's, use an empty or new directory");
            }
        }
    }

    /** A first start that was killed may have left these behind; an identity that was never given its name is written anew. */
    private static boolean isOfKilledFirstStart(Path file) {
        String name = file.getFileName().toString();
        String[] content = file.toFile().list();
        boolean empty = content == null || content.length == 0;
        return name.equals("lock")
                || name.equals("identity.next")
                || (List.of("agent", "raft", "sandboxes").contains(name) && empty);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException thisProcess) {
            return null;
        }
    }

    private static void makeDirectory(Path path, String mode) throws IOException {
        Files.createDirectories(path);
        setMode(path, mode);
    }

    private static void setMode(Path path, String mode) throws IOException {
        if (POSIX) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        }
    }

    private static Properties read(Path file) throws IOException {
        Properties identity = new Properties();
        identity.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
        String format = identity.getProperty("format", "");
        if (!format.equals(Integer.toString(FORMAT))) {
            throw new IOException(
                    "identity " + file + ": format '" + format + "', this program reads format " + FORMAT);
        }
        for (String key : List.of("member", "incarnation")) {
            if (identity.getProperty(key, "").isEmpty()) {
                throw new IOException("identity " + file + ": has no '" + key + "'");
            }
        }
        return identity;
    }

    private static Properties create(Path file) throws IOException {
        Properties identity = new Properties();
        identity.setProperty("format", Integer.toString(FORMAT));
        identity.setProperty("member", "m1");
        identity.setProperty("incarnation", UUID.randomUUID().toString());
        write(file, identity);
        return identity;
    }

    private static void write(Path file, Properties identity) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String key : List.of("format", "cluster", "member", "incarnation")) {
            String value = identity.getProperty(key);
            if (value != null) {
                text.append(key).append('=').append(value).append('\n');
            }
        }
        Path next = file.resolveSibling("identity.next");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(StandardCharsets.UTF_8.encode(text.toString()));
            channel.force(true);
        }
        try {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("identity " + file + ": its file system cannot rename atomically", e);
        }
        if (POSIX) {
            try (FileChannel directory = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
                directory.force(true);
            }
        }
    }

    Path path() {
        return path;
    }

    Path raft() {
        return path.resolve("raft");
    }

    Path agent() {
        return path.resolve("agent");
    }

    Path sandboxes() {
        return path.resolve("sandboxes");
    }

    boolean temporary() {
        return temporary;
    }

    String memberId() {
        return memberId;
    }

    String incarnation() {
        return incarnation;
    }

    /**
     * Writes down of which cluster this directory is.
     *
     * @throws IllegalStateException if it is another's; names both
     */
    synchronized void rememberCluster(String id) {
        if (clusterId.equals(id)) {
            return;
        }
        if (!clusterId.isEmpty()) {
            throw new IllegalStateException(
                    "data directory " + path + ": of cluster " + clusterId + ", but its log is of cluster " + id);
        }
        Properties identity = new Properties();
        identity.setProperty("format", Integer.toString(FORMAT));
        identity.setProperty("cluster", id);
        identity.setProperty("member", memberId);
        identity.setProperty("incarnation", incarnation);
        try {
            write(path.resolve("identity"), identity);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        clusterId = id;
    }

    /** Gives the directory back, and deletes it if it is temporary. */
    @Override
    public void close() throws IOException {
        if (!lockChannel.isOpen()) {
            return;
        }
        lock.release();
        lockChannel.close();
        if (temporary) {
            try (Stream<Path> content = Files.walk(path)) {
                for (Path file : content.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
