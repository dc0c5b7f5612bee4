package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Up to which entry the log was forced, in a small file that nobody waits for: what a process has written outlives it, so
 * after its death a log that ends before this entry is damaged, not interrupted.
 *
 * <pre>
 *   0  magic             "PLDRMARK"
 *   8  format version    u32
 *  12  checksum          u32   CRC32C of all other bytes
 *  16  index             u64
 * </pre>
 *
 * <p>It never says more than is true: it is raised when a force is over, and lowered durably before entries are removed.
 * After a power loss it may be older, torn or missing, and then says less. Owned by the log's thread.
 */
final class ForcedMark implements Closeable {
    static final String FILE = "forced";
    static final int FILE_BYTES = 24;

    private static final Logger LOG = LoggerFactory.getLogger(ForcedMark.class);
    private static final long MAGIC = 0x504C_4452_4D41_524BL;
    private static final int FORMAT_VERSION = 1;
    private static final int CHECKSUM_AT = 12;
    private static final int INDEX_AT = 16;

    private final Disk disk;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(FILE_BYTES);
    private final CRC32C crc = new CRC32C();
    private @Nullable DiskFile file;
    private long index;

    private ForcedMark(Disk disk, @Nullable DiskFile file, long index) {
        this.disk = disk;
        this.file = file;
        this.index = index;
    }

    /** Without a file, or with one that cannot be trusted, it says 0. */
    static ForcedMark open(Disk disk) throws IOException {
        if (!disk.names().contains(FILE)) {
            return new ForcedMark(disk, null, 0);
        }
        DiskFile file = disk.open(FILE);
        ForcedMark mark = new ForcedMark(disk, file, 0);
        try {
            mark.index = mark.read(file);
            return mark;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Forgets it, durably: the log is about to lose entries, or is no longer what it was. */
    static void forget(Disk disk) throws IOException {
        if (disk.names().contains(FILE)) {
            disk.delete(FILE);
            disk.sync();
        }
    }

    private long read(DiskFile from) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(FILE_BYTES);
        from.readFully(found, 0);
        boolean isWhole = !found.hasRemaining()
                && from.size() == FILE_BYTES
                && found.getLong(0) == MAGIC
                && found.getInt(CHECKSUM_AT) == checksum(found);
        if (!isWhole) {
            LOG.warn(
                    "event=forced_mark_ignored file={} it is not as it was written, as after a power loss",
                    disk.describe(FILE));
            return 0;
        }
        if (found.getInt(Long.BYTES) > FORMAT_VERSION) {
            throw new IOException("file " + disk.describe(FILE) + ": format version is " + found.getInt(Long.BYTES)
                    + ", this software knows up to " + FORMAT_VERSION);
        }
        return found.getLong(INDEX_AT);
    }

    /** Returns up to which entry the log was forced, as far as this knows. */
    long index() {
        return index;
    }

    /** The log was forced up to there. */
    void raise(long forcedIndex) throws IOException {
        if (forcedIndex > index) {
            write(forcedIndex);
        }
    }

    /** Entries behind that one are about to be removed. Durable before this returns. */
    void lower(long lastIndex) throws IOException {
        DiskFile open = file;
        if (lastIndex < index && open != null) {
            write(lastIndex);
            open.force();
        }
    }

    private void write(long newIndex) throws IOException {
        DiskFile open = file;
        if (open == null) {
            open = disk.create(FILE);
            file = open;
        }
        bytes.clear().putLong(MAGIC).putInt(FORMAT_VERSION).putInt(0).putLong(newIndex);
        bytes.putInt(CHECKSUM_AT, checksum(bytes)).flip();
        open.write(bytes, 0);
        index = newIndex;
    }

    private int checksum(ByteBuffer whole) {
        crc.reset();
        crc.update(whole.slice(0, CHECKSUM_AT));
        crc.update(whole.slice(INDEX_AT, FILE_BYTES - INDEX_AT));
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        DiskFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }
}
