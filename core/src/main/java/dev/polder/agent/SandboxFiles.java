package dev.polder.agent;

import dev.polder.isolation.files.OpenDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Shows the files in sandboxes, and no others, whatever path is asked for and whatever the tasks put there. Links are not
 * followed, pipes and devices not opened. Safe for any thread; calls wait for the disk.
 *
 * <p>One gap is the JDK's: it cannot open a file without waiting if that is a pipe. A task that puts a pipe in the place of a
 * file in the instant after that was looked at holds the caller's thread until it opens the pipe, too.
 */
public final class SandboxFiles {
    /** So many bytes are read at once, at most. */
    public static final int READ_BYTES_MAX = 16 * 4096;

    /** So many entries of a directory are listed, at most. */
    public static final int ENTRIES_MAX = 4096;

    private static final int FILE_TYPE_MASK = 0170000;

    private final Path root;
    private final OutputBounds bounds;

    /**
     * Shows the sandboxes below a directory.
     *
     * @param bounds of what tasks write; what is discarded is not shown
     */
    public SandboxFiles(Path root, OutputBounds bounds) {
        this.root = root;
        this.bounds = bounds;
    }

    /** What was found, or why nothing was. */
    public sealed interface Answer {}

    /**
     * What is in a directory; of anything else it is empty.
     *
     * @param entries in order of their names
     * @param complete false if there are more than {@link #ENTRIES_MAX}; then it is any of them
     */
    public record Listing(List<Entry> entries, boolean complete) implements Answer {}

    /**
     * A name in a directory and what it stands for.
     *
     * @param modifiedMs since 1970
     * @param links the number of names that it has
     * @param mode as {@code ls -l} shows it
     * @param owner by name, or by number if there is none
     */
    public record Entry(
            String name, long sizeBytes, long modifiedMs, int links, String mode, String owner, String group) {}

    /**
     * Part of a file.
     *
     * @param offset of the bytes in the file; larger than the one that was asked for if what is between was discarded
     * @param bytes not to be changed
     */
    public record Piece(long offset, ByteBuffer bytes) implements Answer {}

    /**
     * Nothing is shown.
     *
     * @param words for people; names what was asked for
     */
    public record Refused(Reason reason, String words) implements Answer {}

    /** Why nothing is shown. */
    public enum Reason {
        /** There is no such file in any sandbox. */
        NOT_FOUND,
        /** The way there goes up or through a link. */
        INACCESSIBLE,
        /** A directory has no bytes to read. */
        DIRECTORY,
        /** A pipe, a socket or a device. */
        NOT_A_FILE,
        /** The agent may not read it, or it is another user's. */
        FORBIDDEN,
        /** The file system offers no way to do it safely. */
        UNSUPPORTED,
        /** The disk failed. */
        FAILED
    }

    /** What is done at the end of the way. */
    private interface Look {
        Answer at(SandboxWalk walk, @Nullable String name, UserPrincipal owner) throws IOException;
    }

    /**
     * Lists a directory.
     *
     * @param agentId of the agent that is asked, for paths that do not say; empty if it has none yet
     */
    public Answer browse(String agentId, String path) {
        return look(agentId, path, (walk, name, owner) -> {
            if (name != null) {
                PosixFileAttributes found = walk.directory().attributes(name);
                if (!found.isDirectory() && !found.isSymbolicLink()) {
                    return new Listing(List.of(), true);
                }
                walk.enter(name);
            }
            return list(walk.directory());
        });
    }

    /**
     * Reads part of a file, less than was asked for if there is no more.
     *
     * @param agentId of the agent that is asked, for paths that do not say; empty if it has none yet
     * @param offset at least 0; empty for the end of the file, which is a way to ask for its size
     * @param length at least 0; capped at {@link #READ_BYTES_MAX}
     */
    public Answer read(String agentId, String path, OptionalLong offset, long length) {
        SandboxPath parsed = SandboxPath.parse(root, agentId, path);
        List<String> names = parsed == null ? List.of() : parsed.names();
        return look(agentId, path, (walk, name, owner) -> {
            OpenDirectory directory = walk.directory();
            PosixFileAttributes found = name == null ? directory.attributes() : directory.attributes(name);
            if (name == null || found.isDirectory()) {
                return new Refused(Reason.DIRECTORY, "Cannot read a directory.");
            }
            if (found.isSymbolicLink()) {
                throw new OpenDirectory.LinkException(directory.path().resolve(name));
            }
            if (!found.isRegularFile()) {
                return new Refused(Reason.NOT_A_FILE, "'" + path + "' is no file: pipes and devices are not read");
            }
            if (isOthers(directory, name, found, owner)) {
                return new Refused(
                        Reason.FORBIDDEN, "'" + path + "' is a second name for a file of " + found.owner() + "'s");
            }
            try (SeekableByteChannel file = directory.read(name)) {
                return read(file, offset, length, size -> bounds.keptFrom(names, size));
            }
        });
    }

