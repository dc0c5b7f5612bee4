package dev.polder.framework;

import com.google.protobuf.ByteString;
import dev.polder.model.CommandInfo;
import dev.polder.model.DiscoveryInfo;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.Label;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskStatus;
import dev.polder.offer.resource.Ranges;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns what a framework wants into the calls of the protocol. The framework's id is added when a call is sent. */
final class Calls {
    private Calls() {}

    static Call subscribe(FrameworkConfig config, @Nullable FrameworkId id, Set<String> suppressedRoles) {
        Mesos.FrameworkInfo.Builder info = Mesos.FrameworkInfo.newBuilder()
                .setUser(config.user())
                .setName(config.name())
                .setFailoverTimeout(seconds(config.failoverTimeout()))
                .setCheckpoint(true)
                .addAllRoles(config.roles());
        config.capabilities().stream()
                .sorted()
                .forEach(capability -> info.addCapabilities(Mesos.FrameworkInfo.Capability.newBuilder()
                        .setType(Mesos.FrameworkInfo.Capability.Type.valueOf(capability.name()))));
        if (!config.hostname().isEmpty()) {
            info.setHostname(config.hostname());
        }
        if (!config.webUiUrl().isEmpty()) {
            info.setWebuiUrl(config.webUiUrl());
        }
        if (!config.principal().isEmpty()) {
            info.setPrincipal(config.principal());
        }
        if (!config.labels().isEmpty()) {
            info.setLabels(labels(config.labels()));
        }
        Call.Builder call = Call.newBuilder().setType(Call.Type.SUBSCRIBE);
        if (id != null) {
            info.setId(frameworkId(id));
            call.setFrameworkId(frameworkId(id));
        }
        return call.setSubscribe(
                        Call.Subscribe.newBuilder().setFrameworkInfo(info).addAllSuppressedRoles(suppressedRoles))
                .build();
    }

