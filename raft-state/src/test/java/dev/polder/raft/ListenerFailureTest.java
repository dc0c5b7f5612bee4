package dev.polder.raft;

import static dev.polder.raft.Members.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.ReplicatedLog.Proposed;
import io.atomix.protocols.raft.RaftServer.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A listener that throws. Several guards lie one behind the other, so most tests are about a member without a thread of
 * its own: there each guard is the last one. What {@link LogLife} and {@link RaftThread} do is in their own tests.
 */
class ListenerFailureTest {
    @TempDir
    Path directory;

    private final LossyDisk disk = new LossyDisk();

    private static RecordingListener failingAt(String when) {
        return new RecordingListener(call -> {
            if (call.equals(when)) {
                throw new IllegalStateException("cannot " + call);
            }
        });
    }

    private ManualMember member(List<String> members, RecordingListener listener, PeerNetwork network)
            throws Exception {
        return new ManualMember(disk, directory, members, Members.PROPOSAL_BYTES_MAX, listener, network);
    }

    private ManualMember alone(RecordingListener listener) throws Exception {
        return member(List.of("m1"), listener, PeerNetwork.NONE);
    }

    @Test
    void shouldStopAtACommitAndHandOverNothingMore() throws Exception {
        try (ManualMember member = alone(failingAt("committed 3")).begin()) {
            for (String entry : List.of("good", "bad", "never")) {
                member.context.proposer().propose(1, bytes(entry));
            }
            assertThatThrownBy(member.thread::run).hasMessage("cannot committed 3");
            assertThat(member.failure()).hasMessage("cannot committed 3");

            member.context.proposer().propose(1, bytes("late"));
            member.thread.run();
            assertThat(member.context.getCommitIndex()).isEqualTo(5);
            assertThat(member.listener.calls()).containsExactly("serving 1", "committed 2");
        }
    }

    @Test
    void shouldStopDuringTheReplayAndNeverServe() throws Exception {
        try (ManualMember before = alone(new RecordingListener()).begin()) {
            before.context.proposer().propose(1, bytes("good"));
            before.context.proposer().propose(1, bytes("bad"));
            before.thread.run();
        }

        ManualMember after = alone(failingAt("committed 3"));
        try (after) {
            assertThatThrownBy(after::begin).hasMessage("cannot committed 3");
            assertThat(after.failure()).hasMessage("cannot committed 3");
            assertThat(after.listener.calls()).containsExactly("committed 2");
            assertThat(after.context.proposer().propose(2, bytes("late"))).isEqualTo(Proposed.NOT_LEADER);
        }
    }

    /** Atomix drops what is thrown when an answer comes in, and goes on. */
    @Test
    void shouldStopWhereAtomixSwallowsTheFailure() throws Exception {
        RecordingListener listener = failingAt("serving 1");
        try (ManualMember member = member(List.of("m1:1", "m2:1", "m3:1"), listener, ListenerFailureTest::agree)) {
            member.begin();
            member.context.voteForSelf();
            member.context.transition(Role.LEADER);
            member.thread.run();

            assertThat(member.context.getCommitIndex()).as("a peer has it").isEqualTo(1);
            assertThat(member.failure()).hasMessage("cannot serving 1");
        }
    }

    private static CompletableFuture<PeerResponse> agree(String to, PeerRequest request) {
        PeerRequest.Append append = (PeerRequest.Append) request;
        return CompletableFuture.completedFuture(new PeerResponse.Append(append.term(), true, append.lastIndex()));
    }

    @Test
    void shouldStopAndAcceptNothingWhenATermIsLost() throws Exception {
        try (ManualMember member = alone(failingAt("lost 1")).begin()) {
            assertThatThrownBy(() -> member.context.transition(Role.FOLLOWER)).hasMessage("cannot lost 1");

            assertThat(member.failure()).hasMessage("cannot lost 1");
            assertThat(member.context.proposer().propose(1, bytes("late"))).isEqualTo(Proposed.NOT_LEADER);
        }
    }

    /** Others elect another as soon as its port is closed, and need not wait for what they have promised it. */
    @Test
    void shouldBeFollowedNoMoreWhenATermIsLost() throws Exception {
        RecordingListener listener = failingAt("lost 1");
        try (ManualMember member = member(List.of("m1:1", "m2:1", "m3:1"), listener, ListenerFailureTest::agree)) {
            member.begin();
            member.context.voteForSelf();
            member.context.transition(Role.LEADER);
            member.thread.run();
            member.context.proposer().propose(1, bytes("an answer to this is a promise"));
            member.thread.run();
            assertThat(member.context.isFollowed()).isTrue();

            assertThatThrownBy(() -> member.context.transition(Role.FOLLOWER)).hasMessage("cannot lost 1");

            assertThat(member.context.isFollowed()).isFalse();
        }
    }

    /** The whole of it, with its thread. */
    @Test
    void shouldTellTheFirstCauseAndAddTheOthers() throws Exception {
        RecordingListener listener = new RecordingListener(call -> {
            if (!call.equals("stopped")) {
                throw new IllegalStateException("at " + call);
            }
        });
        try (ReplicatedLog log = ReplicatedLog.start(
                Members.config(directory), listener, Seams.of(disk, Rules.KEPT, LogLimits.DEFAULT))) {
            Throwable cause = listener.awaitStopped();
            assertThat(cause).hasMessage("at elected 1");
            assertThat(cause.getSuppressed()).hasSize(1);
            assertThat(cause.getSuppressed()[0]).hasMessage("at lost 1");
            assertThat(log.propose(1, bytes("late"))).isEqualTo(Proposed.NOT_LEADER);
        }
        assertThat(disk.openFiles()).isZero();
    }
}
