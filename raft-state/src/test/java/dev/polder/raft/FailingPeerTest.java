package dev.polder.raft;

import static dev.polder.raft.RawConnection.introduction;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.RunningGroup.Member;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader whose only peer, played by the test, votes for it and then answers every append with a failure. */
@Tag("slow")
class FailingPeerTest {
    @TempDir
    Path directory;

    @Test
    void shouldTakeAFailureForNoSignOfLife() throws Exception {
        try (RunningGroup group = RunningGroup.of(2, directory, Duration.ofMillis(300));
                ServerSocket listening = new ServerSocket()) {
            String peer = group.members().get(1);
            listening.bind(FreePorts.loopback(MemberAddress.of(peer).port()));
            Member member = group.start(group.members().get(0));
            try (RawConnection called = RawConnection.from(listening)) {
                called.hear();
                called.say(0, new Greeting.Welcome(introduction(peer, group.members(), 1)));
                int failures = 0;
                while (!member.listener().calls().contains("lost 1")) {
                    WireFrame request = called.hear();
                    PeerResponse answer = answer((PeerRequest) request.message());
                    called.say(request.requestId(), answer);
                    failures += answer instanceof PeerResponse.Failure ? 1 : 0;
                }
                assertThat(failures).as("it was asked until it was given up").isGreaterThan(1);
                assertThat(member.listener().committed()).isEmpty();
            }
        }
    }

    private static PeerResponse answer(PeerRequest request) {
        if (request instanceof PeerRequest.Poll poll) {
            return new PeerResponse.Poll(poll.term(), true);
        }
        if (request instanceof PeerRequest.Vote vote) {
            return new PeerResponse.Vote(vote.term(), true);
        }
        return new PeerResponse.Failure("the disk is full");
    }
}
