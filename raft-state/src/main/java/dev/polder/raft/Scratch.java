package dev.polder.raft;

import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.SegmentedJournal;
import java.io.Closeable;
import java.io.IOException;

/** What Atomix's constructors insist on and nobody reads. */
interface Scratch extends Closeable {
    RaftStorage storage();

    SegmentedJournal<RaftLogEntry> journal();

    /** Where they come from; a test that starts members by the thousand has them once. */
    interface Source {
        Scratch take(RaftConfig config) throws IOException;
    }
}
