package dev.polder.master;

import static java.util.Objects.requireNonNull;

import dev.polder.master.LeaderTerm.AgentSession;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.AgentLinkFrames.EndFramework;
import dev.polder.wire.proto.AgentLinkFrames.Kill;
import dev.polder.wire.proto.AgentLinkFrames.Launch;
import dev.polder.wire.proto.AgentLinkFrames.Refused;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.Registered;
import dev.polder.wire.proto.AgentLinkFrames.StatusUpdate;
import dev.polder.wire.proto.AgentLinkFrames.TaskReport;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Facts;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.AgentInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides what agents report, and what becomes of their tasks when they are away. */
final class AgentCalls {
    private record TaskKey(FrameworkId framework, TaskId task) {}

    private final LeaderTerm term;
    private final FrameworkCalls frameworks;

    AgentCalls(LeaderTerm term, FrameworkCalls frameworks) {
        this.term = term;
        this.frameworks = frameworks;
    }

    // ---- registration

    void register(AgentLink link, Register register) {
        if (term.agent(link) != null) {
            refuse(link, "agent registered twice on one connection");
            return;
        }
        String problem = problemOf(register);
        if (problem != null) {
            refuse(link, problem);
            return;
        }
        AgentId known = knownAs(register);
        AgentId id = known == null ? admit(register) : readmit(known, register);
        AgentSession old = term.agent(id);
        if (old != null) {
            term.effect(new Effect.CloseAgent(old.link()));
            term.disconnect(old);
        }
        term.connect(id, link);
        term.offers.setAgentConnected(id, true);
        term.send(
                link,
                ToAgent.newBuilder()
                        .setRegistered(Registered.newBuilder()
                                .setAgentId(protoId(id))
                                .setClusterId(term.state.clusterId())
                                .setMasterId(term.state.master().getId())));
        reconcile(id, register.getTasksList());
    }

    private @Nullable String problemOf(Register register) {
        String problem = problemOfIdentity(register);
        return problem != null ? problem : problemOfResources(register);
    }

    private @Nullable String problemOfResources(Register register) {
        AgentId known = knownAs(register);
        try {
            Resources total = ResourceCodec.amounts(register.getInfo().getResourcesList());
            for (TaskRecord task : known == null ? List.<TaskRecord>of() : term.state.tasksOn(known)) {
                if (!task.state().isTerminal()) {
                    // refuses a resource of another kind than what the task uses
                    total = total.plus(task.resources());
                }
            }
            return null;
        } catch (IllegalArgumentException e) {
            return "agent '" + register.getInfo().getHostname() + "': " + e.getMessage();
        }
    }

    private @Nullable String problemOfIdentity(Register register) {
        String cluster = register.getClusterId();
        if (!cluster.isEmpty() && !cluster.equals(term.state.clusterId())) {
            return "agent of cluster '" + cluster + "': this is cluster '" + term.state.clusterId() + "'";
        }
        if (register.getIncarnation().isEmpty()) {
            return "agent without an incarnation";
        }
        if (!register.getInfo().hasId()) {
            return null;
        }
        AgentId id = new AgentId(register.getInfo().getId().getValue());
        AgentRecord agent = term.state.agent(id);
        if (agent == null) {
            return "agent '" + id + "': this cluster never had an agent of this id";
        }
        return agent.incarnation().equals(register.getIncarnation())
                ? null
                : "agent '" + id + "': came back with another data directory";
    }

    private @Nullable AgentId knownAs(Register register) {
        return register.getInfo().hasId()
                ? new AgentId(register.getInfo().getId().getValue())
                : term.state.agentOf(register.getIncarnation());
    }

    private AgentId admit(Register register) {
        AgentId id = term.state.nextAgentId();
        term.fact(Fact.newBuilder()
                .setAgentAdmitted(Facts.AgentAdmitted.newBuilder()
                        .setInfo(register.getInfo().toBuilder().setId(protoId(id)))
                        .setIncarnation(register.getIncarnation())
                        .setVersion(register.getVersion())
                        .setIp(register.getIp())
                        .setWallMs(term.now().wallMs())));
        term.offers.addAgent(requireNonNull(term.state.agent(id)));
        return id;
    }

