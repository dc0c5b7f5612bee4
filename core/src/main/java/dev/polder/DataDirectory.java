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
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one node, used by one process at a time.
 *
 * <pre>
 *  lock        held while the node runs
 *  identity    format, incarnation, of a master which member it is and the seeds, the cluster once it is known
 *  raft/       the log                     0700
 *  history/    records of completed tasks  0700, all of it can be made again from the log
 *  agent/      the agent's checkpoint      0700
 *  sandboxes/  the tasks' directories      0711, each sandbox belongs to its task's user
 * </pre>
 */
final class DataDirectory implements AutoCloseable {
    private static final int FORMAT = 1;
    /** The last line of the identity, over all before it. */
    private static final String CHECKSUM = "checksum";

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private final Path path;
    private final boolean temporary;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final Properties identity;

    private DataDirectory(Path path, boolean temporary, FileChannel lockChannel, FileLock lock, Properties identity) {
        this.path = path;
        this.temporary = temporary;
        this.lockChannel = lockChannel;
        this.lock = lock;
        this.identity = identity;
    }

    /**
     * Opens a node's directory, or makes one.
     *
     * @param asked where; empty for a temporary one that is deleted at close
     * @param membership which member of its cluster the node is; empty if it is none
     * @throws IOException if it cannot be used; the message names the directory and the reason
     */
    static DataDirectory open(Optional<Path> asked, Optional<Membership> membership) throws IOException {
        if (asked.isEmpty()) {
            return open(Files.createTempDirectory("polder-").toAbsolutePath(), true, membership);
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
        return open(path, false, membership);
    }

    /** Returns which member of its cluster the node of a directory became at its first start; empty if that is not known. */
    static Optional<Membership> membership(Optional<Path> directory) {
        Path file = directory.orElse(Path.of("")).resolve("identity");
        if (directory.isEmpty() || !Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Properties identity = read(file);
            String member = identity.getProperty("member", "");
            List<String> seeds = Stream.of(identity.getProperty("seeds", "").split(","))
                    .filter(seed -> !seed.isEmpty())
                    .toList();
            return member.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Membership(member, seeds, !seeds.isEmpty() && !seeds.contains(member)));
        } catch (IOException e) {
            return Optional.empty(); // opening it says why
        }
    }

    private static DataDirectory open(Path path, boolean temporary, Optional<Membership> membership)
            throws IOException {
        Path identityFile = path.resolve("identity");
        if (Files.exists(identityFile)) {
            refuseOther(path, read(identityFile), membership); // what cannot be used is left as it is
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
            makeDirectory(path.resolve("history"), "rwx------");
            makeDirectory(path.resolve("agent"), "rwx------");
            makeDirectory(path.resolve("sandboxes"), "rwx--x--x");
            boolean isNew = !Files.exists(identityFile);
            Properties identity = isNew ? create() : read(identityFile);
            if (joins(identity, membership) || isNew) {
                write(identityFile, identity);
            }
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
                || (List.of("agent", "history", "raft", "sandboxes").contains(name) && empty);
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
        // what no UTF-8 is changes, and so the checksum does not fit
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        Properties identity = new Properties();
        try {
            identity.load(new StringReader(text));
        } catch (IllegalArgumentException e) {
            throw new IOException("identity " + file + ": damaged: " + e.getMessage(), e);
        }
        String format = identity.getProperty("format", "");
        if (!format.equals(Integer.toString(FORMAT))) {
            throw new IOException(
                    "identity " + file + ": format '" + format + "', this program reads format " + FORMAT);
        }
        int end = Math.max(0, text.lastIndexOf(CHECKSUM + "="));
        String checksum = checksum(text.substring(0, end));
        if (!text.substring(end).equals(CHECKSUM + "=" + checksum + "\n")) {
            throw new IOException("identity " + file + ": damaged, its checksum is " + checksum + " and not "
                    + identity.getProperty(CHECKSUM, "there")
                    + "; restore it, or begin with an empty directory;"
                    + " a master must be removed before, and added as a new one");
        }
        return identity;
    }

    private static String checksum(String text) {
        CRC32C checksum = new CRC32C();
        checksum.update(StandardCharsets.UTF_8.encode(text));
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    private static Properties create() {
        Properties identity = new Properties();
        identity.setProperty("format", Integer.toString(FORMAT));
        identity.setProperty("incarnation", UUID.randomUUID().toString());
        return identity;
    }

    /** Seeds are fixed at the first start: whoever could change them by a setting could make two clusters of one. */
    private static void refuseOther(Path path, Properties identity, Optional<Membership> membership)
            throws IOException {
        String member = identity.getProperty("member", "");
        if (membership.isEmpty() || member.isEmpty()) {
            return;
        }
        Membership asked = membership.get();
        if (!member.equals(asked.memberId())) {
            throw new IOException("data directory " + path + ": is member " + member + "'s, but this node is "
                    + asked.memberId() + " by its advertised host and Raft port");
        }
        String seeds = identity.getProperty("seeds", "");
        if (!seeds.equals(text(asked.seeds()))) {
            throw new IOException("data directory " + path + ": at its first start its node had the seeds [" + seeds
                    + "], but the settings say [" + text(asked.seeds())
                    + "]; they stay the same, whoever is a member now");
        }
    }

    /** A node becomes a member once; returns whether it does so now. */
    private static boolean joins(Properties identity, Optional<Membership> membership) {
        boolean joins = membership.isPresent() && identity.getProperty("member") == null;
        if (joins) {
            identity.setProperty("member", membership.get().memberId());
            identity.setProperty("seeds", text(membership.get().seeds()));
        }
        return joins;
    }

    private static String text(List<String> seeds) {
        return String.join(",", seeds);
    }

    private static void write(Path file, Properties identity) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String key : List.of("format", "cluster", "member", "seeds", "incarnation")) {
            String value = identity.getProperty(key);
            if (value != null) {
                text.append(key).append('=').append(value).append('\n');
            }
        }
        String checksum = checksum(text.toString());
        text.append(CHECKSUM).append('=').append(checksum).append('\n');
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

    Path history() {
        return path.resolve("history");
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

    String incarnation() {
        return identity.getProperty("incarnation");
    }

    /** Returns the cluster that this directory belongs to; empty before that is known. */
    synchronized String clusterId() {
        return identity.getProperty("cluster", "");
    }

    /**
     * Writes down of which cluster this directory is.
     *
     * @throws IllegalStateException if it is another's; names both
     */
    synchronized void rememberCluster(String id) {
        String clusterId = clusterId();
        if (clusterId.equals(id)) {
            return;
        }
        if (!clusterId.isEmpty()) {
            throw new IllegalStateException(
                    "data directory " + path + ": of cluster " + clusterId + ", but its members are of cluster " + id);
        }
        identity.setProperty("cluster", id);
        try {
            write(path.resolve("identity"), identity);
        } catch (IOException e) {
            identity.remove("cluster"); // what is not on the disk is not known
            throw new UncheckedIOException("data directory " + path + ": " + e.getMessage(), e);
        }
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
