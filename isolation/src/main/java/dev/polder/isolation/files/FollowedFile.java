package dev.polder.isolation.files;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A file in a sandbox that is read while a task writes to it. No link is followed, no pipe or device opened, and no second
 * name of another user's file read. Used by one thread, which waits in {@link #read}.
 *
 * <p>The file is held open. If the task renames it and makes another of its name, it is read to its end first, and then the
 * other one from its beginning. If it was made shorter it begins anew. If it does not exist yet it is waited for.
 *
 * <p>One gap is the JDK's, as everywhere: it cannot open a file without waiting if that has become a pipe in the instant
 * after it was looked at.
 */
public final class FollowedFile implements AutoCloseable {
    /** So many bytes are read at once, at most. */
    public static final int READ_BYTES_MAX = 1 << 16;

    private static final long PAUSE_NANOS_MIN = 10_000_000;
    private static final long PAUSE_NANOS_MAX = 250_000_000;

    /**
     * What was read.
     *
     * @param offset of the bytes in the file; larger than the end of the last piece if what is between was discarded
     * @param bytes not to be changed; empty unless the state is {@link State#MORE}
     * @param isNew this is the first piece of another file than the last one's, or the file begins anew
     */
    public record Piece(long offset, ByteBuffer bytes, State state, boolean isNew) {}

    /** Why a piece was returned. */
    public enum State {
        /** There is something to read. */
        MORE,
        /** The time was up. */
        NOTHING_YET,
        /** There will be no more. */
        ENDED
    }

    private final OpenDirectory directory;
    private final UserPrincipal owner;
    private final String name;
    private final LongUnaryOperator keptFrom;
    private @Nullable SeekableByteChannel file;
    private @Nullable Object fileKey;
    private long offset;
    private boolean isNew;

    private FollowedFile(
            OpenDirectory directory, UserPrincipal owner, String name, long offset, LongUnaryOperator keptFrom) {
        this.directory = directory;
        this.owner = owner;
        this.name = name;
        this.offset = offset;
        this.keptFrom = keptFrom;
    }

    /**
     * Begins to follow a file.
     *
     * @param sandbox trusted up to itself; what is in it is not
     * @param names lead from the sandbox to the file, at least one; the file need not be there yet, its directory must
     * @param offset where to begin, at least 0
     * @throws OpenDirectory.LinkException if a link is in the way
     */
    public static FollowedFile open(Path sandbox, List<String> names, long offset) throws IOException {
        return open(sandbox, names, offset, size -> 0);
    }

    /** The same for a file that {@link OutputRotation} keeps within bounds: what it has discarded is skipped. */
    public static FollowedFile openRotated(Path sandbox, List<String> names, long offset, OutputSettings settings)
            throws IOException {
        return open(sandbox, names, offset, settings::keptFrom);
    }

