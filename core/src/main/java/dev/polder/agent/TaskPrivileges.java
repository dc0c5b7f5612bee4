package dev.polder.agent;

import dev.polder.isolation.Capability;
import dev.polder.isolation.Privileges;
import dev.polder.isolation.Rlimit;
import dev.polder.isolation.host.IsolatorName;
import dev.polder.wire.proto.Mesos.CapabilityInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.LinuxInfo;
import dev.polder.wire.proto.Mesos.RLimitInfo.RLimit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The privileges that a task wants, by its {@code linux_info} and {@code rlimit_info}. */
final class TaskPrivileges {
    private static final String TYPE = "RLMT_";

    private TaskPrivileges() {}

    /**
     * Reads a wish.
     *
     * @throws IllegalArgumentException if it contradicts itself or names what this agent does not know
     */
    static Privileges of(ContainerInfo wanted) {
        return Privileges.USUAL
                .withCapabilities(effective(wanted.getLinuxInfo()), bounding(wanted.getLinuxInfo()))
                .withRlimits(wanted.getRlimitInfo().getRlimitsList().stream()
                        .map(TaskPrivileges::rlimit)
                        .toList());
    }

    /** The older of the two names is for those who know no other. */
    private static Optional<Set<Capability>> effective(LinuxInfo wanted) {
        if (wanted.hasEffectiveCapabilities()) {
            return Optional.of(capabilities(wanted.getEffectiveCapabilities()));
        }
        return wanted.hasCapabilityInfo() ? Optional.of(capabilities(wanted.getCapabilityInfo())) : Optional.empty();
    }

    private static Optional<Set<Capability>> bounding(LinuxInfo wanted) {
        return wanted.hasBoundingCapabilities()
                ? Optional.of(capabilities(wanted.getBoundingCapabilities()))
                : Optional.empty();
    }

    private static Set<Capability> capabilities(CapabilityInfo named) {
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        named.getCapabilitiesList().forEach(each -> found.add(Capability.of(each.name())));
        return found;
    }

    /** In Mesos both values or none are there, and none is no limit. */
    private static Rlimit rlimit(RLimit named) {
        String type = "RLIMIT_" + named.getType().name().replaceFirst("^" + TYPE, "");
        if (named.hasSoft() != named.hasHard()) {
            throw new IllegalArgumentException(type + ": soft and hard are both given, or none of them");
        }
        return named.hasHard()
                ? new Rlimit(type, named.getSoft(), named.getHard())
                : new Rlimit(type, Rlimit.UNLIMITED, Rlimit.UNLIMITED);
    }

    /** Returns what of a container's {@code linux_info} nobody here looks at; null if there is nothing. */
    static @Nullable String unsupported(LinuxInfo wanted) {
        if (wanted.hasSharePidNamespace() || wanted.hasIpcMode() || wanted.hasShmSize()) {
            return "linux_info.share_pid_namespace, ipc_mode and shm_size";
        }
        return wanted.hasShareCgroups() && !wanted.getShareCgroups() ? "linux_info.share_cgroups" : null;
    }

    /** Returns the isolator that this agent lacks for what is wanted; empty if it has all. */
    static Optional<IsolatorName> missing(Privileges wanted, Set<IsolatorName> isolators) {
        if ((wanted.effective().isPresent() || wanted.bounding().isPresent())
                && !isolators.contains(IsolatorName.LINUX_CAPABILITIES)) {
            return Optional.of(IsolatorName.LINUX_CAPABILITIES);
        }
        return !wanted.rlimits().isEmpty() && !isolators.contains(IsolatorName.POSIX_RLIMITS)
                ? Optional.of(IsolatorName.POSIX_RLIMITS)
                : Optional.empty();
    }
}
