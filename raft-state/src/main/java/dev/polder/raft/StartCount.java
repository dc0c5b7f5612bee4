package dev.polder.raft;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How often this member was started with this directory: whoever hears of two starts knows which is the later one, however
 * late it hears of the earlier. One {@link CheckedFile}, durable before a call returns.
 *
 * <pre>
 *   0  header            "PLDRSTRT", format version 1
 *  20  starts            u64
 * </pre>
 */
final class StartCount {
    static final String FILE = "starts";

    private static final long MAGIC = 0x504C_4452_5354_5254L;
    private static final int FORMAT_VERSION = 1;

    private StartCount() {}

    /**
     * Returns the number of the latest start, 0 if there was none.
     *
     * @throws IOException if there is a file and it cannot be trusted
     */
    static long read(Disk disk) throws IOException {
        CheckedFile file = file(disk);
        return file.exists() ? file.read(ByteBuffer::getLong) : 0;
    }

    /**
     * Counts a start, and returns its number.
     *
     * @throws IOException if there is a file and it cannot be trusted, or it cannot be made durable
     */
    static long next(Disk disk) throws IOException {
        long number = read(disk) + 1;
        file(disk).write(CheckedFile.body(Long.BYTES).putLong(number));
        return number;
    }

    private static CheckedFile file(Disk disk) {
        return new CheckedFile(
                disk, FILE, MAGIC, FORMAT_VERSION, "without it the others could take this start for an earlier one");
    }
}
