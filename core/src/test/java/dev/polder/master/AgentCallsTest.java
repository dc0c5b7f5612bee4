package dev.polder.master;

import static dev.polder.master.MasterFixture.cpus;
import static dev.polder.master.MasterFixture.report;
import static dev.polder.master.MasterFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.master.MasterFixture.Agent;
import dev.polder.master.MasterFixture.Framework;
import dev.polder.model.TaskState;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import org.junit.jupiter.api.Test;

class AgentCallsTest {
    private static final Resources PORT = Resources.builder()
            .scalar("cpus", 1_000)
            .range("ports", 31_000, 31_000)
            .build();

    private final MasterFixture fixture = new MasterFixture();

    @Test
    void shouldNotBookAgainWhatATaskUsedThatEndedWhileItsAgentWasAway() {
        Framework framework = fixture.subscribe(Capability.Type.PARTITION_AWARE);
        Agent agent = fixture.register("a", PORT);
        framework.accept(framework.link.offer(), task("old", agent.id, PORT).build());
        agent.update(framework, "old", Mesos.TaskState.TASK_STARTING);
        agent.close();
        fixture.advance(fixture.config.agentTimeoutMs());
        assertThat(fixture.task(framework, "old").state()).isEqualTo(TaskState.TASK_UNREACHABLE);
        framework.link.take();

        agent.register(report(framework, "old", Mesos.TaskState.TASK_FINISHED));
        framework.accept(framework.link.offer(), task("new", agent.id, PORT).build());
        framework.link.take();
        TaskStatus running = agent.update(framework, "old", Mesos.TaskState.TASK_RUNNING);

        assertThat(framework.link.update().getUuid()).isEqualTo(running.getUuid());
        assertThat(fixture.task(framework, "old").usesResources()).isFalse();

        framework.acknowledge(running);
        agent.update(framework, "old", Mesos.TaskState.TASK_FINISHED);
        assertThat(fixture.task(framework, "old").state()).isEqualTo(TaskState.TASK_FINISHED);
    }

    @Test
    void shouldTellAnUpdateOfAFormerRunFromOneOfTheTaskThatHasItsId() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        TaskStatus finished = agent.update(framework, "t", Mesos.TaskState.TASK_FINISHED);
        framework.acknowledge(finished);
        fixture.advance(5_000);
        framework.link.take();
        fixture.advance(fixture.config.offerTimeoutMs());
        fixture.advance(fixture.config.reofferDelayMs());

        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        framework.link.take();
        agent.send(framework, finished);

        assertThat(fixture.facts).isEmpty();
        assertThat(framework.link.update().getUuid()).isEqualTo(finished.getUuid());
        assertThat(fixture.task(framework, "t").state()).isEqualTo(TaskState.TASK_STAGING);
    }

    @Test
    void shouldTellAnUpdateOfAnyFormerRunFromOneOfTheTaskThatHasItsId() {
        Framework framework = fixture.subscribe();
        Agent away = fixture.register("away");
        Agent other = fixture.register("other");
        TaskStatus first = runToItsEnd(framework, away);
        runToItsEnd(framework, other);

        framework.accept(
                offerOf(framework, away), task("t", away.id, cpus(1_000)).build());
        framework.link.take();
        away.send(framework, first);

        assertThat(fixture.facts).isEmpty();
        assertThat(fixture.task(framework, "t").state()).isEqualTo(TaskState.TASK_STAGING);
    }

    private TaskStatus runToItsEnd(Framework framework, Agent agent) {
        framework.accept(
                offerOf(framework, agent), task("t", agent.id, cpus(1_000)).build());
        TaskStatus finished = agent.update(framework, "t", Mesos.TaskState.TASK_FINISHED);
        framework.acknowledge(finished);
        return finished;
    }

    /** Returns an open offer of an agent: those that stand are left to time out, and all is offered anew. */
    private Mesos.Offer offerOf(Framework framework, Agent agent) {
        framework.link.take();
        fixture.advance(fixture.config.offerTimeoutMs());
        fixture.advance(fixture.config.reofferDelayMs());
        return framework.link.offers().stream()
                .filter(offer -> offer.getAgentId().equals(agent.id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldRefuseAnAgentThatComesBackWithAResourceOfAnotherKind() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a", PORT);
        framework.accept(framework.link.offer(), task("t", agent.id, PORT).build());

        agent.register(
                Resources.builder().scalar("cpus", 1_000).scalar("ports", 5_000).build());

        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.REFUSED);
        assertThat(agent.link.frames.get(0).getRefused().getReason()).contains("ports");
        assertThat(agent.link.closed).isTrue();
        assertThat(fixture.facts).isEmpty();
    }

    @Test
    void shouldOfferAnAgentThatComesBackWithOtherAttributesToThoseWhoDeclinedIt() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.call(Call.newBuilder()
                .setType(Call.Type.DECLINE)
                .setDecline(Call.Decline.newBuilder()
                        .addOfferIds(framework.link.offer().getId())
                        .setFilters(Mesos.Filters.newBuilder().setRefuseSeconds(3_600))));
        framework.link.take();

        agent.close();
        agent.register();
        fixture.advance(60_000);
        assertThat(framework.link.offers()).as("the same as before").isEmpty();
        agent.close();
        agent.rack = "r2";
        agent.register();

        assertThat(framework.link.offer().getAttributes(0).getText().getValue()).isEqualTo("r2");
    }

    @Test
    void shouldHaveTasksEndedThatItDoesNotKnow() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        agent.close();

        agent.register(report(framework, "unknown", Mesos.TaskState.TASK_RUNNING));

        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.REGISTERED, ToAgent.KindCase.KILL);
        assertThat(agent.link.frames.get(1).getKill().getTaskId().getValue()).isEqualTo("unknown");
    }

    @Test
    void shouldTellTheFrameworkOnceWhenAnAgentIsLost() {
        Framework framework = fixture.subscribe(Capability.Type.PARTITION_AWARE);
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        framework.link.take();

        agent.close();
        fixture.advance(fixture.config.agentTimeoutMs() - 1);
        assertThat(fixture.facts).isEmpty();
        fixture.advance(1);

        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.AGENT_UNREACHABLE, Fact.KindCase.TASK_STATE_CHANGED);
        assertThat(framework.link.types()).contains(Event.Type.UPDATE, Event.Type.FAILURE);
        TaskStatus status = framework.link.update();
        assertThat(status.getState()).isEqualTo(Mesos.TaskState.TASK_UNREACHABLE);
        assertThat(status.getReason()).isEqualTo(TaskStatus.Reason.REASON_AGENT_REMOVED);
        assertThat(status.getMessage()).isEqualTo("health check timed out");
        assertThat(status.hasUuid()).isFalse();
    }
}
