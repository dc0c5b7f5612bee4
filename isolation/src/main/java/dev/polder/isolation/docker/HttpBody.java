package dev.polder.isolation.docker;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The body of an answer, with a length, in chunks, or to the end of the connection. */
final class HttpBody extends InputStream {
    /** Stands for a length that is not known. */
    static final long TO_THE_END = -1;

    private static final int CHUNK_LINE_MAX = 1024;
    private static final int TRAILER_LINES_MAX = 100;

    private final InputStream connection;
    private final boolean chunked;
    /** What is left of the body or of the chunk. */
    private long left;

    private boolean first = true;
    private boolean ended;

    private HttpBody(InputStream connection, boolean chunked, long left) {
        this.connection = connection;
        this.chunked = chunked;
        this.left = left;
    }

    static HttpBody ofLength(InputStream connection, long length) {
        return new HttpBody(connection, false, length);
    }

    static HttpBody ofChunks(InputStream connection) {
        return new HttpBody(connection, true, 0);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (chunked && left == 0 && !ended) {
            startChunk();
        }
        if (ended || left == 0) {
            return -1;
        }
        int wanted = left == TO_THE_END ? length : (int) Math.min(left, length);
        int count = connection.read(bytes, offset, wanted);
        if (count < 0 && left != TO_THE_END) {
            throw new EOFException("the connection ends " + left + " bytes before its " + (chunked ? "chunk" : "body"));
        }
        if (count > 0 && left != TO_THE_END) {
            left -= count;
        }
        return count;
    }

    private void startChunk() throws IOException {
        if (!first && !HttpExchange.line(connection, CHUNK_LINE_MAX).isEmpty()) {
            throw new IOException("a chunk is longer than it says");
        }
        first = false;
        String line = HttpExchange.line(connection, CHUNK_LINE_MAX);
        String size = line.split(";", 2)[0].strip();
        try {
            left = Long.parseLong(size, 16);
        } catch (NumberFormatException e) {
            throw new IOException("a chunk has the size '" + size + "'", e);
        }
        if (left < 0) {
            throw new IOException("a chunk has the size '" + size + "'");
        }
        if (left == 0) {
            ended = true;
            int lines = 0;
            while (!HttpExchange.line(connection, CHUNK_LINE_MAX).isEmpty()) {
                if (++lines > TRAILER_LINES_MAX) {
                    throw new IOException(
                            "a body has more than TRAILER_LINES_MAX=" + TRAILER_LINES_MAX + " lines behind");
                }
            }
        }
    }
}
