package dev.polder.raft.recipe;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * A view as a file: equal states have equal bytes.
 *
 * <pre>
 *   "PREC", version u8 = 1, frames, CRC-32C of all before u32
 *   frame     kind u8, length u32, body
 *   1 HEAD    index u64, term u64, cluster time u64, term's begin u64, revision u64, last lease u64, compacted u64, limits
 *   2 LEASE   id u64, ttl u64, granted u64, session u8 [nonce u64, last u64, acknowledged u64]    ascending
 *   3 OUTCOME session u64, number u64, outcome                                                   ascending
 *   4 KEY     entry                                                                              ascending
 *   5 EVENT   revision u64, event                                                               in their order
 *   6 END     number of frames before u64
 * </pre>
 */
final class SnapshotCodec {
    static final int MAGIC = 0x50524543;
    static final int VERSION = 1;

    static final int HEAD = 1;
    static final int LEASE = 2;
    static final int OUTCOME = 3;
    static final int KEY = 4;
    static final int EVENT = 5;
    static final int END = 6;

    /** Larger than a key, a value and an outcome can be. */
    static final int FRAME_BYTES_MAX = 64 << 20;

    private SnapshotCodec() {}

    /** Writes a view. Does not close the stream. Any thread may call. */
    static void write(RecipeView view, OutputStream stream) throws IOException {
        CheckedOutputStream checked = new CheckedOutputStream(stream, new CRC32C());
        DataOutputStream out = new DataOutputStream(checked);
        out.writeInt(MAGIC);
        out.writeByte(VERSION);
        new SnapshotWriter(out).write(view);
        out.writeInt((int) checked.getChecksum().getValue());
        out.flush();
    }

    /**
     * Reads a view to its last byte and not beyond. Does not close the stream.
     *
     * @throws IOException if the stream fails, ends too early, or if what it holds is damaged or of a newer version; says
     *     what was found
     */
    static RecipeView read(InputStream stream) throws IOException {
        CheckedInputStream checked = new CheckedInputStream(stream, new CRC32C());
        DataInputStream in = new DataInputStream(checked);
        try {
            int magic = in.readInt();
            if (magic != MAGIC) {
                throw new IOException("recipe snapshot: begins with " + Integer.toHexString(magic) + ", must with "
                        + Integer.toHexString(MAGIC));
            }
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IOException(
                        "recipe snapshot: version " + version + ", this program reads version " + VERSION);
            }
            SnapshotReader reader = new SnapshotReader();
            for (long frames = 0; !reader.isComplete(); frames++) {
                readFrame(in, frames, reader);
            }
            int computed = (int) checked.getChecksum().getValue();
            int found = in.readInt();
            if (computed != found) {
                throw new IOException("recipe snapshot: checksum is " + Integer.toHexString(found) + ", its bytes have "
                        + Integer.toHexString(computed));
            }
            return reader.view();
        } catch (EOFException e) {
            throw new IOException("recipe snapshot: ends too early", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("recipe snapshot: " + e.getMessage(), e);
        }
    }

    private static void readFrame(DataInputStream in, long frames, SnapshotReader reader) throws IOException {
        int kind = in.readUnsignedByte();
        int length = in.readInt();
        if (length < 0 || length > FRAME_BYTES_MAX) {
            throw new IOException("recipe snapshot: frame " + frames + " has " + Integer.toUnsignedLong(length)
                    + " bytes, at most " + FRAME_BYTES_MAX);
        }
        // reserves room as bytes come, not as many as are promised
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException();
        }
        reader.frame(kind, frames, new ByteReader("frame " + frames + " of kind " + kind, body));
    }
}
