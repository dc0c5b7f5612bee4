package dev.polder.raft;

import java.io.IOException;

/**
 * Where the parts of a snapshot lie in its file: head, pieces, end.
 *
 * @param headBytes the size of the head
 * @param fileBytes the size of the file
 */
record SnapshotLayout(int headBytes, long fileBytes) {
    /** @throws IOException if no snapshot has this size */
    static SnapshotLayout of(int headBytes, long fileBytes) throws IOException {
        SnapshotLayout layout = new SnapshotLayout(headBytes, fileBytes);
        long span = layout.endOffset() - headBytes;
        long lastPiece = span % SnapshotFormat.PIECE_BYTES;
        if (span < 0 || (lastPiece > 0 && lastPiece <= SnapshotFormat.PIECE_HEAD_BYTES)) {
            throw new IOException("it has " + fileBytes + " bytes, which no snapshot has with a head of " + headBytes);
        }
        return layout;
    }

    long endOffset() {
        return fileBytes - SnapshotFormat.END_BYTES;
    }

    long pieces() {
        return (endOffset() - headBytes + SnapshotFormat.PIECE_BYTES - 1) / SnapshotFormat.PIECE_BYTES;
    }

    long stateBytes() {
        return endOffset() - headBytes - pieces() * SnapshotFormat.PIECE_HEAD_BYTES;
    }

    /** Returns whether a part begins there. */
    boolean isPart(long offset) {
        return offset == 0
                || offset == endOffset()
                || (offset >= headBytes
                        && offset < endOffset()
                        && (offset - headBytes) % SnapshotFormat.PIECE_BYTES == 0);
    }

    /** Returns the size of the part that begins there. */
    int partBytes(long offset) {
        if (offset == 0) {
            return headBytes;
        }
        return offset == endOffset()
                ? SnapshotFormat.END_BYTES
                : (int) Math.min(SnapshotFormat.PIECE_BYTES, endOffset() - offset);
    }
}
