package dev.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.http.ClosedBy;
import dev.polder.http.FrameListener;
import dev.polder.http.UpgradedConnection;
import dev.polder.wire.proto.AgentLinkFrames.Ping;
import dev.polder.wire.proto.AgentLinkFrames.Pong;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AgentConnectionTest {
    private static final byte[] PING = ToAgent.newBuilder()
            .setSequence(1)
            .setTerm(1)
            .setPing(Ping.getDefaultInstance())
            .build()
            .toByteArray();
    private static final ToMaster PONG = ToMaster.newBuilder()
            .setSequence(1)
            .setPong(Pong.getDefaultInstance())
            .build();

    private final List<Dial> dials = new ArrayList<>();
    private final Deque<Runnable> handedOver = new ArrayDeque<>();
    private final List<AgentCommand> commands = new ArrayList<>();
    private Optional<InetSocketAddress> leader = Optional.of(InetSocketAddress.createUnresolved("leader", 5050));
    private final AgentConnection connection =
            new AgentConnection("n1", () -> leader, this::dial, handedOver::add, commands::add);

    @Test
    void shouldRetryAfterTwentyMillisecondsDoublingToOneSecond() {
        List<Long> tries = new ArrayList<>();

        for (long nowMs = 0; nowMs < 4_000; nowMs++) {
            int before = dials.size();
            connection.turn(nowMs);
            if (dials.size() > before) {
                tries.add(nowMs);
                lastDial().fail();
                runHandedOver();
            }
        }

        assertThat(tries).containsExactly(0L, 20L, 60L, 140L, 300L, 620L, 1_260L, 2_260L, 3_260L);
        assertThat(commands).isEmpty();
    }

    @Test
    void shouldWaitForALeader() {
        leader = Optional.empty();
        connection.turn(0);
        assertThat(dials).isEmpty();
        for (long ms = 20; ms <= 1_000; ms += 20) {
            assertThat(connection.deadlineMs()).isEqualTo(ms);
            connection.turn(ms);
        }
        assertThat(dials).isEmpty();
        leader = Optional.of(InetSocketAddress.createUnresolved("leader", 5050));

        connection.turn(1_020);

        assertThat(dials).hasSize(1);
        assertThat(connection.deadlineMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldComeBackSoonToAMasterThatHadAdmittedIt() {
        connection.turn(0);
        lastDial().fail();
        runHandedOver();
        connection.turn(20);
        lastDial().open();
        runHandedOver();
        connection.admitted(500);

        lastDial().listener.onClosed(ClosedBy.PEER);
        runHandedOver();

        assertThat(connection.deadlineMs()).isEqualTo(520);
        assertThat(commands).containsExactly(new AgentCommand.Connected(2), new AgentCommand.Disconnected(2));
    }

    @Test
    void shouldNotComeBackSoonToAMasterThatNeverAnswers() {
        connection.turn(0);
        lastDial().open();
        runHandedOver();
        lastDial().listener.onClosed(ClosedBy.PEER);
        runHandedOver();
        connection.turn(20);
        lastDial().open();
        runHandedOver();
        lastDial().listener.onClosed(ClosedBy.PEER);
        runHandedOver();

        assertThat(connection.deadlineMs()).isEqualTo(60);
    }

    @Test
    void shouldPassFramesOnWithTheNumberOfTheirConnection() {
        open();

        lastDial().listener.onFrame(PING);
        runHandedOver();

        assertThat(commands).hasSize(2);
        assertThat(commands.get(1))
                .isInstanceOfSatisfying(
                        AgentCommand.FromMaster.class,
                        frame -> assertThat(frame.connection()).isEqualTo(1));
    }

    @Test
    void shouldDropWhatComesOverAnOlderConnection() {
        open();
        Dial older = lastDial();
        connection.end(1, "test");
        older.listener.onFrame(PING);
        connection.turn(1_000);
        lastDial().open();
        older.listener.onFrame(PING);
        older.listener.onClosed(ClosedBy.US);
        runHandedOver();

        assertThat(older.closed).isTrue();
        assertThat(commands).containsExactly(new AgentCommand.Connected(1), new AgentCommand.Connected(2));
    }

    @Test
    void shouldLeaveASilentMasterOnlyWhenAnotherLeads() {
        open();
        connection.turn(100);
        connection.turn(connection.deadlineMs());
        assertThat(lastDial().closed).as("silent, and it leads still").isFalse();
        leader = Optional.of(InetSocketAddress.createUnresolved("next", 5050));
        lastDial().listener.onFrame(PING);
        runHandedOver();
        connection.turn(connection.deadlineMs());
        assertThat(lastDial().closed).as("heard of").isFalse();
        Dial silent = lastDial();

        connection.turn(connection.deadlineMs());

        assertThat(silent.closed).isTrue();
        assertThat(commands).last().isEqualTo(new AgentCommand.Disconnected(1));
        assertThat(dials).as("the next is dialled at once").hasSize(2);
    }

    @Test
    void shouldSendOnlyOverTheConnectionThatIsMeant() {
        open();

        connection.send(1, PONG);
        connection.send(2, PONG);

        assertThat(lastDial().sent).hasSize(1);
    }

    @Test
    void shouldCloseAConnectionWithAMalformedFrame() {
        open();

        lastDial().listener.onFrame(new byte[] {1, 2, 3});

        assertThat(lastDial().closed).isTrue();
    }

    @Test
    void shouldLeaveFramesInTheSocketWhileTooManyWait() {
        open();
        for (int i = 0; i < 1_023; i++) {
            lastDial().listener.onFrame(PING);
        }
        assertThat(lastDial().reading).isTrue();

        lastDial().listener.onFrame(PING);
        assertThat(lastDial().reading).isFalse();
        runHandedOver();

        assertThat(lastDial().reading).isTrue();
        assertThat(commands).hasSize(1_025);
    }

    @Test
    void shouldConnectNoMoreOnceStopped() {
        open();

        connection.stop();
        connection.turn(1_000_000);

        assertThat(lastDial().closed).isTrue();
        assertThat(dials).hasSize(1);
        assertThat(commands).containsExactly(new AgentCommand.Connected(1), new AgentCommand.Disconnected(1));
        assertThat(connection.deadlineMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldCloseAConnectionThatOpensAfterTheStop() {
        connection.turn(0);
        connection.stop();

        lastDial().open();
        runHandedOver();

        assertThat(lastDial().closed).isTrue();
        assertThat(commands).isEmpty();
    }

    private void open() {
        connection.turn(0);
        lastDial().open();
        runHandedOver();
    }

    private CompletableFuture<UpgradedConnection> dial(InetSocketAddress to, FrameListener listener) {
        Dial dial = new Dial(listener);
        dials.add(dial);
        return dial.future;
    }

    private Dial lastDial() {
        return dials.get(dials.size() - 1);
    }

    private void runHandedOver() {
        while (!handedOver.isEmpty()) {
            handedOver.remove().run();
        }
    }

    private static final class Dial implements UpgradedConnection {
        private final FrameListener listener;
        private final CompletableFuture<UpgradedConnection> future = new CompletableFuture<>();
        private final List<byte[]> sent = new ArrayList<>();
        private boolean reading = true;
        private boolean closed;

        private Dial(FrameListener listener) {
            this.listener = listener;
        }

        private void open() {
            future.complete(this);
        }

        private void fail() {
            future.completeExceptionally(new ConnectException("refused"));
        }

        @Override
        public boolean send(byte[] frame) {
            return sent.add(frame);
        }

        @Override
        public void setReading(boolean on) {
            reading = on;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
