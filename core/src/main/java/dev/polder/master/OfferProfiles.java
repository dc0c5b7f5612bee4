package dev.polder.master;

import dev.polder.offer.AgentAttribute;
import dev.polder.offer.AgentProfile;
import dev.polder.offer.FrameworkProfile;
import dev.polder.offer.FrameworkProfile.Capability;
import dev.polder.offer.OfferConstraints;
import dev.polder.offer.RegexLimits;
import dev.polder.offer.SubscriptionProfile;
import dev.polder.wire.OfferConstraintsCodec;
import dev.polder.wire.OfferFiltersCodec;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.DomainInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.MesosScheduler;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.OfferConstraints.RoleConstraints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the offer engine is told of agents and frameworks, and what at SUBSCRIBE is checked of it.
 *
 * <p>Limits hold at the door. What is in the log was accepted once, perhaps by another version with other limits: of that,
 * what cannot be understood is left out, and offers go out as if the framework had not said it, until it subscribes anew.
 */
final class OfferProfiles {
    private OfferProfiles() {}

    // ---- at the door

    /** Returns the first thing that is wrong with a subscription's constraints and filters, null if nothing is. */
    static @Nullable String problemOf(Call.Subscribe subscribe, Set<String> roles, RegexLimits limits) {
        MesosScheduler.OfferConstraints constraints = subscribe.getOfferConstraints();
        int regexes = OfferConstraintsCodec.regexes(constraints);
        if (regexes > OfferConstraintsCodec.REGEXES_MAX) {
            return "offer_constraints: too many regular expressions: " + regexes + " > regexesMax="
                    + OfferConstraintsCodec.REGEXES_MAX;
        }
        try {
            subscribe.getFrameworkInfo().getOfferFiltersMap().forEach(OfferFiltersCodec::minimum);
            for (Map.Entry<String, RoleConstraints> entry :
                    constraints.getRoleConstraintsMap().entrySet()) {
                if (!roles.contains(entry.getKey())) {
                    return "offer_constraints of role '" + entry.getKey() + "': none of the framework's roles " + roles;
                }
                OfferConstraintsCodec.ofRole(entry.getKey(), entry.getValue(), limits);
            }
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        return null;
    }

    // ---- from what is remembered

    static AgentProfile of(AgentRecord agent) {
        List<AgentAttribute> attributes = new ArrayList<>();
        for (Mesos.Attribute attribute : agent.info().getAttributesList()) {
            attributes.add(new AgentAttribute(
                    attribute.getName(),
                    attribute.getType() == Mesos.Value.Type.TEXT
                            ? Optional.of(attribute.getText().getValue())
                            : Optional.empty()));
        }
        DomainInfo domain = agent.info().getDomain();
        return new AgentProfile(
                agent.total(),
                agent.info().getHostname(),
                regionOf(domain),
                domain.hasFaultDomain()
                        ? Optional.of(domain.getFaultDomain().getZone().getName())
                        : Optional.empty(),
                attributes);
    }

    static Optional<String> regionOf(DomainInfo domain) {
        return domain.hasFaultDomain()
                ? Optional.of(domain.getFaultDomain().getRegion().getName())
                : Optional.empty();
    }

    static FrameworkProfile of(FrameworkRecord framework) {
        FrameworkProfile profile = FrameworkProfile.of(framework.id().value(), framework.roles());
        for (Capability capability : Capability.values()) {
            if (framework.can(FrameworkInfo.Capability.Type.valueOf(capability.name()))) {
                profile = profile.with(capability);
            }
        }
        for (String role : framework.roles()) {
            profile = profile.with(role, subscription(framework, role));
        }
        return profile;
    }

    private static SubscriptionProfile subscription(FrameworkRecord framework, String role) {
        Mesos.OfferFilters filters =
                framework.info().getOfferFiltersOrDefault(role, Mesos.OfferFilters.getDefaultInstance());
        RoleConstraints constraints =
                framework.offerConstraints().getRoleConstraintsMap().get(role);
        return new SubscriptionProfile(
                understood(() -> OfferFiltersCodec.minimum(role, filters), Optional.empty()),
                constraints == null
                        ? OfferConstraints.NONE
                        : understood(
                                () -> OfferConstraintsCodec.ofRole(role, constraints, RegexLimits.LARGEST),
                                OfferConstraints.NONE));
    }

    private static <T> T understood(Supplier<T> said, T otherwise) {
        try {
            return said.get();
        } catch (IllegalArgumentException fromAnotherVersion) {
            return otherwise;
        }
    }
}
