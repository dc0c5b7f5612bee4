package dev.polder.raft;

import static dev.polder.raft.RawConnection.introduction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.RunningGroup.Member;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member beside a leader whose end the test plays: what it makes of connections that close. */
@Tag("slow")
class DyingPeerTest {
    private static final long PROCESS = 77;

    @TempDir
    Path directory;

    private RunningGroup group;
    private Member member;
    private String leader;
    private ServerSocket listening;
    private RawConnection fromMember;
    private RawConnection toMember;

    @BeforeEach
    void follow() throws Exception {
        group = RunningGroup.of(3, directory, Duration.ofSeconds(60));
        leader = group.members().get(1);
        listen();
        member = group.start(group.members().get(0));
        fromMember = welcome(PROCESS);
        toMember = RawConnection.introduced(member.id(), introduction(leader, group.members(), PROCESS));
        lead(5);
        assertThat(member.log().leader()).contains(new LogLeader(leader, 5));
    }

    @AfterEach
    void close() throws Exception {
        group.close();
        listening.close();
        fromMember.close();
        toMember.close();
    }

    private void listen() throws Exception {
        listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(FreePorts.loopback(MemberAddress.of(leader).port()));
    }

    /** Waits for the member to call and welcomes it. */
    private RawConnection welcome(long process) throws Exception {
        RawConnection connection = RawConnection.from(listening);
        assertThat(connection.hear().message()).isInstanceOf(Greeting.Hello.class);
        connection.say(0, new Greeting.Welcome(introduction(leader, group.members(), process)));
        return connection;
    }

    private void lead(long term) throws Exception {
        toMember.say(term, new PeerRequest.Append(term, leader, 0, 0, 0, List.of()));
        assertThat(toMember.hear()).isEqualTo(new WireFrame(term, new PeerResponse.Append(term, true, 0)));
    }

    private void awaitLeader(Optional<LogLeader> expected) {
        RecordingListener.await(() -> member.log().leader().equals(expected));
    }

    @Test
    void shouldTakeALeaderForDeadWhenNobodyListens() throws Exception {
        listening.close();
        fromMember.close();
        toMember.close();

        awaitLeader(Optional.empty());
    }

    @Test
    void shouldHearALeaderOutBeforeItTakesItForDead() throws Exception {
        listening.close();
        fromMember.close();
        RecordingListener.await(() -> member.log().network().connections() == 1);
        // the member is refused again and again meanwhile, which proves nothing while the leader speaks
        try (RawConnection asking = RawConnection.to(member.id())) {
            for (int i = 0; i < 500; i++) {
                asking.say(i, new Greeting.Locate());
                assertThat(asking.hear().message())
                        .isEqualTo(new Greeting.Located(
                                5,
                                leader,
                                "metadata of " + leader,
                                "",
                                member.log().members()));
            }
        }
        lead(5);

        toMember.close();
        awaitLeader(Optional.empty());
    }

    @Test
    void shouldKeepALeaderThatAnswersAgain() throws Exception {
        for (int blip = 0; blip < 10; blip++) {
            toMember.close();
            fromMember.close();
            fromMember = welcome(PROCESS);
            assertThat(member.log().leader()).contains(new LogLeader(leader, 5));
            toMember = RawConnection.introduced(member.id(), introduction(leader, group.members(), PROCESS));
            lead(5);
        }
    }

    @Test
    void shouldAskAgainWhenACallIsCutBeforeItIsAnswered() throws Exception {
        toMember.close();
        fromMember.close();
        for (int i = 0; i < 5; i++) {
            RawConnection.from(listening).close();
        }
        assertThat(member.log().leader()).contains(new LogLeader(leader, 5));

        listening.close();
        awaitLeader(Optional.empty());
    }

    @Test
    void shouldKeepALeaderWhoseFormerProcessHasCalledAndIsHeardLate() throws Exception {
        toMember.close();
        fromMember.close();
        fromMember = welcome(PROCESS + 1);
        toMember = RawConnection.introduced(member.id(), introduction(leader, group.members(), PROCESS + 1));
        lead(6);

        try (RawConnection late = RawConnection.to(member.id())) {
            late.say(0, new Greeting.Hello(introduction(leader, group.members(), PROCESS), member.id()));
            assertThat(late.hearRefusal())
                    .isEqualTo(leader + " has started again since: this was start " + PROCESS + ", known is "
                            + (PROCESS + 1));
        }
        assertThat(member.log().leader()).contains(new LogLeader(leader, 6));
    }

    /** The one that lives was met by its own call before what the dead one has answered arrives. */
    @Test
    void shouldKeepALeaderWhoseFormerProcessHasAnsweredAndIsHeardLate() throws Exception {
        toMember.close();
        fromMember.close();
        try (RawConnection late = RawConnection.from(listening)) {
            assertThat(late.hear().message()).isInstanceOf(Greeting.Hello.class);
            toMember = RawConnection.introduced(member.id(), introduction(leader, group.members(), PROCESS + 1));
            lead(6);

            late.say(0, new Greeting.Welcome(introduction(leader, group.members(), PROCESS)));
            assertThat(late.hearRefusal()).startsWith(leader + " has started again since");
        }
        assertThat(member.log().leader()).contains(new LogLeader(leader, 6));
        fromMember = welcome(PROCESS + 1);
    }

    @Test
    void shouldTakeALeaderForDeadWhenAnotherProcessAnswers() throws Exception {
        fromMember.close();
        fromMember = welcome(PROCESS + 1);

        awaitLeader(Optional.empty());
        assertThatThrownBy(() -> toMember.hear())
                .as("what the dead one says is heard no more")
                .isNotNull();
    }

    @Test
    void shouldTakeALeaderForDeadWhenAnotherProcessCalls() throws Exception {
        RawConnection another =
                RawConnection.introduced(member.id(), introduction(leader, group.members(), PROCESS + 1));

        awaitLeader(Optional.empty());
        fromMember = welcome(PROCESS + 1);
        another.close();
    }

    @Test
    void shouldTakeTheNewerOfTwoConnections() throws Exception {
        RawConnection newer = RawConnection.introduced(member.id(), introduction(leader, group.members(), PROCESS));

        assertThat(toMember.hearRefusal()).isNull();
        toMember = newer;
        lead(5);
    }

    @Test
    void shouldAnswerAlsoWhenItCannotGoOn() throws Exception {
        LogEntry entry = new LogEntry(1, 5, EntryKind.FACTS, Members.bytes("a"));
        toMember.say(1, new PeerRequest.Append(5, leader, 0, 0, 1, List.of(entry)));
        assertThat(toMember.hear().message()).isEqualTo(new PeerResponse.Append(5, true, 1));

        toMember.say(2, new PeerRequest.Append(6, leader, 1, 4, 1, List.of()));
        WireFrame answer = toMember.hear();

        assertThat(answer.requestId()).isEqualTo(2);
        assertThat(((PeerResponse.Failure) answer.message()).reason())
                .contains("has an entry 1 of term 4, here it is committed and of term 5");
        assertThat(member.listener().awaitStopped()).hasMessageContaining("here it is committed");
    }
}
