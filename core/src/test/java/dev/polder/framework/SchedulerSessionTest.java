package dev.polder.framework;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.framework.CallResult.Accepted;
import dev.polder.framework.CallResult.Reason;
import dev.polder.framework.CallResult.Refused;
import dev.polder.framework.CallResult.Unknown;
import dev.polder.framework.SchedulerLink.End;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SchedulerSessionTest {
    private static final InetSocketAddress M1 = InetSocketAddress.createUnresolved("m1", 5050);
    private static final InetSocketAddress M2 = InetSocketAddress.createUnresolved("m2", 5050);

    private final VirtualLoop loop = new VirtualLoop();
    private final FakeLink link = new FakeLink();
    private final RecordingFramework framework = new RecordingFramework();
    private final List<CallResult> results = new ArrayList<>();
    private final Callbacks callbacks =
            new Callbacks(framework, new SessionDriver(this::acknowledge), false, new RecentUpdates(100), this::resume);
    private SchedulerSession session = session(FrameworkConfig.named("f"));

    @Test
    void shouldSubscribeWithTheFirstMasterAndLearnItsName() {
        subscribe();

        assertThat(link.last().master).isEqualTo(M1);
        assertThat(link.last().subscribe.getSubscribe().getFrameworkInfo().getName())
                .isEqualTo("f");
        assertThat(link.last().subscribe.hasFrameworkId()).isFalse();
        assertThat(session.frameworkId()).isEqualTo(new FrameworkId("f-1"));
        assertThat(told()).containsExactly("subscribed f-1");
    }

    @Test
    void shouldAskTheNextMasterAtOnceWithItsNameWhenTheStreamEnds() {
        subscribe();
        loop.advance(SchedulerSession.SETTLED);

        link.last().lose();
        loop.advance(Duration.ZERO);

        assertThat(link.attempts).hasSize(2);
        assertThat(link.last().master).isEqualTo(M2);
        assertThat(link.last().subscribe.getFrameworkId().getValue()).isEqualTo("f-1");
        assertThat(link.last()
                        .subscribe
                        .getSubscribe()
                        .getFrameworkInfo()
                        .getId()
                        .getValue())
                .isEqualTo("f-1");
        assertThat(told()).containsExactly("subscribed f-1", "disconnected");
    }

    @Test
    void shouldSlowDownWhileNobodyTakesItAndWhenSubscriptionsDoNotLast() {
        session.start();
        long began = loop.nanoTime();
        int quick = 2 * MasterSearch.QUICK_ROUNDS;
        for (int i = 0; i < quick + 20; i++) {
            loop.runAll();
            if (i % 2 == 0) {
                link.last().event(Protocol.subscribed("f-1", 15));
            }
            link.last().lose();
            int before = link.attempts.size();
            while (link.attempts.size() == before) {
                loop.advance(Duration.ofMillis(10));
            }
        }

        // after the quick rounds with both masters 40, 80, ... 640 ms between two, then a second
        assertThat(Duration.ofNanos(loop.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(5));
    }

    @Test
    void shouldTellWhyItIsNotSubscribed() {
        session.start();
        loop.runAll();
        assertThat(session.obstacle()).isEmpty();

        link.last().lose();
        loop.runAll();
        assertThat(session.obstacle()).isEqualTo("m1:5050: planned");

        loop.advance(Duration.ZERO);
        link.last().event(Protocol.subscribed("f-1", 15));
        loop.runAll();
        assertThat(session.obstacle()).isEmpty();
    }

    @Test
    void shouldFollowARedirectAtOnce() {
        session.start();
        loop.runAll();

        link.last().listener.onEnd(new End.Redirected(M2));
        loop.advance(Duration.ZERO);

        assertThat(link.last().master).isEqualTo(M2);
        assertThat(told()).isEmpty();
    }

    @Test
    void shouldGiveUpAMasterThatDoesNotAnswer() {
        session.start();
        loop.advance(SchedulerSession.SUBSCRIBE_TIMEOUT.plus(MasterSearch.DELAY_MIN));

        assertThat(link.attempts).hasSize(2);
        assertThat(link.attempts.get(0).closed).isTrue();
    }

    @Test
    void shouldLeaveAStreamThatIsSilentForMoreThanFiveHeartbeats() {
        subscribe();
        loop.advance(Duration.ofSeconds(60));
        link.last().event(Protocol.heartbeat());

        loop.advance(Duration.ofSeconds(75));
        assertThat(told()).containsExactly("subscribed f-1");
        loop.advance(Duration.ofSeconds(16));

        assertThat(told()).containsExactly("subscribed f-1", "disconnected");
        assertThat(link.attempts.get(0).closed).isTrue();
        assertThat(link.attempts.get(1).master).isEqualTo(M2);
    }

    @Test
    void shouldNotTimeAStreamThatItDoesNotReadItself() {
        subscribe();
        for (int i = 0; i < Callbacks.EVENTS_MAX; i++) {
            link.last().event(Protocol.update("t" + i, Mesos.TaskState.TASK_RUNNING, ""));
        }
        loop.runAll();
        assertThat(link.last().reading).isFalse();

        loop.advance(Duration.ofMinutes(10));
        assertThat(link.attempts).hasSize(1);

        told();
        loop.runAll();
        assertThat(link.last().reading).isTrue();
        loop.advance(Duration.ofSeconds(74));
        assertThat(link.attempts).hasSize(1);
        loop.advance(Duration.ofMinutes(2));
        assertThat(link.attempts.size()).isGreaterThan(1);
    }

    @Test
    void shouldIgnoreWhatAnEarlierAttemptStillBrings() {
        subscribe();
        FakeLink.Attempt first = link.last();
        first.lose();
        loop.advance(Duration.ofSeconds(2));
        link.last().event(Protocol.subscribed("f-1", 15));

        first.event(Protocol.update("t", Mesos.TaskState.TASK_RUNNING, ""));
        first.lose();
        loop.runAll();

        assertThat(told()).containsExactly("subscribed f-1", "disconnected", "subscribed f-1");
    }

    @Test
    void shouldNotTellOffersOfASubscriptionThatEndedMeanwhile() {
        subscribe();
        link.last().event(Protocol.offer("o-1", "a-1"));
        link.last().event(Protocol.rescind("o-1"));
        link.last().event(Protocol.update("t", Mesos.TaskState.TASK_RUNNING, ""));
        link.last().lose();
        loop.runAll();

        assertThat(told()).containsExactly("subscribed f-1", "update t TASK_RUNNING", "disconnected");
    }

    @Test
    void shouldEndWhenTheMasterSaysError() {
        subscribe();
        call(Calls.kill(new TaskId("t"), null));
        link.last().event(Protocol.error("Framework failed over"));
        loop.advance(Duration.ofMinutes(1));

        assertThat(link.attempts).hasSize(1);
        assertThat(told()).containsExactly("subscribed f-1", "error Framework failed over");
        assertThat(results).singleElement().isInstanceOf(Unknown.class);
        call(Calls.kill(new TaskId("t"), null));
        assertThat(results).last().isEqualTo(new Refused(Reason.CLOSED, "the driver is closed"));
    }

    @Test
    void shouldEndWhenTheSubscriptionIsRejected() {
        session.start();
        link.last().listener.onEnd(new End.Rejected("no such role"));
        loop.advance(Duration.ofMinutes(1));

        assertThat(link.attempts).hasSize(1);
        assertThat(told()).containsExactly("error no such role");
    }

    @Test
    void shouldRefuseCallsWhileNotSubscribed() {
        session.start();
        call(Calls.kill(new TaskId("t"), null));

        assertThat(link.last().sent).isEmpty();
        assertThat(results)
                .singleElement()
                .satisfies(result -> assertThat(((Refused) result).reason()).isEqualTo(Reason.NOT_SUBSCRIBED));
    }

    @Test
    void shouldSendCallsWithItsNameAndHandBackTheirResults() {
        subscribe();
        call(Calls.kill(new TaskId("t"), null));

        Call sent = link.last().sent.get(0).call();
        assertThat(sent.getFrameworkId().getValue()).isEqualTo("f-1");
        assertThat(sent.getKill().getTaskId().getValue()).isEqualTo("t");
        assertThat(results).isEmpty();
        answer(0, new Accepted());
        assertThat(results).containsExactly(new Accepted());
    }

    @Test
    void shouldKeepTheAnswerOfACallThatOutlivesItsSubscription() {
        subscribe();
        call(Calls.kill(new TaskId("t"), null));
        FakeLink.Attempt first = link.last();
        first.lose();
        loop.advance(Duration.ofSeconds(1));

        first.sent.get(0).answer().accept(new Accepted());
        loop.runAll();

        assertThat(results).containsExactly(new Accepted());
    }

    @Test
    void shouldCarrySuppressedRolesIntoTheNextSubscription() {
        session = session(FrameworkConfig.builder("f")
                .roles("a", "b", "c")
                .suppressedRoles("c")
                .build());
        subscribe();
        assertThat(suppressedAtSubscribe()).containsExactly("c");

        call(Calls.suppress(List.of("a")));
        resubscribe();
        assertThat(suppressedAtSubscribe()).containsExactly("a", "c");
        call(Calls.revive(List.of()));
        call(Calls.suppress(List.of("b")));
        resubscribe();
        assertThat(suppressedAtSubscribe()).containsExactly("b");
        call(Calls.suppress(List.of()));
        resubscribe();
        assertThat(suppressedAtSubscribe()).containsExactly("a", "b", "c");
    }

    @Test
    void shouldEndAfterATeardownEvenIfTheStreamEndsBeforeItsAnswer() {
        subscribe();
        call(Calls.teardown());
        link.last().lose();
        loop.advance(Duration.ofSeconds(5));
        assertThat(link.attempts).hasSize(1);

        answer(0, new Accepted());
        loop.advance(Duration.ofSeconds(5));

        assertThat(link.attempts).hasSize(1);
        call(Calls.teardown());
        assertThat(results).last().isEqualTo(new Refused(Reason.CLOSED, "the driver is closed"));
    }

    @Test
    void shouldSubscribeAgainWhenATeardownFailed() {
        subscribe();
        call(Calls.teardown());
        link.last().lose();
        loop.runAll();
        answer(0, new Unknown("lost"));
        loop.advance(Duration.ofSeconds(5));

        assertThat(link.attempts.size()).isGreaterThan(1);
    }

    @Test
    void shouldStopAtOnceWhenClosed() {
        subscribe();
        call(Calls.kill(new TaskId("t"), null));
        link.last().event(Protocol.update("t", Mesos.TaskState.TASK_RUNNING, ""));
        loop.runAll();

        session.close();
        loop.advance(Duration.ofMinutes(1));

        assertThat(link.last().closed).isTrue();
        assertThat(link.attempts).hasSize(1);
        assertThat(told()).isEmpty();
        assertThat(results).singleElement().isInstanceOf(Unknown.class);
    }

    @Test
    void shouldTellWhatACallbackThrewAndGoOnWithoutAcknowledging() {
        framework.onUpdate = status -> {
            throw new IllegalStateException("of the framework");
        };
        subscribe();
        link.last().event(Protocol.update("t", Mesos.TaskState.TASK_RUNNING, "u"));
        loop.runAll();
        told();
        loop.runAll();
        assertThat(link.last().sent).isEmpty();

        framework.onUpdate = status -> {};
        link.last().event(Protocol.update("t", Mesos.TaskState.TASK_RUNNING, "u"));
        loop.runAll();

        assertThat(told())
                .containsExactly(
                        "subscribed f-1",
                        "update t TASK_RUNNING",
                        "exception of the framework",
                        "update t TASK_RUNNING");
        loop.runAll();
        assertThat(link.last().sent)
                .singleElement()
                .satisfies(sent -> assertThat(
                                sent.call().getAcknowledge().getUuid().toStringUtf8())
                        .isEqualTo("u"));
    }

    @Test
    void shouldIgnoreAnEventThatCannotBeTrue() {
        subscribe();
        link.last().event(Protocol.subscribed("f-2", 15));
        link.last().event(Protocol.update("t", Mesos.TaskState.TASK_RUNNING, ""));
        loop.runAll();

        assertThat(told()).containsExactly("subscribed f-1", "update t TASK_RUNNING");
    }

    private SchedulerSession session(FrameworkConfig config) {
        return new SchedulerSession(config, new MasterSearch(List.of(M1, M2)), link, loop, callbacks);
    }

    private void subscribe() {
        session.start();
        loop.runAll();
        link.last().event(Protocol.subscribed("f-1", 15));
        loop.runAll();
    }

    private void resubscribe() {
        link.last().lose();
        int before = link.attempts.size();
        while (link.attempts.size() == before) {
            loop.advance(Duration.ofMillis(10));
        }
        link.last().event(Protocol.subscribed("f-1", 15));
        loop.runAll();
    }

    private List<String> suppressedAtSubscribe() {
        return link.last().subscribe.getSubscribe().getSuppressedRolesList();
    }

    private void call(Call.Builder call) {
        session.call(call, results::add);
    }

    private void answer(int index, CallResult result) {
        link.last().sent.get(index).answer().accept(result);
        loop.runAll();
    }

    private void acknowledge(Call.Builder call) {
        loop.execute(() -> session.call(call, result -> {}));
    }

    private void resume() {
        loop.execute(session::resume);
    }

    private List<String> told() {
        while (callbacks.runNext()) {
            // everything that waits
        }
        return framework.told;
    }
}
