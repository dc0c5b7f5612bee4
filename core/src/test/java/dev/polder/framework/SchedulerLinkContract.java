package dev.polder.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.polder.framework.CallResult.Accepted;
import dev.polder.framework.CallResult.Reason;
import dev.polder.framework.CallResult.Refused;
import dev.polder.framework.CallResult.Unknown;
import dev.polder.model.Filters;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a framework may expect of its driver, over whichever link. */
@Timeout(60)
abstract class SchedulerLinkContract {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final RecordingFramework framework = new RecordingFramework();
    private final List<AutoCloseable> opened = new ArrayList<>();

    /** Returns a master that leads. */
    abstract FakeMaster startMaster();

    /** Returns a link that reaches all masters so started. */
    abstract SchedulerLink startLink(String threadName);

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        await().atMost(SOON).until(() -> ourThreads().isEmpty());
    }

    @Test
    void shouldTellEventsInOrderOnOneThreadNamedByTheFramework() {
        FakeMaster master = master();
        start(master);
        awaitSubscribed();

        master.send(Protocol.offer("o-1", "a-1"));
        master.send(Protocol.rescind("o-1"));
        master.send(Protocol.update("t-1", Mesos.TaskState.TASK_RUNNING, "u-1"));
        master.send(Protocol.update("t-1", Mesos.TaskState.TASK_FINISHED, "u-2"));

        awaitTold(5);
        assertThat(framework.told)
                .containsExactly(
                        "subscribed f-1",
                        "offer o-1",
                        "rescinded o-1",
                        "update t-1 TASK_RUNNING",
                        "update t-1 TASK_FINISHED");
        assertThat(framework.threads).extracting(Thread::getName).containsOnly("framework-f");
    }

    @Test
    void shouldAcknowledgeUpdatesInOrder() {
        FakeMaster master = master();
        start(master);
        awaitSubscribed();

        master.send(Protocol.update("t-1", Mesos.TaskState.TASK_STARTING, "u-1"));
        master.send(Protocol.update("t-1", Mesos.TaskState.TASK_RUNNING, ""));
        master.send(Protocol.update("t-1", Mesos.TaskState.TASK_FINISHED, "u-2"));

        await().atMost(SOON).until(() -> master.calls().size() == 2);
        assertThat(master.calls())
                .extracting(call -> call.getAcknowledge().getUuid().toStringUtf8())
                .containsExactly("u-1", "u-2");
        assertThat(master.calls())
                .extracting(call -> call.getAcknowledge().getAgentId().getValue())
                .containsOnly("a-1");
    }

    @Test
    void shouldLeaveAcknowledgingToAFrameworkThatWantsTo() {
        FakeMaster master = master();
        FrameworkDriver driver =
                start(FrameworkConfig.builder("f").acknowledgeByHand().build(), List.of(master.address()));
        awaitSubscribed();
        master.send(Protocol.update("t-1", Mesos.TaskState.TASK_FINISHED, "u-1"));
        await().atMost(SOON).until(() -> framework.updates.size() == 1);

        CallResult killed = join(driver.kill(new TaskId("t-2")));
        assertThat(killed).isEqualTo(new Accepted());
        assertThat(master.calls()).extracting(Call::getType).containsExactly(Call.Type.KILL);
        join(driver.acknowledge(framework.updates.get(0)));
        assertThat(master.calls()).extracting(Call::getType).containsExactly(Call.Type.KILL, Call.Type.ACKNOWLEDGE);
    }

    @Test
    void shouldBringEveryCallToTheMasterAsItWasMeant() {
        FakeMaster master = master();
        FrameworkDriver driver = start(master);
        awaitSubscribed();
        master.send(Protocol.offer("o-1", "a-1"));
        await().atMost(SOON).until(() -> framework.offers.size() == 1);
        Offer offer = framework.offers.get(0);

        join(driver.accept(
                offer, TaskInfo.builder("t-1").shell("true").cpus(0.1).mem(32).build()));
        join(driver.accept(List.of(offer), List.of(), Filters.refuse(Duration.ZERO)));
        join(driver.decline(List.of(offer), Filters.refuse(Duration.ofMillis(1_500))));
        join(driver.kill(new TaskId("t-1")));
        join(driver.kill(new TaskId("t-1"), Duration.ofSeconds(1)));
        join(driver.reconcile());
        join(driver.reconcile(List.of(new TaskId("t-1"))));
        join(driver.suppress("*"));
        join(driver.revive());

        List<Call> calls = master.calls();
        assertThat(calls)
                .extracting(Call::getType)
                .containsExactly(
                        Call.Type.ACCEPT,
                        Call.Type.ACCEPT,
                        Call.Type.DECLINE,
                        Call.Type.KILL,
                        Call.Type.KILL,
                        Call.Type.RECONCILE,
                        Call.Type.RECONCILE,
                        Call.Type.SUPPRESS,
                        Call.Type.REVIVE);
        assertThat(calls).extracting(call -> call.getFrameworkId().getValue()).containsOnly("f-1");
        Mesos.TaskInfo task =
                calls.get(0).getAccept().getOperations(0).getLaunch().getTaskInfos(0);
        assertThat(task.getAgentId().getValue()).isEqualTo("a-1");
        assertThat(calls.get(1).getAccept().getOperationsCount()).isZero();
        assertThat(calls.get(1).getAccept().getFilters().getRefuseSeconds()).isZero();
        assertThat(calls.get(2).getDecline().getFilters().getRefuseSeconds()).isEqualTo(1.5);
        assertThat(calls.get(3).getKill().hasKillPolicy()).isFalse();
        assertThat(calls.get(4).getKill().getKillPolicy().getGracePeriod().getNanoseconds())
                .isEqualTo(1_000_000_000L);
        assertThat(calls.get(6).getReconcile().getTasksCount()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheOrderOfManyCallsUnderWay() {
        FakeMaster master = master();
        FrameworkDriver driver = start(master);
        awaitSubscribed();

        List<CompletionStage<CallResult>> stages = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            ids.add("t-" + i);
            stages.add(driver.kill(new TaskId("t-" + i)));
        }

        assertThat(stages).allSatisfy(stage -> assertThat(join(stage)).isEqualTo(new Accepted()));
        assertThat(master.calls())
                .extracting(call -> call.getKill().getTaskId().getValue())
                .isEqualTo(ids);
    }

    @Test
    void shouldHandBackWhatTheMasterAnswers() {
        FakeMaster master = master();
        FrameworkDriver driver = start(master);
        awaitSubscribed();
        for (Reason reason : List.of(Reason.INVALID, Reason.FORBIDDEN, Reason.TOO_LARGE, Reason.UNAVAILABLE)) {
            master.answerCalls(call -> new Refused(reason, "because"));

            assertThat(join(driver.revive())).isInstanceOfSatisfying(Refused.class, refused -> {
                assertThat(refused.reason()).isEqualTo(reason);
                assertThat(refused.message()).contains("REVIVE").contains("because");
            });
        }
        master.answerCalls(call -> new Unknown("who knows"));

        assertThat(join(driver.revive())).isInstanceOf(Unknown.class);
    }

    @Test
    void shouldCompleteResultsOnTheCallbackThreadAndRefuseToWaitThere() throws InterruptedException {
        FakeMaster master = master();
        CompletableFuture<FrameworkDriver> driver = new CompletableFuture<>();
        AtomicReference<String> refusal = new AtomicReference<>();
        CountDownLatch completed = new CountDownLatch(1);
        List<String> threads = new CopyOnWriteArrayList<>();
        framework.onOffer = offer -> {
            CompletionStage<CallResult> stage = driver.join().decline(offer);
            try {
                join(stage.thenApply(result -> result));
            } catch (IllegalStateException refused) {
                refusal.set(refused.getMessage());
            }
            stage.thenAccept(result -> {
                threads.add(Thread.currentThread().getName());
                completed.countDown();
            });
        };
        driver.complete(start(master));
        awaitSubscribed();
        master.send(Protocol.offer("o-1", "a-1"));

        assertThat(completed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(threads).containsExactly("framework-f");
        assertThat(refusal.get()).contains("callback");
    }

    @Test
    void shouldFollowAMasterThatNamesTheLeader() {
        FakeMaster leader = master();
        FakeMaster follower = master();
        follower.redirectTo(leader.address());
        start(follower);

        awaitSubscribed();
        assertThat(leader.hasSubscriber()).isTrue();
        assertThat(follower.subscribes()).hasSize(1);
    }

    @Test
    void shouldFindTheLeaderAmongMastersThatDoNotLeadOrDoNotAnswer() {
        FakeMaster gone = startMaster();
        InetSocketAddress nobody = gone.address();
        gone.close();
        FakeMaster waiting = master();
        waiting.standBy();
        FakeMaster leader = master();

        start(FrameworkConfig.named("f"), List.of(nobody, waiting.address(), leader.address()));

        awaitSubscribed();
        assertThat(leader.hasSubscriber()).isTrue();
    }

    @Test
    void shouldWaitUntilThereIsALeader() {
        FakeMaster master = master();
        master.standBy();
        start(master);
        await().atMost(SOON).until(() -> master.subscribes().size() >= 3);
        assertThat(framework.told).isEmpty();

        master.lead();

        awaitSubscribed();
    }

    @Test
    void shouldSubscribeAgainWithItsNameWhenTheLeaderChanges() {
        FakeMaster first = master();
        FakeMaster second = master();
        FrameworkDriver driver = start(FrameworkConfig.named("f"), List.of(first.address(), second.address()));
        awaitSubscribed();
        assertThat(first.hasSubscriber()).isTrue();

        first.redirectTo(second.address());
        first.dropStream();
        awaitTold(3);

        assertThat(framework.told).containsExactly("subscribed f-1", "disconnected", "subscribed f-1");
        assertThat(second.subscribes().get(0).getFrameworkId().getValue()).isEqualTo("f-1");
        assertThat(join(driver.revive())).isEqualTo(new Accepted());
        assertThat(second.calls()).hasSize(1);
        assertThat(first.calls()).isEmpty();
    }

    @Test
    void shouldEndWhenTheMasterSaysError() throws InterruptedException {
        FakeMaster master = master();
        FrameworkDriver driver = start(master);
        awaitSubscribed();

        master.send(Protocol.error("Framework failed over"));

        assertThat(driver.join(SOON)).isTrue();
        assertThat(framework.told).containsExactly("subscribed f-1", "error Framework failed over");
        assertThat(join(driver.revive())).isEqualTo(new Refused(Reason.CLOSED, "the driver is closed"));
        await().atMost(SOON).until(() -> ourThreads().isEmpty());
        assertThat(master.subscribes()).hasSize(1);
    }

    @Test
    void shouldEndWhenTheMasterRejectsTheSubscription() throws InterruptedException {
        FakeMaster master = master();
        master.reject("role 'a b' is not a role");
        FrameworkDriver driver = start(master);

        assertThat(driver.join(SOON)).isTrue();
        assertThat(framework.told)
                .singleElement()
                .satisfies(told -> assertThat(told).startsWith("error ").contains("role 'a b' is not a role"));
    }

    @Test
    void shouldEndAfterATeardown() throws InterruptedException {
        FakeMaster master = master();
        master.answerCalls(call -> {
            master.dropStream();
            return new Accepted();
        });
        FrameworkDriver driver = start(master);
        awaitSubscribed();

        CallResult result = join(driver.teardown());

        assertThat(result).isEqualTo(new Accepted());
        assertThat(driver.join(SOON)).isTrue();
        assertThat(master.subscribes()).hasSize(1);
    }

    @Test
    void shouldGiveEverythingBackWhenClosed() {
        FakeMaster master = master();
        FrameworkDriver driver = start(master);
        awaitSubscribed();
        assertThat(ourThreads()).isNotEmpty();

        driver.close();
        driver.close();

        await().atMost(SOON).until(() -> !master.hasSubscriber());
        assertThat(ourThreads()).isEmpty();
        assertThat(join(driver.revive())).isEqualTo(new Refused(Reason.CLOSED, "the driver is closed"));
    }

    @Test
    void shouldBeClosedByACallbackToo() throws InterruptedException {
        FakeMaster master = master();
        CompletableFuture<FrameworkDriver> driver = new CompletableFuture<>();
        AtomicReference<Throwable> refusal = new AtomicReference<>();
        framework.onOffer = offer -> {
            try {
                driver.join().join();
            } catch (IllegalStateException | InterruptedException refused) {
                refusal.set(refused);
            }
            driver.join().close();
        };
        driver.complete(start(master));
        awaitSubscribed();

        master.send(Protocol.offer("o-1", "a-1"));

        assertThat(driver.join().join(SOON)).isTrue();
        assertThat(refusal.get()).isInstanceOf(IllegalStateException.class);
        await().atMost(SOON).until(() -> ourThreads().isEmpty());
    }

    @Test
    void shouldAnswerEveryCallEvenWhenClosedAmongThem() {
        FakeMaster master = master();
        FrameworkDriver driver = start(master);
        awaitSubscribed();
        List<CompletionStage<CallResult>> stages = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            stages.add(driver.kill(new TaskId("t-" + i)));
        }
        driver.close();
        stages.add(driver.kill(new TaskId("late")));

        assertThat(stages)
                .allSatisfy(stage -> assertThat(stage.toCompletableFuture()).succeedsWithin(SOON));
    }

    @Test
    void shouldRefuseOffersOfSeveralAgentsInOneAccept() {
        FakeMaster master = master();
        FrameworkDriver driver = start(master);
        awaitSubscribed();
        master.send(Protocol.offer("o-1", "a-1"));
        master.send(Protocol.offer("o-2", "a-2"));
        await().atMost(SOON).until(() -> framework.offers.size() == 2);

        assertThatThrownBy(() -> driver.accept(framework.offers, List.of(), Filters.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("o-1 is of a-1")
                .hasMessageContaining("o-2 is of a-2");
        assertThat(framework.offers).extracting(Offer::id).containsExactly(new OfferId("o-1"), new OfferId("o-2"));
    }

    @Test
    void shouldGoOnWhereverItsStreamIsDropped() {
        FakeMaster first = master();
        FakeMaster second = master();
        Random random = new Random(7);
        start(FrameworkConfig.named("f"), List.of(first.address(), second.address()));
        for (int i = 0; i < 12; i++) {
            await().atMost(SOON).until(() -> first.hasSubscriber() || second.hasSubscriber());
            FakeMaster now = first.hasSubscriber() ? first : second;
            for (int k = random.nextInt(20); k > 0; k--) {
                now.send(Protocol.update("t-" + i, Mesos.TaskState.TASK_RUNNING, ""));
            }
            now.dropStream();
        }
        await().atMost(SOON).until(() -> first.hasSubscriber() || second.hasSubscriber());
        FakeMaster last = first.hasSubscriber() ? first : second;
        last.send(Protocol.update("last", Mesos.TaskState.TASK_FINISHED, "u"));

        await().atMost(SOON).until(() -> last.calls().size() == 1);
        assertThat(framework.updates).last().satisfies(status -> {
            assertThat(status.taskId()).isEqualTo(new TaskId("last"));
            assertThat(status.state()).isEqualTo(TaskState.TASK_FINISHED);
        });
    }

    private FakeMaster master() {
        FakeMaster master = startMaster();
        opened.add(master);
        return master;
    }

    private FrameworkDriver start(FakeMaster master) {
        return start(FrameworkConfig.named("f"), List.of(master.address()));
    }

    private FrameworkDriver start(FrameworkConfig config, List<InetSocketAddress> masters) {
        FrameworkDriver driver = FrameworkDriver.start(framework, config, masters, startLink("framework-f-network"));
        opened.add(driver);
        return driver;
    }

    private void awaitSubscribed() {
        await().atMost(SOON).until(() -> framework.told.contains("subscribed f-1"));
    }

    private void awaitTold(int count) {
        await().atMost(SOON).until(() -> framework.told.size() >= count);
    }

    private static CallResult join(CompletionStage<CallResult> stage) {
        return stage.toCompletableFuture().join();
    }

    private static List<String> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("framework-f"))
                .toList();
    }
}
