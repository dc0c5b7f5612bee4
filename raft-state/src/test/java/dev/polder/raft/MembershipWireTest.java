package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.RunningGroup.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that come and go, over sockets. Three of six addresses are those of the group's first members. */
@Tag("slow")
class MembershipWireTest {
    @TempDir
    Path directory;

    private RunningGroup group;
    private List<String> seeds;
    private List<String> later;

    @BeforeEach
    void start() throws Exception {
        group = RunningGroup.of(6, directory, Duration.ofMillis(500));
        seeds = group.members().subList(0, 3);
        later = group.members().subList(3, 6);
        for (String seed : seeds) {
            group.start(seed, peers(seed, "incarnation of " + seed, "", false));
        }
        group.awaitCalm();
    }

    @AfterEach
    void stop() {
        group.close();
    }

    private RaftPeers peers(String member, String incarnation, String cluster, boolean joins) {
        RaftPeers peers =
                new RaftPeers(seeds, group.peers(member).bind(), incarnation, cluster, "metadata of " + member);
        return joins ? peers.toJoin() : peers;
    }

    private Member join(String member) throws IOException {
        return group.start(member, peers(member, "incarnation of " + member, "", true));
    }

    private static void wipe(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private ChangeOutcome change(MemberChange change) throws Exception {
        return group.awaitLeader().log().change(change).get(40, TimeUnit.SECONDS);
    }

    /** Asks whoever leads until it is done. */
    private void changeAtLast(MemberChange change) {
        RecordingListener.await(() -> {
            try {
                return change(change) instanceof ChangeOutcome.Done;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private void awaitMembers(List<String> members) {
        RecordingListener.await(() -> group.running().stream()
                .allMatch(member -> member.log().status().members().equals(members)));
    }

    private static List<String> sorted(String... members) {
        return Stream.of(members).sorted().toList();
    }

    @Test
    void shouldReplaceAMember() throws Exception {
        group.commit("a", "b");
        Member fourth = join(later.get(0));
        assertThat(change(new MemberChange.Add(fourth.id(), "incarnation of " + fourth.id())))
                .isInstanceOf(ChangeOutcome.Done.class);
        fourth.listener().awaitCount(2);
        awaitMembers(sorted(seeds.get(0), seeds.get(1), seeds.get(2), fourth.id()));

        String replaced = seeds.stream()
                .filter(seed -> !seed.equals(group.awaitLeader().id()))
                .findFirst()
                .orElseThrow();
        Member gone = group.member(replaced);
        changeAtLast(new MemberChange.Remove(replaced));
        assertThat(gone.listener().awaitStopped())
                .isInstanceOf(MemberRemovedException.class)
                .hasMessageStartingWith(replaced + " is no member any more: entry ");
        group.stop(replaced);
        group.commit("c");
        assertThat(fourth.listener().committed()).hasSize(3);
        assertThat(fourth.listener().refusals()).isEmpty();

        group.kill(group.awaitLeader().id());
        group.commit("d");
        assertThat(fourth.listener().committed())
                .as("it is one of two that are left")
                .hasSize(4);
    }

    @Test
    void shouldReplaceAllMembersOneAfterTheOtherUnderLoad() throws Exception {
        Load load = new Load(group);
        try (load) {
            for (int i = 0; i < 3; i++) {
                join(later.get(i));
                changeAtLast(new MemberChange.Add(later.get(i), ""));
                changeAtLast(new MemberChange.Remove(seeds.get(i)));
                group.stop(seeds.get(i));
            }
        }
        awaitMembers(later);
        group.commit("the end");
        List<String> told = Members.texts(group.member(later.get(0)).listener().committed());
        assertThat(told).containsAll(load.acknowledged()).doesNotHaveDuplicates();
        for (String member : later) {
            assertThat(Members.texts(group.member(member).listener().committed()))
                    .isEqualTo(told);
        }
        assertThat(load.acknowledged()).hasSizeGreaterThan(50);
    }

    /** It fetches a snapshot from the leader, whose list does not have it yet. */
    @Test
    void shouldBringANewNodeUpToDateBySnapshot() throws Exception {
        byte[] state = new byte[2 << 20];
        new SplittableRandom(5).nextBytes(state);
        for (String seed : seeds) {
            group.stop(seed);
        }
        LogLimits small = new LogLimits(20_000, 2_000, 1L << 40, new LogLimits.Retention(20, 30_000, 30_000, 40_000));
        for (String seed : seeds) {
            group.start(
                    seed,
                    peers(seed, "incarnation of " + seed, "", false),
                    Seams.of(FileDisk.open(group.directoryOf(seed)), Rules.KEPT, small));
        }
        for (int i = 0; i < 100; i++) {
            group.commit("entry " + i + "-".repeat(1_000));
        }
        Member leader = group.awaitLeader();
        long index = leader.listener().indexes().get(99);
        assertThat(leader.log().saveSnapshot(index, out -> out.write(state)).join())
                .isEqualTo(new SnapshotOutcome.Saved(state.length));

        Member fourth = join(later.get(0));
        changeAtLast(new MemberChange.Add(fourth.id(), ""));
        group.awaitLeader().log().propose(group.awaitLeader().listener().servingTerm(), Members.bytes("after"));
        RecordingListener.await(
                () -> Members.texts(fourth.listener().committed()).contains("after"));
        assertThat(fourth.listener().calls().get(0)).isEqualTo("snapshot " + index);
        assertThat(fourth.listener().state()).isEqualTo(state);
    }

    /** They may be members that the list does not have yet; but not so many. */
    @Test
    void shouldTakeSomeThatAreNotInItsListAndNoMore() throws Exception {
        join(later.get(0));
        changeAtLast(new MemberChange.Add(later.get(0), ""));
        String leader = group.awaitLeader().id();
        List<RawConnection> connections = new ArrayList<>();
        try {
            for (int i = 1; i <= PeerDoor.GUESTS_MAX + 1; i++) {
                RawConnection connection = RawConnection.to(leader);
                connections.add(connection);
                connection.say(0, new Greeting.Hello(RawConnection.introduction("127.0.0.1:" + i, seeds, i), leader));
                if (i <= PeerDoor.GUESTS_MAX) {
                    assertThat(connection.hear().message()).isInstanceOf(Greeting.Welcome.class);
                } else {
                    assertThat(connection.hearRefusal())
                            .isEqualTo("more than 16 that are not in the list of members are here already");
                }
            }
            group.commit("a");
        } finally {
            for (RawConnection connection : connections) {
                connection.close();
            }
        }
    }

    @Test
    void shouldRememberItsMembersAcrossStarts() throws Exception {
        join(later.get(0));
        changeAtLast(new MemberChange.Add(later.get(0), ""));
        group.commit("a");
        for (String member : List.of(seeds.get(0), seeds.get(1), seeds.get(2), later.get(0))) {
            group.kill(member);
        }
        for (String seed : seeds.subList(0, 2)) {
            group.start(seed, peers(seed, "incarnation of " + seed, "", false));
        }
        Member fourth = join(later.get(0));
        awaitMembers(sorted(seeds.get(0), seeds.get(1), seeds.get(2), later.get(0)));
        group.commit("b");
        assertThat(fourth.listener().committed()).hasSize(2);
    }

    @Test
    void shouldTakeAWipedMemberAsANewOneWhenItIsRemoved() throws Exception {
        group.commit("a");
        String wiped = seeds.stream()
                .filter(seed -> !seed.equals(group.awaitLeader().id()))
                .findFirst()
                .orElseThrow();
        group.kill(wiped);
        wipe(group.directoryOf(wiped));
        Member back = group.start(wiped, peers(wiped, "a new one", "", true));
        assertThat(change(new MemberChange.Add(wiped, "a new one")))
                .isInstanceOfSatisfying(
                        ChangeOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains("it is a member already"));
        assertThat(back.listener().committed()).isEmpty();

        changeAtLast(new MemberChange.Remove(wiped));
        changeAtLast(new MemberChange.Add(wiped, "a new one"));
        group.commit("b");
        assertThat(back.listener().committed()).hasSize(2);
    }

    @Test
    void shouldSayWhomItDoesNotReachAndWhy() throws Exception {
        group.commit("a");
        Member leader = group.awaitLeader();
        String away = seeds.stream()
                .filter(seed -> !seed.equals(leader.id()))
                .findFirst()
                .orElseThrow();
        assertThat(leader.log().status().unreached()).isEmpty();

        group.kill(away);
        RecordingListener.await(() -> leader.log()
                .status()
                .unreached()
                .equals(List.of(new LogStatus.Unreached(away, "nobody listens there"))));

        group.start(away, peers(away, "incarnation of " + away, "", false));
        RecordingListener.await(() -> leader.log().status().unreached().isEmpty());
    }

    @Test
    void shouldNotTakeANodeOfAnotherCluster() throws Exception {
        group.awaitLeader().log().joined("c1");
        Member foreign = group.start(later.get(0), peers(later.get(0), "i", "c2", true));
        CompletableFuture<ChangeOutcome> told =
                group.awaitLeader().log().change(new MemberChange.Add(foreign.id(), "i"));
        RecordingListener.await(() ->
                foreign.listener().refusals().stream().anyMatch(refusal -> refusal.contains("the clusters differ"))
                        || group.awaitLeader().log().network().handshakesRefused() > 0);
        assertThat(foreign.log().status().lastIndex()).isZero();
        assertThat(told).as("it is waited for").isNotDone();
    }

    /** Proposes one entry after the other to whoever leads, and remembers which of them were committed there. */
    private static final class Load implements AutoCloseable {
        private final RunningGroup group;
        private final List<String> acknowledged = new ArrayList<>();
        private final Thread thread = new Thread(this::run, "test-load");
        private volatile boolean over;

        Load(RunningGroup group) {
            this.group = group;
            thread.start();
        }

        private void run() {
            for (int i = 0; !over; i++) {
                String text = "entry " + i;
                for (Member member : group.running()) {
                    long term = member.listener().servingTerm();
                    int before = member.listener().count();
                    if (term != 0
                            && member.log().propose(term, Members.bytes(text)) == ReplicatedLog.Proposed.ACCEPTED
                            && isTold(member, term, before, text)) {
                        acknowledged.add(text);
                    }
                }
            }
        }

        /** Waits until it is told, or the term is over, in which nobody knows. */
        private boolean isTold(Member member, long term, int before, String text) {
            while (member.listener().servingTerm() == term && !over) {
                List<byte[]> committed = member.listener().committed();
                if (committed.size() > before) {
                    List<String> news = Members.texts(committed.subList(before, committed.size()));
                    if (news.contains(text)) {
                        return true;
                    }
                }
                LockSupport.parkNanos(200_000);
            }
            return false;
        }

        @Override
        public void close() {
            over = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        List<String> acknowledged() {
            return acknowledged;
        }
    }
}
