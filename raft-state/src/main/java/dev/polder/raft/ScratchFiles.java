package dev.polder.raft;

import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.StorageLevel;
import io.atomix.storage.buffer.HeapBuffer;
import io.atomix.storage.journal.SegmentedJournal;
import io.atomix.utils.serializer.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files that Atomix's constructors insist on. Nothing in them is ever read; they are made anew at each start and
 * gone after {@link #close}.
 */
final class ScratchFiles implements Scratch {
    private static final String PREFIX = "scratch";
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final int ENTRY_BYTES = 1 << 10;

    private final Path directory;
    private final RaftStorage storage;
    private final SegmentedJournal<RaftLogEntry> journal;

    private ScratchFiles(Path directory, RaftStorage storage, SegmentedJournal<RaftLogEntry> journal) {
        this.directory = directory;
        this.storage = storage;
        this.journal = journal;
    }

    static ScratchFiles create(RaftConfig config) throws IOException {
        return create(config.directory().resolve("scratch"), config.memberId());
    }

    /**
     * Makes the files in a directory of their own; what a crash left there is removed.
     *
     * @param memberId whom Atomix will find to hold its lock, which protects nothing here. It would create it otherwise,
     *     and force it to the disk while everybody waits
     */
    static ScratchFiles create(Path directory, String memberId) throws IOException {
        delete(directory);
        Files.createDirectories(directory);
        Files.write(directory.resolve("." + PREFIX + ".lock"), lock(memberId));
        // The namespace serialises nothing; one that registers more would need JVM flags.
        Namespace namespace = Namespace.builder().register(byte[].class).build();
        RaftStorage storage = RaftStorage.builder()
                .withPrefix(PREFIX)
                .withDirectory(directory.toFile())
                .withStorageLevel(StorageLevel.DISK)
                .withNamespace(namespace)
                .withMaxSegmentSize(SEGMENT_BYTES)
                .withMaxEntrySize(ENTRY_BYTES)
                .build();
        SegmentedJournal<RaftLogEntry> journal = SegmentedJournal.<RaftLogEntry>builder()
                .withName("own")
                .withDirectory(directory.toFile())
                .withStorageLevel(StorageLevel.DISK)
                .withNamespace(namespace)
                .withMaxSegmentSize(SEGMENT_BYTES)
                .withMaxEntrySize(ENTRY_BYTES)
                .build();
        return new ScratchFiles(directory, storage, journal);
    }

    private static byte[] lock(String memberId) {
        HeapBuffer buffer = HeapBuffer.allocate();
        buffer.writeString(memberId).flip();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.read(bytes);
        return bytes;
    }

    @Override
    public RaftStorage storage() {
        return storage;
    }

    @Override
    public SegmentedJournal<RaftLogEntry> journal() {
        return journal;
    }

    @Override
    public void close() throws IOException {
        journal.close();
        delete(directory);
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> found = Files.list(directory)) {
            files = found.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(directory);
    }
}
