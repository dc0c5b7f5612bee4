package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.framework.CallResult;
import dev.polder.framework.CallResult.Accepted;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.AgentId;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import dev.polder.offer.Resources;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

final class BatchTest {
    private final List<String> news = new ArrayList<>();
    private final RecordingDriver driver = new RecordingDriver();
    private int agents = 1;

    @Test
    void shouldLaunchAsManyAsFitAndTheRestLater() throws LauncherException {
        Batch batch = batch(List.of(task("a"), task("b"), task("c")));

        offer(batch, "o-1", 2_500);
        assertThat(driver.calls).containsExactly("accept o-1 [a, b]");
        update(batch, "a", TaskState.TASK_RUNNING);
        update(batch, "a", TaskState.TASK_FINISHED);
        offer(batch, "o-2", 1_000);
        assertThat(driver.calls).last().isEqualTo("accept o-2 [c]");
        update(batch, "c", TaskState.TASK_FAILED);
        assertThat(driver.closed).isFalse();
        update(batch, "b", TaskState.TASK_FINISHED);

        assertThat(driver.closed).isTrue();
        assertThat(news).containsExactly("a TASK_RUNNING", "a TASK_FINISHED", "c TASK_FAILED", "b TASK_FINISHED");
        assertThat(batch.result().values())
                .extracting(TaskStatus::toString)
                .containsExactly("a TASK_FINISHED", "b TASK_FINISHED", "c TASK_FAILED");
    }

    @Test
    void shouldBeginTheNextStageWhenAllOfOneHaveFinished() throws LauncherException {
        Batch batch = batch(List.of(task("a"), task("b")), List.of(task("c")));
        offer(batch, "o-1", 2_000);
        update(batch, "a", TaskState.TASK_FINISHED);
        offer(batch, "o-2", 1_000);
        assertThat(driver.calls).containsExactly("accept o-1 [a, b]", "decline o-2");

        update(batch, "b", TaskState.TASK_FINISHED);
        offer(batch, "o-3", 1_000);

        assertThat(driver.calls).endsWith("revive", "accept o-3 [c]");
        update(batch, "c", TaskState.TASK_FINISHED);
        assertThat(driver.closed).isTrue();
        assertThat(batch.result()).hasSize(3);
    }

    @Test
    void shouldNotBeginTheNextStageAfterAFailure() throws LauncherException {
        Batch batch = batch(List.of(task("a")), List.of(task("b")));
        offer(batch, "o-1", 4_000);
        update(batch, "a", TaskState.TASK_FAILED);

        assertThat(driver.closed).isTrue();
        assertThat(batch.result()).containsOnlyKeys(new TaskId("a"));
    }

    @Test
    void shouldLaunchATaskAgainThatWasDropped() {
        Batch batch = batch(List.of(task("a"), task("b")));
        offer(batch, "o-1", 2_000);
        update(batch, "b", TaskState.TASK_FINISHED);
        update(batch, "a", TaskState.TASK_DROPPED);
        offer(batch, "o-2", 2_000);

        assertThat(driver.calls).last().isEqualTo("accept o-2 [a]");
        assertThat(driver.closed).isFalse();
    }

    @Test
    void shouldGiveUpWhenATaskIsLargerThanAllThereIs() {
        Batch batch = batch(List.of(task("a")));
        offer(batch, "o-1", 999);

        assertThat(driver.closed).isTrue();
        assertThatThrownBy(batch::result)
                .isInstanceOf(LauncherException.class)
                .hasMessage("a task asks for {cpus:1}, but no agent has more than {cpus:0.999}");
    }

    @Test
    void shouldWaitForAnAgentThatHasNotOfferedYet() throws LauncherException {
        agents = 2;
        Batch batch = batch(List.of(task("a")));
        offer(batch, "o-1", "small", 500);
        offer(batch, "o-2", "small", 500);
        assertThat(driver.closed).isFalse();

        offer(batch, "o-3", "large", 1_000);

        assertThat(driver.calls).last().isEqualTo("accept o-3 [a]");
        update(batch, "a", TaskState.TASK_FINISHED);
        assertThat(batch.result()).hasSize(1);
    }

    @Test
    void shouldGiveUpWhenEveryAgentIsTooSmall() {
        agents = 2;
        Batch batch = batch(List.of(task("a")));
        offer(batch, "o-1", "small", 500);
        offer(batch, "o-2", "larger", 999);

        assertThat(driver.closed).isTrue();
        assertThatThrownBy(batch::result)
                .hasMessage("a task asks for {cpus:1}, but no agent has more than {cpus:0.5} or {cpus:0.999}");
    }

    @Test
    void shouldWaitForeverWhenNobodyKnowsHowManyAgentsThereAre() {
        agents = Batch.AGENTS_UNKNOWN;
        Batch batch = batch(List.of(task("a")));
        offer(batch, "o-1", "small", 500);
        offer(batch, "o-2", "larger", 999);

        assertThat(driver.closed).isFalse();
    }

