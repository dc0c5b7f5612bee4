package dev.polder.raft;

import static dev.polder.raft.Members.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.RunningGroup.Member;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole members with real sockets between them. */
@Tag("slow")
class RaftWireTest {
    /** So long that no test passes by waiting for it. */
    private static final Duration NEVER = Duration.ofSeconds(60);

    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private static String[] numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).toArray(String[]::new);
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    @Test
    void shouldElectOneAndReplicateToAll() throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, SOON)) {
            group.commit(numbers(0, 1_000));

            for (Member member : group.running()) {
                assertThat(texts(member.listener().committed())).containsExactly(numbers(0, 1_000));
            }
            Member leader = group.awaitLeader();
            group.awaitCalm();
            assertThat(group.running())
                    .allSatisfy(
                            member -> assertThat(member.log().leaderMetadata()).contains("metadata of " + leader.id()));
        }
    }

    @Test
    void shouldNoticeADeadLeaderByItsConnections() throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, NEVER)) {
            group.commit(numbers(0, 10));
            Member first = group.awaitLeader();

            long killed = System.nanoTime();
            group.kill(first.id());
            Member second = group.awaitLeader();
            Duration failover = Duration.ofNanos(System.nanoTime() - killed);

            assertThat(second.id()).isNotEqualTo(first.id());
            assertThat(failover).isLessThan(NEVER.dividedBy(10));
            group.commit(numbers(10, 20));
        }
    }

    @Test
    void shouldHandTheLeadOverBeforeItCloses() throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, NEVER)) {
            group.commit(numbers(0, 10));
            Member first = group.awaitLeader();
            long term = first.listener().servingTerm();
            first.log().close();

            assertThat(group.running().stream()
                            .filter(member -> !member.id().equals(first.id()))
                            .flatMap(member -> member.listener().elections().stream()))
                    .as("before its connections are closed")
                    .containsExactly(term + 1);
            group.stop(first.id());
            group.commit(numbers(10, 20));
        }
    }

    @Test
    void shouldHandTheLeadOverToEachAndConfirmReads() throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, NEVER)) {
            group.commit(numbers(0, 10));
            for (String next : group.members()) {
                Member leader = group.awaitLeader();
                HandOverOutcome outcome =
                        leader.log().handOver(Optional.of(next)).get(5, TimeUnit.SECONDS);
                RecordingListener.await(() -> group.member(next).listener().servingTerm() != 0);
                Member now = group.member(next);

                assertThat(outcome)
                        .isEqualTo(
                                next.equals(leader.id())
                                        ? new HandOverOutcome.Kept(next + " is no other member")
                                        : new HandOverOutcome.HandedOver(next));
                assertThat(now.log().readIndex(now.listener().servingTerm()).get(5, TimeUnit.SECONDS))
                        .isInstanceOf(ReadOutcome.ReadAt.class);
            }
            Member last = group.awaitLeader();
            long term = last.listener().servingTerm();
            group.stop(last.id());
            assertThat(last.log().readIndex(term).get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ReadOutcome.NotConfirmed.class);
            assertThat(last.log().handOver(Optional.empty()).get(5, TimeUnit.SECONDS))
                    .isInstanceOf(HandOverOutcome.Kept.class);
        }
    }

    @Test
    void shouldBringAMemberThatComesBackUpToDate() throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, NEVER)) {
            group.commit(numbers(0, 10));
            Member first = group.awaitLeader();
            group.stop(first.id());
            group.commit(numbers(10, 500));

            long began = System.nanoTime();
            Member back = group.start(first.id());
            back.listener().awaitCount(500);

            assertThat(texts(back.listener().committed())).containsExactly(numbers(0, 500));
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("it is tried again as soon as it is back")
                    .isLessThan(NEVER.dividedBy(10));
        }
    }

    @Test
    void shouldDeposeNobodyWhenConnectionsBreakAndComeBack() throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, NEVER)) {
            group.commit(numbers(0, 10));
            Member leader = group.awaitLeader();
            long term = leader.listener().servingTerm();
            for (int blip = 1; blip <= 20; blip++) {
                group.awaitCalm();
                leader.log().cutConnections();
                group.commit(numbers(10 * blip, 10 * blip + 10));
            }

            assertThat(leader.listener().servingTerm()).isEqualTo(term);
            assertThat(group.running())
                    .allSatisfy(member -> assertThat(member.listener().elections())
                            .hasSize(member.id().equals(leader.id()) ? 1 : 0));
        }
    }

    @Test
    void shouldWaitForAMajority() throws Exception {
        try (RunningGroup group = RunningGroup.of(3, directory, Duration.ofMillis(200))) {
            Member lonely = group.start(group.members().get(0));
            RecordingListener.await(() -> lonely.log().network().requestsFailed() > 20);
            assertThat(lonely.listener().elections()).isEmpty();

            group.start(group.members().get(1));
            group.commit("a");
        }
    }

    @Test
    void shouldGiveEverythingBackWhenItIsClosed() throws Exception {
        Set<Thread> before = threads();
        RunningGroup group = RunningGroup.start(3, directory, SOON);
        group.commit("a");
        group.close();

        assertThat(threads())
                .allMatch(thread -> before.contains(thread) || !thread.getName().startsWith("test-"));
        for (String member : group.members()) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(FreePorts.loopback(MemberAddress.of(member).port()));
            }
        }
    }

    @Test
    void shouldLeaveNothingWhenThePortIsTaken() throws Exception {
        RunningGroup group = RunningGroup.of(3, directory, SOON);
        String member = group.members().get(0);
        int port = MemberAddress.of(member).port();
        Set<Thread> before = threads();
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(FreePorts.loopback(port));
            assertThatThrownBy(() -> group.start(member))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen for other members on")
                    .hasMessageContaining(":" + port);
            assertThat(threads()).isSubsetOf(before);
        }
        group.start(member).log().close();
    }

    @Test
    void shouldGiveThePortBackWhenTheLogCannotBeTrusted() throws Exception {
        RunningGroup group = RunningGroup.of(3, directory, SOON);
        String member = group.members().get(0);
        group.start(member).log().close();
        java.nio.file.Files.write(group.directoryOf(member).resolve(TermStore.FILE), new byte[3]);
        Set<Thread> before = threads();

        assertThatThrownBy(() -> group.start(member)).hasMessageContaining("so it does not start");

        assertThat(threads()).isSubsetOf(before);
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(FreePorts.loopback(MemberAddress.of(member).port()));
        }
    }

    @Test
    void shouldRefuseASecondLogOnOneDirectory() throws Exception {
        try (RunningGroup group = RunningGroup.of(3, directory, SOON)) {
            String member = group.members().get(0);
            group.start(member);
            RaftPeers elsewhere = new RaftPeers(group.members(), FreePorts.loopback(0), "another", "", "");

            assertThatThrownBy(() -> ReplicatedLog.start(group.config(member, elsewhere), new RecordingListener()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            group.directoryOf(member).resolve("lock").toString())
                    .hasMessageContaining("is held by another log of this process");
        }
    }

    @Test
    void shouldKnowNoLeaderAlone() throws Exception {
        try (RunningGroup group = RunningGroup.of(2, directory, SOON)) {
            Member lonely = group.start(group.members().get(0));
            assertThat(lonely.log().leaderMetadata()).isEqualTo(Optional.empty());
            assertThatThrownBy(() -> lonely.log().joined("")).hasMessage("clusterId has 0 bytes, must have 1 to 64");
            lonely.log().joined("c1");
            lonely.log().joined("c1");
            assertThatThrownBy(() -> lonely.log().joined("c2"))
                    .hasMessage("member " + lonely.id() + " belongs to cluster c1 and cannot join c2");
        }
    }

    @Test
    void shouldFindMembersByName() throws Exception {
        List<String> members;
        try (FreePorts ports = FreePorts.hold(2)) {
            members = ports.addresses().stream()
                    .map(address -> address.replace("127.0.0.1", "localhost"))
                    .toList();
        }
        RecordingListener first = new RecordingListener();
        RecordingListener second = new RecordingListener();
        try (ReplicatedLog one = start(members, 0, first);
                ReplicatedLog two = start(members, 1, second)) {
            RecordingListener.await(() -> first.servingTerm() != 0 || second.servingTerm() != 0);
            RecordingListener.await(
                    () -> one.leader().isPresent() && one.leader().equals(two.leader()));
        }
    }

    private ReplicatedLog start(List<String> members, int which, RecordingListener listener) throws IOException {
        String member = members.get(which);
        return ReplicatedLog.start(
                new RaftConfig(
                        member,
                        directory.resolve("" + which),
                        "test",
                        SOON,
                        RunningGroup.HEARTBEAT,
                        Members.PROPOSAL_BYTES_MAX,
                        new RaftPeers(
                                members,
                                FreePorts.loopback(MemberAddress.of(member).port()),
                                "i" + which,
                                "",
                                "")),
                listener);
    }
}
