package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One member, assembled as in a {@link ReplicatedLog}, on a thread that the test turns by hand. */
final class ManualMember implements AutoCloseable, FailStop {
    final ManualThread thread = new ManualThread();
    final RecordingListener listener;
    final LogEvents events;
    final TermStore terms;
    final FactLog log;
    final PolderRaftContext context;
    private final ScratchFiles scratch;
    private final PolderMetaStore metaStore;
    private @Nullable Throwable failure;

    ManualMember(Disk disk, Path scratchDirectory, List<String> members, long proposalBytesMax) throws IOException {
        this(disk, scratchDirectory, members, proposalBytesMax, new RecordingListener(), PeerCalls.NONE);
    }

    ManualMember(
            Disk disk,
            Path scratchDirectory,
            List<String> members,
            long proposalBytesMax,
            RecordingListener listener,
            PeerCalls peers)
            throws IOException {
        this.listener = listener;
        events = new LogEvents(listener);
        terms = TermStore.exists(disk) ? TermStore.open(disk) : TermStore.create(disk, members);
        log = FactLog.open(disk, LogLimits.DEFAULT, terms.committedIndex(), () -> {});
        scratch = ScratchFiles.create(scratchDirectory, members.get(0));
        metaStore = new PolderMetaStore(scratch.storage(), members);
        context = new PolderRaftContext(
                new RaftParts(
                        MemberId.from(members.get(0)),
                        AtomixAccess.find(),
                        thread,
                        this,
                        log,
                        terms,
                        CommitGate.FORCE,
                        peers,
                        scratch,
                        new PolderLog(scratch, log, this),
                        metaStore,
                        events),
                proposalBytesMax);
    }

    /** Takes part, as far as that goes without waiting for anyone. */
    ManualMember begin() {
        thread.execute(context::begin);
        thread.run();
        return this;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void stop(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    @Override
    public boolean stopping() {
        return failure != null;
    }

    @Override
    public void close() throws IOException {
        context.transition(RaftServer.Role.INACTIVE);
        context.close();
        metaStore.close();
        scratch.close();
        log.close();
    }
}
