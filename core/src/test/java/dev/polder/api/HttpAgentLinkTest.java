package dev.polder.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.http.ClosedBy;
import dev.polder.http.UpgradedConnection;
import dev.polder.master.Command;
import dev.polder.metrics.Metrics;
import dev.polder.wire.DecodeException;
import dev.polder.wire.ProtobufCodec;
import dev.polder.wire.proto.AgentLinkFrames.Pong;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.Registered;
import dev.polder.wire.proto.AgentLinkFrames.StatusUpdate;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import dev.polder.wire.proto.Mesos;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpAgentLinkTest {
    private static final Register REGISTER = Register.newBuilder()
            .setInfo(Mesos.AgentInfo.newBuilder().setHostname("h"))
            .setIncarnation("i")
            .setVersion("0.1.0")
            .setIp("127.0.0.1")
            .build();

    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final FakeMaster master = new FakeMaster();
    private final ManualTimers timers = new ManualTimers();
    private final Connection connection = new Connection();
    private final ApiContext context =
            new ApiContext(ApiConfig.defaults("t", "0.1.0", 0, 0), master, timers, new ApiCounters(new Metrics()));
    private final HttpAgentLink link = new HttpAgentLink(PEER, context);
    private long sequence;

    /** What the link does with its connection. */
    private static final class Connection implements UpgradedConnection {
        final List<ToAgent> sent = new ArrayList<>();
        boolean reading = true;
        boolean closed;

        @Override
        public boolean send(byte[] frame) {
            try {
                return sent.add(new ProtobufCodec().decode(frame, ToAgent.getDefaultInstance()));
            } catch (DecodeException e) {
                throw new AssertionError(e);
            }
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

    @BeforeEach
    void start() {
        link.start(connection);
    }

    @Test
    void shouldHandOverFramesInTheirOrder() {
        receive(register());
        receive(update("1"));
        receive(pong());
        receive(update("2"));

        assertThat(master.commands(Command.AgentRegistering.class))
                .singleElement()
                .satisfies(command -> assertThat(command.register()).isEqualTo(REGISTER));
        assertThat(updates()).containsExactly("1", "2");
        assertThat(connection.closed).isFalse();
    }

    @Test
    void shouldTakeFramesThatComeBeforeTheConnection() {
        HttpAgentLink early = new HttpAgentLink(PEER, context);

        early.onFrame(register().setSequence(1).build().toByteArray());
        assertThat(master.commands).isEmpty();
        early.start(connection);

        assertThat(master.commands(Command.AgentRegistering.class)).hasSize(1);
    }

    @Test
    void shouldStopReadingWhileTheMasterIsFullAndLoseNothing() {
        receive(register());
        master.full = true;

        receive(update("0"));
        assertThat(connection.reading).isFalse();
        IntStream.range(1, 100).forEach(i -> receive(update("" + i))); // read before reading stopped
        timers.advance(20 * HttpAgentLink.RETRY_MS);
        assertThat(updates()).isEmpty();
        master.full = false;
        timers.advance(HttpAgentLink.RETRY_MS);

        assertThat(updates())
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(i -> "" + i).toList());
        assertThat(connection.reading).isTrue();
        receive(update("100"));
        assertThat(updates()).endsWith("99", "100");
    }

    @Test
    void shouldOfferOneRetryAtATimeWhileTheMasterIsFull() {
        receive(register());
        master.full = true;

        IntStream.range(0, 50).forEach(i -> receive(update("" + i)));

        assertThat(timers.waiting()).isEqualTo(2); // the ticks and one retry
    }

    @Test
    void shouldCloseWhenTooManyFramesWait() {
        receive(register());
        master.full = true;

        IntStream.rangeClosed(0, HttpAgentLink.WAITING_FRAMES_MAX).forEach(i -> receive(update("x")));

        assertThat(connection.closed).isTrue();
    }

    @Test
    void shouldCloseWhenTheMasterLeadsNoMore() {
        receive(register());
        master.leads = false;

        receive(update("1"));

        assertThat(connection.closed).isTrue();
        assertThat(master.commands(Command.AgentClosed.class)).hasSize(1);
    }

    @Test
    void shouldNumberWhatItSends() {
        link.send(registered(7));
        link.send(registered(7));

        assertThat(connection.sent).extracting(ToAgent::getSequence).containsExactly(1L, 2L);
        assertThat(connection.sent).extracting(ToAgent::getTerm).containsOnly(7L);
    }

    @Test
    void shouldCloseOnAGapInTheNumbers() {
        receive(register());
        sequence++;
        receive(update("1"));

        assertThat(connection.closed).isTrue();
        assertThat(updates()).isEmpty();
    }

    @Test
    void shouldCloseOnARepeatedNumber() {
        receive(register());
        sequence--;
        receive(update("1"));

        assertThat(connection.closed).isTrue();
    }

    @Test
    void shouldCloseOnAFirstFrameThatIsNoRegistration() {
        receive(update("1"));

        assertThat(connection.closed).isTrue();
        assertThat(updates()).isEmpty();
    }

    @Test
    void shouldCloseOnASecondRegistration() {
        receive(register());
        receive(register());

        assertThat(connection.closed).isTrue();
        assertThat(master.commands(Command.AgentRegistering.class)).hasSize(1);
    }

    @Test
    void shouldCloseOnAFrameOfNoKind() {
        receive(register());
        receive(ToMaster.newBuilder());

        assertThat(connection.closed).isTrue();
    }

    @Test
    void shouldCloseOnBytesThatAreNoFrame() {
        link.onFrame(new byte[] {(byte) 0xff, (byte) 0xff});

        assertThat(connection.closed).isTrue();
    }

    @Test
    void shouldSayOnceThatItIsClosedAndTakeNothingAfterwards() {
        receive(register());

        link.onClosed(ClosedBy.PEER);
        link.onClosed(ClosedBy.US);
        receive(update("1"));
        link.send(registered(7));

        assertThat(master.commands(Command.AgentClosed.class))
                .singleElement()
                .satisfies(command -> assertThat(command.link()).isSameAs(link));
        assertThat(updates()).isEmpty();
        assertThat(connection.sent).isEmpty();
        timers.advance(60_000);
        assertThat(connection.sent).isEmpty();
    }

    @Test
    void shouldPingEverySecondInTheTermOfTheLastOrder() {
        receive(register());
        timers.advance(2_000);
        assertThat(connection.sent).isEmpty(); // no term is known yet

        link.send(registered(7));
        timers.advance(3_000);

        assertThat(connection.sent).hasSize(4);
        assertThat(connection.sent.subList(1, 4)).allMatch(frame -> frame.hasPing() && frame.getTerm() == 7);
        assertThat(connection.sent).extracting(ToAgent::getSequence).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void shouldCloseALinkThatIsSilent() {
        receive(register());
        link.send(registered(7));

        timers.advance(5_000);
        assertThat(connection.closed).isFalse();
        timers.advance(1_000);

        assertThat(connection.closed).isTrue();
        assertThat(master.commands(Command.AgentClosed.class)).hasSize(1);
    }

    @Test
    void shouldKeepALinkThatAnswersPings() {
        receive(register());
        link.send(registered(7));

        for (int i = 0; i < 20; i++) {
            timers.advance(4_000);
            receive(pong());
        }

        assertThat(connection.closed).isFalse();
    }

    @Test
    void shouldCloseALinkThatNeverRegisters() {
        timers.advance(6_000);

        assertThat(connection.closed).isTrue();
    }

    @Test
    void shouldNotTimeAnAgentThatWaitsForItsAdmission() {
        receive(register());

        timers.advance(60_000);

        assertThat(connection.closed).isFalse();
    }

    @Test
    void shouldNotTimeALinkThatIsNotRead() {
        receive(register());
        link.send(registered(7));
        master.full = true;
        receive(update("1"));

        timers.advance(60_000);
        assertThat(connection.closed).isFalse();
        master.full = false;
        timers.advance(5_000);
        assertThat(connection.closed).isFalse();
        timers.advance(2_000);

        assertThat(connection.closed).isTrue();
    }

    private void receive(ToMaster.Builder frame) {
        link.onFrame(new ProtobufCodec().encode(frame.setSequence(++sequence).build()));
    }

    private List<String> updates() {
        return master.commands(Command.AgentUpdate.class).stream()
                .map(command -> command.update().getStatus().getTaskId().getValue())
                .toList();
    }

    private static ToMaster.Builder register() {
        return ToMaster.newBuilder().setRegister(REGISTER);
    }

    private static ToMaster.Builder pong() {
        return ToMaster.newBuilder().setPong(Pong.getDefaultInstance());
    }

    private static ToMaster.Builder update(String task) {
        return ToMaster.newBuilder()
                .setStatusUpdate(StatusUpdate.newBuilder()
                        .setFrameworkId(Mesos.FrameworkID.newBuilder().setValue("f"))
                        .setStatus(Mesos.TaskStatus.newBuilder()
                                .setTaskId(Mesos.TaskID.newBuilder().setValue(task))
                                .setState(Mesos.TaskState.TASK_RUNNING)));
    }

    private static ToAgent.Builder registered(long term) {
        return ToAgent.newBuilder()
                .setTerm(term)
                .setRegistered(Registered.newBuilder()
                        .setAgentId(Mesos.AgentID.newBuilder().setValue("S0"))
                        .setClusterId("c")
                        .setMasterId("m"));
    }
}
