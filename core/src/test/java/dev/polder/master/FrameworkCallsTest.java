package dev.polder.master;

import static dev.polder.master.MasterFixture.cpus;
import static dev.polder.master.MasterFixture.info;
import static dev.polder.master.MasterFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.master.MasterFixture.Agent;
import dev.polder.master.MasterFixture.Framework;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameworkCallsTest {
    private final MasterFixture fixture = new MasterFixture();

    // ---- SUBSCRIBE

    @Test
    void shouldGiveANewFrameworkAnIdOfTheMasters() {
        Framework first = fixture.subscribe();
        Framework second = fixture.subscribe();

        assertThat(first.id.value()).isEqualTo("master-1-0000");
        assertThat(second.id.value()).isEqualTo("master-1-0001");
        Event.Subscribed subscribed = first.link.events.get(0).getSubscribed();
        assertThat(subscribed.getHeartbeatIntervalSeconds()).isEqualTo(15);
        assertThat(subscribed.getMasterInfo().getId()).isEqualTo(MasterFixture.MASTER);
    }

    @Test
    void shouldTakeAnIdOfTheFrameworksOwnChoice() {
        Framework framework =
                fixture.subscribe(info().setId(Mesos.FrameworkID.newBuilder().setValue("my-own-id")));

        assertThat(framework.id.value()).isEqualTo("my-own-id");
        assertThat(fixture.subscribe().id.value())
                .as("the counter did not count")
                .isEqualTo("master-1-0000");
    }

    @Test
    void shouldRefuseABadSubscriptionWithOneErrorAndCloseTheStream() {
        Framework framework = fixture.subscribe(info().setRole("a b"));

        assertThat(framework.link.types()).containsExactly(Event.Type.ERROR);
        assertThat(framework.link.closed).isTrue();
        assertThat(fixture.facts).isEmpty();
    }

    @Test
    void shouldEndTheOldStreamOfAFrameworkThatSubscribesAgain() {
        Framework old = fixture.subscribe();
        old.link.take();

        Framework again = fixture.resubscribe(old, info());

        assertThat(old.link.types()).containsExactly(Event.Type.ERROR);
        assertThat(old.link.events.get(0).getError().getMessage()).isEqualTo("Framework failed over");
        assertThat(old.link.closed).isTrue();
        assertThat(again.id).isEqualTo(old.id);
        assertThat(again.link.types()).containsExactly(Event.Type.SUBSCRIBED);
        assertThat(old.kill("t").text).as("the old stream counts no more").contains("Mesos-Stream-Id");
    }

    @Test
    void shouldNotMindTheEndOfAStreamThatWasReplaced() {
        Framework old = fixture.subscribe(info().setFailoverTimeout(0));
        Framework again = fixture.resubscribe(old, info().setFailoverTimeout(0));

        fixture.decide(new Command.FrameworkClosed(old.link, true));

        assertThat(fixture.facts).isEmpty();
        assertThat(again.kill("t").status).isEqualTo(202);
    }

    @Test
    void shouldTakeOverChangesButForThePrincipal() {
        Framework old = fixture.subscribe(info(Capability.Type.MULTI_ROLE).addRoles("a"));

        Framework changed = fixture.resubscribe(
                old,
                info(Capability.Type.MULTI_ROLE)
                        .addRoles("b")
                        .setName("other")
                        .setUser("other")
                        .setCheckpoint(true));
        FrameworkRecord record = fixture.master.leaderTerm().living(old.id);

        assertThat(record.roles()).containsExactly("b");
        assertThat(record.info().getName()).isEqualTo("other");
        assertThat(record.info().getUser()).as("as Mesos: stays").isEqualTo("root");
        assertThat(record.info().getCheckpoint()).as("as Mesos: stays").isFalse();

        Framework refused = fixture.resubscribe(changed, info().setPrincipal("p"));
        assertThat(refused.link.events.get(0).getError().getMessage()).contains("principal 'p'");
        assertThat(changed.link.closed).isFalse();
    }

    @Test
    void shouldNotTakeBackAFrameworkThatWasRemoved() {
        Framework framework = fixture.subscribe();
        framework.call(Call.newBuilder().setType(Call.Type.TEARDOWN));

        Framework again = fixture.resubscribe(framework, info());

        assertThat(again.link.types()).containsExactly(Event.Type.ERROR);
        assertThat(again.link.events.get(0).getError().getMessage()).contains("has been removed");
        assertThat(again.link.closed).isTrue();
    }

    @Test
    void shouldHaveAgentsSendTheUpdatesAgainThatTheFrameworkHasNotSeen() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        agent.link.take();

        fixture.resubscribe(framework, info());

        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.RESEND_UPDATES);
    }

    @Test
    void shouldOfferAnewToAFrameworkThatSubscribesAgain() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        Mesos.Offer old = framework.link.offer();

        Framework again = fixture.resubscribe(framework, info());

        assertThat(again.link.offer().getId()).isNotEqualTo(old.getId());
        again.link.take();
        again.accept(old, task("t", agent.id, cpus(1_000)).build());
        assertThat(again.link.update().getReason()).isEqualTo(TaskStatus.Reason.REASON_INVALID_OFFERS);
    }

    // ---- who may call

    @Test
    void shouldRefuseCallsThatAreNotOfASubscription() {
        Framework framework = fixture.subscribe();
        Call call = Call.newBuilder()
                .setType(Call.Type.REVIVE)
                .setFrameworkId(framework.protoId())
                .build();

        assertThat(answer("another", call).status).isEqualTo(400);
        assertThat(answer(null, call).text).contains("missing");
        assertThat(answer(
                                framework.link.streamId(),
                                call.toBuilder()
                                        .setFrameworkId(
                                                Mesos.FrameworkID.newBuilder().setValue("nobody"))
                                        .build())
                        .text)
                .contains("'nobody'");
        fixture.decide(new Command.FrameworkClosed(framework.link, true));
        assertThat(answer(framework.link.streamId(), call).status).isEqualTo(403);
    }

    private TestLink.Reply answer(String streamId, Call call) {
        TestLink.Reply reply = new TestLink.Reply();
        fixture.decide(new Command.FrameworkCall(reply, streamId, call));
        assertThat(fixture.facts).isEmpty();
        return reply;
    }

    @ParameterizedTest
    @EnumSource(
            value = Call.Type.class,
            mode = EnumSource.Mode.INCLUDE,
            names = {
                "ACCEPT_INVERSE_OFFERS",
                "DECLINE_INVERSE_OFFERS",
                "SHUTDOWN",
                "MESSAGE",
                "ACKNOWLEDGE_OPERATION_STATUS",
                "RECONCILE_OPERATIONS",
                "UPDATE_FRAMEWORK"
            })
    void shouldSayWhatIsNotSupportedYet(Call.Type type) {
        TestLink.Reply reply = fixture.subscribe().call(Call.newBuilder().setType(type));

        assertThat(reply.status).isEqualTo(501);
        assertThat(reply.text).contains(type.name());
    }

    // ---- KILL

    @Test
    void shouldRememberAKillUntilTheAgentIsBack() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        agent.update(framework, "t", TaskState.TASK_RUNNING);
        agent.close();

        assertThat(framework.kill("t").status).isEqualTo(202);
        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.TASK_KILL_REQUESTED);
        agent.register(MasterFixture.report(framework, "t", TaskState.TASK_RUNNING));

        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.REGISTERED, ToAgent.KindCase.KILL);
    }

    @Test
    void shouldLaunchAndThenKillWhatTheAgentNeverHeardOf() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        framework.kill("t");

        agent.register();

        assertThat(agent.link.kinds())
                .containsExactly(ToAgent.KindCase.REGISTERED, ToAgent.KindCase.LAUNCH, ToAgent.KindCase.KILL);
    }

    @Test
    void shouldOrderAKillAgainWithoutANewFact() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        framework.kill("t");
        agent.link.take();

        framework.kill("t");

        assertThat(fixture.facts).isEmpty();
        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.KILL);
    }

    @Test
    void shouldHandOnTheGraceOfAKill() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        agent.link.take();
        Mesos.KillPolicy policy = Mesos.KillPolicy.newBuilder()
                .setGracePeriod(Mesos.DurationInfo.newBuilder().setNanoseconds(7))
                .build();

        framework.call(Call.newBuilder()
                .setType(Call.Type.KILL)
                .setKill(Call.Kill.newBuilder()
                        .setTaskId(MasterFixture.taskId("t"))
                        .setKillPolicy(policy)));

        assertThat(agent.link.frames.get(0).getKill().getKillPolicy()).isEqualTo(policy);
    }

    @Test
    void shouldIgnoreAKillForAnotherAgentOrOfAnEndedTask() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        agent.link.take();

        framework.call(Call.newBuilder()
                .setType(Call.Type.KILL)
                .setKill(Call.Kill.newBuilder()
                        .setTaskId(MasterFixture.taskId("t"))
                        .setAgentId(Mesos.AgentID.newBuilder().setValue("another"))));
        agent.update(framework, "t", TaskState.TASK_FINISHED);
        framework.kill("t");

        assertThat(agent.link.frames).isEmpty();
    }

    // ---- ACKNOWLEDGE

    @Test
    void shouldCompleteATaskWhenItsEndIsAcknowledged() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        TaskStatus running = agent.update(framework, "t", TaskState.TASK_RUNNING);
        framework.acknowledge(running);
        assertThat(fixture.facts).as("only the end is a fact").isEmpty();
        TaskStatus finished = agent.update(framework, "t", TaskState.TASK_FINISHED);
        agent.link.take();

        framework.acknowledge(finished);

        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.TASK_ACKNOWLEDGED);
        assertThat(fixture.task(framework, "t")).isNull();
        assertThat(agent.link.frames.get(0).getAcknowledge().getUuid()).isEqualTo(finished.getUuid());
    }

    @Test
    void shouldPassOnAcknowledgementsOfWhatItHasForgotten() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        TaskStatus old = agent.status("t", TaskState.TASK_FINISHED);

        agent.send(framework, old);
        agent.link.take();
        framework.acknowledge(old);

        assertThat(fixture.facts).isEmpty();
        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.ACKNOWLEDGE);
    }

    @Test
    void shouldCompleteATaskWhoseAgentIsAway() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        TaskStatus finished = agent.update(framework, "t", TaskState.TASK_FINISHED);
        agent.close();

        framework.acknowledge(finished);

        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.TASK_ACKNOWLEDGED);
        assertThat(fixture.task(framework, "t")).isNull();
        agent.register(MasterFixture.report(framework, "t", TaskState.TASK_FINISHED));
        framework.link.take();
        agent.send(framework, finished);
        assertThat(framework.link.update().getUuid())
                .as("to be acknowledged once more")
                .isEqualTo(finished.getUuid());
    }

    // ---- SUPPRESS and REVIVE

    @Test
    void shouldMakeFactsOfSuppressionsThatChangeSomething() {
        Framework framework = fixture.subscribe(info(Capability.Type.MULTI_ROLE).addAllRoles(List.of("a", "b")));

        suppress(framework, "a");
        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.ROLES_SUPPRESSED);
        suppress(framework, "a");
        assertThat(fixture.facts).isEmpty();
        suppress(framework);
        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.ROLES_SUPPRESSED);
        assertThat(fixture.master.leaderTerm().living(framework.id).suppressedRoles())
                .containsOnly("a", "b");
        revive(framework, "b");
        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.ROLES_REVIVED);
        revive(framework, "b");
        assertThat(fixture.facts).isEmpty();
        assertThat(fixture.master.leaderTerm().living(framework.id).suppressedRoles())
                .containsOnly("a");
    }

    @Test
    void shouldIgnoreACallThatNamesARoleOfOthers() {
        Framework framework = fixture.subscribe(info(Capability.Type.MULTI_ROLE).addAllRoles(List.of("a", "b")));

        assertThat(suppress(framework, "a", "zz").status).isEqualTo(202);
        assertThat(fixture.facts).isEmpty();
        assertThat(revive(framework, "zz").status).isEqualTo(202);
        assertThat(fixture.facts).isEmpty();
    }

    @Test
    void shouldOfferNothingUnderASuppressedRole() {
        Framework framework = fixture.subscribe();
        suppress(framework);
        fixture.register("a");
        assertThat(framework.link.offers()).isEmpty();

        revive(framework);

        assertThat(framework.link.offers()).hasSize(1);
    }

    @Test
    void shouldSubscribeWithSuppressedRoles() {
        fixture.register("a");
        Framework framework = fixture.subscribe(
                Call.Subscribe.newBuilder().setFrameworkInfo(info()).addSuppressedRoles("*"));
        assertThat(framework.link.offers()).isEmpty();

        Framework again = fixture.resubscribe(framework, info());

        assertThat(again.link.offers()).as("suppressed no more").hasSize(1);
    }

    @Test
    void shouldReviveAtOnceAndThenOnceASecond() {
        Framework framework = fixture.subscribe();
        fixture.register("a");
        for (int i = 0; i < 50; i++) {
            declineAll(framework, 600);
            revive(framework);
            fixture.advance(100);
        }

        assertThat(fixture.master.leaderTerm().counters.offersSent).isBetween(4L, 8L);
    }

    // ---- offers that nobody wants

    @Test
    void shouldNotBeSpunByAClientThatAlwaysDeclinesForZeroSeconds() {
        Framework framework = fixture.subscribe();
        fixture.register("a");
        long entries = 0;
        for (long ms = 0; ms < 600_000; ms += 100) {
            declineAll(framework, 0);
            fixture.advance(100);
            entries += fixture.facts.size();
        }

        assertThat(fixture.master.leaderTerm().counters.offersSent).isBetween(500L, 601L);
        assertThat(entries).as("facts in ten minutes").isZero();
    }

    @Test
    void shouldNotBeSpunByAClientWhoseAcceptsAreAlwaysWrong() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        for (long ms = 0; ms < 60_000; ms += 100) {
            for (Mesos.Offer offer : framework.link.offers()) {
                framework.call(MasterFixture.acceptOf(
                                offer, task("t", agent.id, cpus(1)).build())
                        .setAccept(Call.Accept.newBuilder()
                                .addOfferIds(offer.getId())
                                .addOfferIds(offer.getId())));
            }
            framework.link.take();
            fixture.advance(100);
        }

        assertThat(fixture.master.leaderTerm().counters.offersSent).isBetween(30L, 61L);
    }

    @Test
    void shouldTakeBackAnOfferThatNobodyAnswers() {
        Framework framework = fixture.subscribe();
        fixture.register("a");
        Mesos.Offer offer = framework.link.offer();
        framework.link.take();

        fixture.advance(fixture.config.offerTimeoutMs());

        assertThat(framework.link.types()).containsExactly(Event.Type.RESCIND);
        assertThat(framework.link.events.get(0).getRescind().getOfferId()).isEqualTo(offer.getId());
        fixture.advance(fixture.config.reofferDelayMs());
        assertThat(framework.link.offers()).hasSize(1);
    }

    // ---- going

    @Test
    void shouldRemoveAFrameworkWithoutFailoverTimeoutAtOnceWhenItsClientGoes() {
        Framework framework = fixture.subscribe(info().setFailoverTimeout(0));
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        agent.link.take();

        fixture.decide(new Command.FrameworkClosed(framework.link, true));

        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.FRAMEWORK_REMOVED);
        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.END_FRAMEWORK);
        MasterView view = fixture.master.view(0);
        assertThat(view.tasks().size()).isZero();
        MasterView.Completed completed = view.completedTasks().iterator().next();
        assertThat(completed.state()).isEqualTo(dev.polder.model.TaskState.TASK_KILLED);
        assertThat(view.recordOf(completed).map(TaskRecord::state)).contains(completed.state());
        assertThat(view.completedFrameworks()).hasSize(1);
    }

    @Test
    void shouldGiveAFrameworkTimeToComeBackWhenWeCloseItsStream() {
        Framework framework = fixture.subscribe(info().setFailoverTimeout(0));

        fixture.decide(new Command.FrameworkClosed(framework.link, false));
        fixture.advance(fixture.config.frameworkReturnTimeoutMs() - 1);
        assertThat(fixture.kinds()).doesNotContain(Fact.KindCase.FRAMEWORK_REMOVED);
        fixture.advance(1);

        assertThat(fixture.kinds()).contains(Fact.KindCase.FRAMEWORK_REMOVED);
    }

    @Test
    void shouldRemoveAFrameworkWhenItsTimeIsOver() {
        Framework framework = fixture.subscribe(info().setFailoverTimeout(3));

        fixture.decide(new Command.FrameworkClosed(framework.link, true));
        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.FRAMEWORK_DISCONNECTED);
        fixture.advance(2_999);
        assertThat(fixture.facts).isEmpty();
        fixture.advance(1);

        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.FRAMEWORK_REMOVED);
    }

    @Test
    void shouldKeepAFrameworkThatIsBackInTime() {
        Framework framework = fixture.subscribe(info().setFailoverTimeout(3));
        fixture.decide(new Command.FrameworkClosed(framework.link, true));
        fixture.advance(2_000);

        Framework again = fixture.resubscribe(framework, info().setFailoverTimeout(3));
        fixture.advance(60_000);

        assertThat(again.kill("t").status).isEqualTo(202);
    }

    @Test
    void shouldTearDownWithAnAnswerAndCloseTheStream() {
        Framework framework = fixture.subscribe();

        TestLink.Reply reply = framework.call(Call.newBuilder().setType(Call.Type.TEARDOWN));

        assertThat(reply.status).isEqualTo(202);
        assertThat(framework.link.closed).isTrue();
        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.FRAMEWORK_REMOVED);
    }

    @Test
    void shouldEndTasksOfARemovedFrameworkOnAgentsThatComeBack() {
        Framework framework = fixture.subscribe();
        Agent agent = fixture.register("a");
        framework.accept(
                framework.link.offer(), task("t", agent.id, cpus(1_000)).build());
        agent.close();
        framework.call(Call.newBuilder().setType(Call.Type.TEARDOWN));

        agent.register(MasterFixture.report(framework, "t", TaskState.TASK_RUNNING));

        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.REGISTERED, ToAgent.KindCase.END_FRAMEWORK);
    }

    // ---- words

    private static TestLink.Reply suppress(Framework framework, String... roles) {
        return framework.call(Call.newBuilder()
                .setType(Call.Type.SUPPRESS)
                .setSuppress(Call.Suppress.newBuilder().addAllRoles(List.of(roles))));
    }

    private static TestLink.Reply revive(Framework framework, String... roles) {
        return framework.call(Call.newBuilder()
                .setType(Call.Type.REVIVE)
                .setRevive(Call.Revive.newBuilder().addAllRoles(List.of(roles))));
    }

    private static void declineAll(Framework framework, double seconds) {
        for (Mesos.Offer offer : framework.link.offers()) {
            framework.link.take();
            framework.call(Call.newBuilder()
                    .setType(Call.Type.DECLINE)
                    .setDecline(Call.Decline.newBuilder()
                            .addOfferIds(offer.getId())
                            .setFilters(Mesos.Filters.newBuilder().setRefuseSeconds(seconds))));
        }
    }

    @Test
    void shouldNotCountARoleOfASingleRoleFrameworkTwice() {
        Framework framework = fixture.subscribe(
                FrameworkInfo.newBuilder().setName("f").setUser("u").setRole("a"));

        assertThat(fixture.master.leaderTerm().living(framework.id).roles()).containsExactly("a");
    }
}
