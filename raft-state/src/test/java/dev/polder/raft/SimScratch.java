package dev.polder.raft;

import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.SegmentedJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Atomix's scratch files, once for each name of a member, however many of them are started one after the other. */
final class SimScratch implements Scratch.Source, AutoCloseable {
    private final Path directory;
    private final Map<String, ScratchFiles> files = new HashMap<>();

    SimScratch(Path directory) {
        this.directory = directory;
    }

    @Override
    public Scratch take(RaftConfig config) {
        ScratchFiles shared = files.computeIfAbsent(config.memberId(), name -> {
            try {
                return ScratchFiles.create(directory.resolve(name.replace(':', '-')), name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return new Lent(shared.storage(), shared.journal());
    }

    private record Lent(RaftStorage storage, SegmentedJournal<RaftLogEntry> journal) implements Scratch {
        @Override
        public void close() {}
    }

    @Override
    public void close() throws IOException {
        for (ScratchFiles shared : files.values()) {
            shared.close();
        }
    }
}
