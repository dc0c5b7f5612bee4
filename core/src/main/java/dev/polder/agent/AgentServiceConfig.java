package dev.polder.agent;

import dev.polder.http.HttpClient;
import dev.polder.isolation.host.DockerSettings;
import dev.polder.isolation.host.ImageSettings;
import dev.polder.isolation.host.IsolationSettings;
import dev.polder.isolation.host.NetworkSettings;
import dev.polder.isolation.host.PortsSettings;
import dev.polder.isolation.host.VolumeSettings;
import dev.polder.wire.proto.Mesos.Attribute;
import dev.polder.wire.proto.Mesos.Resource;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What an agent is started with.
 *
 * @param nodeName the beginning of its threads' names
 * @param agentDir for the checkpoint and the containers; made if it is missing, accessible to the owner alone
 * @param sandboxDir below which sandboxes lie; made if it is missing, passable for everybody
 * @param runtimeDir below which the state of containers lies; empty for {@code agentDir}
 * @param hostname under which the agent is shown
 * @param ip the address that the agent advertises and its tasks share
 * @param port of the node's agent API
 * @param resources all that the agent offers
 * @param attributes of the machine
 * @param incarnation the random name of the data directory
 * @param version of Polder
 * @param endOrphans whether the tasks end with this JVM whatever happens to it; for nodes without a lasting directory
 * @param killGrace between TERM and KILL where neither task nor call says otherwise, and at close; Mesos's is 3 s
 * @param client for the connection to the master; stays open when the agent is closed
 * @param leader where the leading master's HTTP API is, empty while nobody knows; called on the agent's thread, returns at once
 * @param isolation what keeps tasks apart; where this host lacks what is required, the agent does not start
 * @param images how the agent comes by images, and how many it keeps
 * @param volumes which volumes it gives
 * @param networks to which networks it attaches tasks
 * @param sandboxes how these are kept within bounds
 * @param docker which Docker engine runs containers
 * @param ports how it is watched on which ports tasks listen
 * @param probe {@link AgentProbe#none()} outside tests
 */
public record AgentServiceConfig(
        String nodeName,
        Path agentDir,
        Path sandboxDir,
        Optional<Path> runtimeDir,
        String hostname,
        String ip,
        int port,
        List<Resource> resources,
        List<Attribute> attributes,
        String incarnation,
        String version,
        boolean endOrphans,
        Duration killGrace,
        HttpClient client,
        Supplier<Optional<InetSocketAddress>> leader,
        IsolationSettings isolation,
        ImageSettings images,
        VolumeSettings volumes,
        NetworkSettings networks,
        SandboxSettings sandboxes,
        DockerSettings docker,
        PortsSettings ports,
        AgentProbe probe) {
    /** Copies the lists. */
    public AgentServiceConfig {
        resources = List.copyOf(resources);
        attributes = List.copyOf(attributes);
    }
}