    private Answer look(String agentId, String text, Look look) {
        SandboxPath path = SandboxPath.parse(root, agentId, text);
        if (path == null) {
            return new Refused(Reason.NOT_FOUND, "'" + text + "' is in no sandbox of this agent");
        }
        if (path.goesUp()) {
            return new Refused(Reason.INACCESSIBLE, "'" + text + "' is inaccessible.");
        }
        try (SandboxWalk walk = SandboxWalk.from(root)) {
            return look(walk, path, look);
        } catch (NoSuchFileException | NotDirectoryException | InvalidPathException e) {
            return new Refused(Reason.NOT_FOUND, "'" + text + "' does not exist");
        } catch (OpenDirectory.LinkException e) {
            return new Refused(Reason.INACCESSIBLE, "'" + text + "' is inaccessible: links are not followed.");
        } catch (AccessDeniedException e) {
            return new Refused(Reason.FORBIDDEN, "'" + text + "' may not be read by the agent");
        } catch (UnsupportedOperationException e) {
            return new Refused(Reason.UNSUPPORTED, "files are not shown: " + e.getMessage());
        } catch (IOException | DirectoryIteratorException e) {
            return new Refused(Reason.FAILED, "'" + text + "' cannot be read: " + e);
        }
    }

    private static Answer look(SandboxWalk walk, SandboxPath path, Look look) throws IOException {
        for (String step : path.steps().subList(0, path.steps().size() - 1)) {
            walk.enter(step);
        }
        walk.enter(
                path.run().equals(SandboxPath.LATEST) ? latest(walk.directory().path()) : path.run());
        UserPrincipal owner = walk.directory().attributes().owner();
        List<String> names = path.names();
        if (names.isEmpty()) {
            return look.at(walk, null, owner);
        }
        for (String name : names.subList(0, names.size() - 1)) {
            walk.enter(name);
        }
        return look.at(walk, names.get(names.size() - 1), owner);
    }

    /** Tasks cannot change this link; should one do it nevertheless, what it says is but one name to go on to. */
    private static String latest(Path runs) throws IOException {
        try {
            Path target = Files.readSymbolicLink(runs.resolve(SandboxPath.LATEST));
            if (target.getNameCount() == 1 && !target.isAbsolute() && !target.startsWith("..")) {
                return target.toString();
            }
        } catch (NotLinkException e) {
            throw new NoSuchFileException(runs.resolve(SandboxPath.LATEST).toString());
        }
        throw new OpenDirectory.LinkException(runs.resolve(SandboxPath.LATEST));
    }

    /**
     * Tells whether a file got into the sandbox as a second name (hard link) of one that belongs to another user than the
     * sandbox does. Only root can make other users' files, and can read them anyway. Most systems forbid such links
     * ({@code fs.protected_hardlinks}); this is for the others.
     */
    private static boolean isOthers(
            OpenDirectory directory, String name, PosixFileAttributes found, UserPrincipal owner) throws IOException {
        return !found.owner().equals(owner)
                && !owner.getName().equals("root")
                && directory.inode(name, found).links() > 1;
    }

    /** Reads no more than the size tells: of a pipe, should it have become one, that is nothing. */
    private static Piece read(SeekableByteChannel file, OptionalLong offset, long length, LongUnaryOperator keptFrom)
            throws IOException {
        while (true) {
            long size = file.size();
            long from = Math.max(offset.orElse(size), keptFrom.applyAsLong(size));
            ByteBuffer bytes =
                    ByteBuffer.allocate((int) Math.min(Math.min(length, READ_BYTES_MAX), Math.max(0, size - from)));
            // not beyond the end, where some file systems refuse to go
            file.position(Math.min(from, size));
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = file.read(bytes);
            }
            if (keptFrom.applyAsLong(file.size()) <= from) {
                return new Piece(from, bytes.flip());
            }
            // it has grown, and this may have been discarded meanwhile: then it was read as zeros
        }
    }

    private static Listing list(OpenDirectory directory) throws IOException {
        List<Entry> entries = new ArrayList<>();
        // looked up once each: many files have few owners
        Map<Integer, String> users = new HashMap<>();
        Map<Integer, String> groups = new HashMap<>();
        Iterator<Path> names = directory.names();
        while (names.hasNext() && entries.size() < ENTRIES_MAX) {
            String name = names.next().getFileName().toString();
            try {
                entries.add(entry(directory, name, users, groups));
            } catch (NoSuchFileException | OpenDirectory.LinkException goneMeanwhile) {
                // it is not listed
            }
        }
        entries.sort(Comparator.comparing(Entry::name));
        return new Listing(List.copyOf(entries), !names.hasNext());
    }

    private static Entry entry(
            OpenDirectory directory, String name, Map<Integer, String> users, Map<Integer, String> groups)
            throws IOException {
        PosixFileAttributes found = directory.attributes(name);
        OpenDirectory.Inode inode = directory.inode(name, found);
        return new Entry(
                name,
                found.size(),
                found.lastModifiedTime().toMillis(),
                inode.links(),
                type(inode.mode()) + PosixFilePermissions.toString(found.permissions()),
                users.computeIfAbsent(inode.user(), any -> found.owner().getName()),
                groups.computeIfAbsent(inode.group(), any -> found.group().getName()));
    }

    private static char type(int mode) {
        return switch (mode & FILE_TYPE_MASK) {
            case 0040000 -> 'd';
            case 0100000 -> '-';
            case 0120000 -> 'l';
            case 0010000 -> 'p';
            case 0140000 -> 's';
            case 0020000 -> 'c';
            case 0060000 -> 'b';
            default -> '?';
        };
    }
}
