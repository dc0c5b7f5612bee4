package dev.polder.isolation.volume;

import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.SecretValue;
import dev.polder.isolation.image.TreeDeletion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Secrets of containers, as files of a file system in memory: {@code CONTAINER/NUMBER}, below a directory into which only
 * the node may look. They go with their container, with the next start of a node that was killed, or with the host's power.
 */
final class SecretFiles {
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private final Path directory;

    /**
     * Secrets of one node.
     *
     * @param memory a directory in memory that everybody may use, such as {@code /dev/shm}
     * @param owner a directory of the node's own, which tells nodes of one host apart
     */
    SecretFiles(Path memory, Path owner) {
        UUID name = UUID.nameUUIDFromBytes(owner.toString().getBytes(StandardCharsets.UTF_8));
        this.directory = memory.resolve("polder-" + name);
    }

    /** Writes a secret, which its user alone may read. */
    FoundFile write(ContainerId id, int number, SecretValue value, Optional<Account> user) throws IOException {
        makeOwn(directory);
        String type = Files.getFileStore(directory).type();
        if (!IN_MEMORY.contains(type)) {
            throw new IOException(directory + " is on " + type + ", and a secret must not come on a disk");
        }
        Path own = directory.resolve(id.toString());
        makeOwn(own);
        Path file = own.resolve(Integer.toString(number));
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        value.writeTo(file, StandardOpenOption.WRITE);
        if (user.isPresent()) {
            Files.setAttribute(file, "unix:uid", user.get().uid());
            Files.setAttribute(file, "unix:gid", user.get().gid());
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        FoundFile found = FoundFile.below(own, file.getFileName());
        if (found == null) {
            throw new IOException(file + " is gone");
        }
        return found;
    }

    /** Whoever else may write to the memory could have made it first. */
    private static void makeOwn(Path made) throws IOException {
        try {
            Files.createDirectory(
                    made, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException there) {
            Map<String, Object> found = Files.readAttributes(made, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            PosixFileAttributes mode = Files.readAttributes(made, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean isOwn = mode.isDirectory()
                    && PosixFilePermissions.toString(mode.permissions()).equals("rwx------")
                    && Integer.valueOf(0).equals(found.get("uid"));
            if (!isOwn) {
                throw new IOException(made + " is somebody else's, or open to others", there);
            }
        }
    }

    Set<ContainerId> containers() throws IOException {
        return ContainerNames.in(directory);
    }

    void delete(ContainerId id) throws IOException {
        Path own = directory.resolve(id.toString());
        if (Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
            TreeDeletion.delete(own);
        }
    }

    /** Removes the directory if nothing is in it any more. */
    void close() throws IOException {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS) && containers().isEmpty()) {
            TreeDeletion.delete(directory);
        }
    }
}
