package dev.polder.raft;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A whole snapshot on the disk, by what its head and its end say; its pieces are checked when they are read. Immutable. */
record SnapshotFile(Disk disk, String name, SnapshotHead head, SnapshotLayout layout) {
    private static final int START_BYTES = 4096;

    /**
     * Reads head and end.
     *
     * @throws IOException if they cannot be trusted; the message names the file
     */
    static SnapshotFile open(Disk disk, String name) throws IOException {
        try (DiskFile file = disk.open(name)) {
            ByteBuffer start = read(file, 0, (int) Math.min(START_BYTES, file.size()));
            int headBytes = SnapshotFormat.headBytes(start);
            SnapshotHead head = SnapshotFormat.decode(read(file, 0, headBytes));
            SnapshotFile found = new SnapshotFile(disk, name, head, SnapshotLayout.of(headBytes, file.size()));
            found.read(file, found.layout.endOffset());
            return found;
        } catch (IOException e) {
            throw new IOException(
                    "snapshot file " + disk.describe(name) + ": " + e.getMessage()
                            + "; the entries it has are gone from the log, so this member does not start",
                    e);
        }
    }

    SnapshotId id() {
        return head.id();
    }

    /** Returns the last entry whose effects are in it. */
    Floor entry() {
        return new Floor(id().index(), id().term());
    }

    /**
     * Reads a part, and checks it.
     *
     * @param file this one, open
     * @param offset where a part begins
     * @throws IOException if it cannot be read, or is not what was written
     */
    ByteBuffer read(DiskFile file, long offset) throws IOException {
        ByteBuffer part = read(file, offset, layout.partBytes(offset));
        if (offset > 0) {
            SnapshotFormat.check(id(), layout, offset, part);
        } else if (!SnapshotFormat.decode(part).equals(head)) {
            throw new IOException(id() + ": the head has changed");
        }
        return part;
    }

    private static ByteBuffer read(DiskFile file, long offset, int bytes) throws IOException {
        ByteBuffer part = ByteBuffer.allocate(bytes);
        file.readFully(part, offset);
        return part.flip();
    }
}
