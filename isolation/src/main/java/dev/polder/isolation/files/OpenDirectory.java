package dev.polder.isolation.files;

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
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * A directory that is held open while a hostile user changes what is in it: each name is looked up in the directory itself,
 * wherever it is moved to, and no link is followed. Used by one thread, and closed by it.
 *
 * <p>The JDK opens a directory without saying that it must be one, which waits for ever if it has become a pipe. So a
 * directory {@code d} is opened as {@code d/.}, which a pipe is not, but which follows a link; therefore it is compared
 * afterwards. While it is held open its number is nobody else's: what has that number under that name in the parent, and is
 * a directory, is what was opened, and no link led to it.
 */
public final class OpenDirectory implements AutoCloseable {
    /** Something on the way is a link, or was exchanged while it was looked at. */
    public static final class LinkException extends IOException {
        private static final long serialVersionUID = 1;

        /** Names what it is. */
        public LinkException(Path path) {
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
    public record Inode(int links, int mode, int user, int group) {}

    private final Path path;
    private final SecureDirectoryStream<Path> directory;

    private OpenDirectory(Path path, SecureDirectoryStream<Path> directory) {
        this.path = path;
        this.directory = directory;
    }

    /**
     * Opens a directory that is trusted, and so are the links that lead to it.
     *
     * @throws UnsupportedOperationException if the file system cannot look names up in an open directory
     */
    @SuppressWarnings("StreamResourceLeak") // closed with the directory
    public static OpenDirectory open(Path trusted) throws IOException {
        DirectoryStream<Path> opened = Files.newDirectoryStream(trusted);
        if (opened instanceof SecureDirectoryStream<Path> directory) {
            return new OpenDirectory(trusted, directory);
        }
        opened.close();
        throw new UnsupportedOperationException("the file system of " + trusted
                + " cannot look names up in an open directory (SecureDirectoryStream), so links could not be refused");
    }

    /**
     * Opens a directory in this one.
     *
     * @throws NotDirectoryException if it is none
     * @throws LinkException if it is a link, or is not any more what it was
     */
    public OpenDirectory child(String name) throws IOException {
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
        return new OpenDirectory(path.resolve(step), next);
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
    public SeekableByteChannel read(String name) throws IOException {
        return directory.newByteChannel(step(name), Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
    }

    /**
     * Moves a file or directory of the same file system into this directory, in one step. A file or link that has the name
     * is replaced.
     *
     * @param from absolute, and trusted
     */
    public void moveIn(Path from, String name) throws IOException {
        if (!from.isAbsolute()) {
            throw new IllegalArgumentException("path " + from + " is not absolute");
        }
        directory.move(from, directory, step(name));
    }

    /**
     * Moves what another open directory of the same file system has under a name into this one, in one step. The kernel
     * refuses to move what something is mounted on.
     *
     * @param name as {@link #names} gave it, whatever its bytes
     * @param to what it is called here
     */
    void moveIn(OpenDirectory from, Path name, String to) throws IOException {
        from.directory.move(name.getFileName(), directory, step(to));
    }

    /** Deletes anything but a directory; of a link the link itself. */
    void deleteFile(Path name) throws IOException {
        directory.deleteFile(name.getFileName());
    }

    /** Deletes a directory that is empty. */
    void deleteDirectory(Path name) throws IOException {
        directory.deleteDirectory(name.getFileName());
    }

    /** Returns what is known of a name that {@link #names} gave, of a link itself. */
    PosixFileAttributes attributesOf(Path name) throws IOException {
        return attributes(name.getFileName());
    }

    /** Sets when this directory was last modified, in milliseconds since 1970. */
    void setModified(long timeMs) throws IOException {
        FileTime time = FileTime.fromMillis(timeMs);
        directory.getFileAttributeView(PosixFileAttributeView.class).setTimes(time, null, null);
    }

    /** Lets this directory's owner list it and change what is in it. */
    void openToOwner() throws IOException {
        directory
                .getFileAttributeView(PosixFileAttributeView.class)
                .setPermissions(PosixFilePermissions.fromString("rwx------"));
    }

    /** Returns what is known of a name in this directory, of a link itself. */
    public PosixFileAttributes attributes(String name) throws IOException {
        return attributes(step(name));
    }

    /** Returns what is known of this directory. */
    public PosixFileAttributes attributes() throws IOException {
        return own(directory);
    }

    /**
     * Returns what the JDK tells of a file by its path only; and a path may lead elsewhere by now.
     *
     * @param of as it was found in this directory
     * @throws LinkException if it is another file's
     */
    public Inode inode(String name, PosixFileAttributes of) throws IOException {
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
    public Iterator<Path> names() {
        return directory.iterator();
    }

    /** Returns where this was when it was opened. */
    public Path path() {
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

    /** One name, so that nothing else is ever looked up. */
    private Path step(String name) {
        Path step = path.getFileSystem().getPath(name);
        if (step.isAbsolute() || step.getNameCount() != 1 || name.isEmpty() || name.equals("..")) {
            throw new IllegalArgumentException("'" + name + "' is not one name");
        }
        return step;
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
