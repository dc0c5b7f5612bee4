package dev.polder.raft;

import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.SegmentedJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Atomix's scratch files, once for each name of a member, however many of them are started one after the other; deleted
 * after the test.
 */
final class SimScratch implements Scratch.Source, AfterEachCallback {
    private final Map<String, ScratchFiles> files = new HashMap<>();

    @Override
    public Scratch take(RaftConfig config) throws IOException {
        ScratchFiles shared = files.get(config.memberId());
        if (shared == null) {
            shared = ScratchFiles.create(Files.createTempDirectory("polder-sim-"), config.memberId());
            files.put(config.memberId(), shared);
        }
        return new Lent(shared.storage(), shared.journal());
    }

    private record Lent(RaftStorage storage, SegmentedJournal<RaftLogEntry> journal) implements Scratch {
        @Override
        public void close() {}
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        for (ScratchFiles shared : files.values()) {
            shared.close();
        }
        files.clear();
    }
}