    private AgentId readmit(AgentId id, Register register) {
        AgentRecord old = requireNonNull(term.state.agent(id));
        AgentInfo info = register.getInfo().toBuilder().setId(protoId(id)).build();
        boolean same = !old.unreachable()
                && old.info().equals(info)
                && old.version().equals(register.getVersion())
                && old.ip().equals(register.getIp());
        if (!same) {
            term.fact(Fact.newBuilder()
                    .setAgentReadmitted(Facts.AgentReadmitted.newBuilder()
                            .setInfo(info)
                            .setVersion(register.getVersion())
                            .setIp(register.getIp())
                            .setWallMs(term.now().wallMs())));
            AgentRecord agent = requireNonNull(term.state.agent(id));
            if (!term.offers.hasAgent(id)) {
                term.offers.addAgent(agent);
                return id;
            }
            term.offers.updateAgent(agent);
        }
        return id;
    }

    private void refuse(AgentLink link, String reason) {
        term.send(link, ToAgent.newBuilder().setRefused(Refused.newBuilder().setReason(reason)));
        term.effect(new Effect.CloseAgent(link));
    }

    /** Brings both lists of tasks together: what we know of the agent, and what it reports. */
    private void reconcile(AgentId id, List<TaskReport> reports) {
        Map<TaskKey, TaskReport> reported = new HashMap<>();
        Set<FrameworkId> unknownFrameworks = new LinkedHashSet<>();
        for (TaskReport report : reports) {
            FrameworkId framework = new FrameworkId(report.getFrameworkId().getValue());
            reported.put(new TaskKey(framework, new TaskId(report.getTaskId().getValue())), report);
            if (term.state.framework(framework) == null) {
                unknownFrameworks.add(framework);
            } else {
                endUnknown(id, framework, report);
            }
        }
        for (FrameworkId framework : unknownFrameworks) {
            end(id, framework);
        }
        for (TaskRecord task : term.state.tasksOn(id)) {
            TaskReport report = reported.get(new TaskKey(task.frameworkId(), task.id()));
            // a former task of the same id, whose end was acknowledged and not yet forgotten: this one never got there
            boolean isFormer = report != null && term.state.isOfFormerRun(task, report.getUuid());
            if (!task.state().isTerminal()) {
                reconcile(task, isFormer ? null : report);
            }
        }
    }

    /** Ends a task that nobody would ever hear of again: the cluster does not know it, and counts nothing that it uses. */
    private void endUnknown(AgentId id, FrameworkId framework, TaskReport report) {
        TaskRecord task =
                term.state.task(framework, new TaskId(report.getTaskId().getValue()));
        boolean known = task != null && task.agentId().equals(id);
        if (!known && !isTerminal(report.getState())) {
            term.send(
                    id,
                    ToAgent.newBuilder()
                            .setKill(Kill.newBuilder()
                                    .setFrameworkId(report.getFrameworkId())
                                    .setTaskId(report.getTaskId())));
        }
    }

    private void reconcile(TaskRecord task, @Nullable TaskReport report) {
        if (report == null && task.state() == TaskState.TASK_STAGING) {
            FrameworkRecord framework = term.living(task.frameworkId());
            term.send(
                    task.agentId(),
                    ToAgent.newBuilder()
                            .setLaunch(Launch.newBuilder()
                                    .setFramework(framework.info())
                                    .setTask(task.info())));
        } else if (report == null) {
            change(
                    task,
                    Statuses.of(
                                    task.info().getTaskId(),
                                    task.info().getAgentId(),
                                    Mesos.TaskState.TASK_GONE,
                                    TaskStatus.Reason.REASON_RECONCILIATION,
                                    "Reconciliation: Task is unknown to the agent",
                                    term.now())
                            .build());
            return;
        } else if (task.state() == TaskState.TASK_UNREACHABLE && !isTerminal(report.getState())) {
            change(
                    task,
                    Statuses.of(
                                    task.info().getTaskId(),
                                    task.info().getAgentId(),
                                    report.getState(),
                                    TaskStatus.Reason.REASON_AGENT_REREGISTERED,
                                    "Agent re-registered",
                                    term.now())
                            .build());
        }
        if (task.kill() != null) {
            term.send(task.agentId(), FrameworkCalls.killOrder(task));
        }
    }

    private static boolean isTerminal(Mesos.TaskState state) {
        return TaskState.valueOf(state.name()).isTerminal();
    }

    private void end(AgentId agent, FrameworkId framework) {
        term.send(
                agent,
                ToAgent.newBuilder()
                        .setEndFramework(EndFramework.newBuilder().setFrameworkId(FrameworkCalls.protoId(framework))));
    }

