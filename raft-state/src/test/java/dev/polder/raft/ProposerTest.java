package dev.polder.raft;

import static dev.polder.raft.Members.bytes;
import static dev.polder.raft.Members.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.LossyDisk.Operation;
import dev.polder.raft.ReplicatedLog.Proposed;
import io.atomix.protocols.raft.RaftServer.Role;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProposerTest {
    @TempDir
    Path directory;

    private final LossyDisk disk = new LossyDisk();

    private ManualMember leader(long proposalBytesMax) throws Exception {
        return new ManualMember(disk, directory, List.of("m1"), proposalBytesMax).begin();
    }

    private static Proposed propose(ManualMember member, long term, String text) {
        return member.context.proposer().propose(term, bytes(text));
    }

    @Test
    void shouldCommitManyProposalsWithOneWriteAndOneForce() throws Exception {
        try (ManualMember member = leader(1 << 20)) {
            int writes = disk.count(Operation.WRITE);
            int forces = disk.count(Operation.FORCE);
            for (int i = 0; i < 1000; i++) {
                assertThat(propose(member, 1, "entry " + i)).isEqualTo(Proposed.ACCEPTED);
            }
            assertThat(member.thread.waiting()).as("wake-ups").isEqualTo(1);
            member.thread.run();

            assertThat(member.listener.count()).isEqualTo(1000);
            assertThat(member.log.durableIndex()).isEqualTo(1001);
            assertThat(disk.count(Operation.WRITE) - writes)
                    .as("the entries, and the mark")
                    .isEqualTo(2);
            assertThat(disk.count(Operation.FORCE) - forces).isEqualTo(1);
        }
    }

    @Test
    void shouldForceForEachCommitIfTheyComeOneByOne() throws Exception {
        try (ManualMember member = leader(1 << 20)) {
            int forces = disk.count(Operation.FORCE);
            for (int i = 0; i < 100; i++) {
                propose(member, 1, "entry " + i);
                member.thread.run();
                assertThat(member.listener.count()).isEqualTo(i + 1);
            }
            assertThat(disk.count(Operation.FORCE) - forces).isEqualTo(100);
        }
    }

    @Test
    void shouldTakeALargeLoadInSeveralDrains() throws Exception {
        try (ManualMember member = leader(64 << 20)) {
            int writes = disk.count(Operation.WRITE);
            for (int i = 0; i < 9; i++) {
                member.context.proposer().propose(1, new byte[ReplicatedLog.ENTRY_BYTES_MAX]);
            }
            member.thread.run();

            assertThat(member.listener.count()).isEqualTo(9);
            assertThat(disk.count(Operation.WRITE) - writes).isGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void shouldDropProposalsOfATermThatWasLost() throws Exception {
        try (ManualMember member = leader(200)) {
            assertThat(propose(member, 1, "old")).isEqualTo(Proposed.ACCEPTED);
            member.context.transition(Role.FOLLOWER);
            assertThat(propose(member, 1, "late")).isEqualTo(Proposed.NOT_LEADER);
            member.thread.run();

            assertThat(member.listener.calls()).containsExactly("serving 1", "lost 1", "serving 2");
            assertThat(propose(member, 2, "new")).isEqualTo(Proposed.ACCEPTED);
            assertThat(propose(member, 2, "new too"))
                    .as("the room of the old one is free")
                    .isEqualTo(Proposed.ACCEPTED);
            member.thread.run();
            assertThat(texts(member.listener.committed())).containsExactly("new", "new too");
        }
    }

    @Test
    void shouldDropProposalsThatMeetTheNextTerm() throws Exception {
        try (ManualMember member = leader(200)) {
            propose(member, 1, "old");
            member.thread.runFirst(() -> {
                member.context.transition(Role.FOLLOWER);
                member.context.voteForSelf();
                member.context.transition(Role.LEADER);
            });
            member.thread.run();

            assertThat(texts(member.listener.committed())).isEmpty();
            assertThat(member.events.servingTerm()).isEqualTo(2);
            assertThat(propose(member, 2, "a")).isEqualTo(Proposed.ACCEPTED);
            assertThat(propose(member, 2, "b")).isEqualTo(Proposed.ACCEPTED);
        }
    }

    @Test
    void shouldBoundWaitingBytesButNeverRefuseOneAlone() throws Exception {
        try (ManualMember member = leader(100)) {
            assertThat(propose(member, 1, "x".repeat(500))).isEqualTo(Proposed.ACCEPTED);
            assertThat(propose(member, 1, "")).isEqualTo(Proposed.FULL);
            member.thread.run();

            assertThat(propose(member, 1, "")).isEqualTo(Proposed.ACCEPTED);
            assertThat(propose(member, 1, ""))
                    .as("two empty ones cost 128 bytes")
                    .isEqualTo(Proposed.FULL);
        }
    }
}
