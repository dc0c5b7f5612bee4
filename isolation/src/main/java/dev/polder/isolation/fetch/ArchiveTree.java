package dev.polder.isolation.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tree of an archive as it grows, in a place that nobody else can enter. It remembers which names are directories that it
 * made itself, so that no entry ever goes through a link. Modes are those that the user would get who unpacks it with a
 * umask of 022.
 */
final class ArchiveTree {
    private static final int UMASK = 022;
    private static final int PERMISSIONS = 0777;
    private static final int FILE_MODE_MIN = 0600;
    private static final int DIRECTORY_MODE_MIN = 0700;
    private static final int DIRECTORY_MODE_DEFAULT = 0755;
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Path tree;
    private final ExtractLimits limits;
    private final Set<EntryPath> directories = new HashSet<>();
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int entries;

    /** Makes the tree, a directory that does not exist yet. */
    ArchiveTree(Path tree, ExtractLimits limits) throws IOException {
        this.tree = Staging.createPrivate(tree);
        this.limits = limits;
        directories.add(new EntryPath(List.of()));
    }

    /** Counts one more entry and takes its name apart. */
    EntryPath next(String name) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while extracting");
        }
        entries++;
        if (entries > limits.entriesMax()) {
            throw new FetchException("the archive has more than entriesMax=" + limits.entriesMax() + " entries");
        }
        try {
            return EntryPath.parse(name, limits.depthMax());
        } catch (FetchException e) {
            throw new FetchException("the archive's entry " + e.getMessage(), e);
        }
    }

    void directory(EntryPath name, int mode) throws IOException {
        if (!name.isRoot()) {
            Path directory = parent(name).resolve(name.in(tree).getFileName());
            if (!directories.contains(name)) {
                create(directory, name);
            }
            setMode(directory, mode | DIRECTORY_MODE_MIN);
        }
    }

    void file(EntryPath name, int mode, FileTime modified, InputStream content) throws IOException {
        Path file = vacate(name);
        try (OutputStream to = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int read = content.read(chunk);
            while (read >= 0) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while extracting");
                }
                to.write(chunk, 0, read);
                read = content.read(chunk);
            }
        }
        Files.setLastModifiedTime(file, modified);
        setMode(file, mode | FILE_MODE_MIN);
    }

    /** Makes a link that may lead anywhere: it is the user's then, and nothing here follows it. */
    void symbolicLink(EntryPath name, String target) throws IOException {
        if (target.isEmpty() || target.indexOf('\0') >= 0) {
            throw new FetchException("the archive's link '" + name + "' has a target that is empty or has a NUL");
        }
        try {
            Files.createSymbolicLink(vacate(name), Path.of(target));
        } catch (InvalidPathException e) {
            throw new FetchException(
                    "the archive's link '" + name + "' has a target that cannot be one in the locale of this JVM", e);
        }
    }

    /** Makes another name of a file of this archive. */
    void hardLink(EntryPath name, EntryPath target) throws IOException {
        Path file = target.in(tree);
        if (target.isRoot()
                || target.equals(name)
                || directories.contains(target)
                || !directories.contains(target.parent())
                || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FetchException("the archive's hard link '" + name + "' leads to '" + target
                    + "', which is no file of this archive");
        }
        Files.createLink(vacate(name), file);
    }

    /** Returns where a file goes; what the archive had there before is gone. */
    private Path vacate(EntryPath name) throws IOException {
        if (name.isRoot() || directories.contains(name)) {
            throw new FetchException("the archive's entry '" + name + "' is a file and a directory");
        }
        Path place = parent(name).resolve(name.in(tree).getFileName());
        Files.deleteIfExists(place);
        return place;
    }

    private Path parent(EntryPath name) throws IOException {
        for (EntryPath above : name.above()) {
            if (!directories.contains(above)) {
                create(above.in(tree), above);
                setMode(above.in(tree), DIRECTORY_MODE_DEFAULT);
            }
        }
        return name.parent().in(tree);
    }

    private void create(Path directory, EntryPath name) throws IOException {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new FetchException("the archive's entry '" + name + "' is no directory, and others go through it");
        }
        Files.createDirectory(directory);
        directories.add(name);
    }

    private static void setMode(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode & PERMISSIONS & ~UMASK);
    }
}
