package dev.polder.raft;

import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.StorageLevel;
import io.atomix.storage.journal.SegmentedJournal;
import io.atomix.utils.serializer.Namespace;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files that Atomix's constructors insist on. Nothing in them is ever read; they are made anew at each start and
 * gone after {@link #close}.
 */
final class ScratchFiles implements Closeable {
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

    static ScratchFiles create(Path directory) throws IOException {
        delete(directory);
        Files.createDirectories(directory);
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

    RaftStorage storage() {
        return storage;
    }

    SegmentedJournal<RaftLogEntry> journal() {
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
