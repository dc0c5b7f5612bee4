package dev.polder.master;

import dev.polder.model.FrameworkId;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.MesosScheduler.OfferConstraints;
import java.util.List;
import java.util.Set;

/**
 * What the cluster remembers of a framework. Immutable.
 *
 * @param info as it subscribed last, with its id
 * @param roles the roles it subscribes to: {@code info.roles}, or {@code info.role} if it is not MULTI_ROLE
 * @param suppressedRoles those of them under which it wants no offers
 * @param registeredWallMs when it subscribed first
 * @param reregisteredWallMs when it subscribed last, 0 if it did so once only
 * @param unregisteredWallMs when it was removed, 0 if it was not
 * @param returnDeadlineMs the cluster time by which its client must be back, -1 while it is there
 */
public record FrameworkRecord(
        FrameworkId id,
        FrameworkInfo info,
        List<String> roles,
        Set<String> suppressedRoles,
        OfferConstraints offerConstraints,
        long registeredWallMs,
        long reregisteredWallMs,
        long unregisteredWallMs,
        long returnDeadlineMs) {
    /** Tells whether the framework can do what the capability says. */
    public boolean can(FrameworkInfo.Capability.Type capability) {
        for (FrameworkInfo.Capability own : info.getCapabilitiesList()) {
            if (own.getType() == capability) {
                return true;
            }
        }
        return false;
    }

    FrameworkRecord withInfo(
            FrameworkInfo newInfo,
            List<String> newRoles,
            Set<String> newSuppressed,
            OfferConstraints newConstraints,
            long wallMs) {
        return new FrameworkRecord(
                id, newInfo, newRoles, newSuppressed, newConstraints, registeredWallMs, wallMs, unregisteredWallMs, -1);
    }

    FrameworkRecord withSuppressed(Set<String> suppressed) {
        return new FrameworkRecord(
                id,
                info,
                roles,
                suppressed,
                offerConstraints,
                registeredWallMs,
                reregisteredWallMs,
                unregisteredWallMs,
                returnDeadlineMs);
    }

    FrameworkRecord withReturnDeadline(long deadlineMs) {
        return new FrameworkRecord(
                id,
                info,
                roles,
                suppressedRoles,
                offerConstraints,
                registeredWallMs,
                reregisteredWallMs,
                unregisteredWallMs,
                deadlineMs);
    }

    FrameworkRecord unregistered(long wallMs) {
        return new FrameworkRecord(
                id,
                info,
                roles,
                suppressedRoles,
                offerConstraints,
                registeredWallMs,
                reregisteredWallMs,
                wallMs,
                returnDeadlineMs);
    }
}
