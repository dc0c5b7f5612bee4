package dev.polder.agent;

import static dev.polder.agent.AgentFixture.lines;
import static dev.polder.agent.AgentFixture.only;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusUpdatesTest {
    private final AgentFixture fixture = AgentFixture.registered();

    @Test
    void shouldHaveOneUpdateOfATaskOutstanding() {
        ContainerId id = fixture.launched(task("t1", "true").build());
        fixture.decide(new AgentCommand.Started(id, 1));
        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));
        assertThat(lines(fixture.sentUpdates())).containsExactly("TASK_STARTING SOURCE_EXECUTOR [CS]");

        fixture.acknowledge(fixture.sentUpdates().get(0));

        assertThat(lines(fixture.sentUpdates()))
                .containsExactly("TASK_STARTING SOURCE_EXECUTOR [CS]", "TASK_RUNNING SOURCE_EXECUTOR [CS]");
    }

    @Test
    void shouldNotLetOneTaskWaitForAnother() {
        for (String name : List.of("t1", "t2")) {
            fixture.decide(
                    new AgentCommand.Started(fixture.launched(task(name, "true").build()), 1));
        }

        assertThat(fixture.sentUpdates())
                .extracting(status -> status.getTaskId().getValue())
                .containsExactly("t1", "t2");
    }

    @Test
    void shouldSendAgainAfterTenSecondsDoublingToTenMinutes() {
        ContainerId id = fixture.launched(task("t1", "true").build());
        fixture.decide(new AgentCommand.Started(id, 1));
        long sentMs = fixture.nowMs;
        List<Long> waits = new ArrayList<>();

        while (waits.size() < 9) {
            fixture.effects.clear();
            fixture.ping();
            fixture.advance(1_000);
            if (!fixture.sentUpdates().isEmpty()) {
                waits.add((fixture.nowMs - sentMs) / 1_000);
                sentMs = fixture.nowMs;
            }
        }

        assertThat(waits).containsExactly(10L, 20L, 40L, 80L, 160L, 320L, 600L, 600L, 600L);
    }

    @Test
    void shouldStopSendingWhatIsAcknowledged() {
        ContainerId id = fixture.launched(task("t1", "true").build());
        fixture.decide(new AgentCommand.Started(id, 1));
        fixture.acknowledgeAll();
        fixture.effects.clear();

        for (int i = 0; i < 100; i++) {
            fixture.ping();
            fixture.advance(10_000);
        }

        assertThat(fixture.sentUpdates()).isEmpty();
    }

    @Test
    void shouldIgnoreARepeatedAcknowledgement() {
        ContainerId id = fixture.launched(task("t1", "true").build());
        fixture.decide(new AgentCommand.Started(id, 1));
        TaskStatus starting = fixture.sentUpdates().get(0);
        fixture.acknowledge(starting);

        Decision again = fixture.acknowledge(starting);

        assertThat(again.facts()).isEmpty();
        assertThat(again.effects()).isEmpty();
    }

    @Test
    void shouldSendEverythingOutstandingAtEachRegistration() {
        for (String name : List.of("t1", "t2")) {
            fixture.decide(
                    new AgentCommand.Started(fixture.launched(task(name, "true").build()), 1));
        }
        fixture.advance(14_000);
        fixture.effects.clear();

        fixture.register();
        assertThat(fixture.sentUpdates()).hasSize(2);
        fixture.advance(9_999);
        assertThat(fixture.sentUpdates()).hasSize(2);
        fixture.advance(1);
        assertThat(fixture.sentUpdates()).hasSize(4);
    }

    @Test
    void shouldSendNothingWithoutAConnection() {
        ContainerId id = fixture.launched(task("t1", "true").build());
        fixture.decide(new AgentCommand.Disconnected(fixture.connection));

        fixture.decide(new AgentCommand.Started(id, 1));
        fixture.advance(100_000);

        assertThat(only(AgentEffect.Send.class, fixture.effects)).isEmpty();
        assertThat(fixture.agent.deadlineMs()).isEqualTo(Long.MAX_VALUE);
    }
}
