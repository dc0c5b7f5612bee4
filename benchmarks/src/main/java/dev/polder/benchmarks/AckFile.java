package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * When a process saw its last acknowledged write; still known when it was killed. The time is {@link System#nanoTime()},
 * which is one and the same for all processes of a Linux host.
 */
final class AckFile {
    private final MappedByteBuffer content;

    private AckFile(MappedByteBuffer content) {
        this.content = content;
    }

    static AckFile open(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(
                directory.resolve("last-ack"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            return new AckFile(channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES));
        }
    }

    void set(long nanos) {
        content.putLong(0, nanos);
    }

    long nanos() {
        return content.getLong(0);
    }
}
