package dev.polder.agent;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * A way down a directory tree that a hostile user changes meanwhile: one name at a time, each looked up in the directory
 * that is held open, no link followed. Used by one thread.
 *
 * <p>The JDK opens a directory without saying that it must be one, which waits for ever if it has become a pipe. So a
 * directory {@code d} is opened as {@code d/.}, which a pipe is not, but which follows a link; therefore it is compared
 * afterwards. While it is held open its number is nobody else's: what has that number under that name in the parent, and is
 * a directory, is what was opened, and no link led to it.
 */
final class SandboxWalk implements AutoCloseable {
    /** Something on the way is a link, or was exchanged while it was looked at. */
    static final class LinkException extends IOException {
        private static final long serialVersionUID = 1;

        LinkException(Path path) {
            super(path.toString());
        }
    }

    /**
     * What the system notes of a file.
     *
     * @param links the number of its names
     * @param mode its type and permissions, as {@code stat} tells them
     * @param user whose it is, by number; a name has to be looked up
     */
    record Inode(int links, int mode, int user, int group) {}

    private Path path;
    private SecureDirectoryStream<Path> directory;

    private SandboxWalk(Path path, SecureDirectoryStream<Path> directory) {
        this.path = path;
        this.directory = directory;
    }

    /**
     * Begins at a directory that is trusted, and so are the links that lead to it.
     *
     * @throws UnsupportedOperationException if the file system cannot look names up in an open directory
     */
    @SuppressWarnings("StreamResourceLeak") // closed with the walk
    static SandboxWalk from(Path root) throws IOException {
        DirectoryStream<Path> opened = Files.newDirectoryStream(root);
        if (opened instanceof SecureDirectoryStream<Path> directory) {
            return new SandboxWalk(root, directory);
        }
        opened.close();
        throw new UnsupportedOperationException("the file system of " + root
                + " cannot look names up in an open directory (SecureDirectoryStream), so links could not be refused");
    }

    /** Goes on to a directory. */
    void enter(String name) throws IOException {
        Path step = step(name);
        requireDirectory(step, attributes(step));
        SecureDirectoryStream<Path> next = directory.newDirectoryStream(step.resolve("."), NOFOLLOW_LINKS);
        try {
            Object key = own(next).fileKey();
            PosixFileAttributes now = attributes(step);
            if (key == null || !now.isDirectory() || !key.equals(now.fileKey())) {
                throw new LinkException(path.resolve(step));
            }
        } catch (IOException | RuntimeException e) {
            next.close();
            throw e;
        }
        directory.close();
        directory = next;
        path = path.resolve(step);
    }

    private void requireDirectory(Path step, PosixFileAttributes found) throws IOException {
        if (found.isSymbolicLink()) {
            throw new LinkException(path.resolve(step));
        }
        if (!found.isDirectory()) {
            throw new NotDirectoryException(path.resolve(step).toString());
        }
    }

    /** Opens a regular file in this directory; what else it may have become since it was looked at is no link. */
    SeekableByteChannel open(String name) throws IOException {
        return directory.newByteChannel(step(name), Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
    }

    /** Returns what is known of a name in this directory, of a link itself. */
    PosixFileAttributes attributes(String name) throws IOException {
        return attributes(step(name));
    }

    /** Returns what is known of this directory. */
    PosixFileAttributes attributes() throws IOException {
        return own(directory);
    }

    /**
     * Returns what the JDK tells of a file by its path only; and a path may lead elsewhere by now.
     *
     * @param of as it was found in this directory
     * @throws LinkException if it is another file's
     */
    Inode inode(String name, PosixFileAttributes of) throws IOException {
        Path file = path.resolve(step(name));
        Map<String, Object> found = Files.readAttributes(file, "unix:fileKey,nlink,mode,uid,gid", NOFOLLOW_LINKS);
        if (!requireNonNull(found.get("fileKey"), "fileKey").equals(of.fileKey())) {
            throw new LinkException(file);
        }
        return new Inode(number(found, "nlink"), number(found, "mode"), number(found, "uid"), number(found, "gid"));
    }

    private static int number(Map<String, Object> found, String name) {
        return (int) requireNonNull(found.get(name), name);
    }

    /** Returns the names in this directory, in no order; to be asked for once. */
    Iterator<Path> names() {
        return directory.iterator();
    }

    /** Returns where this is, as far as paths go. */
    Path path() {
        return path;
    }

    private PosixFileAttributes attributes(Path step) throws IOException {
        return directory
                .getFileAttributeView(step, PosixFileAttributeView.class, NOFOLLOW_LINKS)
                .readAttributes();
    }

    private static PosixFileAttributes own(SecureDirectoryStream<Path> directory) throws IOException {
        return directory.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
    }

    private Path step(String name) {
        return path.getFileSystem().getPath(name);
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
