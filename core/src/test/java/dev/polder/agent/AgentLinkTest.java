package dev.polder.agent;

import static dev.polder.agent.AgentFixture.only;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerId;
import dev.polder.model.AgentId;
import dev.polder.wire.proto.AgentLinkFrames.Launch;
import dev.polder.wire.proto.AgentLinkFrames.Ping;
import dev.polder.wire.proto.AgentLinkFrames.Refused;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.TaskReport;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgentLinkTest {
    private final AgentFixture fixture = new AgentFixture();

    @Test
    void shouldRegisterWithoutAnIdAtFirst() {
        fixture.connect();

        Register register = sent().get(0).getRegister();
        assertThat(register.getInfo().hasId()).isFalse();
        assertThat(register.hasClusterId()).isFalse();
        assertThat(register.getIncarnation()).isEqualTo("incarnation-1");
        assertThat(register.getIp()).isEqualTo("127.0.0.1");
    }

    @Test
    void shouldRememberItsIdAndClusterBeforeItCountsAsAdmitted() {
        fixture.connect();

        Decision decision = fixture.registered("m-S0", "cluster-1");

        assertThat(decision.facts())
                .containsExactly(NewFact.termSeen(1), NewFact.joined(new AgentId("m-S0"), "cluster-1"));
        assertThat(decision.effects()).containsExactly(new AgentEffect.Admitted(new AgentId("m-S0")));
    }

    @Test
    void shouldRegisterAgainWithIdClusterAndTasks() {
        fixture.register();
        fixture.running(task("t1", "sleep 1").build());
        fixture.launched(task("t2", "sleep 1").build());
        fixture.effects.clear();

        fixture.connect();

        Register register = sent().get(0).getRegister();
        assertThat(register.getInfo().getId().getValue()).isEqualTo("m-S0");
        assertThat(register.getClusterId()).isEqualTo("cluster-1");
        assertThat(register.getTasksList())
                .extracting(TaskReport::getState)
                .extracting(Enum::name)
                .containsExactly("TASK_RUNNING", "TASK_STAGING");
    }

    @Test
    void shouldRefuseAnotherClusterInWords() {
        fixture.register();
        fixture.connect();

        Decision decision = fixture.registered("m-S0", "cluster-2");

        assertThat(decision.facts()).isEmpty();
        assertThat(decision.effects())
                .containsExactly(new AgentEffect.Refused(
                        "this agent belongs to cluster cluster-1, and the master to cluster cluster-2; an agent with"
                                + " another data directory may join it"));
    }

    @Test
    void shouldRefuseAnotherId() {
        fixture.register();
        fixture.connect();

        Decision decision = fixture.registered("m-S1", "cluster-1");

        assertThat(decision.effects())
                .containsExactly(new AgentEffect.Refused("the master calls this agent m-S1, but it is m-S0"));
    }

    @Test
    void shouldPassOnTheMastersRefusal() {
        fixture.connect();

        Decision decision = fixture.frame(
                ToAgent.newBuilder().setRefused(Refused.newBuilder().setReason("marked gone")));

        assertThat(decision.effects()).containsExactly(new AgentEffect.Refused("marked gone"));
    }

    @Test
    void shouldCountItsFramesOnEachConnection() {
        fixture.register();
        fixture.ping();
        fixture.ping();
        fixture.register();
        fixture.ping();

        assertThat(sent()).extracting(ToMaster::getSequence).containsExactly(1L, 2L, 3L, 1L, 2L);
    }

    @Test
    void shouldAnswerAPing() {
        fixture.register();

        Decision decision = fixture.ping();

        assertThat(only(AgentEffect.Send.class, decision.effects()))
                .singleElement()
                .matches(send -> send.frame().hasPong());
    }

    @Test
    void shouldEndAConnectionThatMissesAFrame() {
        fixture.register();

        Decision decision = fixture.decide(new AgentCommand.FromMaster(
                1,
                ToAgent.newBuilder()
                        .setSequence(3)
                        .setTerm(1)
                        .setPing(Ping.getDefaultInstance())
                        .build()));

        assertThat(decision.effects())
                .containsExactly(new AgentEffect.EndConnection(1, "frame 3 came where frame 2 was due"));
        assertThat(fixture.ping().effects()).isEmpty();
    }

    @Test
    void shouldRefuseTheOrderOfAnOlderTerm() {
        fixture.term = 5;
        fixture.register();
        fixture.connect();
        fixture.term = 4;

        Decision decision = fixture.registered("m-S0", "cluster-1");

        assertThat(decision.facts()).isEmpty();
        assertThat(decision.effects())
                .containsExactly(
                        new AgentEffect.EndConnection(2, "the master's term 4 is over: a leader of term 5 was seen"));
    }

    @Test
    void shouldKeepTheHighestTermOverARestart() {
        fixture.term = 5;
        fixture.register();
        fixture.restart(Set.of());
        fixture.term = 4;

        fixture.register();

        assertThat(only(AgentEffect.Admitted.class, fixture.effects)).isEmpty();
        assertThat(only(AgentEffect.EndConnection.class, fixture.effects)).hasSize(1);
    }

    @Test
    void shouldDiscardWhatCameOverAnOlderConnection() {
        fixture.register();
        fixture.connect();

        Decision late = fixture.decide(new AgentCommand.FromMaster(
                1,
                ToAgent.newBuilder()
                        .setSequence(2)
                        .setTerm(1)
                        .setLaunch(Launch.newBuilder()
                                .setFramework(AgentFixture.framework())
                                .setTask(task("t1", "true")))
                        .build()));
        fixture.decide(new AgentCommand.Disconnected(1));

        assertThat(late.facts()).isEmpty();
        assertThat(fixture.registered("m-S0", "cluster-1").effects())
                .containsExactly(new AgentEffect.Admitted(new AgentId("m-S0")));
    }

    @Test
    void shouldEndAConnectionThatGivesOrdersBeforeItsAnswer() {
        fixture.register();
        fixture.connect();

        Decision decision = fixture.launch(task("t1", "true").build());

        assertThat(decision.facts()).isEmpty();
        assertThat(only(AgentEffect.EndConnection.class, decision.effects())).hasSize(1);
    }

    @Test
    void shouldNoticeASilentMaster() {
        fixture.register();
        fixture.advance(10_000);
        fixture.ping();
        fixture.advance(14_999);
        assertThat(only(AgentEffect.EndConnection.class, fixture.effects)).isEmpty();

        fixture.advance(1);

        assertThat(only(AgentEffect.EndConnection.class, fixture.effects))
                .containsExactly(new AgentEffect.EndConnection(1, "nothing was heard of the master for 15000 ms"));
        assertThat(fixture.agent.deadlineMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldSendPendingUpdatesOnlyAfterTheRegistrationIsAnswered() {
        fixture.register();
        ContainerId id = fixture.launched(task("t1", "true").build());
        fixture.decide(new AgentCommand.Disconnected(1));
        fixture.effects.clear();
        fixture.decide(new AgentCommand.Started(id, 1));
        fixture.connect();
        assertThat(fixture.sentUpdates()).isEmpty();

        fixture.registered("m-S0", "cluster-1");

        assertThat(AgentFixture.lines(fixture.sentUpdates())).containsExactly("TASK_STARTING SOURCE_EXECUTOR [CS]");
    }

    private List<ToMaster> sent() {
        return only(AgentEffect.Send.class, fixture.effects).stream()
                .map(AgentEffect.Send::frame)
                .toList();
    }
}
