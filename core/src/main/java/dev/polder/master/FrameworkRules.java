package dev.polder.master;

import dev.polder.model.Names;
import dev.polder.offer.RegexLimits;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a subscription must be like. Every rule returns words that name the thing, the value and the rule, or null. */
final class FrameworkRules {
    /** The longest failover timeout in seconds; more does not fit the nanoseconds that Mesos counts in. */
    private static final double FAILOVER_TIMEOUT_SECONDS_MAX = 9_223_372_036.0;

    private FrameworkRules() {}

    /**
     * Returns the first thing that is wrong with a subscription, null if nothing is.
     *
     * @param regexLimits how large a regular expression of an offer constraint may be
     */
    static @Nullable String problemOf(Call.Subscribe subscribe, RegexLimits regexLimits) {
        FrameworkInfo info = subscribe.getFrameworkInfo();
        String problem = problemOfId(info);
        if (problem == null) {
            problem = problemOfRoles(info);
        }
        if (problem == null) {
            problem = problemOfFailoverTimeout(info.getFailoverTimeout());
        }
        Set<String> roles = Set.copyOf(new HashSet<>(rolesOf(info)));
        if (problem == null) {
            problem = problemOfSuppressed(subscribe.getSuppressedRolesList(), roles);
        }
        if (problem == null) {
            problem = OfferProfiles.problemOf(subscribe, roles, regexLimits);
        }
        return problem;
    }

    static List<String> rolesOf(FrameworkInfo info) {
        return isMultiRole(info) ? info.getRolesList() : List.of(info.getRole());
    }

    private static @Nullable String problemOfId(FrameworkInfo info) {
        String id = info.getId().getValue();
        return id.isEmpty() ? null : Names.problemOfId("framework_info.id", id);
    }

    private static @Nullable String problemOfRoles(FrameworkInfo info) {
        if (!isMultiRole(info)) {
            return info.getRolesCount() > 0
                    ? "framework_info.roles " + info.getRolesList()
                            + ": only for frameworks with the capability MULTI_ROLE"
                    : Names.problemOfRole(info.getRole());
        }
        if (info.hasRole()) {
            return "framework_info.role '" + info.getRole()
                    + "': not for frameworks with the capability MULTI_ROLE, use 'roles'";
        }
        Set<String> seen = new HashSet<>();
        for (String role : info.getRolesList()) {
            String problem = Names.problemOfRole(role);
            if (problem != null) {
                return problem;
            }
            if (!seen.add(role)) {
                return "role '" + role + "': stands twice in framework_info.roles";
            }
        }
        return null;
    }

    private static @Nullable String problemOfFailoverTimeout(double seconds) {
        return Double.isFinite(seconds) && seconds <= FAILOVER_TIMEOUT_SECONDS_MAX
                ? null
                : "framework_info.failover_timeout " + seconds + ": at most " + FAILOVER_TIMEOUT_SECONDS_MAX;
    }

    private static @Nullable String problemOfSuppressed(List<String> suppressed, Set<String> roles) {
        for (String role : suppressed) {
            if (!roles.contains(role)) {
                return "suppressed role '" + role + "': none of the framework's roles " + roles;
            }
        }
        return null;
    }

    private static boolean isMultiRole(FrameworkInfo info) {
        for (Capability capability : info.getCapabilitiesList()) {
            if (capability.getType() == Capability.Type.MULTI_ROLE) {
                return true;
            }
        }
        return false;
    }
}
