package dev.polder.master;

import dev.polder.model.AgentId;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.proto.Mesos.AgentInfo;

/**
 * What the cluster remembers of an agent. Immutable.
 *
 * @param info as it registered last, with its id
 * @param total the amounts of {@code info.resources}
 * @param incarnation the random name of the agent's data directory
 * @param version of Polder that the agent runs
 * @param ip the address that it advertises
 * @param registeredWallMs when it was admitted
 * @param reregisteredWallMs when it registered again last, 0 if it never did
 * @param unreachableWallMs since when it is unreachable, 0 if it is not
 */
public record AgentRecord(
        AgentId id,
        AgentInfo info,
        Resources total,
        String incarnation,
        String version,
        String ip,
        long registeredWallMs,
        long reregisteredWallMs,
        long unreachableWallMs) {
    /** Tells whether the agent counts as lost. */
    public boolean unreachable() {
        return unreachableWallMs != 0;
    }
}
