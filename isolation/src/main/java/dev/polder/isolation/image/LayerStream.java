package dev.polder.isolation.image;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a layer's tar, decompressed, hashed and counted. Whoever reads the heads of a tar holds what they say in
 * memory, so these have a limit of their own.
 */
final class LayerStream extends InputStream {
    /** What a head and the records before it may take together. */
    static final int HEAD_BYTES_MAX = 1 << 20;

    private static final int BLOCK_BYTES = 512;
    private static final long RATIO_FROM_BYTES = 64 << 20;
    /** How many bytes tell the compression. */
    static final int SNIFFED_BYTES = 6;

    private final InputStream in;
    private final UnpackLimits limits;
    private final long packedBytes;
    private final MessageDigest hash;
    private long count;
    private long headEnd = HEAD_BYTES_MAX;
    private int padded;
    private boolean failed;

    private LayerStream(InputStream in, UnpackLimits limits, long packedBytes, MessageDigest hash) {
        this.in = in;
        this.limits = limits;
        this.packedBytes = packedBytes;
        this.hash = hash;
    }

    /** Looks at the first bytes for the compression: media types are wrong too often. */
    static LayerStream open(InputStream blob, long packedBytes, UnpackLimits limits, MessageDigest hash)
            throws IOException {
        InputStream buffered = new BufferedInputStream(blob, 64 * 1024);
        buffered.mark(SNIFFED_BYTES);
        byte[] first = buffered.readNBytes(SNIFFED_BYTES);
        buffered.reset();
        String compression = compression(first);
        if (compression == null) {
            return new LayerStream(buffered, limits, packedBytes, hash);
        }
        if (!compression.equals("gzip")) {
            throw new ImageException("the layer is compressed by " + compression + "; only gzip is unpacked here");
        }
        try {
            return new LayerStream(new GZIPInputStream(buffered, 64 * 1024), limits, packedBytes, hash);
        } catch (ZipException | EOFException e) {
            throw new ImageException("the layer is not gzip: " + e.getMessage(), e);
        }
    }

    /** Returns by what bytes that begin so are compressed, null if by nothing. */
    static @Nullable String compression(byte[] first) {
        if (begins(first, 0x1f, 0x8b)) {
            return "gzip";
        }
        if (begins(first, 0x28, 0xb5, 0x2f, 0xfd)) {
            return "zstd";
        }
        if (begins(first, 'B', 'Z', 'h')) {
            return "bzip2";
        }
        return begins(first, 0xfd, '7', 'z', 'X', 'Z') ? "xz" : null;
    }

    private static boolean begins(byte[] bytes, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    /** What is read from here on is a head. */
    void beginHead() {
        headEnd = count + HEAD_BYTES_MAX;
    }

    /** What is read from here on is a file's content. */
    void beginContent() {
        headEnd = Long.MAX_VALUE;
    }

    /** Says whose fault a failure is that a reader of this tar met: of the disk or of the tar. */
    IOException blame(IOException failure) {
        if (failed || failure instanceof ImageException) {
            return failure;
        }
        return new ImageException("the layer is not a whole tar: " + failure.getMessage(), failure);
    }

    /** Returns the hash of everything that was read. */
    byte[] hashed() {
        return hash.digest();
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
        } catch (ZipException | EOFException e) {
            throw new ImageException("the layer's gzip is broken: " + e.getMessage(), e);
        } catch (IOException e) {
            failed = true;
            throw e;
        }
        if (read < 0 && headEnd != Long.MAX_VALUE) {
            return pad(bytes, offset, length);
        }
        if (read <= 0) {
            return read;
        }
        hash.update(bytes, offset, read);
        count += read;
        if (count > headEnd) {
            throw new ImageException("the head of an entry is longer than HEAD_BYTES_MAX=" + HEAD_BYTES_MAX + " bytes");
        }
        if (count > limits.bytesMax()) {
            throw new ImageException("the layer unpacks to more than bytesMax=" + limits.bytesMax() + " bytes");
        }
        if (count > RATIO_FROM_BYTES && count / limits.ratioMax() > packedBytes) {
            throw new ImageException("the layer unpacks to more than ratioMax=" + limits.ratioMax() + " times its "
                    + packedBytes + " bytes");
        }
        return read;
    }

    /**
     * Fills the last block with zeros, where no content is read: tools that do not end their tars leave them out. Half a
     * head that becomes whole by them has a wrong check sum.
     */
    private int pad(byte[] bytes, int offset, int length) {
        int missing = Math.floorMod(-(count + padded), BLOCK_BYTES);
        int zeros = Math.min(missing, length);
        if (zeros == 0) {
            return -1;
        }
        Arrays.fill(bytes, offset, offset + zeros, (byte) 0);
        padded += zeros;
        return zeros;
    }

    /** A tar reader may close what it reads; the end of the bytes is still to be hashed then. */
    InputStream withoutClose() {
        return new FilterInputStream(this) {
            @Override
            public void close() {}

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return LayerStream.this.read(bytes, offset, length);
            }
        };
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
