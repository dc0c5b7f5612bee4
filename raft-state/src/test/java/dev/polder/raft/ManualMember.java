package dev.polder.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One member, as a {@link ReplicatedLog} has it, on a thread that the test turns by hand. */
final class ManualMember implements AutoCloseable, FailStop {
    static final Duration ELECTION_TIMEOUT = Duration.ofMillis(500);

    final ManualThread thread = new ManualThread();
    final RecordingListener listener;
    final LogEvents events;
    final RaftCore core;
    final TermStore terms;
    final FactLog log;
    final PolderRaftContext context;
    private @Nullable Throwable failure;

    ManualMember(Disk disk, Path directory, List<String> members, long proposalBytesMax) throws IOException {
        this(disk, directory, members, proposalBytesMax, new RecordingListener(), PeerNetwork.NONE);
    }

    ManualMember(
            Disk disk,
            Path directory,
            List<String> members,
            long proposalBytesMax,
            RecordingListener listener,
            PeerNetwork network)
            throws IOException {
        this(disk, directory, members, proposalBytesMax, listener, network, new ManualTime(), Rules.KEPT);
    }

    /** The first of some members, with a time of its own. */
    static ManualMember first(Disk disk, Path directory, List<String> members, RaftTime time) throws IOException {
        return new ManualMember(
                disk,
                directory,
                members,
                Members.PROPOSAL_BYTES_MAX,
                new RecordingListener(),
                PeerNetwork.NONE,
                time,
                Rules.KEPT);
    }

    /** The first of some members, which breaks a rule. */
    static ManualMember breaking(Rules rules, Disk disk, Path directory, List<String> members, RaftTime time)
            throws IOException {
        return new ManualMember(
                disk,
                directory,
                members,
                Members.PROPOSAL_BYTES_MAX,
                new RecordingListener(),
                PeerNetwork.NONE,
                time,
                rules);
    }

    private ManualMember(
            Disk disk,
            Path directory,
            List<String> members,
            long proposalBytesMax,
            RecordingListener listener,
            PeerNetwork network,
            RaftTime time,
            Rules rules)
            throws IOException {
        this.listener = listener;
        events = new LogEvents(listener);
        RaftConfig config = new RaftConfig(
                members.get(0),
                directory,
                "test",
                ELECTION_TIMEOUT,
                Duration.ofMillis(75),
                proposalBytesMax,
                Members.peers(members));
        core = RaftCore.open(
                config,
                new Seams(
                        disk,
                        rules,
                        LogLimits.DEFAULT,
                        time,
                        new SplittableRandom(1),
                        (unused, failStop) -> new OnThread(thread)),
                thread,
                this,
                events,
                network);
        terms = core.terms();
        log = core.log();
        context = core.context();
    }

    /** Takes part, as far as that goes without waiting for anyone. */
    ManualMember begin() {
        thread.execute(core::begin);
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
    public boolean failed() {
        return failure != null;
    }

    @Override
    public void close() throws IOException {
        core.close();
    }
}
