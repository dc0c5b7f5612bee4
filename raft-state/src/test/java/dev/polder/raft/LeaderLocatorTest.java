package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.RunningGroup.Member;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class LeaderLocatorTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(15);

    @TempDir
    Path directory;

    /** Before the end of the block. */
    private static void end(LeaderLocator locator) {
        locator.close();
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    @Test
    void shouldFindTheLeaderBeforeAndAfterAFailover() throws Exception {
        try (RunningGroup group = RunningGroup.start(3, directory, Duration.ofSeconds(60));
                LeaderLocator locator = LeaderLocator.start("test")) {
            for (int round = 0; round < 2; round++) {
                Member leader = group.awaitLeader();
                RecordingListener.await(() -> locator.find(group.members(), LONG)
                        .join()
                        .leader()
                        .filter(new LocatedLeader(
                                leader.id(), leader.listener().servingTerm(), "metadata of " + leader.id(), "")::equals)
                        .isPresent());
                if (round == 0) {
                    group.stop(leader.id());
                }
            }
        }
    }

    @Test
    void shouldTellOfEachSeedThatNamesNone() throws Exception {
        try (RunningGroup group = RunningGroup.of(3, directory, Duration.ofSeconds(60));
                ServerSocket silent = new ServerSocket();
                LeaderLocator locator = LeaderLocator.start("test")) {
            group.start(group.members().get(0));
            silent.bind(
                    FreePorts.loopback(MemberAddress.of(group.members().get(1)).port()));

            LeaderSearch search = locator.find(group.members(), SHORT).join();

            assertThat(search.leader()).isEqualTo(Optional.empty());
            assertThat(search)
                    .hasToString("no leader; " + group.members().get(0) + ": no leader known; "
                            + group.members().get(1) + ": no answer within 200 ms; "
                            + group.members().get(2) + ": connection refused");
        }
    }

    @Test
    void shouldNameAHostThatIsNotKnown() {
        try (LeaderLocator locator = LeaderLocator.start("test")) {
            assertThat(locator.find(List.of("no-such-host.invalid:1"), LONG)
                            .join()
                            .problems())
                    .containsExactly("no-such-host.invalid:1: host no-such-host.invalid has no known address");
        }
    }

    @Test
    void shouldBelieveTheHighestTerm() throws Exception {
        List<String> seeds;
        List<ServerSocket> listening = new ArrayList<>();
        try (FreePorts ports = FreePorts.hold(3)) {
            seeds = ports.addresses();
        }
        try (LeaderLocator locator = LeaderLocator.start("test")) {
            for (String seed : seeds) {
                ServerSocket socket = new ServerSocket();
                socket.bind(FreePorts.loopback(MemberAddress.of(seed).port()));
                listening.add(socket);
            }
            CompletableFuture<LeaderSearch> search = locator.find(seeds, LONG);
            for (int i = 0; i < 3; i++) {
                RawConnection connection = RawConnection.from(listening.get(i));
                assertThat(connection.hear().message()).isInstanceOf(Greeting.Locate.class);
                connection.say(0, new Greeting.Located(List.of(4L, 9L, 8L).get(i), "m" + i, "", "c", List.of()));
            }

            assertThat(search.join())
                    .isEqualTo(new LeaderSearch(Optional.of(new LocatedLeader("m1", 9, "", "c")), List.of()));
        } finally {
            for (ServerSocket socket : listening) {
                socket.close();
            }
        }
    }

    @Test
    void shouldFindTheLeaderWhenAllSeedsWereReplacedOneByOne() throws Exception {
        try (RunningGroup group = RunningGroup.of(6, directory, Duration.ofSeconds(2));
                LeaderLocator locator = LeaderLocator.start("test")) {
            List<String> seeds = group.members().subList(0, 3);
            for (String seed : seeds) {
                group.start(seed, peers(group, seeds, seed));
            }
            for (int i = 0; i < 3; i++) {
                String later = group.members().get(3 + i);
                group.start(later, peers(group, seeds, later).toJoin());
                change(group, new MemberChange.Add(later, ""));
                change(group, new MemberChange.Remove(seeds.get(i)));
                group.stop(seeds.get(i));
                String leader = group.awaitLeader().id();
                RecordingListener.await(() -> locator.find(seeds, LONG)
                        .join()
                        .leader()
                        .filter(found -> found.memberId().equals(leader))
                        .isPresent());
            }
            assertThat(locator.find(group.members().subList(0, 2), LONG).join().leader())
                    .as("who asks with other seeds is not told")
                    .isEmpty();
        }
    }

    private static RaftPeers peers(RunningGroup group, List<String> seeds, String member) {
        return new RaftPeers(
                seeds, group.peers(member).bind(), "incarnation of " + member, "", "metadata of " + member);
    }

    private static void change(RunningGroup group, MemberChange change) {
        RecordingListener.await(() -> group.awaitLeader().log().change(change).join() instanceof ChangeOutcome.Done);
    }

    @Test
    void shouldNotBelieveNonsense() throws Exception {
        try (ServerSocket listening = new ServerSocket();
                LeaderLocator locator = LeaderLocator.start("test")) {
            listening.bind(FreePorts.loopback(0));
            String seed = "127.0.0.1:" + listening.getLocalPort();
            CompletableFuture<LeaderSearch> search = locator.find(List.of(seed), LONG);
            try (RawConnection connection = RawConnection.from(listening)) {
                connection.say(Members.bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
                assertThat(search.join().problems()).containsExactly(seed + ": answered what is no answer");
            }
        }
    }

    @Test
    void shouldUseOneThreadHoweverOftenItIsAsked() throws Exception {
        Set<Thread> before = threads();
        try (RunningGroup group = RunningGroup.of(2, directory, Duration.ofSeconds(60));
                LeaderLocator locator = LeaderLocator.start("test")) {
            for (int i = 0; i < 200; i++) {
                assertThat(locator.find(group.members(), SHORT).join().problems())
                        .hasSize(2);
            }
            assertThat(threads())
                    .filteredOn(thread -> !before.contains(thread))
                    .extracting(Thread::getName)
                    .containsExactly("test-locator");
        }
        assertThat(threads()).isSubsetOf(before);
    }

    @Test
    void shouldBoundSearchesAndFailThoseThatRunWhenItIsClosed() throws Exception {
        try (ServerSocket silent = new ServerSocket();
                LeaderLocator locator = LeaderLocator.start("test")) {
            silent.bind(FreePorts.loopback(0), 256);
            List<String> seeds = List.of("127.0.0.1:" + silent.getLocalPort());
            List<CompletableFuture<LeaderSearch>> running = new ArrayList<>();
            for (int i = 0; i < LeaderLocator.SEARCHES_MAX; i++) {
                running.add(locator.find(seeds, LONG));
            }
            assertThatThrownBy(() -> locator.find(seeds, LONG).join())
                    .hasMessageContaining("too many searches for the leader: 64, searchesMax=64");

            end(locator);
            assertThat(running).allMatch(search -> search.isCompletedExceptionally());
            assertThatThrownBy(() -> locator.find(seeds, LONG).join()).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void shouldRefuseSeedsThatAreNone() {
        try (LeaderLocator locator = LeaderLocator.start("test")) {
            assertThatThrownBy(() -> locator.find(List.of(), LONG)).hasMessage("seeds: 0 of them, must be 1 to 7");
            assertThatThrownBy(() -> locator.find(List.of("nowhere"), LONG))
                    .hasMessage("member 'nowhere': must be host:port, at most 255 characters");
            assertThatThrownBy(() -> locator.find(List.of("a:1"), Duration.ZERO))
                    .hasMessage("timeout PT0S must be longer than nothing");
        }
    }
}