    private static FollowedFile open(Path sandbox, List<String> names, long offset, LongUnaryOperator keptFrom)
            throws IOException {
        if (names.isEmpty() || offset < 0) {
            throw new IllegalArgumentException("names " + names + " or offset " + offset + " lead nowhere");
        }
        OpenDirectory directory = OpenDirectory.open(sandbox);
        try {
            UserPrincipal owner = directory.attributes().owner();
            for (String step : names.subList(0, names.size() - 1)) {
                OpenDirectory next = directory.child(step);
                directory.close();
                directory = next;
            }
            FollowedFile followed = new FollowedFile(directory, owner, names.get(names.size() - 1), offset, keptFrom);
            followed.openFile();
            return followed;
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /**
     * Reads what comes next, waiting until there is something.
     *
     * @param bytesMax at least 1; capped at {@link #READ_BYTES_MAX}
     * @param wait for how long, at most; 0 to look once
     * @param hasEnded whether everybody has stopped writing; what was written before that is still read
     * @throws IOException if the disk fails, or if what now has the name may not be read
     */
    public Piece read(int bytesMax, Duration wait, BooleanSupplier hasEnded, FollowClock clock)
            throws IOException, InterruptedException {
        if (bytesMax < 1) {
            throw new IllegalArgumentException("bytesMax " + bytesMax + " < 1");
        }
        long beganNanos = clock.nanos();
        long pauseNanos = PAUSE_NANOS_MIN;
        while (true) {
            // asked before the look: what was written until then is seen
            boolean isLast = hasEnded.getAsBoolean();
            ByteBuffer bytes = look(Math.min(bytesMax, READ_BYTES_MAX));
            if (bytes.hasRemaining()) {
                return piece(bytes, State.MORE);
            }
            long leftNanos = wait.toNanos() - (clock.nanos() - beganNanos);
            if (isLast || leftNanos <= 0) {
                return new Piece(offset, bytes, isLast ? State.ENDED : State.NOTHING_YET, false);
            }
            clock.pause(Math.min(pauseNanos, leftNanos));
            pauseNanos = Math.min(2 * pauseNanos, PAUSE_NANOS_MAX);
        }
    }

    private Piece piece(ByteBuffer bytes, State state) {
        Piece piece = new Piece(offset, bytes, state, isNew);
        offset += bytes.remaining();
        isNew = false;
        return piece;
    }

    private ByteBuffer look(int bytesMax) throws IOException {
        SeekableByteChannel held = file;
        if (held == null) {
            openFile();
            held = file;
        }
        if (held == null) {
            return ByteBuffer.allocate(0);
        }
        ByteBuffer bytes = readHeld(held, bytesMax);
        if (bytes.hasRemaining() || !isReplaced()) {
            return bytes;
        }
        // what was written before it was renamed is seen now
        ByteBuffer rest = readHeld(held, bytesMax);
        if (rest.hasRemaining()) {
            return rest;
        }
        held.close();
        file = null;
        beginAnew();
        openFile();
        return file == null ? rest : readHeld(file, bytesMax);
    }

    private void beginAnew() {
        offset = 0;
        isNew = true;
    }

    private ByteBuffer readHeld(SeekableByteChannel held, int bytesMax) throws IOException {
        long size = held.size();
        if (size < offset) {
            beginAnew();
        }
        while (true) {
            offset = Math.max(offset, keptFrom.applyAsLong(size));
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(bytesMax, Math.max(0, size - offset)));
            held.position(offset);
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = held.read(bytes);
            }
            size = held.size();
            if (keptFrom.applyAsLong(size) <= offset) {
                return bytes.flip();
            }
            // it has grown, and this may have been discarded meanwhile: then it was read as zeros
        }
    }

    /** Has another regular file the name? */
    private boolean isReplaced() throws IOException {
        try {
            PosixFileAttributes found = directory.attributes(name);
            return found.isRegularFile()
                    && !requireNonNull(found.fileKey(), "fileKey").equals(fileKey);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Opens what has the name now; nothing if there is none. */
    private void openFile() throws IOException {
        try {
            PosixFileAttributes found = directory.attributes(name);
            requireReadable(found);
            SeekableByteChannel opened = directory.read(name);
            Object key = requireNonNull(found.fileKey(), "fileKey");
            if (key.equals(directory.attributes(name).fileKey())) {
                file = opened;
                fileKey = key;
            } else {
                // exchanged meanwhile; the next look finds out by what
                opened.close();
            }
        } catch (NoSuchFileException e) {
            // not yet
        }
    }

    private void requireReadable(PosixFileAttributes found) throws IOException {
        Path path = directory.path().resolve(name);
        if (found.isSymbolicLink()) {
            throw new OpenDirectory.LinkException(path);
        }
        if (found.isDirectory()) {
            throw new IOException("'" + path + "' is a directory");
        }
        if (!found.isRegularFile()) {
            throw new IOException("'" + path + "' is no file: pipes and devices are not read");
        }
        if (!found.owner().equals(owner) && directory.inode(name, found).links() > 1) {
            throw new IOException("'" + path + "' is a second name for a file of " + found.owner() + "'s");
        }
    }

    @Override
    public void close() throws IOException {
        try (directory) {
            if (file != null) {
                file.close();
            }
        }
    }
}
