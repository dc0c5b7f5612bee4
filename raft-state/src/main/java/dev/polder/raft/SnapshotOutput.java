package dev.polder.raft;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes a state into a snapshot's file. One thread. */
final class SnapshotOutput extends OutputStream {
    /** The longer a force takes, the longer those of the log have to wait. */
    private static final int FORCE_BYTES = 8 << 20;

    private final DiskFile file;
    private final SnapshotId id;
    private final ByteBuffer piece = ByteBuffer.allocate(SnapshotFormat.PIECE_BYTES);
    private long end;
    private long forced;
    private long stateBytes;
    private long pieces;

    /** @param file an empty one, that stays the caller's */
    SnapshotOutput(DiskFile file, SnapshotHead head) throws IOException {
        this.file = file;
        id = head.id();
        byte[] bytes = SnapshotFormat.encode(head);
        file.write(ByteBuffer.wrap(bytes), 0);
        end = bytes.length;
        piece.position(SnapshotFormat.PIECE_HEAD_BYTES);
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int some = Math.min(length - done, piece.remaining());
            piece.put(bytes, offset + done, some);
            done += some;
            if (!piece.hasRemaining()) {
                writePiece();
            }
        }
        stateBytes += length;
    }

    private void writePiece() throws IOException {
        piece.flip();
        SnapshotFormat.sealPiece(id, end, piece);
        int bytes = piece.limit();
        file.write(piece, end);
        end += bytes;
        pieces++;
        piece.clear().position(SnapshotFormat.PIECE_HEAD_BYTES);
        if (end - forced >= FORCE_BYTES) {
            file.force();
            forced = end;
        }
    }

    /** Writes what is missing, and makes all of it durable, but for the file's name. Returns the size of the state. */
    long finish() throws IOException {
        if (piece.position() > SnapshotFormat.PIECE_HEAD_BYTES) {
            writePiece();
        }
        file.write(SnapshotFormat.end(id, end, stateBytes, pieces), end);
        file.force();
        return stateBytes;
    }
}
