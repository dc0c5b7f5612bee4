package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import dev.polder.master.AgentRecord;
import dev.polder.master.FrameworkRecord;
import dev.polder.master.MasterView;
import dev.polder.master.Table;
import dev.polder.master.TaskRecord;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.Mesos;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Compares what masters remember, and adds up what they gave away. */
final class Views {
    private Views() {}

    /** Fails unless both show the same state, whatever the order in which it lies in memory. */
    static void requireSame(String what, MasterView one, MasterView other) {
        same(what + ": cluster", one.clusterId(), other.clusterId());
        same(what + ": term", one.term(), other.term());
        same(what + ": master", one.master(), other.master());
        same(what + ": cluster time", one.clusterTimeMs(), other.clusterTimeMs());
        same(what + ": next framework", one.nextFramework(), other.nextFramework());
        same(what + ": next agent", one.nextAgent(), other.nextAgent());
        same(what + ": next completed task", one.nextCompleted(), other.nextCompleted());
        same(what + ": agents", byName(one.agents(), Views::nameOf), byName(other.agents(), Views::nameOf));
        same(what + ": frameworks", byName(one.frameworks(), Views::nameOf), byName(other.frameworks(), Views::nameOf));
        same(what + ": tasks", byName(one.tasks(), Views::nameOf), byName(other.tasks(), Views::nameOf));
        same(what + ": completed tasks", completed(one), completed(other));
        same(what + ": completed frameworks", one.completedFrameworks(), other.completedFrameworks());
    }

    /** Fails unless what is in use and in offers on each agent is there, and nothing is given twice. */
    static void requireConserved(MasterView view) {
        Map<String, Resources> used = new HashMap<>();
        Map<String, Resources> offered = new HashMap<>();
        for (TaskRecord task : view.tasks()) {
            if (task.usesResources()) {
                add(used, task.agentId().value(), task.resources(), "tasks");
            }
        }
        for (List<Mesos.Offer> offers : view.soft().offers().values()) {
            for (Mesos.Offer offer : offers) {
                Resources resources = ResourceCodec.amounts(withoutAllocation(offer));
                check(
                        !resources.isEmpty(),
                        () -> "offer of nothing: " + offer.getId().getValue());
                add(offered, offer.getAgentId().getValue(), resources, "offers");
            }
        }
        for (AgentRecord agent : view.agents()) {
            Resources busy = used.getOrDefault(agent.id().value(), Resources.EMPTY);
            Resources open = offered.getOrDefault(agent.id().value(), Resources.EMPTY);
            check(
                    open.isEmpty() || view.soft().connectedAgents().contains(agent.id()),
                    () -> "agent " + agent.id() + " is away, yet offered: " + open);
            check(
                    agent.total().minusSaturating(busy).covers(open),
                    () -> "agent " + agent.id() + " has " + agent.total() + ", but " + busy + " is in use and " + open
                            + " offered");
        }
    }

    private static void add(Map<String, Resources> sums, String agent, Resources more, String what) {
        Resources sum = sums.getOrDefault(agent, Resources.EMPTY);
        check(!sum.intersects(more), () -> "agent " + agent + ": two " + what + " hold the same of " + more);
        sums.put(agent, sum.plus(more));
    }

    private static List<Mesos.Resource> withoutAllocation(Mesos.Offer offer) {
        return offer.getResourcesList().stream()
                .map(resource -> resource.toBuilder().clearAllocationInfo().build())
                .toList();
    }

    private static Map<Long, TaskRecord> completed(MasterView view) {
        Map<Long, TaskRecord> completed = new HashMap<>();
        view.completedTasks()
                .forEach(one -> completed.put(
                        one.sequence(),
                        view.recordOf(one).orElseThrow(() -> new Violation("the record of " + one + " is gone"))));
        return completed;
    }

    private static <V> Map<String, V> byName(Table.View<V> table, Function<V, String> name) {
        Map<String, V> byName = new HashMap<>();
        table.forEach(value -> byName.put(name.apply(value), value));
        return byName;
    }

    private static String nameOf(AgentRecord agent) {
        return agent.id().value();
    }

    private static String nameOf(FrameworkRecord framework) {
        return framework.id().value();
    }

    private static String nameOf(TaskRecord task) {
        return task.frameworkId() + "/" + task.id();
    }

    private static void same(String what, Object one, Object other) {
        check(one.equals(other), () -> what + " differ:\n  " + one + "\n  " + other);
    }
}
