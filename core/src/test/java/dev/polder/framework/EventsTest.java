package dev.polder.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import dev.polder.model.AgentId;
import dev.polder.model.Attribute;
import dev.polder.model.Failure;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import dev.polder.model.UpdateId;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class EventsTest {
    private static final String OFFER = "offers { id { value: 'o-1' } framework_id { value: 'f-1' }"
            + " agent_id { value: 'a-1' } hostname: 'host' ";

    @Test
    void shouldReadAnOffer() throws TextFormat.ParseException {
        Event.Offers event = TextFormat.parse(
                OFFER + "allocation_info { role: 'web' }"
                        + " resources { name: 'cpus' type: SCALAR scalar { value: 3.9 } }"
                        + " resources { name: 'ports' type: RANGES ranges { range { begin: 31000 end: 31999 } } }"
                        + " resources { name: 'zones' type: SET set { item: 'a' item: 'b' } }"
                        + " attributes { name: 'rack' type: TEXT text { value: 'r1' } }"
                        + " attributes { name: 'zone' type: SCALAR scalar { value: 7.5 } }"
                        + " attributes { name: 'vlan' type: RANGES ranges { range { begin: 1 end: 3 } } }"
                        + " attributes { name: 'disks' type: SET set { item: 'ssd' item: 'hdd' } } }",
                Event.Offers.class);

        Offer offer = Events.offers(event, List.of("*")).get(0);

        assertThat(offer.id()).isEqualTo(new OfferId("o-1"));
        assertThat(offer.frameworkId()).isEqualTo(new FrameworkId("f-1"));
        assertThat(offer.agentId()).isEqualTo(new AgentId("a-1"));
        assertThat(offer.hostname()).isEqualTo("host");
        assertThat(offer.role()).isEqualTo("web");
        assertThat(offer.resources())
                .isEqualTo(Resources.builder()
                        .scalar("cpus", 3_900)
                        .range("ports", 31000, 31999)
                        .item("zones", "a")
                        .item("zones", "b")
                        .build());
        assertThat(offer.attribute("rack")).contains(new Attribute.Text("rack", "r1"));
        assertThat(offer.attribute("zone")).contains(new Attribute.Scalar("zone", 7_500));
        assertThat(offer.attribute("vlan").map(Attribute::text)).contains("[1-3]");
        assertThat(offer.attribute("disks")).contains(new Attribute.Items("disks", Set.of("ssd", "hdd")));
        assertThat(offer.attribute("none")).isEmpty();
    }

    @Test
    void shouldTellWhereTheAgentIs() throws TextFormat.ParseException {
        String url = "url { scheme: 'http' path: '/slave(1)' address { ip: '10.0.0.7' port: 5055 ";

        assertThat(agentAddress(url + "hostname: 'agent7' } }")).hasToString("agent7/<unresolved>:5055");
        assertThat(agentAddress(url + "} }")).hasToString("10.0.0.7/<unresolved>:5055");
        assertThat(agentAddress("")).hasToString("host/<unresolved>:5051");
    }

    private static InetSocketAddress agentAddress(String url) throws TextFormat.ParseException {
        Event.Offers event = TextFormat.parse(OFFER + url + "}", Event.Offers.class);
        return Events.offers(event, List.of("*")).get(0).agentAddress();
    }

    @Test
    void shouldLeaveOutResourcesThatNeedMoreThanTheirAmount() throws TextFormat.ParseException {
        Event.Offers event = TextFormat.parse(
                OFFER + resource("") + resource("role: 'web'") + resource("revocable {}")
                        + resource("reservations { type: DYNAMIC role: 'web' }") + resource("shared {}")
                        + resource("disk { persistence { id: 'p' } }") + "}",
                Event.Offers.class);

        Offer offer = Events.offers(event, List.of("first", "second")).get(0);

        assertThat(offer.resources())
                .isEqualTo(Resources.builder().scalar("cpus", 1_000).build());
        assertThat(offer.role()).isEqualTo("first");
    }

    @Test
    void shouldReadAllThatAStatusSays() throws TextFormat.ParseException {
        Mesos.TaskStatus status = TextFormat.parse(
                "task_id { value: 't' } state: TASK_FAILED message: 'Command exited with status 3'"
                        + " source: SOURCE_EXECUTOR reason: REASON_MAX_COMPLETION_TIME_REACHED"
                        + " agent_id { value: 'a-1' } timestamp: 1795602917.25 uuid: '\\001\\377' healthy: false"
                        + " container_status { container_id { value: 'c-1' } }"
                        + " unreachable_time { nanoseconds: 1500000000 }",
                Mesos.TaskStatus.class);

        assertThat(Events.status(status))
                .isEqualTo(TaskStatus.builder(new TaskId("t"), TaskState.TASK_FAILED)
                        .message("Command exited with status 3")
                        .source(TaskStatus.Source.SOURCE_EXECUTOR)
                        .reason(TaskStatus.Reason.REASON_MAX_COMPLETION_TIME_REACHED)
                        .agentId(new AgentId("a-1"))
                        .containerId("c-1")
                        .timestamp(Instant.ofEpochSecond(1_795_602_917L, 250_000_000L))
                        .healthy(false)
                        .unreachableTime(Instant.ofEpochMilli(1_500))
                        .updateId(new UpdateId("01ff"))
                        .build());
    }

    @Test
    void shouldReadEveryStateReasonAndSourceOfTheProtocol() {
        for (Mesos.TaskState state : Mesos.TaskState.values()) {
            Mesos.TaskStatus status = Mesos.TaskStatus.newBuilder()
                    .setTaskId(Mesos.TaskID.newBuilder().setValue("t"))
                    .setState(state)
                    .build();
            assertThat(Events.status(status).state().number()).isEqualTo(state.getNumber());
        }
        for (Mesos.TaskStatus.Reason reason : Mesos.TaskStatus.Reason.values()) {
            assertThat(TaskStatus.Reason.of(reason.getNumber()).orElseThrow().name())
                    .isEqualTo(reason.name());
        }
        for (Mesos.TaskStatus.Source source : Mesos.TaskStatus.Source.values()) {
            assertThat(TaskStatus.Source.of(source.getNumber()).orElseThrow().name())
                    .isEqualTo(source.name());
        }
    }

    @Test
    void shouldBearAReasonThatItDoesNotKnow() throws Exception {
        // field 10 with the value 99, which no enum of today has
        byte[] bytes = {0x0a, 0x03, 0x0a, 0x01, 't', 0x10, 0x01, 0x50, 0x63};

        TaskStatus status = Events.status(Mesos.TaskStatus.parseFrom(bytes));

        assertThat(status.state()).isEqualTo(TaskState.TASK_RUNNING);
        assertThat(status.reason()).isEmpty();
    }

    @Test
    void shouldRefuseAmountsThatCannotBe() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300, -1}) {
            Event.Offers event =
                    Protocol.offer("o", "a").getOffers().toBuilder().build();
            event = event.toBuilder()
                    .setOffers(0, event.getOffers(0).toBuilder().addResources(Protocol.scalar("gpus", value)))
                    .build();
            Event.Offers bad = event;
            assertThatThrownBy(() -> Events.offers(bad, List.of("*")))
                    .as("%s", value)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("gpus");
        }
    }

    @Test
    void shouldReadTimesThatNoClockShows() {
        for (double seconds : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e300, -5}) {
            Mesos.TaskStatus status = Mesos.TaskStatus.newBuilder()
                    .setTaskId(Mesos.TaskID.newBuilder().setValue("t"))
                    .setState(Mesos.TaskState.TASK_RUNNING)
                    .setTimestamp(seconds)
                    .build();
            assertThat(Events.status(status).timestamp()).isPresent();
        }
    }

    @Test
    void shouldTellALostAgentFromAnEndedExecutor() throws TextFormat.ParseException {
        assertThat(Events.failure(TextFormat.parse("agent_id { value: 'a' }", Event.Failure.class)))
                .contains(new Failure.AgentLost(new AgentId("a")));
        assertThat(Events.failure(TextFormat.parse(
                        "agent_id { value: 'a' } executor_id { value: 'e' } status: 9", Event.Failure.class)))
                .contains(new Failure.ExecutorTerminated(new AgentId("a"), "e", OptionalInt.of(9)));
        assertThat(Events.failure(Event.Failure.getDefaultInstance())).isEmpty();
    }

    @Test
    void shouldReadWhoTheMasterIsAndHowOftenItIsHeard() {
        InetSocketAddress asked = InetSocketAddress.createUnresolved("m9", 81);
        Event.Subscribed event = Protocol.subscribed("f-1", 0.25).getSubscribed();

        assertThat(Events.master(event, asked)).isEqualTo(new MasterInfo("m-1", "m1", 5050, "0.1"));
        assertThat(Events.heartbeatInterval(event, Duration.ofSeconds(15))).hasMillis(250);
        assertThat(Events.heartbeatInterval(Event.Subscribed.getDefaultInstance(), Duration.ofSeconds(15)))
                .hasSeconds(15);
        assertThat(Events.master(Event.Subscribed.getDefaultInstance(), asked))
                .isEqualTo(new MasterInfo("", "m9", 81, ""));
    }

    private static String resource(String more) {
        return "resources { name: 'cpus' type: SCALAR scalar { value: 1 } " + more + "} ";
    }
}
