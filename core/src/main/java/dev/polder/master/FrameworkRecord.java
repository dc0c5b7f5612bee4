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
 * @param disconnectedAtMs the cluster time of its disconnection, -1 while its client is there
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
        long disconnectedAtMs) {}
