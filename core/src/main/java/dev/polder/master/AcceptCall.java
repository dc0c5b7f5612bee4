package dev.polder.master;

import dev.polder.model.AgentId;
import dev.polder.offer.Offer;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.proto.AgentLinkFrames.Launch;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Facts;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.Offer.Operation;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides ACCEPT and DECLINE: one atomic step from offers to tasks. */
final class AcceptCall {
    /** What a framework that says nothing gets, in seconds. */
    private static final double REFUSE_SECONDS_DEFAULT = 5;

    private static final double REFUSE_SECONDS_MAX = 365 * 24 * 3600.0;

    private final LeaderTerm term;

    AcceptCall(LeaderTerm term) {
        this.term = term;
    }

    /** Returns what is wrong with the call itself, before any offer is looked at; null if nothing is. */
    static @Nullable String problemOf(Call.Accept accept) {
        for (Operation operation : accept.getOperationsList()) {
            switch (operation.getType()) {
                case LAUNCH, LAUNCH_GROUP, UNKNOWN -> {
                    // decided task by task
                }
                default -> {
                    return "operation " + operation.getType() + ": not supported yet";
                }
            }
        }
        return null;
    }

    void accept(FrameworkRecord framework, Call.Accept accept) {
        List<Offer> offers = new ArrayList<>();
        String problem = collect(framework, accept.getOfferIdsList(), offers);
        if (problem != null) {
            offers.forEach(term.offers::takeBack);
            refuseAll(framework, accept, problem);
            return;
        }
        AgentId agent = term.offers.agentOf(offers.get(0));
        String role = offers.get(0).role();
        Resources offered = Resources.EMPTY;
        for (Offer offer : offers) {
            offered = offered.plus(offer.resources());
        }
        Resources left = offered;
        for (Operation operation : accept.getOperationsList()) {
            for (TaskInfo task : operation.getLaunchGroup().getTaskGroup().getTasksList()) {
                refuse(
                        framework,
                        task,
                        Mesos.TaskState.TASK_ERROR,
                        TaskStatus.Reason.REASON_TASK_GROUP_INVALID,
                        "task group with task '" + task.getTaskId().getValue()
                                + "': task groups are not supported yet");
            }
            for (TaskInfo task : operation.getLaunch().getTaskInfosList()) {
                left = launch(framework, task, agent, role, left);
            }
        }
        term.offers.accept(offers.stream().map(Offer::id).toList(), offered.minus(left), refuseMs(accept.getFilters()));
    }

    void decline(FrameworkRecord framework, Call.Decline decline) {
        for (Mesos.OfferID id : decline.getOfferIdsList()) {
            Offer offer = term.offers.open(framework.id(), id.getValue());
            if (offer != null) {
                term.offers.decline(offer, refuseMs(decline.getFilters()));
            }
        }
    }

    private Resources launch(
            FrameworkRecord framework, TaskInfo task, AgentId agent, String role, Resources available) {
        boolean taken = term.state.task(framework.id(), TaskRules.idOf(task)) != null;
        TaskRules.Verdict verdict = TaskRules.judge(task, agent, role, available, taken);
        if (verdict instanceof TaskRules.Verdict.Refused refused) {
            refuseInvalid(framework, task, refused.why());
            return available;
        }
        TaskRules.Verdict.Launchable launchable = (TaskRules.Verdict.Launchable) verdict;
        Fact.Builder launched = Fact.newBuilder()
                .setTaskLaunched(Facts.TaskLaunched.newBuilder()
                        .setFrameworkId(framework.info().getId())
                        .setTask(launchable.task())
                        .setRole(role));
        String tooLarge = LeaderTerm.problemOfSize(launched.build());
        if (tooLarge != null) {
            refuseInvalid(framework, task, "task '" + task.getTaskId().getValue() + "': " + tooLarge);
            return available;
        }
        term.counters.tasksLaunched++;
        term.fact(launched);
        term.send(
                agent,
                ToAgent.newBuilder()
                        .setLaunch(Launch.newBuilder()
                                .setFramework(framework.info())
                                .setTask(launchable.task())));
        return available.minus(launchable.resources());
    }

    /** Finds the offers of a call; those found so far are in {@code found} even if something is wrong. */
    private @Nullable String collect(FrameworkRecord framework, List<Mesos.OfferID> ids, List<Offer> found) {
        if (ids.isEmpty()) {
            return "No offers specified";
        }
        Set<String> seen = new LinkedHashSet<>();
        String problem = null;
        for (Mesos.OfferID id : ids) {
            if (!seen.add(id.getValue())) {
                problem = "Duplicate offer " + id.getValue() + " in offer list";
                continue;
            }
            Offer offer = term.offers.open(framework.id(), id.getValue());
            if (offer == null) {
                problem = "Offer " + id.getValue() + " is no longer valid";
                continue;
            }
            if (!found.isEmpty() && found.get(0).agent() != offer.agent()) {
                problem = "Aggregated offers must belong to one single agent. Offer " + id.getValue() + " uses agent "
                        + term.offers.agentOf(offer) + " and offer "
                        + ids.get(0).getValue() + " uses agent "
                        + term.offers.agentOf(found.get(0));
            } else if (!found.isEmpty() && !found.get(0).role().equals(offer.role())) {
                problem = "Aggregated offers must be allocated to the same role. Offer " + id.getValue() + " uses role "
                        + offer.role() + " but another is using role "
                        + found.get(0).role();
            }
            found.add(offer);
        }
        return problem;
    }

    private void refuseAll(FrameworkRecord framework, Call.Accept accept, String problem) {
        for (Operation operation : accept.getOperationsList()) {
            List<TaskInfo> tasks = new ArrayList<>(operation.getLaunch().getTaskInfosList());
            tasks.addAll(operation.getLaunchGroup().getTaskGroup().getTasksList());
            for (TaskInfo task : tasks) {
                TaskRecord launched = term.state.task(framework.id(), TaskRules.idOf(task));
                if (launched == null) {
                    refuse(
                            framework,
                            task,
                            Mesos.TaskState.TASK_DROPPED,
                            TaskStatus.Reason.REASON_INVALID_OFFERS,
                            "Task launched with invalid offers: " + problem);
                } else {
                    // a repeated call, most likely: the task was not dropped, and saying so would have it started again
                    term.tellsWhatIsKnown();
                    TaskStatus status =
                            Statuses.reconciled(launched, term.now()).build();
                    term.send(framework.id(), Statuses.event(framework, status));
                }
            }
        }
    }

    private void refuseInvalid(FrameworkRecord framework, TaskInfo task, String why) {
        refuse(framework, task, Mesos.TaskState.TASK_ERROR, TaskStatus.Reason.REASON_TASK_INVALID, why);
    }

    private void refuse(
            FrameworkRecord framework, TaskInfo task, Mesos.TaskState state, TaskStatus.Reason reason, String message) {
        if (state == Mesos.TaskState.TASK_ERROR) {
            term.counters.tasksError++;
        } else {
            term.counters.tasksLost++;
        }
        TaskStatus status = Statuses.of(task.getTaskId(), task.getAgentId(), state, reason, message, term.now())
                .build();
        term.send(framework.id(), Statuses.event(framework, status));
    }

    private static long refuseMs(Mesos.Filters filters) {
        double seconds = filters.getRefuseSeconds();
        if (!(seconds >= 0)) {
            seconds = REFUSE_SECONDS_DEFAULT;
        }
        return (long) (Math.min(seconds, REFUSE_SECONDS_MAX) * 1000);
    }
}