    // ---- updates

    void update(AgentLink link, StatusUpdate update) {
        AgentSession session = term.agent(link);
        if (session == null) {
            // a connection that was replaced; the agent sends again on its new one
            return;
        }
        FrameworkId frameworkId = new FrameworkId(update.getFrameworkId().getValue());
        FrameworkRecord framework = term.state.framework(frameworkId);
        if (framework == null) {
            end(session.id(), frameworkId);
            return;
        }
        TaskStatus status = update.getStatus();
        TaskRecord task =
                term.state.task(frameworkId, new TaskId(status.getTaskId().getValue()));
        if (task != null && isNews(task, session.id(), status)) {
            change(task, status);
        } else {
            // known, or of a task that is forgotten: nothing new, but it must be acknowledged
            frameworks.forward(framework, status);
        }
    }

    private boolean isNews(TaskRecord task, AgentId from, TaskStatus status) {
        if (!task.agentId().equals(from) || task.state().isTerminal() || task.knows(status.getUuid())) {
            return false;
        }
        return !term.state.isOfFormerRun(task, status.getUuid());
    }

    /** Moves a task that has not ended to the status's state, books its resources, and tells its framework. */
    private void change(TaskRecord task, TaskStatus status) {
        FrameworkRecord framework = term.living(task.frameworkId());
        TaskState state = Statuses.stateOf(status);
        TaskStatus.Builder stored = status.toBuilder().clearData();
        if (state.isTerminal()) {
            // an ended task is shown in the words of its framework; one that is away may yet come back
            stored.setState(Statuses.spoken(framework, status.getState()));
        }
        term.fact(Fact.newBuilder()
                .setTaskStateChanged(Facts.TaskStateChanged.newBuilder()
                        .setFrameworkId(framework.info().getId())
                        .setStatus(stored)));
        TaskRecord changed = term.state.task(task.frameworkId(), task.id());
        boolean uses = changed != null && changed.usesResources();
        if (task.usesResources() && !uses) {
            term.offers.release(task);
        } else if (!task.usesResources() && uses) {
            term.offers.use(task);
        }
        if (state.isTerminal()) {
            frameworks.countEnd(state);
        }
        frameworks.forward(framework, status);
    }

    // ---- away

    void closed(AgentLink link) {
        AgentSession session = term.agent(link);
        if (session != null) {
            term.disconnect(session);
            term.offers.setAgentConnected(session.id(), false);
        }
    }

    /** Gives every agent time to come back to a leader that is new. */
    void expectAll() {
        for (AgentId id : term.state.agentIds()) {
            if (!requireNonNull(term.state.agent(id)).unreachable()) {
                term.expectAgent(id);
            }
        }
    }

    /** Declares those agents unreachable whose time to come back is over. */
    void loseOverdue() {
        List<AgentId> overdue = new ArrayList<>();
        term.agentDeadlinesMs().forEach((id, deadline) -> {
            if (deadline <= term.now().nowMs()) {
                overdue.add(id);
            }
        });
        overdue.forEach(this::lose);
    }

    private void lose(AgentId id) {
        term.stopExpecting(id);
        term.fact(Fact.newBuilder()
                .setAgentUnreachable(Facts.AgentUnreachable.newBuilder()
                        .setAgentId(protoId(id))
                        .setWallMs(term.now().wallMs())));
        for (TaskRecord task : term.state.tasksOn(id)) {
            if (!task.state().isTerminal()) {
                change(
                        task,
                        Statuses.of(
                                        task.info().getTaskId(),
                                        task.info().getAgentId(),
                                        Mesos.TaskState.TASK_UNREACHABLE,
                                        TaskStatus.Reason.REASON_AGENT_REMOVED,
                                        "health check timed out",
                                        term.now())
                                .setUnreachableTime(Mesos.TimeInfo.newBuilder()
                                        .setNanoseconds(term.now().wallMs() * 1_000_000))
                                .build());
            }
        }
        term.offers.removeAgent(id);
        for (FrameworkId framework : term.frameworkSessions().keySet()) {
            term.send(
                    framework,
                    Event.newBuilder()
                            .setType(Event.Type.FAILURE)
                            .setFailure(Event.Failure.newBuilder().setAgentId(protoId(id))));
        }
    }

    private static Mesos.AgentID protoId(AgentId id) {
        return Mesos.AgentID.newBuilder().setValue(id.value()).build();
    }
}
