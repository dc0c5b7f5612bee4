package dev.polder.isolation.fetch;

import dev.polder.isolation.files.OpenDirectory;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * Moves trees into a sandbox, where other tasks of its user may exchange anything at any moment: each name in one step, in
 * directories that are held open. What has a file's name is replaced, directories are joined; a link is replaced or in the
 * way, never followed.
 */
final class Delivery {
    private Delivery() {}

    /**
     * Moves what is in a tree.
     *
     * @param tree absolute, and nobody else can change it
     */
    static void run(Path tree, Path sandbox) throws IOException {
        try (OpenDirectory to = OpenDirectory.open(sandbox)) {
            join(tree, to, "");
        } catch (UnsupportedOperationException e) {
            throw new FetchException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void join(Path tree, OpenDirectory to, String place) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(tree)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                String at = place.isEmpty() ? name : place + "/" + name;
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && exists(to, name)) {
                    try (OpenDirectory below = child(to, name, at)) {
                        join(entry, below, at);
                    }
                } else {
                    move(entry, to, name, at);
                }
            }
        }
    }

    private static boolean exists(OpenDirectory to, String name) throws IOException {
        try {
            to.attributes(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static OpenDirectory child(OpenDirectory to, String name, String at) throws IOException {
        try {
            return to.child(name);
        } catch (NotDirectoryException | OpenDirectory.LinkException e) {
            throw inTheWay(at, "is no directory", e);
        } catch (NoSuchFileException e) {
            throw inTheWay(at, "comes and goes", e);
        }
    }

    private static void move(Path entry, OpenDirectory to, String name, String at) throws IOException {
        try {
            to.moveIn(entry, name);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException(
                    "the sandbox is on another file system than the fetcher's directory, so nothing can be moved there",
                    e);
        } catch (NoSuchFileException e) {
            throw new FetchException("the sandbox is gone", e);
        } catch (FileSystemException e) {
            throw inTheWay(at, "cannot be replaced: " + e.getReason(), e);
        }
    }

    private static FetchException inTheWay(String at, String why, IOException cause) {
        return new FetchException("'" + FetchRequest.masked(at) + "' in the sandbox is in the way: it " + why, cause);
    }
}
