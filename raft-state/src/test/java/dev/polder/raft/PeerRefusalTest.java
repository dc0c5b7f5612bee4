package dev.polder.raft;

import static dev.polder.raft.RawConnection.introduction;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.RunningGroup.Member;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that do not belong together tell each other so, in words. */
@Tag("slow")
class PeerRefusalTest {
    @TempDir
    Path directory;

    private RunningGroup group;
    private String first;
    private String second;
    private String third;

    @BeforeEach
    void name() throws Exception {
        group = RunningGroup.of(3, directory, Duration.ofSeconds(60));
        first = group.members().get(0);
        second = group.members().get(1);
        third = group.members().get(2);
    }

    private RaftPeers peers(String member, List<String> members, String incarnation, String clusterId) {
        return new RaftPeers(members, group.peers(member).bind(), incarnation, clusterId, "");
    }

    private static void awaitRefusal(Member refused, String by, String reason) {
        RecordingListener.await(() -> refused.listener().refusals().contains(by + ": " + reason));
    }

    private static void wipe(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void shouldRefuseAMemberThatCameBackWithoutItsDisk() throws Exception {
        try (RunningGroup running = group) {
            running.start(first);
            running.start(second);
            running.start(third);
            running.commit("a", "b");
            running.awaitCalm();
            running.stop(first);
            wipe(running.directoryOf(first));
            running.stop(second);
            running.start(second);

            Member wiped = running.start(first, peers(first, running.members(), "a new one", ""));
            for (String by : List.of(second, third)) {
                awaitRefusal(
                        wiped,
                        by,
                        "member " + first + " came back without its disk: " + by
                                + " knows it as incarnation incarnation of "
                                + first + ", now it is a new one; it must not rejoin under this name with an empty"
                                + " directory, for it has forgotten its votes and entries: give it back the directory it"
                                + " had, or remove that member and then add it as a new one");
            }
            assertThat(wiped.listener().elections()).isEmpty();
            assertThat(running.member(third).log().network().handshakesRefused())
                    .isPositive();
            running.stop(first);
            running.commit("c");
            assertThat(wiped.listener().committed())
                    .as("it was never given anything")
                    .isEmpty();
        }
    }

    @Test
    void shouldRefuseAMemberOfAnotherCluster() throws Exception {
        try (RunningGroup running = group) {
            Member one = running.start(first, peers(first, running.members(), "i1", "c1"));
            Member other = running.start(second, peers(second, running.members(), "i2", "c2"));

            awaitRefusal(one, second, "the clusters differ: " + second + " belongs to c2, " + first + " to c1");
            awaitRefusal(other, first, "the clusters differ: " + first + " belongs to c1, " + second + " to c2");
        }
    }

    @Test
    void shouldKeepConnectionsWhenTheClusterBecomesKnown() throws Exception {
        try (RunningGroup running = group) {
            Member one = running.start(first);
            Member two = running.start(second);
            running.commit("a");
            one.log().joined("c1");
            two.log().joined("c1");
            running.commit("b");

            Member stranger = running.start(third, peers(third, running.members(), "i3", "c3"));
            awaitRefusal(stranger, first, "the clusters differ: " + first + " belongs to c1, " + third + " to c3");
            assertThat(one.listener().refusals()).allMatch(refusal -> refusal.startsWith(third));
            running.stop(third);
            running.commit("c");
        }
    }

    @Test
    void shouldRefuseAMemberWithOtherMembers() throws Exception {
        try (RunningGroup running = group) {
            List<String> pair = List.of(first, second);
            Member one = running.start(first);
            Member other = running.start(second, peers(second, pair, "i2", ""));

            awaitRefusal(
                    other,
                    first,
                    "the members differ: " + first + " has " + running.members() + ", " + second + " has " + pair);
            awaitRefusal(
                    one,
                    second,
                    "the members differ: " + second + " has " + pair + ", " + first + " has " + running.members());
        }
    }

    @Test
    void shouldTellARefusalOnce() throws Exception {
        try (RunningGroup running = group) {
            Member one = running.start(first, peers(first, running.members(), "i1", "c1"));
            running.start(second, peers(second, running.members(), "i2", "c2"));
            RecordingListener.await(() -> one.log().network().handshakesRefused() > 10);
            assertThat(one.listener().refusals()).hasSizeLessThanOrEqualTo(2).doesNotHaveDuplicates();

            running.stop(second);
            wipe(running.directoryOf(second));
            running.start(second, peers(second, running.members(), "i2", "c1"));
            running.commit("a");
        }
    }

    @Test
    void shouldRefuseACallerThatMeansAnother() throws Exception {
        try (RunningGroup running = group;
                RawConnection connection = called(running.start(first))) {
            connection.say(0, new Greeting.Hello(introduction(second, running.members(), 1), third));
            assertThat(connection.hearRefusal())
                    .isEqualTo("I am not whom you called: you called " + third + ", I am " + first);
        }
    }

    private static RawConnection called(Member member) throws IOException {
        return RawConnection.to(member.id());
    }

    @Test
    void shouldRefuseACalledThatIsAnother() throws Exception {
        try (ServerSocket listening = new ServerSocket();
                RunningGroup running = group) {
            listening.bind(FreePorts.loopback(MemberAddress.of(second).port()));
            running.start(first);
            try (RawConnection connection = RawConnection.from(listening)) {
                assertThat(connection.hear().message())
                        .isInstanceOfSatisfying(
                                Greeting.Hello.class,
                                hello -> assertThat(hello.to()).isEqualTo(second));
                connection.say(0, new Greeting.Welcome(introduction(third, running.members(), 1)));
                assertThat(connection.hearRefusal())
                        .isEqualTo("you are not who I called: I called " + second + ", you are " + third);
            }
        }
    }
}
