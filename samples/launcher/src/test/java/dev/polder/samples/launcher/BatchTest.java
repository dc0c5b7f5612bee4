package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.framework.CallResult;
import dev.polder.framework.CallResult.Accepted;
import dev.polder.framework.CallResult.Reason;
import dev.polder.framework.CallResult.Refused;
import dev.polder.framework.CallResult.Unknown;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.AgentId;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import dev.polder.offer.resource.Resources;
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
    private Batch.Lost lost = Batch.Lost.RUN_AGAIN;

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

        assertThat(driver.calls).endsWith("revive", "accept o-2 [a-again-1]");
        assertThat(driver.closed).isFalse();
    }

    @Test
    void shouldAskAfterItsTasksWheneverItIsSubscribed() {
        Batch batch = batch(List.of(task("a"), task("b"), task("c")));
        subscribe(batch);
        offer(batch, "o-1", 3_000);
        update(batch, "b", TaskState.TASK_FINISHED);
        batch.onDisconnected(driver);
        subscribe(batch);

        assertThat(driver.calls).containsExactly("reconcile []", "accept o-1 [a, b, c]", "reconcile [a, c]");
        assertThat(news).containsExactly("leader m", "b TASK_FINISHED", "no leader", "leader m");
    }

    @Test
    void shouldLaunchATaskAgainWhoseLaunchWasLostWithTheLeader() throws LauncherException {
        for (Batch.Lost any : Batch.Lost.values()) {
            lost = any;
            Batch batch = batch(List.of(task("a")));
            offer(batch, "o-1", 1_000);
            subscribe(batch);
            update(batch, "a", TaskState.TASK_UNKNOWN);
            offer(batch, "o-2", 1_000);
            assertThat(driver.calls).last().isEqualTo("accept o-2 [a-again-1]");
            update(batch, "a-again-1", TaskState.TASK_FINISHED);

            assertThat(batch.result()).containsOnlyKeys(new TaskId("a"));
            assertThat(ExitCodes.of(batch.result().values())).isZero();
        }
    }

    @Test
    void shouldRunALostTaskAgainUnderANewIdAndEndTheOldOneIfItComesBack() {
        for (TaskState state : List.of(
                TaskState.TASK_UNREACHABLE,
                TaskState.TASK_LOST,
                TaskState.TASK_GONE,
                TaskState.TASK_GONE_BY_OPERATOR,
                TaskState.TASK_UNKNOWN)) {
            Batch batch = batch(List.of(task("a")));
            offer(batch, "o-1", 1_000);
            update(batch, "a", TaskState.TASK_RUNNING);
            update(batch, "a", state);
            offer(batch, "o-2", 1_000);
            update(batch, "a-again-1", state);
            offer(batch, "o-3", 1_000);
            assertThat(driver.calls).last().isEqualTo("accept o-3 [a-again-2]");
            update(batch, "a", TaskState.TASK_UNREACHABLE);
            assertThat(driver.calls).last().isEqualTo("accept o-3 [a-again-2]");

            update(batch, "a", TaskState.TASK_RUNNING);

            assertThat(driver.calls).last().isEqualTo("kill a");
            assertThat(news).contains("a " + state + ", again as a-again-1");
        }
    }

    @Test
    void shouldWaitForATaskThatMayNotRunTwice() throws LauncherException {
        lost = Batch.Lost.WAIT_OR_FAIL;
        Batch batch = batch(List.of(task("a"), task("b"), task("c")));
        offer(batch, "o-1", 3_000);
        for (String id : List.of("a", "b", "c")) {
            update(batch, id, TaskState.TASK_RUNNING);
            update(batch, id, TaskState.TASK_UNREACHABLE);
        }
        assertThat(driver.closed).isFalse();

        update(batch, "a", TaskState.TASK_FINISHED);
        update(batch, "b", TaskState.TASK_GONE);
        update(batch, "c", TaskState.TASK_UNKNOWN);

        assertThat(driver.calls).containsExactly("accept o-1 [a, b, c]");
        assertThat(driver.closed).isTrue();
        assertThat(news).contains("a TASK_UNREACHABLE");
        assertThat(batch.result().values())
                .extracting(TaskStatus::toString)
                .containsExactly("a TASK_FINISHED", "b TASK_GONE", "c TASK_UNKNOWN");
    }

    @Test
    void shouldGiveUpATaskThatIsLostAgainAndAgain() {
        Batch batch = batch(List.of(task("a")));
        String id = "a";
        for (int attempt = 1; attempt <= Batch.ATTEMPTS_MAX; attempt++) {
            assertThat(driver.closed).isFalse();
            offer(batch, "o-" + attempt, 1_000);
            update(batch, id, TaskState.TASK_GONE);
            id = "a-again-" + attempt;
        }

        assertThat(driver.closed).isTrue();
        assertThatThrownBy(batch::result).hasMessage("task a was lost 20 times, at last: a-again-19 TASK_GONE");
    }

    @Test
    void shouldLaunchAgainWhatTheMasterHadNoTimeFor() {
        Batch batch = batch(List.of(task("a")));
        driver.answer = new Refused(Reason.UNAVAILABLE, "too busy");
        offer(batch, "o-1", 1_000);
        driver.answer = new Accepted();
        offer(batch, "o-2", 1_000);

        assertThat(driver.calls).containsExactly("accept o-1 [a]", "revive", "accept o-2 [a-again-1]");
    }

    @Test
    void shouldAskWhatBecameOfALaunchWithoutAnAnswer() {
        Batch batch = batch(List.of(task("a")));
        driver.answer = new Unknown("connection closed");
        offer(batch, "o-1", 1_000);
        assertThat(driver.calls).containsExactly("accept o-1 [a]", "reconcile [a]");

        driver.answer = new Accepted();
        offer(batch, "o-2", 1_000);

        // that question was not answered either
        assertThat(driver.calls).endsWith("reconcile [a]", "reconcile [a]", "decline o-2");
    }

    @Test
    void shouldGiveUpWhenItsCallIsWrong() {
        Batch batch = batch(List.of(task("a")));
        driver.answer = new Refused(Reason.INVALID, "ACCEPT was answered 400: no");
        offer(batch, "o-1", 1_000);

        assertThat(driver.closed).isTrue();
        assertThatThrownBy(batch::result).hasMessage("ACCEPT was answered 400: no");
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
        return new Batch(stages, agents, lost, new Batch.News() {
            @Override
            public void update(TaskId task, Offer offer, TaskStatus status) {
                news.add(status.toString());
                assertThat(status.taskId().value()).startsWith(task.value());
            }

            @Override
            public void subscribed(MasterInfo leader) {
                news.add("leader " + leader.id());
            }

            @Override
            public void disconnected() {
                news.add("no leader");
            }

            @Override
            public void again(TaskStatus why, TaskId next) {
                news.add(why + ", again as " + next);
            }
        });
    }

    private void subscribe(Batch batch) {
        batch.onSubscribed(driver, new FrameworkId("f"), new MasterInfo("m", "host", 5050, ""));
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
        CallResult answer = new Accepted();
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
            return CompletableFuture.completedFuture(answer);
        }

        private static String ids(Collection<Offer> offers) {
            return String.join(
                    ",", offers.stream().map(offer -> offer.id().value()).toList());
        }
    }
}
