package dev.polder.master;

import static dev.polder.master.MasterFixture.acceptOf;
import static dev.polder.master.MasterFixture.cpus;
import static dev.polder.master.MasterFixture.info;
import static dev.polder.master.MasterFixture.launchOf;
import static dev.polder.master.MasterFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.polder.master.MasterFixture.Agent;
import dev.polder.master.MasterFixture.Framework;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.Offer;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AcceptCallTest {
    private final MasterFixture fixture = new MasterFixture();
    private final Framework framework =
            fixture.subscribe(info(Capability.Type.MULTI_ROLE).addRoles("r1"));
    private final Agent agent = fixture.register("a");
    private final Offer offer = framework.link.offer();

    AcceptCallTest() {
        framework.link.take();
        agent.link.take();
    }

    private static Call.Builder accepted(Offer offer, Mesos.TaskInfo task, double refuseSeconds) {
        Call.Builder call = acceptOf(offer, task);
        call.getAcceptBuilder().setFilters(Mesos.Filters.newBuilder().setRefuseSeconds(refuseSeconds));
        return call;
    }

    // ---- launching

    @Test
    void shouldLaunchWithFactThenOrderThenAnswer() {
        TestLink.Reply reply = framework.accept(offer, task("t", offer));

        assertThat(reply.status).isEqualTo(202);
        assertThat(fixture.kinds()).containsExactly(Fact.KindCase.TASK_LAUNCHED);
        Fact fact = fixture.facts.get(0);
        assertThat(fact.getTaskLaunched().getRole()).isEqualTo("r1");
        assertThat(fact.getTaskLaunched()
                        .getTask()
                        .getResources(0)
                        .getAllocationInfo()
                        .getRole())
                .isEqualTo("r1");
        ToAgent launch = agent.link.frames.get(0);
        assertThat(launch.getTerm()).isEqualTo(1);
        assertThat(launch.getLaunch().getTask())
                .isEqualTo(fact.getTaskLaunched().getTask());
        assertThat(launch.getLaunch().getFramework().getId()).isEqualTo(framework.protoId());
        assertThat(fixture.task(framework, "t").state()).isEqualTo(dev.polder.model.TaskState.TASK_STAGING);
    }

    @Test
    void shouldOfferTheRestWhenTheFilterIsOver() {
        framework.call(accepted(offer, task("t", offer), 2));

        fixture.advance(1_999);
        assertThat(framework.link.offers()).isEmpty();
        fixture.advance(1);
        assertThat(framework.link.offer().getResources(0).getScalar().getValue())
                .isEqualTo(3);
    }

    @Test
    void shouldOfferTheRestAtOnceIfTheFrameworkSaysSo() {
        framework.call(accepted(offer, task("t", offer), 0));

        assertThat(framework.link.offer().getResources(0).getScalar().getValue())
                .isEqualTo(3);
    }

    @Test
    void shouldFilterFiveSecondsIfNothingOrNonsenseIsSaid() {
        for (Mesos.Filters filters : new Mesos.Filters[] {
            Mesos.Filters.getDefaultInstance(),
            Mesos.Filters.newBuilder().setRefuseSeconds(-5).build(),
            Mesos.Filters.newBuilder().setRefuseSeconds(Double.NaN).build()
        }) {
            MasterFixture own = new MasterFixture();
            Framework decliner = own.subscribe();
            own.register("a");
            Offer declined = decliner.link.offer();
            decliner.link.take();
            decliner.call(Call.newBuilder()
                    .setType(Call.Type.DECLINE)
                    .setDecline(Call.Decline.newBuilder()
                            .addOfferIds(declined.getId())
                            .setFilters(filters)));

            own.advance(4_999);
            assertThat(decliner.link.offers()).isEmpty();
            own.advance(1);
            assertThat(decliner.link.offers()).hasSize(1);
        }
    }

    @Test
    void shouldEndAHugeFilterByARevive() {
        framework.call(Call.newBuilder()
                .setType(Call.Type.DECLINE)
                .setDecline(Call.Decline.newBuilder()
                        .addOfferIds(offer.getId())
                        .setFilters(Mesos.Filters.newBuilder().setRefuseSeconds(1e12))));
        fixture.advance(2_000);

        framework.call(Call.newBuilder().setType(Call.Type.REVIVE));

        assertThat(framework.link.offers()).hasSize(1);
    }

    @Test
    void shouldLaunchSeveralTasksOfOneCall() {
        framework.accept(
                offer,
                task("t1", agent.id, cpus(3_000)).build(),
                task("t2", agent.id, cpus(1_000)).build());

        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.LAUNCH, ToAgent.KindCase.LAUNCH);
    }

    @Test
    void shouldLaunchTheGoodAndRefuseTheBad() {
        framework.accept(
                offer,
                task("bad", agent.id, dev.polder.offer.resource.Resources.EMPTY).build(),
                task("t1", agent.id, cpus(3_000)).build(),
                task("large", agent.id, cpus(2_000)).build(),
                task("t1", agent.id, cpus(500)).build());

        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.LAUNCH);
        assertThat(framework.link.updates())
                .extracting(status -> status.getTaskId().getValue() + " " + status.getState() + " " + status.getReason()
                        + " " + status.getSource() + " " + status.hasUuid())
                .containsExactly(
                        "bad TASK_ERROR REASON_TASK_INVALID SOURCE_MASTER false",
                        "large TASK_ERROR REASON_TASK_INVALID SOURCE_MASTER false",
                        "t1 TASK_ERROR REASON_TASK_INVALID SOURCE_MASTER false");
    }

    @Test
    void shouldRefuseAnIdUntilTheEndOfItsTaskIsAcknowledged() {
        framework.accept(offer, task("t", agent.id, cpus(1_000)).build());
        TaskStatus finished = agent.update(framework, "t", TaskState.TASK_FINISHED);

        framework.accept(nextOffer(), task("t", agent.id, cpus(1_000)).build());
        assertThat(framework.link.update().getState()).isEqualTo(TaskState.TASK_ERROR);

        framework.acknowledge(finished);
        framework.link.take();
        framework.accept(nextOffer(), task("t", agent.id, cpus(1_000)).build());
        assertThat(framework.link.updates()).isEmpty();
        assertThat(fixture.task(framework, "t")).isNotNull();
    }

    private Offer nextOffer() {
        for (int i = 0; framework.link.offers().isEmpty() && i < 10; i++) {
            fixture.advance(1_000);
        }
        Offer next = framework.link.offer();
        framework.link.take();
        return next;
    }

    @Test
    void shouldLaunchOnOffersOfOneAgentTogether() {
        framework.call(accepted(offer, task("t", agent.id, cpus(3_000)).build(), 0));
        agent.update(framework, "t", TaskState.TASK_FINISHED);
        assertThat(framework.link.offers()).hasSize(2);
        Call.Accept.Builder accept = Call.Accept.newBuilder();
        framework.link.offers().forEach(one -> accept.addOfferIds(one.getId()));
        framework.link.take();
        agent.link.take();

        framework.call(Call.newBuilder()
                .setType(Call.Type.ACCEPT)
                .setAccept(accept.addOperations(
                        launchOf(task("all", agent.id, cpus(4_000)).build()))));

        assertThat(agent.link.kinds()).containsExactly(ToAgent.KindCase.LAUNCH);
    }

    // ---- offers that are none

    @Test
    void shouldDropTasksOfAnUnknownOffer() {
        Offer unknown = offer.toBuilder()
                .setId(Mesos.OfferID.newBuilder().setValue("nope"))
                .build();

        TestLink.Reply reply = framework.accept(unknown, task("t", offer));

        assertThat(reply.status).isEqualTo(202);
        TaskStatus status = framework.link.update();
        assertThat(status.getState()).as("it is not PARTITION_AWARE").isEqualTo(TaskState.TASK_LOST);
        assertThat(status.getReason()).isEqualTo(TaskStatus.Reason.REASON_INVALID_OFFERS);
        assertThat(status.getMessage()).isEqualTo("Task launched with invalid offers: Offer nope is no longer valid");
    }

    @Test
    void shouldSayDroppedToAFrameworkThatKnowsTheWord() {
        Framework aware = fixture.subscribe(Capability.Type.PARTITION_AWARE);

        aware.accept(offer, task("t", offer));

        assertThat(aware.link.update().getState())
                .as("another framework's offer")
                .isEqualTo(TaskState.TASK_DROPPED);
        assertThat(fixture.master.view(0).soft().offers().get(framework.id)).hasSize(1);
    }

    @Test
    void shouldDropTasksOfAnOfferThatWasUsedOrDeclined() {
        framework.accept(offer, task("t1", offer));
        framework.accept(offer, task("t2", offer));

        assertThat(framework.link.update().getTaskId().getValue()).isEqualTo("t2");
    }

    @Test
    void shouldDropTasksOfNoOffersOrOneTwice() {
        framework.call(Call.newBuilder()
                .setType(Call.Type.ACCEPT)
                .setAccept(Call.Accept.newBuilder().addOperations(launchOf(task("t1", offer)))));
        assertThat(framework.link.update().getMessage())
                .isEqualTo("Task launched with invalid offers: No offers specified");
        framework.link.take();

        framework.call(Call.newBuilder()
                .setType(Call.Type.ACCEPT)
                .setAccept(Call.Accept.newBuilder()
                        .addOfferIds(offer.getId())
                        .addOfferIds(offer.getId())
                        .addOperations(launchOf(task("t1", offer)))));
        assertThat(framework.link.update().getMessage())
                .isEqualTo("Task launched with invalid offers: Duplicate offer "
                        + offer.getId().getValue() + " in offer list");
        assertThat(fixture.master.view(0).soft().offers())
                .as("the offer is over")
                .isEmpty();
    }

    @Test
    void shouldDropTasksOfOffersOfTwoAgents() {
        Agent other = fixture.register("b");
        Offer second = framework.link.offer();
        framework.link.take();

        framework.call(Call.newBuilder()
                .setType(Call.Type.ACCEPT)
                .setAccept(Call.Accept.newBuilder()
                        .addOfferIds(offer.getId())
                        .addOfferIds(second.getId())
                        .addOperations(launchOf(task("t", offer)))));

        assertThat(framework.link.update().getMessage())
                .startsWith("Task launched with invalid offers: Aggregated offers must belong to one single agent.")
                .contains(other.id.getValue());
    }

    @Test
    void shouldDropTasksOfOffersOfTwoRoles() {
        Framework both =
                fixture.subscribe(info(Capability.Type.MULTI_ROLE).addRoles("a").addRoles("b"));
        Agent large = fixture.register("large", cpus(8_000));
        Offer first = both.link.offer();
        both.link.take();
        both.call(accepted(first, task("t1", large.id, cpus(1_000)).build(), 1));
        fixture.advance(2_000);
        large.update(both, "t1", TaskState.TASK_FINISHED);
        Call.Accept.Builder accept = Call.Accept.newBuilder();
        both.link.offers().forEach(one -> accept.addOfferIds(one.getId()));
        assertThat(both.link.offers())
                .extracting(one -> one.getAllocationInfo().getRole())
                .contains("a", "b");
        both.link.take();

        both.call(Call.newBuilder()
                .setType(Call.Type.ACCEPT)
                .setAccept(accept.addOperations(
                        launchOf(task("t2", large.id, cpus(8_000)).build()))));

        assertThat(both.link.update().getReason()).isEqualTo(TaskStatus.Reason.REASON_INVALID_OFFERS);
    }

    @Test
    void shouldNotSayThatATaskWasDroppedWhichRuns() {
        framework.accept(offer, task("t", offer));
        agent.update(framework, "t", TaskState.TASK_RUNNING);
        framework.link.take();

        framework.accept(offer, task("t", offer));

        TaskStatus status = framework.link.update();
        assertThat(status.getState()).isEqualTo(TaskState.TASK_RUNNING);
        assertThat(status.getReason()).isEqualTo(TaskStatus.Reason.REASON_RECONCILIATION);
        assertThat(fixture.turn.needsEntry()).isTrue();
    }

    @Test
    void shouldKnowNoOfferOfAnEarlierTerm() {
        fixture.changeLeader();
        Framework back =
                fixture.resubscribe(framework, info(Capability.Type.MULTI_ROLE).addRoles("r1"));

        back.accept(offer, task("t", offer));

        assertThat(back.link.update().getReason()).isEqualTo(TaskStatus.Reason.REASON_INVALID_OFFERS);
    }

    // ---- operations

    @Test
    void shouldTakeAnAcceptWithoutATaskForADecline() {
        framework.call(Call.newBuilder()
                .setType(Call.Type.ACCEPT)
                .setAccept(Call.Accept.newBuilder()
                        .addOfferIds(offer.getId())
                        .setFilters(Mesos.Filters.newBuilder().setRefuseSeconds(0))));

        fixture.advance(fixture.config.reofferDelayMs() - 1);
        assertThat(framework.link.offers()).isEmpty();
        fixture.advance(1);
        assertThat(framework.link.offers()).hasSize(1);
    }

    @Test
    void shouldRefuseATaskWhoseFactFitsNoEntryAndLaunchTheOthers() {
        Framework other = fixture.subscribe(info(Capability.Type.MULTI_ROLE).addRoles("r".repeat(20_000)));
        framework.call(Call.newBuilder()
                .setType(Call.Type.DECLINE)
                .setDecline(Call.Decline.newBuilder()
                        .addOfferIds(offer.getId())
                        .setFilters(Mesos.Filters.newBuilder().setRefuseSeconds(3600))));
        Offer theirs = other.link.offer();
        Mesos.TaskInfo small =
                MasterFixture.task("small", theirs.getAgentId(), cpus(500)).build();
        Mesos.TaskInfo large = MasterFixture.task("large", theirs.getAgentId(), cpus(500))
                .setData(ByteString.copyFrom(new byte[LeaderTerm.FACT_BYTES_MAX - 30_000]))
                .build();

        TestLink.Reply reply = other.accept(theirs, small, large);

        assertThat(reply.status).isEqualTo(202);
        assertThat(fixture.task(other, "small")).isNotNull();
        assertThat(fixture.task(other, "large")).isNull();
        TaskStatus refused = other.link.update();
        assertThat(refused.getState()).isEqualTo(TaskState.TASK_ERROR);
        assertThat(refused.getMessage())
                .startsWith("task 'large': TASK_LAUNCHED: ")
                .endsWith(" bytes to remember, at most " + LeaderTerm.FACT_BYTES_MAX);
    }

    @ParameterizedTest
    @EnumSource(
            value = Offer.Operation.Type.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"LAUNCH", "LAUNCH_GROUP", "UNKNOWN"})
    void shouldRefuseACallWithAnOperationThatIsNotSupportedYet(Offer.Operation.Type type) {
        TestLink.Reply reply = framework.call(Call.newBuilder()
                .setType(Call.Type.ACCEPT)
                .setAccept(Call.Accept.newBuilder()
                        .addOfferIds(offer.getId())
                        .addOperations(Offer.Operation.newBuilder().setType(type))));

        assertThat(reply.status).isEqualTo(400);
        assertThat(reply.text).contains(type.name());
        assertThat(fixture.master.view(0).soft().offers())
                .as("the offer stands")
                .hasSize(1);
    }

    @Test
    void shouldRefuseTaskGroups() {
        framework.call(Call.newBuilder()
                .setType(Call.Type.ACCEPT)
                .setAccept(Call.Accept.newBuilder()
                        .addOfferIds(offer.getId())
                        .addOperations(Offer.Operation.newBuilder()
                                .setType(Offer.Operation.Type.LAUNCH_GROUP)
                                .setLaunchGroup(Offer.Operation.LaunchGroup.newBuilder()
                                        .setExecutor(Mesos.ExecutorInfo.newBuilder()
                                                .setExecutorId(Mesos.ExecutorID.newBuilder()
                                                        .setValue("e")))
                                        .setTaskGroup(
                                                Mesos.TaskGroupInfo.newBuilder().addTasks(task("t", offer)))))));

        TaskStatus status = framework.link.update();
        assertThat(status.getState()).isEqualTo(TaskState.TASK_ERROR);
        assertThat(status.getReason()).isEqualTo(TaskStatus.Reason.REASON_TASK_GROUP_INVALID);
        assertThat(status.getMessage()).contains("not supported yet");
    }
}
