package dev.polder.raft;

import static dev.polder.raft.RawConnection.introduction;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member's wire, asked by the test directly, with another end that the test plays. */
@Tag("slow")
class OutgoingLimitsTest {
    @TempDir
    Path directory;

    private LogLife life;
    private RaftWire wire;
    private String peer;
    private ServerSocket listening;
    private RawConnection called;
    private List<String> members;

    @BeforeEach
    void connect() throws Exception {
        RunningGroup group = RunningGroup.of(2, directory, Duration.ofSeconds(60));
        members = group.members();
        String self = members.get(0);
        peer = members.get(1);
        listening = new ServerSocket();
        listening.bind(FreePorts.loopback(MemberAddress.of(peer).port()));

        RaftConfig config = group.config(self, group.peers(self));
        Seams seams = Seams.host(config.directory());
        LogEvents events = new LogEvents(new RecordingListener());
        life = new LogLife(config, events);
        wire = life.add(RaftWire.open(config, seams, life.thread(), life, events));
        RaftCore core = life.add(RaftCore.open(config, seams, life.thread(), life, events, PeerNetwork.NONE));
        life.begin(() -> {
            core.begin();
            // the core has a network of its own, so that nobody but the test asks
            wire.reach(Set.of(peer));
            wire.begin(core);
        });
        called = welcome();
    }

    private RawConnection welcome() throws Exception {
        RawConnection connection = RawConnection.from(listening);
        assertThat(connection.hear().message()).isInstanceOf(Greeting.Hello.class);
        connection.say(0, new Greeting.Welcome(introduction(peer, members, 1)));
        return connection;
    }

    @AfterEach
    void close() throws Exception {
        life.close();
        called.close();
        listening.close();
    }

    private <T> T onThread(Supplier<T> deed) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        life.thread().execute(() -> done.complete(deed.get()));
        return done.get(10, TimeUnit.SECONDS);
    }

    private CompletableFuture<PeerResponse> send(PeerRequest request) throws Exception {
        return onThread(() -> wire.send(peer, request));
    }

    /** Waits until the wire knows that it is welcome. */
    private void awaitWelcome() throws Exception {
        while (true) {
            CompletableFuture<PeerResponse> sent = send(poll(1));
            if (!sent.isCompletedExceptionally()) {
                WireFrame heard = called.hear();
                called.say(heard.requestId(), new PeerResponse.Poll(1, false));
                assertThat(sent.get(10, TimeUnit.SECONDS)).isEqualTo(new PeerResponse.Poll(1, false));
                return;
            }
        }
    }

    private static PeerRequest poll(long term) {
        return new PeerRequest.Poll(term, "me", 0, 0);
    }

    private static PeerRequest large() {
        byte[] payload = new byte[ReplicatedLog.ENTRY_BYTES_MAX];
        return new PeerRequest.Append(1, "me", 0, 0, 0, List.of(new LogEntry(1, 1, EntryKind.FACTS, payload)));
    }

    private static String failure(CompletableFuture<PeerResponse> sent) {
        assertThat(sent).isCompletedExceptionally();
        return sent.handle((response, failure) -> String.valueOf(failure.getMessage()))
                .join();
    }

    @Test
    void shouldFailARequestWhenTooManyBytesWait() throws Exception {
        awaitWelcome();
        CompletableFuture<PeerResponse> sent = send(large());
        int count = 1;
        while (!sent.isCompletedExceptionally()) {
            sent = send(large());
            count++;
        }

        assertThat(failure(sent))
                .matches("connection to " + peer
                        + " is full: 10486\\d\\d bytes more do not fit, waitingBytesMax=4194304");
        assertThat(count).as("what the system takes comes on top").isBetween(4, 40);
        assertThat(wire.numbers().requestsFailed()).isPositive();
    }

    @Test
    void shouldFailARequestWhenTooManyAreOpen() throws Exception {
        awaitWelcome();
        for (int i = 0; i < OutgoingConnection.REQUESTS_MAX; i++) {
            assertThat(send(poll(1))).isNotDone();
        }
        assertThat(failure(send(poll(1))))
                .isEqualTo("connection to " + peer + " is full: 256 requests are open, requestsMax=256");
    }

    @Test
    void shouldFailARequestThatIsTooLarge() throws Exception {
        awaitWelcome();
        byte[] half = new byte[ReplicatedLog.ENTRY_BYTES_MAX];
        PeerRequest twice = new PeerRequest.Append(
                1,
                "me",
                0,
                0,
                0,
                List.of(new LogEntry(1, 1, EntryKind.FACTS, half), new LogEntry(2, 1, EntryKind.FACTS, half)));

        assertThat(failure(send(twice))).endsWith("memberFrameBytesMax=2097152");
    }

    @Test
    void shouldFailOpenRequestsWhenTheConnectionIsLost() throws Exception {
        awaitWelcome();
        CompletableFuture<PeerResponse> sent = send(poll(1));
        called.close();

        RecordingListener.await(sent::isDone);
        assertThat(failure(sent)).isEqualTo("connection to " + peer + " is lost");
        called = welcome();
        awaitWelcome();
    }

    @Test
    void shouldFailARequestWithoutAConnection() throws Exception {
        awaitWelcome();
        listening.close();
        called.close();
        RecordingListener.await(() -> wire.numbers().connections() == 0);

        assertThat(failure(send(poll(1)))).isEqualTo("there is no connection to " + peer);
        assertThat(failure(onThread(() -> wire.send("m9:1", poll(1))))).isEqualTo("m9:1 is no other member");
    }

    @Test
    void shouldForgetARequestThatWasGivenUp() throws Exception {
        awaitWelcome();
        for (int i = 0; i < 3 * OutgoingConnection.REQUESTS_MAX; i++) {
            CompletableFuture<PeerResponse> sent = send(poll(1));
            assertThat(sent).isNotDone();
            onThread(() -> sent.completeExceptionally(new TimeoutException("too late")));
        }
        // answers that come too late are for nobody
        for (int i = 0; i < 3 * OutgoingConnection.REQUESTS_MAX; i++) {
            called.say(called.hear().requestId(), new PeerResponse.Poll(1, false));
        }
        awaitWelcome();
    }

    @Test
    void shouldGiveUpAConnectionOnWhichNothingIsAnswered() throws Exception {
        awaitWelcome();
        long began = System.nanoTime();
        String failure;
        do {
            CompletableFuture<PeerResponse> sent = send(poll(1));
            onThread(() -> sent.completeExceptionally(new TimeoutException("no answer")));
            failure = failure(sent);
        } while (failure.equals("no answer"));

        assertThat(failure).isEqualTo("there is no connection to " + peer);
        assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.SECONDS.toNanos(1));
        called = welcome();
        awaitWelcome();
    }

    @Test
    void shouldRefuseAnAnswerThatIsNone() throws Exception {
        awaitWelcome();
        called.say(1, poll(1));
        assertThat(called.hearRefusal()).isEqualTo("a message that has no place here: Poll");
        called = welcome();
        awaitWelcome();
    }
}