    static Call.Builder accept(Collection<Offer> offers, Collection<TaskInfo> tasks, Filters filters) {
        Offer first = offers.stream()
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("accept has no offer, it needs at least one"));
        Call.Accept.Builder accept = Call.Accept.newBuilder().setFilters(filters(filters));
        for (Offer offer : offers) {
            if (!offer.agentId().equals(first.agentId()) || !offer.role().equals(first.role())) {
                throw new IllegalArgumentException(
                        "offers of one accept must be of one agent and one role: " + first.id()
                                + " is of " + first.agentId() + " and " + first.role() + ", " + offer.id() + " is of "
                                + offer.agentId() + " and " + offer.role());
            }
            accept.addOfferIds(Mesos.OfferID.newBuilder().setValue(offer.id().value()));
        }
        if (!tasks.isEmpty()) {
            Mesos.Offer.Operation.Launch.Builder launch = Mesos.Offer.Operation.Launch.newBuilder();
            tasks.forEach(task -> launch.addTaskInfos(task(task, first)));
            accept.addOperations(Mesos.Offer.Operation.newBuilder()
                    .setType(Mesos.Offer.Operation.Type.LAUNCH)
                    .setLaunch(launch));
        }
        return Call.newBuilder().setType(Call.Type.ACCEPT).setAccept(accept);
    }

    static Call.Builder decline(Collection<Offer> offers, Filters filters) {
        Call.Decline.Builder decline = Call.Decline.newBuilder().setFilters(filters(filters));
        for (Offer offer : offers) {
            decline.addOfferIds(Mesos.OfferID.newBuilder().setValue(offer.id().value()));
        }
        return Call.newBuilder().setType(Call.Type.DECLINE).setDecline(decline);
    }

    static Call.Builder kill(TaskId task, @Nullable Duration grace) {
        Call.Kill.Builder kill = Call.Kill.newBuilder().setTaskId(taskId(task));
        if (grace != null) {
            kill.setKillPolicy(killPolicy(grace));
        }
        return Call.newBuilder().setType(Call.Type.KILL).setKill(kill);
    }

    /** Returns nothing if the update needs no acknowledgement. */
    static Call.@Nullable Builder acknowledge(TaskStatus status) {
        if (status.updateId().isEmpty() || status.agentId().isEmpty()) {
            return null;
        }
        return Call.newBuilder()
                .setType(Call.Type.ACKNOWLEDGE)
                .setAcknowledge(Call.Acknowledge.newBuilder()
                        .setAgentId(Mesos.AgentID.newBuilder()
                                .setValue(status.agentId().get().value()))
                        .setTaskId(taskId(status.taskId()))
                        .setUuid(ByteString.copyFrom(
                                HexFormat.of().parseHex(status.updateId().get().value()))));
    }

    /** With no tasks it asks for all of them. */
    static Call.Builder reconcile(Collection<TaskId> tasks) {
        Call.Reconcile.Builder reconcile = Call.Reconcile.newBuilder();
        tasks.forEach(
                task -> reconcile.addTasks(Call.Reconcile.Task.newBuilder().setTaskId(taskId(task))));
        return Call.newBuilder().setType(Call.Type.RECONCILE).setReconcile(reconcile);
    }

    static Call.Builder suppress(List<String> roles) {
        return Call.newBuilder()
                .setType(Call.Type.SUPPRESS)
                .setSuppress(Call.Suppress.newBuilder().addAllRoles(roles));
    }

    static Call.Builder revive(List<String> roles) {
        return Call.newBuilder()
                .setType(Call.Type.REVIVE)
                .setRevive(Call.Revive.newBuilder().addAllRoles(roles));
    }

    static Call.Builder teardown() {
        return Call.newBuilder().setType(Call.Type.TEARDOWN);
    }

    static Mesos.FrameworkID frameworkId(FrameworkId id) {
        return Mesos.FrameworkID.newBuilder().setValue(id.value()).build();
    }

    private static Mesos.TaskID taskId(TaskId id) {
        return Mesos.TaskID.newBuilder().setValue(id.value()).build();
    }

    private static Mesos.TaskInfo task(TaskInfo task, Offer offer) {
        Mesos.TaskInfo.Builder info = Mesos.TaskInfo.newBuilder()
                .setName(task.name())
                .setTaskId(taskId(task.id()))
                .setAgentId(Mesos.AgentID.newBuilder().setValue(offer.agentId().value()))
                .setCommand(command(task.command()))
                .addAllResources(resources(task.resources(), offer.role()));
        if (!task.labels().isEmpty()) {
            info.setLabels(labels(task.labels()));
        }
        task.killGracePeriod().ifPresent(grace -> info.setKillPolicy(killPolicy(grace)));
        task.maxCompletionTime()
                .ifPresent(time -> info.setMaxCompletionTime(
                        Mesos.DurationInfo.newBuilder().setNanoseconds(time.toNanos())));
        task.discovery().ifPresent(discovery -> info.setDiscovery(discovery(discovery)));
        return info.build();
    }

    private static Mesos.CommandInfo command(CommandInfo command) {
        Mesos.CommandInfo.Builder info = Mesos.CommandInfo.newBuilder()
                .setShell(command.shell())
                .setValue(command.value())
                .addAllArguments(command.arguments());
        if (!command.environment().isEmpty()) {
            Mesos.Environment.Builder environment = Mesos.Environment.newBuilder();
            command.environment()
                    .forEach((name, value) -> environment.addVariables(Mesos.Environment.Variable.newBuilder()
                            .setName(name)
                            .setValue(value)));
            info.setEnvironment(environment);
        }
        if (!command.user().isEmpty()) {
            info.setUser(command.user());
        }
        return info.build();
    }

    private static Mesos.DiscoveryInfo discovery(DiscoveryInfo discovery) {
        Mesos.DiscoveryInfo.Builder info = Mesos.DiscoveryInfo.newBuilder()
                .setVisibility(Mesos.DiscoveryInfo.Visibility.valueOf(
                        discovery.visibility().name()));
        if (!discovery.name().isEmpty()) {
            info.setName(discovery.name());
        }
        if (!discovery.environment().isEmpty()) {
            info.setEnvironment(discovery.environment());
        }
        if (!discovery.location().isEmpty()) {
            info.setLocation(discovery.location());
        }
        if (!discovery.version().isEmpty()) {
            info.setVersion(discovery.version());
        }
        if (!discovery.ports().isEmpty()) {
            Mesos.Ports.Builder ports = Mesos.Ports.newBuilder();
            discovery.ports().forEach(port -> ports.addPorts(port(port)));
            info.setPorts(ports);
        }
        if (!discovery.labels().isEmpty()) {
            info.setLabels(labels(discovery.labels()));
        }
        return info.build();
    }

    private static Mesos.Port port(DiscoveryInfo.Port port) {
        Mesos.Port.Builder builder = Mesos.Port.newBuilder().setNumber(port.number());
        if (!port.name().isEmpty()) {
            builder.setName(port.name());
        }
        if (!port.protocol().isEmpty()) {
            builder.setProtocol(port.protocol());
        }
        return builder.build();
    }

    static List<Mesos.Resource> resources(Resources resources, String role) {
        List<Mesos.Resource> list = new ArrayList<>();
        resources
                .scalars()
                .forEach((name, thousandths) -> list.add(resource(name, role)
                        .setType(Mesos.Value.Type.SCALAR)
                        .setScalar(Mesos.Value.Scalar.newBuilder().setValue(thousandths / 1000.0))
                        .build()));
        resources
                .ranges()
                .forEach((name, ranges) -> list.add(resource(name, role)
                        .setType(Mesos.Value.Type.RANGES)
                        .setRanges(ranges(ranges))
                        .build()));
        resources
                .sets()
                .forEach((name, items) -> list.add(resource(name, role)
                        .setType(Mesos.Value.Type.SET)
                        .setSet(Mesos.Value.Set.newBuilder().addAllItem(items))
                        .build()));
        return list;
    }

    private static Mesos.Resource.Builder resource(String name, String role) {
        return Mesos.Resource.newBuilder()
                .setName(name)
                .setAllocationInfo(Mesos.Resource.AllocationInfo.newBuilder().setRole(role));
    }

    private static Mesos.Value.Ranges ranges(Ranges ranges) {
        Mesos.Value.Ranges.Builder builder = Mesos.Value.Ranges.newBuilder();
        ranges.ranges()
                .forEach(range -> builder.addRange(
                        Mesos.Value.Range.newBuilder().setBegin(range.begin()).setEnd(range.end())));
        return builder.build();
    }

    private static Mesos.Labels labels(List<Label> labels) {
        Mesos.Labels.Builder builder = Mesos.Labels.newBuilder();
        for (Label label : labels) {
            Mesos.Label.Builder one = Mesos.Label.newBuilder().setKey(label.key());
            builder.addLabels(label.value().isEmpty() ? one : one.setValue(label.value()));
        }
        return builder.build();
    }

    private static Mesos.Filters filters(Filters filters) {
        return Mesos.Filters.newBuilder()
                .setRefuseSeconds(seconds(filters.refuse()))
                .build();
    }

    private static Mesos.KillPolicy killPolicy(Duration grace) {
        return Mesos.KillPolicy.newBuilder()
                .setGracePeriod(Mesos.DurationInfo.newBuilder().setNanoseconds(grace.toNanos()))
                .build();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
