package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}. Every failure is final: the caller must not try again. */
interface DiskFile extends Closeable {
    long size() throws IOException;

    /** Reads what fits and is there. Returns the number of bytes, or -1 at the end of the file. */
    int read(ByteBuffer target, long position) throws IOException;

    /** Reads until the buffer is full or the file ends; the buffer's position tells which. */
    default void readFully(ByteBuffer target, long position) throws IOException {
        long start = position - target.position();
        while (target.hasRemaining()) {
            if (read(target, start + target.position()) < 0) {
                return;
            }
        }
    }

    /** Writes all that remains in the buffer; the file grows if needed. */
    void write(ByteBuffer source, long position) throws IOException;

    /** Cuts the file; atomic, durable after the next force. */
    void truncate(long size) throws IOException;

    /** Makes content and size durable. */
    void force() throws IOException;
}
