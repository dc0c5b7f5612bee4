package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Deletes trees in which a task may have made what it liked: no link is followed, also not one that takes a directory's
 * place meanwhile, and a directory that is deeper than we have file descriptors for is moved up first.
 */
public final class TreeDeletion {
    private static final int DEPTH_MAX = 32;
    private static final Set<PosixFilePermission> OWNER_ALL = PosixFilePermissions.fromString("rwx------");

    private TreeDeletion() {}

    /** Deletes what is there under that name, if anything is. */
    public static void delete(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(path);
            return;
        }
        try (DirectoryStream<Path> parent =
                Files.newDirectoryStream(path.toAbsolutePath().getParent())) {
            if (!(parent instanceof SecureDirectoryStream<Path> secure)) {
                throw new IOException("this system cannot delete " + path + " without following links");
            }
            boolean movedUp = true;
            while (movedUp) {
                try (SecureDirectoryStream<Path> top = open(secure, path.getFileName(), path)) {
                    movedUp = empty(top, top, path, 1);
                }
            }
            secure.deleteDirectory(path.getFileName());
        } catch (NoSuchFileException gone) {
            // that is what was wanted
        }
    }

    /** Returns whether something was moved to the top, which is then not empty. */
    private static boolean empty(
            SecureDirectoryStream<Path> directory, SecureDirectoryStream<Path> top, Path place, int depth)
            throws IOException {
        List<Path> names = new ArrayList<>();
        for (Path child : directory) {
            names.add(child.getFileName());
        }
        boolean movedUp = false;
        for (Path name : names) {
            boolean isDirectory = directory
                    .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes()
                    .isDirectory();
            if (!isDirectory) {
                removeFile(directory, name, place);
            } else if (depth >= DEPTH_MAX) {
                directory.move(name, top, Path.of("deeper-" + UUID.randomUUID()));
                movedUp = true;
            } else {
                try (SecureDirectoryStream<Path> child = open(directory, name, place.resolve(name))) {
                    movedUp |= empty(child, top, place.resolve(name), depth + 1);
                }
                directory.deleteDirectory(name);
            }
        }
        return movedUp;
    }

    private static void removeFile(SecureDirectoryStream<Path> directory, Path name, Path place) throws IOException {
        try {
            directory.deleteFile(name);
        } catch (AccessDeniedException e) {
            Files.setPosixFilePermissions(place, OWNER_ALL);
            directory.deleteFile(name);
        }
    }

    private static SecureDirectoryStream<Path> open(SecureDirectoryStream<Path> parent, Path name, Path place)
            throws IOException {
        try {
            return parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException e) {
            // ours, but closed to us: only without root, where whoever made it is nobody else than we are
            Files.setPosixFilePermissions(place, OWNER_ALL);
            return parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
        } catch (FileSystemException e) {
            throw new IOException(place + " is no directory any more", e);
        }
    }
}
