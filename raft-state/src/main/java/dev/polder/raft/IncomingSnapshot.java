package dev.polder.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way here: what is asked for, what has arrived, and the file that it arrives in. After a break, or a
 * crash, it goes on behind the last part that is whole. Owned by the log's thread, but for what touches the file, which
 * happens in the background.
 */
final class IncomingSnapshot {
    private static final int FORCE_BYTES = 8 << 20;

    private final Disk disk;
    private final SnapshotId id;
    private final long fileBytes;
    private String from;
    private @Nullable SnapshotLayout layout;
    private boolean begun;
    private boolean stalled;
    private boolean finishing;
    private final TreeSet<Long> failed = new TreeSet<>();
    private long nextOffset;
    private int open;
    private long receivedBytes;

    /** In the background. */
    private @Nullable DiskFile file;

    private long unforcedBytes;

    /**
     * What an earlier attempt has left.
     *
     * @param layout null if not even the head
     * @param bytes that need not be fetched again
     */
    record Found(@Nullable SnapshotLayout layout, long bytes) {}

    IncomingSnapshot(Disk disk, String from, SnapshotId id, long fileBytes) {
        this.disk = disk;
        this.from = from;
        this.id = id;
        this.fileBytes = fileBytes;
    }

    SnapshotId id() {
        return id;
    }

    String from() {
        return from;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    LogStatus.Fetch progress() {
        return new LogStatus.Fetch(from, id.index(), receivedBytes, fileBytes);
    }

    /** Returns how many parts are on their way. */
    int open() {
        return open;
    }

    /** Returns whether it could not be had, and nothing is on its way. */
    boolean isStalled() {
        return stalled && open == 0;
    }

    /** It is offered, again or by another: what failed may be tried again. */
    void offeredBy(String leader) {
        from = leader;
        stalled = false;
    }

    /** The file is open. */
    void begin(Found found) {
        begun = true;
        layout = found.layout();
        nextOffset = found.bytes();
        receivedBytes = found.bytes();
    }

    boolean hasNext() {
        boolean more = !failed.isEmpty() || nextOffset < fileBytes;
        // the places of all others follow from the size of the head
        return begun && !stalled && more && (layout != null || open == 0);
    }

    /** Returns where the part is that is to be asked for now. */
    long next() {
        open++;
        Long again = failed.pollFirst();
        if (again != null) {
            return again;
        }
        long offset = nextOffset;
        SnapshotLayout known = layout;
        if (known != null) {
            nextOffset += known.partBytes(offset);
        }
        return offset;
    }

    /** A part did not come. */
    void failed(long offset) {
        open--;
        stalled = true;
        if (layout != null) {
            failed.add(offset);
        }
    }

    /** Returns what is wrong with a part that came, null if nothing is. */
    @Nullable
    String problem(long offset, int checksum, ByteBuffer part) {
        if (checksum != SnapshotFormat.checksum(id, offset, part.duplicate())) {
            return "it was damaged on its way";
        }
        try {
            SnapshotLayout known = layout;
            if (known == null) {
                accept(SnapshotFormat.decode(part), part.limit());
            } else {
                SnapshotFormat.check(id, known, offset, part);
            }
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private void accept(SnapshotHead head, int headBytes) throws IOException {
        if (!head.id().equals(id)) {
            throw new IOException("it is the head of " + head.id());
        }
        layout = SnapshotLayout.of(headBytes, fileBytes);
        nextOffset = headBytes;
    }

    /** A part that came is in the file. */
    void written(int bytes) {
        open--;
        receivedBytes += bytes;
    }

    /** Returns whether all has arrived; once. */
    boolean isComplete() {
        boolean complete = !finishing && begun && receivedBytes == fileBytes;
        finishing |= complete;
        return complete;
    }

    // ---- in the background

    /** Opens the file, and looks what is in it already. */
    Found openFile() {
        try {
            if (disk.names().contains(SnapshotFiles.INCOMING)) {
                DiskFile existing = disk.open(SnapshotFiles.INCOMING);
                file = existing;
                Found found = look(existing);
                if (found.bytes() > 0) {
                    return found;
                }
                existing.close();
            }
            file = disk.create(SnapshotFiles.INCOMING);
            return new Found(null, 0);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private Found look(DiskFile existing) throws IOException {
        SnapshotLayout found;
        try {
            ByteBuffer start = read(existing, 0, (int) Math.min(existing.size(), SnapshotFormat.PIECE_BYTES));
            int headBytes = SnapshotFormat.headBytes(start);
            SnapshotHead head = SnapshotFormat.decode(start.slice(0, Math.min(headBytes, start.limit())));
            if (!head.id().equals(id)) {
                return new Found(null, 0);
            }
            found = SnapshotLayout.of(headBytes, fileBytes);
        } catch (IOException e) {
            // not even a head
            return new Found(null, 0);
        }
        long offset = found.headBytes();
        while (offset < fileBytes && isGood(existing, found, offset)) {
            offset += found.partBytes(offset);
        }
        return new Found(found, offset);
    }

    private boolean isGood(DiskFile existing, SnapshotLayout found, long offset) throws IOException {
        ByteBuffer part = read(existing, offset, found.partBytes(offset));
        try {
            SnapshotFormat.check(id, found, offset, part);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static ByteBuffer read(DiskFile file, long offset, int bytes) throws IOException {
        ByteBuffer part = ByteBuffer.allocate(bytes);
        file.readFully(part, offset);
        return part.flip();
    }

    void write(long offset, ByteBuffer part) {
        int bytes = part.remaining();
        try {
            DiskFile target = target();
            target.write(part, offset);
            unforcedBytes += bytes;
            if (unforcedBytes >= FORCE_BYTES) {
                target.force();
                unforcedBytes = 0;
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private DiskFile target() throws IOException {
        DiskFile target = file;
        if (target == null) {
            throw new IOException("it is closed");
        }
        return target;
    }

    /** All is written: makes it durable, and gives it its name. */
    SnapshotFile finish() {
        try {
            DiskFile target = target();
            target.force();
            close();
            String name = SnapshotFiles.name(id);
            disk.rename(SnapshotFiles.INCOMING, name);
            disk.sync();
            return SnapshotFile.open(disk, name);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    void close() {
        DiskFile target = file;
        file = null;
        if (target != null) {
            try {
                target.close();
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    private UncheckedIOException failure(IOException cause) {
        return new UncheckedIOException(
                "snapshot file " + disk.describe(SnapshotFiles.INCOMING) + " failed, so this member stops: " + cause,
                cause);
    }
}
