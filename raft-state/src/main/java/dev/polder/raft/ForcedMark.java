package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Up to which entry the log was forced, in a small file that is written and not forced: what a process has written
 * outlives it, so after its death a log that ends before this entry is damaged, not interrupted. In the form of a
 * {@link CheckedFile}, but written in place.
 *
 * <pre>
 *   0  header            "PLDRMARK", format version 1
 *  20  index             u64
 * </pre>
 *
 * <p>It never says more than is true: it is raised when a force is over, and lowered durably before entries are removed.
 * After a power loss it may be older, torn or missing, and then says less. Owned by the log's thread.
 */
final class ForcedMark implements Closeable {
    static final String FILE = "forced";

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    private static final long MAGIC = 0x504C_4452_4D41_524BL;
    private static final int FORMAT_VERSION = 1;

    private final Disk disk;
    private final CheckedFile content;
    /** Null as long as nothing that is believed was written. */
    private @Nullable DiskFile file;

    private long index;

    private ForcedMark(Disk disk, CheckedFile content) {
        this.disk = disk;
        this.content = content;
    }

    /**
     * Without a file, or with one that is not as it was written, it says 0.
     *
     * @throws IOException if the file cannot be read, or is of a later version
     */
    static ForcedMark open(Disk disk) throws IOException {
        CheckedFile content = new CheckedFile(
                disk, FILE, MAGIC, FORMAT_VERSION, "without it this member would not see that its log was cut");
        ForcedMark mark = new ForcedMark(disk, content);
        if (content.exists()) {
            if (content.isWhole()) {
                mark.index = content.read(ByteBuffer::getLong);
                mark.file = disk.open(FILE);
            } else {
                LOG.warn("event=forced_mark_ignored file={} not as it was written", disk.describe(FILE));
            }
        }
        return mark;
    }

    /** Forgets it, durably: the log is about to lose entries that it was forced with. */
    static void forget(Disk disk) throws IOException {
        if (disk.names().contains(FILE)) {
            disk.delete(FILE);
            disk.sync();
        }
    }

    /** Returns what people call the file. */
    String describe() {
        return content.describe();
    }

    /** Tells whether there is a file that is as it was written. */
    boolean isBelieved() {
        return file != null;
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
        if (lastIndex < index) {
            write(lastIndex).force();
        }
    }

    private DiskFile write(long newIndex) throws IOException {
        DiskFile open = file;
        if (open == null) {
            open = disk.create(FILE);
            file = open;
        }
        open.write(content.seal(CheckedFile.body(Long.BYTES).putLong(newIndex)), 0);
        index = newIndex;
        return open;
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
