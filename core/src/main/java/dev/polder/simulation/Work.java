package dev.polder.simulation;

import dev.polder.offer.resource.Ranges;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.Offer;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A framework that makes use of the cluster, with all that clients do: it keeps, declines, takes and forgets offers. */
final class Work implements Client.Wish {
    private static final int UNFINISHED_MAX = 25;
    private static final long WHIM_US = 5_000_000;
    private static final int LARGE_BYTES = 150_000;

    private final Client client;
    private final Surroundings around;
    private final Dice dice;
    private final Set<String> rescinded = new HashSet<>();
    private int names;
    private boolean over;

    Work(Client client, Surroundings around, Dice dice) {
        this.client = client;
        this.around = around;
        this.dice = dice;
        whimLater();
    }

    /** Begins nothing more. */
    void end() {
        over = true;
    }

    @Override
    public void offered(Offer offer) {
        if (dice.chance(0.05)) {
            // forgotten: it will time out
            return;
        }
        long keepUs = dice.spread(1, around.knobs().holdOffersMsMax() * 1_000);
        around.time().after(keepUs, () -> answer(offer));
    }

    @Override
    public void rescinded(String offerId) {
        rescinded.add(offerId);
    }

    private void answer(Offer offer) {
        boolean gone = rescinded.remove(offer.getId().getValue());
        if (over || (gone && dice.chance(0.9))) {
            return;
        }
        if (client.tasks().unfinished().size() >= UNFINISHED_MAX || dice.chance(0.3)) {
            client.call(decline(List.of(offer.getId())));
        } else {
            accept(offer);
        }
    }

    private Call.Builder decline(List<Mesos.OfferID> offers) {
        Call.Decline.Builder decline = Call.Decline.newBuilder().addAllOfferIds(offers);
        if (dice.chance(0.7)) {
            decline.setFilters(filters());
        }
        return Call.newBuilder().setType(Call.Type.DECLINE).setDecline(decline);
    }

    private Mesos.Filters filters() {
        double seconds = dice.chance(0.3) ? 0 : dice.spread(1, 60_000) / 1000.0;
        return Mesos.Filters.newBuilder().setRefuseSeconds(seconds).build();
    }

    private void accept(Offer offer) {
        Resources left = ResourceCodec.amounts(offer.getResourcesList().stream()
                .map(resource -> resource.toBuilder().clearAllocationInfo().build())
                .toList());
        List<TaskInfo> infos = new ArrayList<>();
        for (int i = dice.below(4); i >= 0; i--) {
            Resources wanted = part(left);
            if (wanted.isEmpty()) {
                break;
            }
            left = left.minus(wanted);
            infos.add(task(offer, wanted));
        }
        Call.Accept.Builder accept = Call.Accept.newBuilder().addOfferIds(offer.getId());
        if (dice.chance(0.02)) {
            accept.addOfferIds(Mesos.OfferID.newBuilder().setValue("no-such-offer"));
        }
        if (dice.chance(0.7)) {
            accept.setFilters(filters());
        }
        accept.addOperations(Offer.Operation.newBuilder()
                .setType(Offer.Operation.Type.LAUNCH)
                .setLaunch(Offer.Operation.Launch.newBuilder().addAllTaskInfos(infos)));
        client.call(Call.newBuilder().setType(Call.Type.ACCEPT).setAccept(accept));
    }

    private Resources part(Resources left) {
        ResourcesBuilder part = Resources.builder();
        long cpus = left.scalar("cpus");
        long mem = left.scalar("mem");
        if (cpus > 0) {
            part.scalar("cpus", dice.spread(1, cpus));
        }
        if (mem > 0 && dice.chance(0.9)) {
            part.scalar("mem", dice.spread(1, mem));
        }
        Ranges ports = left.ranges("ports");
        if (!ports.ranges().isEmpty() && dice.chance(0.3)) {
            Ranges.Range range = dice.pick(ports.ranges());
            long port = dice.between(range.begin(), range.end());
            part.range("ports", port, Math.min(range.end(), port + dice.below(2)));
        }
        return part.build();
    }

    private TaskInfo task(Offer offer, Resources wanted) {
        boolean forEver = dice.chance(0.1);
        Run run = around.ledger()
                .plan(
                        taskId(),
                        forEver ? 100_000_000 : dice.spread(1, around.knobs().taskMsMax()),
                        dice.chance(0.7) ? 0 : dice.below(256),
                        dice.chance(0.8));
        TaskInfo.Builder task = TaskInfo.newBuilder()
                .setName("task")
                .setTaskId(Mesos.TaskID.newBuilder().setValue(run.taskId))
                .setAgentId(offer.getAgentId())
                .addAllResources(ResourceCodec.resources(wanted))
                .setCommand(CommandInfo.newBuilder().setValue(run.plan.command()));
        if (dice.chance(0.05)) {
            run.limited = true;
            task.setMaxCompletionTime(
                    Mesos.DurationInfo.newBuilder().setNanoseconds(dice.spread(1, 60_000) * 1_000_000));
        }
        if (dice.chance(0.2)) {
            task.setKillPolicy(Mesos.KillPolicy.newBuilder()
                    .setGracePeriod(
                            Mesos.DurationInfo.newBuilder().setNanoseconds(dice.spread(1, 20_000) * 1_000_000)));
        }
        if (dice.chance(around.knobs().largeTask())) {
            task.setData(com.google.protobuf.ByteString.copyFrom(new byte[LARGE_BYTES]));
        }
        if (dice.chance(0.02)) {
            task.setAgentId(Mesos.AgentID.newBuilder().setValue("another"));
        }
        client.tasks().begin(run, offer.getAgentId().getValue());
        return task.build();
    }

    private String taskId() {
        List<String> free = client.tasks().freeIds();
        if (!free.isEmpty() && dice.chance(around.knobs().reusesTaskId())) {
            return dice.pick(free);
        }
        return client.name() + "-t" + names++;
    }

    // ---- whims

    private void whimLater() {
        around.time().after(dice.spread(1_000, WHIM_US), () -> {
            if (!over) {
                whim();
                whimLater();
            }
        });
    }

    private void whim() {
        List<Tasks.Known> unfinished = client.tasks().unfinished();
        switch (dice.below(8)) {
            case 0, 1, 2 -> {
                if (!unfinished.isEmpty()) {
                    client.tasks().kill(dice.pick(unfinished));
                }
            }
            case 3 ->
                client.call(Call.newBuilder()
                        .setType(Call.Type.SUPPRESS)
                        .setSuppress(Call.Suppress.newBuilder().addAllRoles(someRoles())));
            case 4, 5 ->
                client.call(Call.newBuilder()
                        .setType(Call.Type.REVIVE)
                        .setRevive(Call.Revive.newBuilder().addAllRoles(someRoles())));
            case 6 ->
                client.call(Call.newBuilder()
                        .setType(Call.Type.KILL)
                        .setKill(Call.Kill.newBuilder()
                                .setTaskId(Mesos.TaskID.newBuilder().setValue("no-such-task"))));
            default -> {
                // content
            }
        }
    }

    private List<String> someRoles() {
        return dice.chance(0.5) ? List.of() : List.of(dice.pick(client.roles()));
    }
}
