package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients, by hand, of a service that does as a test says, on real sockets. */
@Tag("slow")
@Timeout(120)
class ClientDoorTest {
    @TempDir
    private Path directory;

    private final Service service = new Service();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private RunningGroup group;
    private String leader;

    /** Remembers what it was told. */
    private static final class Service implements ClientService {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private final BlockingQueue<ClientLink> links = new LinkedBlockingQueue<>();
        private final AtomicLong receivedBytes = new AtomicLong();
        private volatile boolean handles = true;

        @Override
        public void opened(ClientLink client) {
            links.add(client);
            told.add("opened");
        }

        @Override
        public void received(ClientLink client, byte[] message) {
            receivedBytes.addAndGet(message.length);
            told.add("received " + message.length);
            if (handles) {
                client.handled(message.length);
                client.send(message);
            }
        }

        @Override
        public void hasRoom(ClientLink client) {
            told.add("has room");
        }

        @Override
        public void closed(ClientLink client) {
            told.add("closed");
        }

        void await(String call) throws InterruptedException {
            String next = told.poll(20, TimeUnit.SECONDS);
            while (next != null && !next.equals(call)) {
                next = told.poll(20, TimeUnit.SECONDS);
            }
            assertThat(next).isEqualTo(call);
        }
    }

    @BeforeEach
    void start() throws Exception {
        group = RunningGroup.start(3, directory, Duration.ofSeconds(2));
        group.running().forEach(member -> member.log().serveClients(service));
        leader = group.awaitLeader().id();
    }

    @AfterEach
    void goesOnWorking() throws Exception {
        try (RunningGroup last = group) {
            last.commit("after");
        } finally {
            for (AutoCloseable one : opened) {
                one.close();
            }
        }
    }

    private RawConnection connect(String member, String cluster) throws IOException {
        RawConnection connection = RawConnection.to(member);
        opened.add(connection);
        connection.say(0, new ClientMessage.Hello(cluster, GroupId.NONE));
        return connection;
    }

    private RawConnection welcome() throws Exception {
        RawConnection connection = connect(leader, "");
        assertThat(connection.hear().message()).isInstanceOf(ClientMessage.Welcome.class);
        assertThat(connection.hear().message()).isEqualTo(new ClientMessage.Members(group.members()));
        service.await("opened");
        return connection;
    }

