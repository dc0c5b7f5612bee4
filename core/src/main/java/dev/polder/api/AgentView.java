package dev.polder.api;

import dev.polder.wire.proto.Mesos.AgentInfo;

/**
 * What an agent tells of itself on its own port. Immutable.
 *
 * @param info as it registers, with its id once it has one
 * @param ip the address that it advertises
 * @param masterHostname of the master that it is registered with, empty for none
 */
public record AgentView(AgentInfo info, String ip, String masterHostname) {}
