package dev.polder.agent;

import dev.polder.isolation.host.IsolatorName;
import dev.polder.wire.proto.Mesos.AgentInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * What an agent knows of itself; fixed while it runs.
 *
 * @param info host name, port, resources and attributes, without an id
 * @param ip the address that the agent advertises and its tasks share
 * @param incarnation the random name of the data directory
 * @param version of Polder
 * @param sandboxes below which the sandboxes lie; absolute
 * @param user the account the agent runs as
 * @param root whether that account may start processes as another
 * @param killGrace between TERM and KILL where neither task nor call says otherwise
 * @param isolators what keeps its tasks apart
 * @param images what it can do with images
 * @param volumes what it can do with volumes
 */
public record AgentProfile(
        AgentInfo info,
        String ip,
        String incarnation,
        String version,
        Path sandboxes,
        String user,
        boolean root,
        Duration killGrace,
        Set<IsolatorName> isolators,
        AgentImages images,
        AgentVolumes volumes) {
    /** Copies the isolators. */
    public AgentProfile {
        isolators = Set.copyOf(isolators);
    }
}