    @Test
    void shouldGiveUpOnALaterTaskThatIsTooLarge() {
        TaskInfo large = TaskInfo.builder("b").shell("true").cpus(3).build();
        Batch batch = batch(List.of(task("a")), List.of(large));
        offer(batch, "o-1", 2_000);
        update(batch, "a", TaskState.TASK_FINISHED);
        assertThat(driver.closed).isFalse();

        offer(batch, "o-2", 2_000);

        assertThatThrownBy(batch::result).hasMessage("a task asks for {cpus:3}, but no agent has more than {cpus:2}");
    }

    @Test
    void shouldNotGiveUpWhileItsOwnTasksTakeTheRoom() {
        Batch batch = batch(List.of(task("a"), task("b")));
        offer(batch, "o-1", 1_500);
        offer(batch, "o-2", 500);
        update(batch, "a", TaskState.TASK_FINISHED);
        offer(batch, "o-3", 500);
        assertThat(driver.closed).isFalse();

        offer(batch, "o-4", 1_000);

        assertThat(driver.calls).last().isEqualTo("accept o-4 [b]");
    }

    @Test
    void shouldGiveUpWithTheMastersWords() {
        Batch batch = batch(List.of(task("a")));
        batch.onError(driver, "Framework has been removed");

        assertThatThrownBy(batch::result).hasMessage("Framework has been removed");
    }

    @Test
    void shouldIgnoreEchoesOfTasksThatHaveEnded() {
        Batch batch = batch(List.of(task("a"), task("b")));
        offer(batch, "o-1", 2_000);
        update(batch, "a", TaskState.TASK_FINISHED);
        update(batch, "a", TaskState.TASK_UNKNOWN);

        assertThat(news).containsExactly("a TASK_FINISHED");
    }

    private Batch batch(List<TaskInfo> stage) {
        return batch(stage, List.of());
    }

    private Batch batch(List<TaskInfo> first, List<TaskInfo> second) {
        List<List<TaskInfo>> stages = second.isEmpty() ? List.of(first) : List.of(first, second);
        return new Batch(stages, agents, (offer, status) -> news.add(status.toString()));
    }

    private static TaskInfo task(String id) {
        return TaskInfo.builder(id).shell("true").cpus(1).build();
    }

    private void offer(Batch batch, String id, long cpuMillis) {
        offer(batch, id, "agent", cpuMillis);
    }

    private void offer(Batch batch, String id, String agent, long cpuMillis) {
        batch.onOffers(
                driver,
                List.of(new Offer(
                        new OfferId(id),
                        new FrameworkId("f"),
                        new AgentId(agent),
                        "host",
                        InetSocketAddress.createUnresolved("host", 5051),
                        "*",
                        Resources.builder().scalar("cpus", cpuMillis).build(),
                        List.of())));
    }

    private void update(Batch batch, String id, TaskState state) {
        batch.onUpdate(driver, TaskStatus.builder(new TaskId(id), state).build());
    }

    private static final class RecordingDriver implements SchedulerDriver {
        final List<String> calls = new ArrayList<>();
        boolean closed;

        @Override
        public Optional<FrameworkId> frameworkId() {
            return Optional.of(new FrameworkId("f"));
        }

        @Override
        public CompletionStage<CallResult> accept(
                Collection<Offer> offers, Collection<TaskInfo> tasks, Filters filters) {
            return note("accept " + ids(offers) + " "
                    + tasks.stream().map(task -> task.id().value()).toList());
        }

        @Override
        public CompletionStage<CallResult> decline(Collection<Offer> offers, Filters filters) {
            return note("decline " + ids(offers));
        }

        @Override
        public CompletionStage<CallResult> kill(TaskId task) {
            return note("kill " + task);
        }

        @Override
        public CompletionStage<CallResult> kill(TaskId task, Duration grace) {
            return note("kill " + task);
        }

        @Override
        public CompletionStage<CallResult> acknowledge(TaskStatus status) {
            return note("acknowledge " + status.taskId());
        }

        @Override
        public CompletionStage<CallResult> reconcile() {
            return note("reconcile");
        }

        @Override
        public CompletionStage<CallResult> reconcile(Collection<TaskId> tasks) {
            return note("reconcile " + tasks);
        }

        @Override
        public CompletionStage<CallResult> suppress(String... roles) {
            return note("suppress");
        }

        @Override
        public CompletionStage<CallResult> revive(String... roles) {
            return note("revive");
        }

        @Override
        public CompletionStage<CallResult> teardown() {
            return note("teardown");
        }

        @Override
        public void close() {
            closed = true;
        }

        private CompletionStage<CallResult> note(String call) {
            calls.add(call);
            return CompletableFuture.completedFuture(new Accepted());
        }

        private static String ids(Collection<Offer> offers) {
            return String.join(
                    ",", offers.stream().map(offer -> offer.id().value()).toList());
        }
    }
}
