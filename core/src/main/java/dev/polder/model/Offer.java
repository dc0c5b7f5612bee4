package dev.polder.model;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Resources;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Resources of one agent that are promised to one role of a framework until it answers, the master rescinds them, or they
 * time out.
 *
 * @param frameworkId whom they are promised to
 * @param hostname where the agent says that it can be reached
 * @param agentAddress of the agent's own HTTP endpoints, not resolved; they show the tasks' sandboxes
 * @param role for which of the framework's roles
 * @param resources what tasks can be launched on; reserved, revocable and shared resources and volumes are not in it
 * @param attributes what the agent's operator says of it, in his order
 */
public record Offer(
        OfferId id,
        FrameworkId frameworkId,
        AgentId agentId,
        String hostname,
        InetSocketAddress agentAddress,
        String role,
        Resources resources,
        List<Attribute> attributes) {
    public Offer {
        requireNonNull(id, "id");
        requireNonNull(frameworkId, "frameworkId");
        requireNonNull(agentId, "agentId");
        requireNonNull(hostname, "hostname");
        requireNonNull(agentAddress, "agentAddress");
        requireNonNull(role, "role");
        requireNonNull(resources, "resources");
        attributes = List.copyOf(attributes);
    }

    /** Returns the first attribute of that name. */
    public Optional<Attribute> attribute(String name) {
        return attributes.stream()
                .filter(attribute -> attribute.name().equals(name))
                .findFirst();
    }
}
