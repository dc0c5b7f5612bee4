package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.protocol.PollRequest;
import io.atomix.protocols.raft.roles.LeaderRole;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomixAccessTest {
    @TempDir
    Path directory;

    @Test
    void shouldFindAllThatItNeedsInTheAtomixOnTheClassPath() {
        assertThatCode(AtomixAccess::find).doesNotThrowAnyException();
    }

    @Test
    void shouldSayWhatAnotherAtomixDoesNotHave() {
        assertThatThrownBy(() -> AtomixAccess.field(LeaderRole.class, "sender"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the Raft log needs io.atomix:atomix-raft:3.1.12 on the class path, but what is there has no"
                                + " field io.atomix.protocols.raft.roles.LeaderRole.sender that can be reached");
        assertThatThrownBy(() -> AtomixAccess.method(RaftContext.class, "transition", long.class))
                .hasMessageContaining("no method io.atomix.protocols.raft.impl.RaftContext.transition[long]");
    }

    @Test
    void shouldFailRequestsToPeersThatAGroupOfOneDoesNotHave() throws Exception {
        try (ManualMember member =
                new ManualMember(new LossyDisk(), directory, List.of("m1"), Members.PROPOSAL_BYTES_MAX).begin()) {
            PollRequest request = PollRequest.builder()
                    .withTerm(1)
                    .withCandidate(member.context.atomix().localMemberId())
                    .withLastLogIndex(0)
                    .withLastLogTerm(0)
                    .build();

            assertThat(member.context
                            .atomix()
                            .getProtocol()
                            .poll(member.context.atomix().localMemberId(), request))
                    .isCompletedExceptionally();
            assertThat(member.context.atomix().getProtocol()).hasToString("protocol of [m1]");
        }
    }
}