    private String follower() {
        return group.members().stream()
                .filter(member -> !member.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    // ---- who is let in

    @Test
    void shouldSendAClientToTheLeader() throws Exception {
        assertThat(connect(follower(), "").hear().message())
                .isEqualTo(
                        new ClientMessage.Moved(group.awaitLeader().listener().servingTerm(), leader));
        RawConnection client = welcome();
        client.say(0, new ClientMessage.Call(new byte[7]));
        assertThat(client.hear().message())
                .isInstanceOfSatisfying(
                        ClientMessage.Push.class,
                        push -> assertThat(push.body()).hasSize(7));
    }

    @Test
    void shouldSendClientsAwayWhenTheLeadIsLost() throws Exception {
        RawConnection client = welcome();
        group.member(leader).log().stepDown(group.member(leader).listener().servingTerm());
        assertThat(client.hear().message()).isInstanceOf(ClientMessage.Moved.class);
        service.await("closed");
    }

    @Test
    void shouldRefuseAClientOfAnotherCluster() throws Exception {
        group.running().forEach(member -> member.log().joined("ours"));
        assertThat(connect(leader, "theirs").hearRefusal())
                .isEqualTo("the clusters differ: " + leader + " belongs to ours, the client to theirs");
        assertThat(connect(leader, "ours").hear().message()).isInstanceOf(ClientMessage.Welcome.class);
    }

    @Test
    void shouldRefuseOneClientTooManyAndTakeItWhenAnotherHasGone() throws Exception {
        List<RawConnection> clients = new ArrayList<>();
        for (int i = 0; i < ClientDoor.CLIENTS_MAX; i++) {
            clients.add(welcome());
        }
        assertThat(connect(leader, "").hearRefusal()).isEqualTo("full: 1024 clients are here, clientsMax=1024");
        clients.get(0).close();
        service.await("closed");
        welcome();
    }

    // ---- what they must not say

    private void refuses(WireMessage message, long requestId, String words) throws Exception {
        RawConnection client = welcome();
        client.say(requestId, message);
        assertThat(client.hearRefusal()).contains(words);
        service.await("closed");
    }

    @Test
    void shouldRefuseWhatHasNoPlace() throws Exception {
        refuses(new ClientMessage.Push(new byte[1]), 0, "a message that has no place here: Push");
        refuses(new PeerRequest.Poll(6, leader, 41, 3), 0, "a message that has no place here: Poll");
        refuses(new ClientMessage.Hello("", GroupId.NONE), 0, "a message that has no place here: Hello");
        refuses(new ClientMessage.Call(new byte[1]), 99, "call: 99 pieces follow, at most 4 may");
        try (RawConnection stranger = RawConnection.to(leader)) {
            stranger.say(0, new ClientMessage.Call(new byte[1]));
            assertThat(stranger.hearRefusal()).contains("a message that has no place here: Call");
        }
    }

    @Test
    void shouldSendAClientAwayWhenTheServiceSaysSo() throws Exception {
        RawConnection client = welcome();
        service.links.take().close("that was no call");
        assertThat(client.hearRefusal()).isEqualTo("that was no call");
        service.await("closed");
    }

    // ---- what is too much

    @Test
    void shouldNotReadOnWhileWhatAClientSaidIsNotHandled() throws Exception {
        service.handles = false;
        RawConnection client = welcome();
        ClientLink link = service.links.take();
        byte[] call = RawConnection.bytes(new WireFrame(0, new ClientMessage.Call(new byte[1 << 20])));
        Thread talker = new Thread(() -> {
            try {
                for (int i = 0; i < 64; i++) {
                    client.say(call);
                }
            } catch (IOException e) {
                // the end of the test
            }
        });
        talker.start();
        for (int i = 0; i < ClientConnection.UNHANDLED_BYTES_MAX >> 20; i++) {
            service.await("received 1048576");
        }
        assertThat(service.told.poll(300, TimeUnit.MILLISECONDS)).isNull();
        assertThat(welcome()).as("another is served").isNotNull();

        link.handled((int) service.receivedBytes.get());
        service.await("received 1048576");
        client.close();
        talker.join();
    }

    /** Many messages of no bytes cost as much as a few large ones. */
    @Test
    void shouldNotReadAnyNumberOfSmallMessages() throws Exception {
        service.handles = false;
        RawConnection client = welcome();
        byte[] empty = RawConnection.bytes(new WireFrame(0, new ClientMessage.Call(new byte[0])));
        byte[] many = new byte[1_000 * empty.length];
        for (int i = 0; i < 1_000; i++) {
            System.arraycopy(empty, 0, many, i * empty.length, empty.length);
        }
        Thread talker = new Thread(() -> {
            try {
                for (int i = 0; i < 2_000; i++) {
                    client.say(many);
                }
            } catch (IOException e) {
                // the end of the test
            }
        });
        talker.start();
        int received = 0;
        while (service.told.poll(2, TimeUnit.SECONDS) != null) {
            received++;
        }

        assertThat(received).isBetween(10_000, 200_000);
        client.close();
        talker.join();
    }

    @Test
    void shouldCutOffAClientThatDoesNotRead() throws Exception {
        welcome();
        ClientLink link = service.links.take();
        byte[] large = new byte[1 << 20];
        assertThat(link.hasRoom()).isTrue();
        for (int i = 0; i < 2 * (ClientConnection.WAITING_BYTES_MAX >> 20); i++) {
            link.send(large);
        }
        service.await("closed");
        link.send(large);
    }

    @Test
    void shouldTellThatThereIsRoomAgainForAClientThatReads() throws Exception {
        RawConnection client = welcome();
        ClientLink link = service.links.take();
        for (int i = 0; i < 20; i++) {
            link.send(new byte[1 << 20]);
        }
        assertThat(link.hasRoom()).isFalse();
        for (int i = 0; i < 20; i++) {
            assertThat(client.hear().message()).isInstanceOf(ClientMessage.Push.class);
        }
        service.await("has room");
        assertThat(link.hasRoom()).isTrue();
    }

    @Test
    void shouldSendOneMessageHoweverLargeItIs() throws Exception {
        RawConnection client = welcome();
        byte[] huge = new byte[ClientConnection.WAITING_BYTES_MAX + 5];
        Arrays.fill(huge, (byte) 7);
        service.links.take().send(huge);
        int heard = 0;
        WireFrame last = client.hear();
        heard += ((ClientMessage.Push) last.message()).body().length;
        while (last.requestId() > 0) {
            last = client.hear();
            heard += ((ClientMessage.Push) last.message()).body().length;
        }
        assertThat(heard).isEqualTo(huge.length);
    }
}
