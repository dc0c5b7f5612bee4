package dev.polder.agent;

import static dev.polder.agent.AgentFixture.lines;
import static dev.polder.agent.AgentFixture.only;
import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNetwork;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ExitStatus.Exited;
import dev.polder.isolation.PortMapping;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.Label;
import dev.polder.wire.proto.Mesos.Labels;
import dev.polder.wire.proto.Mesos.NetworkInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tasks that want networks: what is made of that, and what is told of their addresses. */
class NetworkedTaskTest {
    private static final NetworkInfo PLOT = NetworkInfo.newBuilder()
            .setName("plot")
            .addGroups("blue")
            .setLabels(Labels.newBuilder()
                    .addLabels(Label.newBuilder().setKey("tier").setValue("web")))
            .addPortMappings(
                    NetworkInfo.PortMapping.newBuilder().setHostPort(31000).setContainerPort(80))
            .build();
    private static final NetworkInfo LEAN = NetworkInfo.newBuilder()
            .setName("lean")
            .addIpAddresses(NetworkInfo.IPAddress.newBuilder().setProtocol(NetworkInfo.Protocol.IPv4))
            .build();
    private static final NetworkInfo OF_HOST = NetworkInfo.newBuilder()
            .addIpAddresses(TaskNetworks.address("127.0.0.1"))
            .build();
    private static final List<AttachedNetwork> GIVEN = List.of(
            new AttachedNetwork("plot", List.of("198.18.0.2", "fd00::2")),
            new AttachedNetwork("lean", List.of("198.18.1.2")));

    private final AgentFixture fixture = AgentFixture.registered();

    private static TaskInfo in(NetworkInfo... networks) {
        return in(ContainerInfo.newBuilder(), networks);
    }

    private static TaskInfo in(ContainerInfo.Builder container, NetworkInfo... networks) {
        return task("t1", "true")
                .setContainer(container.setType(ContainerInfo.Type.MESOS).addAllNetworkInfos(List.of(networks)))
                .build();
    }

    private static List<NetworkInfo> given() {
        return List.of(
                PLOT.toBuilder()
                        .addIpAddresses(TaskNetworks.address("198.18.0.2"))
                        .addIpAddresses(TaskNetworks.address("fd00::2"))
                        .build(),
                LEAN.toBuilder()
                        .clearIpAddresses()
                        .addIpAddresses(TaskNetworks.address("198.18.1.2"))
                        .build());
    }

    private static List<List<NetworkInfo>> told(List<TaskStatus> updates) {
        return updates.stream()
                .map(update -> update.getContainerStatus().getNetworkInfosList())
                .toList();
    }

    private String refusal(AgentFixture asked, TaskInfo task) {
        asked.launch(task);
        List<TaskStatus> updates = asked.acknowledgeAll();
        assertThat(lines(updates)).singleElement().asString().endsWith("REASON_CONTAINER_LAUNCH_FAILED");
        return updates.get(0).getMessage();
    }

    @Test
    void shouldBeAttachedToTheNetworksThatHaveNames() {
        fixture.launched(in(ContainerInfo.newBuilder().setHostname("plot-7"), PLOT, OF_HOST, LEAN));

        ContainerSpec spec =
                only(AgentEffect.Launch.class, fixture.effects).get(0).container();
        assertThat(spec.networks())
                .containsExactly(
                        new ContainerNetwork(
                                "plot",
                                List.of(new PortMapping(31000, 80, PortMapping.Protocol.TCP)),
                                List.of("blue"),
                                List.of(new ContainerNetwork.Label("tier", "web"))),
                        ContainerNetwork.of("lean"));
        assertThat(spec.hostname()).isEqualTo(Optional.of("plot-7"));
        assertThat(spec.task().environment()).containsEntry("LIBPROCESS_IP", "0.0.0.0");
    }

    @Test
    void shouldTellItsAddressesInAllUpdates() {
        ContainerId id = fixture.launched(in(PLOT, LEAN));

        fixture.decide(new AgentCommand.Attached(id, GIVEN));
        fixture.decide(new AgentCommand.Started(id, 4711));
        List<TaskStatus> updates = new ArrayList<>(fixture.acknowledgeAll());
        fixture.restart(Set.of(id));
        fixture.register();
        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));
        updates.addAll(fixture.acknowledgeAll());

        assertThat(lines(updates))
                .containsExactly(
                        "TASK_STARTING SOURCE_EXECUTOR [CS]",
                        "TASK_RUNNING SOURCE_EXECUTOR [CS]",
                        "TASK_FINISHED 'Command exited with status 0' SOURCE_EXECUTOR [CS]");
        assertThat(told(updates)).containsExactly(given(), given(), given());
    }

    @Test
    void shouldTellTheAddressesOfWhoHasStartedUnheard() {
        ContainerId id = fixture.launched(in(PLOT, LEAN));
        fixture.restart(Set.of(id));
        fixture.register();

        fixture.decide(new AgentCommand.Attached(id, GIVEN));
        fixture.decide(new AgentCommand.Exited(id, new Exited(0)));

        assertThat(told(fixture.acknowledgeAll())).containsExactly(given(), given(), given());
    }

    @Test
    void shouldTellTheAgentsAddressWhereThereIsNoOther() {
        ContainerId id = fixture.launched(in(OF_HOST));
        fixture.decide(new AgentCommand.Started(id, 4711));

        assertThat(told(fixture.acknowledgeAll())).containsExactly(List.of(OF_HOST), List.of(OF_HOST));
        assertThat(only(AgentEffect.Launch.class, fixture.effects)
                        .get(0)
                        .container()
                        .networks())
                .isEmpty();
    }

    @Test
    void shouldShowTheNetworksOfRunningContainers() {
        ContainerId id = fixture.launched(in(PLOT, LEAN));
        fixture.decide(new AgentCommand.Attached(id, GIVEN));
        fixture.decide(new AgentCommand.Started(id, 4711));

        AgentTask running = fixture.state.tasks().iterator().next();

        assertThat(running.container().networks()).isEqualTo(given());
    }

    @Test
    void shouldRefuseNetworksThatCannotBeHad() {
        assertThat(refusal(fixture, in(PLOT, LEAN, PLOT)))
                .isEqualTo("Failed to launch container: Attempted to join CNI network 'plot' multiple times");
        assertThat(refusal(fixture, in(PLOT.toBuilder().clearName().build())))
                .isEqualTo("Failed to launch container: port_mappings of a network without a name, which is the host's:"
                        + " none of its ports leads elsewhere");
        NetworkInfo.PortMapping.Builder sctp =
                PLOT.getPortMappings(0).toBuilder().setProtocol("sctp");
        assertThat(refusal(fixture, in(LEAN.toBuilder().addPortMappings(sctp).build())))
                .isEqualTo("Failed to launch container: protocol 'sctp' of a port mapping must be tcp or udp");
        NetworkInfo.PortMapping.Builder none =
                PLOT.getPortMappings(0).toBuilder().setHostPort(0);
        assertThat(refusal(fixture, in(LEAN.toBuilder().addPortMappings(none).build())))
                .isEqualTo("Failed to launch container: hostPort 0 must be 1 to 65535");
        assertThat(refusal(fixture, in(ContainerInfo.newBuilder().setHostname("h"), OF_HOST)))
                .isEqualTo(
                        "Failed to launch container: hostnames of containers in the host's network are not supported yet");
        assertThat(refusal(AgentFixture.registeredWithoutIsolators(), in(LEAN)))
                .isEqualTo("Failed to launch container: network/cni is not among the isolators of this agent");
    }
}
