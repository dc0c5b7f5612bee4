package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What the engine knows of an agent.
 *
 * @param total all that it has, whoever may have it; allocated to nobody
 * @param hostname asked by the whitelist and by offer constraints, empty if unknown
 * @param region its fault domain's region; agents of another region than the engine's own are offered to
 *     region-aware frameworks only
 * @param zone its fault domain's zone
 * @param attributes in the order in which the agent gave them: of two with the same name the first counts
 */
public record AgentProfile(
        Resources total,
        String hostname,
        Optional<String> region,
        Optional<String> zone,
        List<AgentAttribute> attributes) {
    /** Checks and copies. */
    public AgentProfile {
        requireNonNull(total, "total");
        requireNonNull(hostname, "hostname");
        requireNonNull(region, "region");
        requireNonNull(zone, "zone");
        attributes = List.copyOf(attributes);
    }

    /** Returns the profile of an agent of which only the resources are known. */
    public static AgentProfile of(Resources total) {
        return new AgentProfile(total, "", Optional.empty(), Optional.empty(), List.of());
    }

    /** Returns this with another total. */
    public AgentProfile withTotal(Resources other) {
        return new AgentProfile(other, hostname, region, zone, attributes);
    }

    /** Returns this with another hostname. */
    public AgentProfile withHostname(String other) {
        return new AgentProfile(total, other, region, zone, attributes);
    }

    /** Returns this in a fault domain. */
    public AgentProfile withDomain(String itsRegion, String itsZone) {
        return new AgentProfile(total, hostname, Optional.of(itsRegion), Optional.of(itsZone), attributes);
    }

    /** Returns this with other attributes. */
    public AgentProfile withAttributes(List<AgentAttribute> others) {
        return new AgentProfile(total, hostname, region, zone, others);
    }
}
