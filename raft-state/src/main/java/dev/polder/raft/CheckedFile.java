package dev.polder.raft;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A small file that is replaced as a whole, is durable when {@link #write} returns, and is believed only if every bit of
 * it is as it was written.
 *
 * <pre>
 *   0  magic             8 bytes
 *   8  format version    u32
 *  12  checksum          u32   CRC32C of all other bytes
 *  16  length            u32   bytes behind this field
 *  20  body
 * </pre>
 *
 * <p>Texts in a body are a u16 length and UTF-8. Owned by the log's thread.
 */
final class CheckedFile {
    static final int HEADER_BYTES = 20;

    private static final int VERSION_AT = 8;
    private static final int CHECKSUM_AT = 12;
    private static final int LENGTH_AT = 16;
    private static final int FILE_BYTES_MAX = 1 << 20;

    private final Disk disk;
    private final String name;
    private final long magic;
    private final int version;
    private final String consequence;

    /**
     * @param name the file's name, and what people call it
     * @param version the format that is written; it and all before it are read
     * @param consequence what a file that cannot be read would lead to, for the message
     */
    CheckedFile(Disk disk, String name, long magic, int version, String consequence) {
        this.disk = disk;
        this.name = name;
        this.magic = magic;
        this.version = version;
        this.consequence = consequence;
    }

    boolean exists() throws IOException {
        return disk.names().contains(name);
    }

    /** Returns what people call this file. */
    String describe() {
        return name + " file " + disk.describe(name);
    }

    /** Returns a buffer for a new content, to be filled with exactly so many bytes. */
    static ByteBuffer body(int bytes) {
        return ByteBuffer.allocate(HEADER_BYTES + bytes).position(HEADER_BYTES);
    }

    /** Replaces the content by a {@link #body} that was filled. */
    void write(ByteBuffer filled) throws IOException {
        ByteBuffer bytes = seal(filled);
        String temporary = name + Disk.TEMPORARY;
        try (DiskFile file = disk.create(temporary)) {
            file.write(bytes, 0);
            file.force();
        }
        disk.rename(temporary, name);
        disk.sync();
    }

    /** Returns the whole file with a {@link #body} that was filled. */
    ByteBuffer seal(ByteBuffer filled) {
        ByteBuffer bytes = filled.flip();
        bytes.putLong(0, magic).putInt(VERSION_AT, version).putInt(LENGTH_AT, bytes.limit() - HEADER_BYTES);
        return bytes.putInt(CHECKSUM_AT, checksum(bytes));
    }

    /** Tells whether every bit of it is as it was written, in whatever version. */
    boolean isWhole() throws IOException {
        ByteBuffer bytes = load();
        return bytes.limit() >= HEADER_BYTES
                && bytes.getLong(0) == magic
                && bytes.getInt(LENGTH_AT) == bytes.limit() - HEADER_BYTES
                && bytes.getInt(CHECKSUM_AT) == checksum(bytes);
    }

    private ByteBuffer load() throws IOException {
        try (DiskFile file = disk.open(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), FILE_BYTES_MAX));
            file.readFully(bytes, 0);
            return bytes.flip();
        }
    }

    /** Reads the content as one value. */
    interface Reader<T> {
        T read(ByteBuffer body);
    }

    /** @throws IOException if the file cannot be trusted; the message says why and what would come of it */
    <T> T read(Reader<T> reader) throws IOException {
        ByteBuffer bytes = load();
        String problem = problem(bytes);
        if (problem != null) {
            throw distrust(problem);
        }
        try {
            T value = reader.read(bytes.position(HEADER_BYTES));
            if (bytes.hasRemaining()) {
                throw distrust(bytes.remaining() + " bytes follow its content");
            }
            return value;
        } catch (BufferUnderflowException e) {
            throw distrust("its content is cut off");
        }
    }

    private IOException distrust(String problem) {
        return new IOException(describe() + ": " + problem + "; " + consequence + ", so it does not start");
    }

    private @Nullable String problem(ByteBuffer bytes) {
        if (bytes.limit() < HEADER_BYTES) {
            return "it has " + bytes.limit() + " bytes, the header alone has " + HEADER_BYTES;
        }
        if (bytes.getLong(0) != magic) {
            return "it is no " + name + " file";
        }
        if (bytes.getInt(VERSION_AT) > version) {
            return "format version is " + bytes.getInt(VERSION_AT) + ", this software knows up to " + version;
        }
        if (bytes.getInt(LENGTH_AT) != bytes.limit() - HEADER_BYTES) {
            return "it has " + (bytes.limit() - HEADER_BYTES) + " bytes behind the header, which says "
                    + bytes.getInt(LENGTH_AT);
        }
        if (bytes.getInt(CHECKSUM_AT) != checksum(bytes)) {
            return "the checksum does not fit";
        }
        return null;
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, CHECKSUM_AT));
        crc.update(bytes.slice(LENGTH_AT, bytes.limit() - LENGTH_AT));
        return (int) crc.getValue();
    }

    // ---- texts in a body

    static int textBytes(String text) {
        return Short.BYTES + text.getBytes(StandardCharsets.UTF_8).length;
    }

    static void putText(ByteBuffer body, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        body.putShort((short) utf8.length).put(utf8);
    }

    static String getText(ByteBuffer body) {
        byte[] utf8 = new byte[Short.toUnsignedInt(body.getShort())];
        body.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
