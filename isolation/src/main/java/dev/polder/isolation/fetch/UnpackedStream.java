package dev.polder.isolation.fetch;

import java.io.IOException;
import java.io.InputStream;

/**
 * Decompressed bytes, counted against the limits. Whoever reads the heads of a tar holds what they say in memory, so these
 * have a limit of their own. A failure of the decompressor is told as the archive's.
 */
final class UnpackedStream extends InputStream {
    /** What a head of a tar and the records before it may take together. */
    static final int HEAD_BYTES_MAX = 1 << 20;

    private final InputStream in;
    private final ExtractLimits limits;
    private final long packedBytes;
    private long count;
    private long headEnd = Long.MAX_VALUE;

    UnpackedStream(InputStream in, ExtractLimits limits, long packedBytes) {
        this.in = in;
        this.limits = limits;
        this.packedBytes = packedBytes;
    }

    /** What is read from here on is a head. */
    void beginHead() {
        headEnd = count + HEAD_BYTES_MAX;
    }

    /** What is read from here on is a file's content. */
    void beginContent() {
        headEnd = Long.MAX_VALUE;
    }

    /** Says whose fault a failure is that a reader of this met; readers hide what we throw in what they throw. */
    static FetchException broken(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FetchException ours) {
                return ours;
            }
        }
        return new FetchException("the archive is broken or not whole: " + failure.getMessage(), failure);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read;
        try {
            read = in.read(bytes, offset, length);
        } catch (IOException | RuntimeException e) {
            throw broken(e);
        }
        if (read > 0) {
            count += read;
            limits.check(count, packedBytes);
            if (count > headEnd) {
                throw new FetchException("the archive is broken: the head of an entry is longer than HEAD_BYTES_MAX="
                        + HEAD_BYTES_MAX + " bytes");
            }
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
