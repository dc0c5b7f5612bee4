package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where a node keeps the state of its running containers: a directory of its own, or a link to one in memory, as below
 * {@code /run}. After a restart of the host it tells nothing but how those have ended that ended while the node was away, and
 * a launch makes and removes a directory and four files there, for which some file systems of disks take longer than for
 * the launch itself.
 *
 * <p>The link is what remembers the place: a node that is started again with another setting looks for its containers where
 * they are, and does not start while there are some. Static, keeps nothing; for one thread at a time.
 */
public final class RuntimeDirectory {
    private static final Integer ROOT = 0;
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private RuntimeDirectory() {}

    /**
     * Makes the directory, if it is missing, and the link to it.
     *
     * @param directory under which the node finds it, in a directory of the node's own
     * @param elsewhere below which it shall lie instead; made if it is missing. It must be the node's user's or root's, and
     *     nobody else may write to it. Empty for {@code directory} itself
     * @param name of the node's directory there, which no other node has
     * @return where it is, without a link
     * @throws IOException if that cannot be done, or containers are in another place; says which
     */
    public static Path enter(Path directory, Optional<Path> elsewhere, String name) throws IOException {
        Path wanted =
                elsewhere.isPresent() ? makeParent(elsewhere.get(), directory).resolve(name) : directory;
        Path present = place(directory);
        boolean isThere = elsewhere.isPresent() ? isSame(present, wanted) : !Files.isSymbolicLink(directory);
        if (!isThere) {
            refuseContainers(present, wanted);
        }
        if (elsewhere.isPresent()) {
            makeOwn(wanted, directory);
        }
        if (!isThere) {
            delete(present);
            Files.deleteIfExists(directory);
        }
        if (elsewhere.isPresent() && !Files.isSymbolicLink(directory)) {
            Files.createSymbolicLink(directory, wanted);
        } else if (elsewhere.isEmpty()) {
            Files.createDirectories(directory);
        }
        return wanted;
    }

    /**
     * Removes what is elsewhere, if no container is there; for a node that has ended.
     *
     * @param forGood whether the node never comes back, so that containers that have ended are nobody's
     */
    public static void leave(Path directory, boolean forGood) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            Path place = place(directory);
            if (forGood) {
                for (ContainerId id : ContainerNames.in(place)) {
                    new ContainerDirectory(place.resolve(id.toString())).delete();
                }
            }
            if (ContainerNames.in(place).isEmpty()) {
                delete(place);
                Files.deleteIfExists(directory);
            }
        }
    }

    private static boolean isSame(Path one, Path other) throws IOException {
        return one.equals(other) || (Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other));
    }

    private static Path makeParent(Path parent, Path own) throws IOException {
        if (!Files.exists(parent)) {
            Files.createDirectories(
                    parent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        Path real = parent.toRealPath();
        checkOwner(real, own);
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(Files.getPosixFilePermissions(real));
        permissions.retainAll(OTHERS_WRITE);
        if (!permissions.isEmpty()) {
            throw new IOException("runtime directory " + parent + ": others than its owner may write to it");
        }
        return real;
    }

    private static void makeOwn(Path wanted, Path own) throws IOException {
        if (!Files.exists(wanted, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    wanted, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else if (!Files.isDirectory(wanted, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("runtime directory " + wanted + ": it is no directory");
        }
        checkOwner(wanted, own);
    }

    /** A node trusts what is there, as far as to execute it. */
    private static void checkOwner(Path directory, Path own) throws IOException {
        Object owner = Files.getAttribute(directory, "unix:uid");
        Object self = Files.getAttribute(own.resolveSibling("."), "unix:uid");
        if (!owner.equals(self) && !owner.equals(ROOT)) {
            throw new IOException(
                    "runtime directory " + directory + ": it is user " + owner + "'s, not " + self + "'s or root's");
        }
    }

    private static Path place(Path directory) throws IOException {
        return Files.isSymbolicLink(directory)
                ? directory.resolveSibling(Files.readSymbolicLink(directory))
                : directory;
    }

    private static void refuseContainers(Path present, Path wanted) throws IOException {
        Set<ContainerId> containers = ContainerNames.in(present);
        if (!containers.isEmpty()) {
            throw new IOException("runtime directory " + wanted + ": containers " + containers + " are in " + present
                    + " still; it can be changed when there are none");
        }
    }

    /** A directory without containers has files only; whatever else is there keeps it from being deleted. */
    private static void delete(Path place) throws IOException {
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(place)) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Files.delete(place);
    }
}
