package dev.polder.raft;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads the state out of a snapshot's file, and gives out nothing that was not checked. One thread. */
final class SnapshotInput extends InputStream {
    private final SnapshotFile snapshot;
    private final DiskFile file;
    private ByteBuffer piece = ByteBuffer.allocate(0);
    private long next;

    /** @param file the snapshot's, open; it is closed with this stream */
    SnapshotInput(SnapshotFile snapshot, DiskFile file) {
        this.snapshot = snapshot;
        this.file = file;
        next = snapshot.layout().headBytes();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!piece.hasRemaining()) {
            if (next == snapshot.layout().endOffset()) {
                return -1;
            }
            piece = snapshot.read(file, next);
            next += piece.limit();
            piece.position(SnapshotFormat.PIECE_HEAD_BYTES);
        }
        int some = Math.min(length, piece.remaining());
        piece.get(target, offset, some);
        return some;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
