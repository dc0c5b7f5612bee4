package dev.polder.framework;

import dev.polder.model.AgentId;
import dev.polder.model.Attribute;
import dev.polder.model.Failure;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import dev.polder.model.UpdateId;
import dev.polder.offer.resource.Ranges;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads the events of the protocol. What cannot be true in them is an {@link IllegalArgumentException}. */
final class Events {
    private static final int AGENT_PORT = 5051;

    private Events() {}

    static MasterInfo master(Event.Subscribed event, InetSocketAddress asked) {
        Mesos.MasterInfo info = event.getMasterInfo();
        return new MasterInfo(
                info.getId(),
                info.hasHostname() ? info.getHostname() : asked.getHostString(),
                info.hasPort() ? info.getPort() : asked.getPort(),
                info.getVersion());
    }

    static Duration heartbeatInterval(Event.Subscribed event, Duration otherwise) {
        double seconds = event.getHeartbeatIntervalSeconds();
        return seconds > 0 && seconds < 86_400 ? Duration.ofMillis(Math.max(1, Math.round(seconds * 1000))) : otherwise;
    }

    static List<Offer> offers(Event.Offers event, List<String> roles) {
        List<Offer> offers = new ArrayList<>(event.getOffersCount());
        for (Mesos.Offer offer : event.getOffersList()) {
            offers.add(offer(offer, roles));
        }
        return List.copyOf(offers);
    }

    static OfferId offerId(Mesos.OfferID id) {
        return new OfferId(id.getValue());
    }

    private static Offer offer(Mesos.Offer offer, List<String> roles) {
        return new Offer(
                offerId(offer.getId()),
                new FrameworkId(offer.getFrameworkId().getValue()),
                new AgentId(offer.getAgentId().getValue()),
                offer.getHostname(),
                agentAddress(offer),
                offer.hasAllocationInfo() ? offer.getAllocationInfo().getRole() : roles.get(0),
                resources(offer.getResourcesList()),
                offer.getAttributesList().stream().map(Events::attribute).toList());
    }

    /** An agent that does not say how to call it has Mesos's own port. */
    private static InetSocketAddress agentAddress(Mesos.Offer offer) {
        Mesos.Address address = offer.getUrl().getAddress();
        String host = address.getHostname().isEmpty() ? address.getIp() : address.getHostname();
        return InetSocketAddress.createUnresolved(
                host.isEmpty() ? offer.getHostname() : host, offer.hasUrl() ? address.getPort() : AGENT_PORT);
    }

    private static Resources resources(List<Mesos.Resource> list) {
        ResourcesBuilder resources = Resources.builder();
        for (Mesos.Resource resource : list) {
            if (!isPlain(resource)) {
                continue;
            }
            String name = resource.getName();
            switch (resource.getType()) {
                case SCALAR ->
                    resources.scalar(
                            name, thousandths(name, resource.getScalar().getValue()));
                case RANGES ->
                    resource.getRanges()
                            .getRangeList()
                            .forEach(range -> resources.range(name, range.getBegin(), range.getEnd()));
                case SET -> resource.getSet().getItemList().forEach(item -> resources.item(name, item));
                default ->
                    throw new IllegalArgumentException(
                            "resource " + name + " has the type " + resource.getType() + ", which no resource has");
            }
        }
        return resources.build();
    }

    /** Anything else needs more than its amount to be used, which a framework here cannot say. */
    private static boolean isPlain(Mesos.Resource resource) {
        return resource.getRole().equals("*")
                && resource.getReservationsCount() == 0
                && !resource.hasReservation()
                && !resource.hasDisk()
                && !resource.hasRevocable()
                && !resource.hasShared()
                && !resource.hasProviderId();
    }

    private static long thousandths(String name, double value) {
        double thousandths = value * 1000;
        if (!(Math.abs(thousandths) < Long.MAX_VALUE)) {
            throw new IllegalArgumentException(name + " is " + value + ", which is no amount");
        }
        return Math.round(thousandths);
    }

    private static Attribute attribute(Mesos.Attribute attribute) {
        String name = attribute.getName();
        return switch (attribute.getType()) {
            case TEXT -> new Attribute.Text(name, attribute.getText().getValue());
            case SCALAR ->
                new Attribute.Scalar(
                        name, thousandths(name, attribute.getScalar().getValue()));
            case RANGES -> new Attribute.Numbers(name, ranges(name, attribute.getRanges()));
            case SET -> new Attribute.Items(name, Set.copyOf(attribute.getSet().getItemList()));
        };
    }

    private static Ranges ranges(String name, Mesos.Value.Ranges ranges) {
        ResourcesBuilder one = Resources.builder();
        ranges.getRangeList().forEach(range -> one.range(name, range.getBegin(), range.getEnd()));
        return one.build().ranges(name);
    }

    static TaskStatus status(Mesos.TaskStatus status) {
        TaskStatus.Builder builder = TaskStatus.builder(
                        new TaskId(status.getTaskId().getValue()),
                        TaskState.valueOf(status.getState().name()))
                .message(status.getMessage());
        if (status.hasSource()) {
            TaskStatus.Source.of(status.getSource().getNumber()).ifPresent(builder::source);
        }
        if (status.hasReason()) {
            TaskStatus.Reason.of(status.getReason().getNumber()).ifPresent(builder::reason);
        }
        if (status.hasAgentId()) {
            builder.agentId(new AgentId(status.getAgentId().getValue()));
        }
        if (status.getContainerStatus().hasContainerId()) {
            builder.containerId(status.getContainerStatus().getContainerId().getValue());
        }
        if (status.hasTimestamp()) {
            builder.timestamp(instant(status.getTimestamp()));
        }
        if (status.hasHealthy()) {
            builder.healthy(status.getHealthy());
        }
        if (status.hasUnreachableTime()) {
            builder.unreachableTime(
                    Instant.ofEpochSecond(0, status.getUnreachableTime().getNanoseconds()));
        }
        if (status.hasUuid()) {
            builder.updateId(
                    new UpdateId(HexFormat.of().formatHex(status.getUuid().toByteArray())));
        }
        return builder.build();
    }

    static Optional<Failure> failure(Event.Failure failure) {
        if (!failure.hasAgentId()) {
            return Optional.empty();
        }
        AgentId agent = new AgentId(failure.getAgentId().getValue());
        return Optional.of(
                failure.hasExecutorId()
                        ? new Failure.ExecutorTerminated(
                                agent,
                                failure.getExecutorId().getValue(),
                                failure.hasStatus() ? OptionalInt.of(failure.getStatus()) : OptionalInt.empty())
                        : new Failure.AgentLost(agent));
    }

    /** A time that no clock shows becomes the nearest that one could. */
    private static Instant instant(double epochSeconds) {
        long micros = (long) Math.min(Math.max(epochSeconds * 1e6, 0), 1e17);
        return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
    }
}
