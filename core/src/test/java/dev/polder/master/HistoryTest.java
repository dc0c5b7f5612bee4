package dev.polder.master;

import static dev.polder.master.MasterFixture.cpus;
import static dev.polder.master.MasterFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.master.MasterFixture.Agent;
import dev.polder.master.MasterFixture.Framework;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.Offer;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is over is remembered for people to look at, the latest of it: the oldest goes first. */
class HistoryTest {
    private final MasterFixture fixture = new MasterFixture(new MasterConfig(
            MasterConfig.DEFAULT.offerTimeoutMs(),
            MasterConfig.DEFAULT.reofferDelayMs(),
            MasterConfig.DEFAULT.agentTimeoutMs(),
            MasterConfig.DEFAULT.frameworkReturnTimeoutMs(),
            2,
            3,
            MasterConfig.DEFAULT.heartbeatIntervalMs()));

    @Test
    void shouldKeepAsMuchAsMesosDoes() {
        assertThat(MasterConfig.DEFAULT.completedFrameworksMax()).isEqualTo(50);
        assertThat(MasterConfig.DEFAULT.completedTasksMax()).isEqualTo(1_000);
    }

    @Test
    void shouldForgetTheOldestCompletedTasksOfAFramework() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        launch(framework, agent, "t1", "t2", "t3", "t4");

        finish(framework, agent, "t2", "t4", "t1");
        assertThat(completedTasks()).containsExactly("t2", "t4", "t1");
        finish(framework, agent, "t3");

        assertThat(completedTasks()).containsExactly("t4", "t1", "t3");
        assertThat(fixture.master.view(0).tasks().size()).isZero();
    }

    @Test
    void shouldCountTheTasksOfEachFrameworkOnItsOwn() {
        Framework one = fixture.subscribe();
        Agent agent = fixture.register("a", cpus(3_000));
        launch(one, agent, "a1", "a2", "a3");
        Framework two = fixture.subscribe();
        launch(two, fixture.register("b"), "b1");

        finish(one, agent, "a1", "a2", "a3");
        two.call(Call.newBuilder().setType(Call.Type.TEARDOWN));

        assertThat(completedTasks()).containsExactly("a1", "a2", "a3", "b1");
    }

    @Test
    void shouldForgetTheOldestOfTheTasksThatEndWithTheirFramework() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        launch(framework, agent, "t1", "t2", "t3", "t4");
        finish(framework, agent, "t4");

        framework.call(Call.newBuilder().setType(Call.Type.TEARDOWN));

        assertThat(completedTasks()).containsExactly("t1", "t2", "t3");
    }

    @Test
    void shouldForgetTheOldestCompletedFrameworksWithTheirTasks() {
        Agent agent = fixture.register("a");
        List<String> ids = new ArrayList<>();
        for (String task : List.of("t1", "t2", "t3", "t4")) {
            Framework framework = fixture.subscribe();
            ids.add(framework.id.value());
            launch(framework, agent, task);
            finish(framework, agent, task);
            framework.call(Call.newBuilder().setType(Call.Type.TEARDOWN));
            fixture.advance(fixture.config.reofferDelayMs());
        }

        assertThat(completedFrameworks()).isEqualTo(ids.subList(2, 4));
        assertThat(completedTasks()).containsExactly("t3", "t4");
    }

    @Test
    void shouldGoOnForgettingTheOldestAfterAChangeOfLeader() {
        Framework framework = fixture.subscribe(Capability.Type.PARTITION_AWARE);
        Agent agent = fixture.register("a");
        launch(framework, agent, "t1", "t2", "t3", "t4");
        finish(framework, agent, "t3", "t1", "t2");

        fixture.changeLeader();
        Framework again = fixture.resubscribe(framework, MasterFixture.info(Capability.Type.PARTITION_AWARE));
        agent.register(MasterFixture.report(again, "t4", TaskState.TASK_RUNNING));
        finish(again, agent, "t4");

        assertThat(completedTasks()).containsExactly("t1", "t2", "t4");
    }

    @Test
    void shouldGoOnCountingWhatIsCompletedThoughAllOfItIsForgotten() {
        Framework first = fixture.subscribe();
        launch(first, fixture.register("a"), "t1");
        first.call(Call.newBuilder().setType(Call.Type.TEARDOWN));
        for (int i = 0; i < fixture.config.completedFrameworksMax(); i++) {
            fixture.subscribe().call(Call.newBuilder().setType(Call.Type.TEARDOWN));
        }
        assertThat(completedTasks()).isEmpty();

        fixture.changeLeader();
        Framework second = fixture.subscribe();
        launch(second, fixture.register("b"), "t2");
        second.call(Call.newBuilder().setType(Call.Type.TEARDOWN));

        List<Long> sequences = new ArrayList<>();
        fixture.master.view(0).completedTasks().forEach(one -> sequences.add(one.sequence()));
        assertThat(sequences).as("as a master that was there from the start").containsExactly(1L);
    }

    @Test
    void shouldKeepTheRecordsOfWhatItRemembersAndLetTheOthersGoWhenThatIsCommitted() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        launch(framework, agent, "t1", "t2", "t3", "t4");

        finish(framework, agent, "t2", "t4", "t1");
        MasterView before = fixture.master.view(0);
        finish(framework, agent, "t3");

        assertThat(fixture.turn.effects())
                .filteredOn(effect -> effect instanceof Effect.ForgetCompleted)
                .singleElement()
                .isEqualTo(new Effect.ForgetCompleted(before.completedRecords(), List.of(0L)));
        MasterView after = fixture.master.view(0);
        assertThat(after.completedTasks()).allMatch(one -> after.recordOf(one).isPresent());
        assertThat(before.completedTasks())
                .as("a reader who comes late finds what is left")
                .filteredOn(one -> before.recordOf(one).isEmpty())
                .extracting(one -> one.taskId().value())
                .containsExactly("t2");
    }

    @Test
    void shouldShowNoRecordOfAnotherTaskThatHadTheSequenceInALostTerm() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        launch(framework, agent, "t1", "t2");
        finish(framework, agent, "t1", "t2");
        MasterView view = fixture.master.view(0);
        List<MasterView.Completed> completed = new ArrayList<>();
        view.completedTasks().forEach(completed::add);

        TaskRecord other = view.recordOf(completed.get(1)).orElseThrow();
        view.completedRecords().keep(completed.get(0).sequence(), other);

        assertThat(view.recordOf(completed.get(0))).isEmpty();
    }

    private static void launch(Framework framework, Agent agent, String... tasks) {
        Offer offer = framework.link.offer();
        framework.call(MasterFixture.acceptOf(
                offer,
                List.of(tasks).stream()
                        .map(id -> task(id, agent.id, cpus(1_000)).build())
                        .toArray(TaskInfo[]::new)));
        framework.link.take();
    }

    private static void finish(Framework framework, Agent agent, String... tasks) {
        for (String id : tasks) {
            framework.acknowledge(agent.update(framework, id, TaskState.TASK_FINISHED));
        }
    }

    private List<String> completedTasks() {
        List<MasterView.Completed> completed = new ArrayList<>();
        fixture.master.view(0).completedTasks().forEach(completed::add);
        completed.sort(Comparator.comparingLong(MasterView.Completed::sequence));
        return completed.stream().map(one -> one.taskId().value()).toList();
    }

    private List<String> completedFrameworks() {
        return fixture.master.view(0).completedFrameworks().stream()
                .map(framework -> framework.id().value())
                .toList();
    }
}
