package dev.polder.raft;

import dev.polder.raft.ReplicatedLog.Proposed;
import java.io.IOException;
import java.nio.file.Path;

/** A started log with the listener that remembers. */
final class RunningLog implements AutoCloseable {
    private final ReplicatedLog log;
    private final RecordingListener listener;

    private RunningLog(ReplicatedLog log, RecordingListener listener) {
        this.log = log;
        this.listener = listener;
    }

    static RunningLog start(Path directory) throws IOException {
        RecordingListener listener = new RecordingListener();
        return new RunningLog(ReplicatedLog.start(Members.config(directory), listener), listener);
    }

    static RunningLog start(Path directory, Seams seams) throws IOException {
        RecordingListener listener = new RecordingListener();
        return new RunningLog(ReplicatedLog.start(Members.config(directory), listener, seams), listener);
    }

    RecordingListener listener() {
        return listener;
    }

    long awaitServing() {
        return listener.awaitServing();
    }

    Proposed propose(byte[] entry) {
        return log.propose(listener.servingTerm(), entry);
    }

    /** Proposes in the term being served and waits for the commit. */
    void commit(byte[] entry) {
        awaitServing();
        int before = listener.count();
        Proposed proposed = propose(entry);
        if (proposed != Proposed.ACCEPTED) {
            throw new AssertionError("the proposal was " + proposed);
        }
        listener.awaitCount(before + 1);
    }

    ReplicatedLog log() {
        return log;
    }

    /** Ends it before the end of the block. */
    void end() {
        close();
    }

    @Override
    public void close() {
        log.close();
    }
}
