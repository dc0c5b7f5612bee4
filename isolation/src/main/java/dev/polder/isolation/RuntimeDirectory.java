package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Where a node keeps the state of its running containers: a directory of its own, or a link to one in memory, as below
 * {@code /run}. Nobody needs that state after a restart of the host, and a launch makes and removes five files there, for
 * which some file systems of disks take longer than for the launch itself.
 *
 * <p>The link is what remembers the place: a node that is started again with another setting looks for its containers where
 * they are, and does not start while there are some. Static, keeps nothing; for one thread at a time.
 */
public final class RuntimeDirectory {
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private RuntimeDirectory() {}

    /**
     * Makes the directory, if it is missing, and the link to it.
     *
     * @param directory under which the node finds it
     * @param elsewhere below which it shall lie instead; made if it is missing, and only its owner may write to it. Empty for
     *     {@code directory} itself
     * @param name of the node's directory there, which no other node has
     * @throws IOException if that cannot be done, or containers are in another place; says which
     */
    public static void enter(Path directory, Optional<Path> elsewhere, String name) throws IOException {
        Path wanted = elsewhere.isPresent() ? elsewhere.get().resolve(name) : directory;
        Path present = place(directory);
        if (!present.equals(wanted)) {
            refuseContainers(present, wanted);
        }
        if (elsewhere.isPresent()) {
            makeParent(elsewhere.get());
            Files.createDirectories(
                    wanted, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        if (!present.equals(wanted)) {
            delete(present);
            Files.deleteIfExists(directory);
        }
        if (elsewhere.isEmpty()) {
            Files.createDirectories(directory);
        } else if (!Files.isSymbolicLink(directory)) {
            Files.createSymbolicLink(directory, wanted);
        }
    }

    /** Removes what is elsewhere, if no container is there; for a node that has ended. */
    public static void leave(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            Path place = place(directory);
            if (containers(place).isEmpty()) {
                delete(place);
                Files.deleteIfExists(directory);
            }
        }
    }

    private static Path place(Path directory) throws IOException {
        return Files.isSymbolicLink(directory)
                ? directory.resolveSibling(Files.readSymbolicLink(directory))
                : directory;
    }

    private static void makeParent(Path parent) throws IOException {
        Files.createDirectories(parent);
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(Files.getPosixFilePermissions(parent));
        permissions.retainAll(OTHERS_WRITE);
        if (!permissions.isEmpty()) {
            throw new IOException("runtime directory " + parent + ": others than its owner may write to it");
        }
    }

    private static void refuseContainers(Path present, Path wanted) throws IOException {
        List<String> containers = containers(present);
        if (!containers.isEmpty()) {
            throw new IOException("runtime directory " + wanted + ": containers " + containers + " are in " + present
                    + " still; it can be changed when there are none");
        }
    }

    private static List<String> containers(Path place) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path path : content(place)) {
            String name = String.valueOf(path.getFileName());
            if (isContainer(name)) {
                found.add(name);
            }
        }
        return found;
    }

    private static boolean isContainer(String name) {
        try {
            return UUID.fromString(name).toString().equals(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static List<Path> content(Path place) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(place)) {
            paths.forEach(found::add);
        } catch (NoSuchFileException absent) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    /** A directory without containers has files only. */
    private static void delete(Path place) throws IOException {
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            for (Path file : content(place)) {
                Files.deleteIfExists(file);
            }
            Files.delete(place);
        }
    }
}
