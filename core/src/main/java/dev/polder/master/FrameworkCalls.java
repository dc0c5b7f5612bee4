package dev.polder.master;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.polder.master.LeaderTerm.FrameworkSession;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.wire.proto.AgentLinkFrames.Acknowledge;
import dev.polder.wire.proto.AgentLinkFrames.EndFramework;
import dev.polder.wire.proto.AgentLinkFrames.Kill;
import dev.polder.wire.proto.AgentLinkFrames.ResendUpdates;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Facts;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides what frameworks ask for, and what becomes of them when they go. */
final class FrameworkCalls {
    private final LeaderTerm term;
    private final AcceptCall acceptCall;
    private final Reconciliation reconciliation;

    FrameworkCalls(LeaderTerm term) {
        this.term = term;
        acceptCall = new AcceptCall(term);
        reconciliation = new Reconciliation(term);
    }

    // ---- coming

    void subscribe(FrameworkLink link, Call.Subscribe subscribe) {
        FrameworkInfo info = subscribe.getFrameworkInfo();
        FrameworkId asked = new FrameworkId(info.getId().getValue());
        String problem =
                FrameworkRules.problemOf(subscribe, term.config.offers().regexLimits());
        if (problem == null && term.state.isCompleted(asked)) {
            problem = "framework '" + asked + "': has been removed; subscribe without an id to begin anew";
        }
        if (problem == null && term.state.isYetToBeGiven(asked)) {
            problem = "framework '" + asked + "': ids of this form are given by the master, and this one is not yet";
        }
        FrameworkRecord known = asked.value().isEmpty() ? null : term.state.framework(asked);
        if (problem == null && known != null) {
            problem = problemOfChange(known.info(), info);
        }
        if (problem != null) {
            term.counters.invalidCalls++;
            term.effect(new Effect.SendEvent(link, error(problem)));
            term.effect(new Effect.CloseFramework(link));
            return;
        }
        FrameworkId id = known == null ? add(subscribe, asked) : resubscribe(known, subscribe);
        FrameworkRecord framework = term.living(id);
        term.connect(id, link);
        term.send(
                id,
                Event.newBuilder()
                        .setType(Event.Type.SUBSCRIBED)
                        .setSubscribed(Event.Subscribed.newBuilder()
                                .setFrameworkId(protoId(id))
                                .setHeartbeatIntervalSeconds(term.config.heartbeatIntervalMs() / 1000.0)
                                .setMasterInfo(term.state.master())));
        term.offers.connectFramework(framework, (known == null ? framework : known).suppressedRoles());
        for (AgentId agent : agentsOf(id)) {
            term.send(
                    agent,
                    ToAgent.newBuilder()
                            .setResendUpdates(ResendUpdates.newBuilder().setFrameworkId(protoId(id))));
        }
    }

    private FrameworkId add(Call.Subscribe subscribe, FrameworkId asked) {
        boolean numbered = asked.value().isEmpty();
        FrameworkId id = numbered ? term.state.nextFrameworkId() : asked;
        Facts.FrameworkAdded.Builder added = Facts.FrameworkAdded.newBuilder()
                .setInfo(subscribe.getFrameworkInfo().toBuilder().setId(protoId(id)))
                .addAllSuppressedRoles(new LinkedHashSet<>(subscribe.getSuppressedRolesList()))
                .setWallMs(term.now().wallMs())
                .setNumbered(numbered);
        if (subscribe.hasOfferConstraints()) {
            added.setOfferConstraints(subscribe.getOfferConstraints());
        }
        term.fact(Fact.newBuilder().setFrameworkAdded(added));
        term.offers.addFramework(term.living(id));
        return id;
    }

    private FrameworkId resubscribe(FrameworkRecord known, Call.Subscribe subscribe) {
        FrameworkInfo.Builder info = subscribe.getFrameworkInfo().toBuilder()
                .setUser(known.info().getUser())
                .setCheckpoint(known.info().getCheckpoint());
        Facts.FrameworkUpdated.Builder updated = Facts.FrameworkUpdated.newBuilder()
                .setInfo(info)
                .addAllSuppressedRoles(new LinkedHashSet<>(subscribe.getSuppressedRolesList()))
                .setWallMs(term.now().wallMs());
        if (subscribe.hasOfferConstraints()) {
            updated.setOfferConstraints(subscribe.getOfferConstraints());
        }
        term.fact(Fact.newBuilder().setFrameworkUpdated(updated));
        FrameworkSession old = term.framework(known.id());
        if (old != null) {
            term.effect(new Effect.SendEvent(old.link(), error("Framework failed over")));
            term.effect(new Effect.CloseFramework(old.link()));
            term.disconnect(old);
        }
        return known.id();
    }

    private static @Nullable String problemOfChange(FrameworkInfo old, FrameworkInfo now) {
        boolean same =
                old.hasPrincipal() == now.hasPrincipal() && old.getPrincipal().equals(now.getPrincipal());
        return same
                ? null
                : "framework_info.principal '" + now.getPrincipal() + "': was '" + old.getPrincipal()
                        + "' and may not change";
    }

    // ---- calls

    void call(ReplyTo reply, @Nullable String streamId, Call call) {
        FrameworkId id = new FrameworkId(call.getFrameworkId().getValue());
        FrameworkRecord framework = term.state.framework(id);
        FrameworkSession session = term.framework(id);
        if (framework == null) {
            refuse(reply, 400, "framework '" + id + "': not known");
        } else if (session == null) {
            refuse(reply, 403, "framework '" + id + "': not subscribed");
        } else if (streamId == null) {
            refuse(reply, 400, "header Mesos-Stream-Id: missing; every call but SUBSCRIBE needs it");
        } else if (!streamId.equals(session.link().streamId())) {
            refuse(
                    reply,
                    400,
                    "header Mesos-Stream-Id '" + streamId + "': not that of the subscription of framework '" + id
                            + "'");
        } else {
            dispatch(reply, framework, session, call);
        }
    }

    private void dispatch(ReplyTo reply, FrameworkRecord framework, FrameworkSession session, Call call) {
        String problem = call.getType() == Call.Type.ACCEPT ? AcceptCall.problemOf(call.getAccept()) : null;
        if (problem != null) {
            refuse(reply, 400, problem);
            return;
        }
        switch (call.getType()) {
            case ACCEPT -> acceptCall.accept(framework, call.getAccept());
            case DECLINE -> acceptCall.decline(framework, call.getDecline());
            case KILL -> kill(framework, call.getKill());
            case ACKNOWLEDGE -> acknowledge(framework, call.getAcknowledge());
            case RECONCILE -> reconciliation.reconcile(framework, call.getReconcile());
            case SUPPRESS -> suppress(framework, call.getSuppress().getRolesList());
            case REVIVE -> revive(framework, call.getRevive().getRolesList());
            case TEARDOWN -> {
                term.effect(new Effect.CloseFramework(session.link()));
                remove(framework.id());
            }
            case REQUEST -> {
                // a hint that Mesos ignores too
            }
            default -> {
                refuse(reply, 501, "call " + call.getType() + ": not supported yet");
                return;
            }
        }
        term.effect(new Effect.Answer(reply, 202, ""));
    }

    private void refuse(ReplyTo reply, int status, String text) {
        term.counters.invalidCalls++;
        term.effect(new Effect.Answer(reply, status, text));
    }

    private void kill(FrameworkRecord framework, Call.Kill kill) {
        TaskId taskId = new TaskId(kill.getTaskId().getValue());
        TaskRecord task = term.state.task(framework.id(), taskId);
        if (task == null) {
            reconciliation.tellUnknown(framework, kill.getTaskId(), kill.hasAgentId() ? kill.getAgentId() : null);
            return;
        }
        boolean otherAgent = kill.hasAgentId()
                && !kill.getAgentId().getValue().equals(task.agentId().value());
        if (otherAgent || task.state().isTerminal()) {
            return;
        }
        Facts.TaskKillRequested.Builder requested = Facts.TaskKillRequested.newBuilder()
                .setFrameworkId(framework.info().getId())
                .setTaskId(kill.getTaskId());
        if (kill.hasKillPolicy()) {
            requested.setKillPolicy(kill.getKillPolicy());
        }
        if (!requested.getKillPolicy().equals(task.kill())) {
            term.fact(Fact.newBuilder().setTaskKillRequested(requested));
        }
        term.send(task.agentId(), killOrder(requireNonNull(term.state.task(framework.id(), taskId))));
    }

    /** Returns the order that goes with a task whose kill was asked for. */
    static ToAgent.Builder killOrder(TaskRecord task) {
        Kill.Builder order = Kill.newBuilder()
                .setFrameworkId(protoId(task.frameworkId()))
                .setTaskId(task.info().getTaskId());
        Mesos.KillPolicy policy = task.kill();
        if (policy != null && policy.hasGracePeriod()) {
            order.setKillPolicy(policy);
        }
        return ToAgent.newBuilder().setKill(order);
    }

    private void acknowledge(FrameworkRecord framework, Call.Acknowledge acknowledge) {
        term.counters.acknowledgements++;
        AgentId agent = new AgentId(acknowledge.getAgentId().getValue());
        TaskRecord task = term.state.task(
                framework.id(), new TaskId(acknowledge.getTaskId().getValue()));
        boolean isEnd = task != null
                && task.agentId().equals(agent)
                && task.state().isTerminal()
                && isLatest(task, acknowledge.getUuid());
        if (isEnd) {
            term.fact(Fact.newBuilder()
                    .setTaskAcknowledged(Facts.TaskAcknowledged.newBuilder()
                            .setFrameworkId(framework.info().getId())
                            .setTaskId(acknowledge.getTaskId())));
        }
        // an agent that is away reports again when it is back, and is acknowledged then
        term.send(
                agent,
                ToAgent.newBuilder()
                        .setAcknowledge(Acknowledge.newBuilder()
                                .setFrameworkId(framework.info().getId())
                                .setTaskId(acknowledge.getTaskId())
                                .setUuid(acknowledge.getUuid())));
    }

    private static boolean isLatest(TaskRecord task, ByteString uuid) {
        TaskStatus latest = task.latest();
        return latest != null && latest.getUuid().equals(uuid);
    }

    private void suppress(FrameworkRecord framework, List<String> asked) {
        List<String> roles = asked.isEmpty() ? framework.roles() : List.copyOf(new LinkedHashSet<>(asked));
        if (!framework.roles().containsAll(roles)) {
            // as in Mesos one role that is none of the framework's voids the call
            return;
        }
        if (!framework.suppressedRoles().containsAll(roles)) {
            term.fact(Fact.newBuilder()
                    .setRolesSuppressed(Facts.RolesSuppressed.newBuilder()
                            .setFrameworkId(framework.info().getId())
                            .addAllRoles(roles)));
        }
        roles.forEach(role -> term.offers.suppress(framework.id(), role));
    }

    private void revive(FrameworkRecord framework, List<String> asked) {
        List<String> roles = asked.isEmpty() ? framework.roles() : List.copyOf(new LinkedHashSet<>(asked));
        if (!framework.roles().containsAll(roles)) {
            return;
        }
        List<String> suppressed =
                roles.stream().filter(framework.suppressedRoles()::contains).toList();
        if (!suppressed.isEmpty()) {
            term.fact(Fact.newBuilder()
                    .setRolesRevived(Facts.RolesRevived.newBuilder()
                            .setFrameworkId(framework.info().getId())
                            .addAllRoles(suppressed)));
        }
        roles.forEach(role -> term.offers.revive(framework.id(), role));
    }

    // ---- going

    void closed(FrameworkLink link, boolean byClient) {
        FrameworkSession session = term.framework(link);
        if (session == null) {
            return;
        }
        FrameworkRecord framework = term.living(session.id());
        term.disconnect(session);
        term.offers.disconnectFramework(session.id());
        long timeoutMs = failoverTimeoutMs(framework);
        if (byClient && timeoutMs == 0) {
            remove(framework.id());
        } else {
            expect(framework, byClient ? timeoutMs : Math.max(timeoutMs, term.config.frameworkReturnTimeoutMs()));
        }
    }

    /** Gives every framework time to come back to a leader that is new. */
    void expectAll() {
        for (FrameworkId id : new ArrayList<>(term.state.frameworkIds())) {
            FrameworkRecord framework = term.living(id);
            long least = term.config.frameworkReturnTimeoutMs();
            if (framework.returnDeadlineMs() < 0) {
                expect(framework, Math.max(failoverTimeoutMs(framework), least));
            } else if (framework.returnDeadlineMs() < term.clusterTimeMs() + least) {
                expect(framework, least);
            }
        }
    }

    private void expect(FrameworkRecord framework, long timeoutMs) {
        term.fact(Fact.newBuilder()
                .setFrameworkDisconnected(Facts.FrameworkDisconnected.newBuilder()
                        .setFrameworkId(framework.info().getId())
                        .setDeadlineMs(term.clusterTimeMs() + timeoutMs)));
    }

    /** Removes the frameworks whose time to come back is over. */
    void removeOverdue() {
        for (FrameworkId id : new ArrayList<>(term.state.frameworkIds())) {
            FrameworkRecord framework = term.living(id);
            if (framework.returnDeadlineMs() >= 0 && framework.returnDeadlineMs() <= term.clusterTimeMs()) {
                remove(id);
            }
        }
    }

    /** Returns the earliest time, in cluster time, by which a framework must be back; the largest long for none. */
    long nextDeadlineMs() {
        long next = Long.MAX_VALUE;
        for (FrameworkId id : term.state.frameworkIds()) {
            long deadline = term.living(id).returnDeadlineMs();
            if (deadline >= 0) {
                next = Math.min(next, deadline);
            }
        }
        return next;
    }

    private void remove(FrameworkId id) {
        FrameworkRecord framework = term.living(id);
        Set<AgentId> agents = agentsOf(id);
        List<TaskRecord> using = term.state.tasksOf(id).stream()
                .filter(TaskRecord::usesResources)
                .toList();
        term.counters.tasksKilled += using.size();
        term.fact(Fact.newBuilder()
                .setFrameworkRemoved(Facts.FrameworkRemoved.newBuilder()
                        .setFrameworkId(framework.info().getId())
                        .setWallMs(term.now().wallMs())));
        FrameworkSession session = term.framework(id);
        if (session != null) {
            term.disconnect(session);
        }
        term.offers.disconnectFramework(id);
        using.forEach(term.offers::release);
        term.offers.removeFramework(id);
        for (AgentId agent : agents) {
            term.send(
                    agent,
                    ToAgent.newBuilder()
                            .setEndFramework(EndFramework.newBuilder().setFrameworkId(protoId(id))));
        }
    }

    private Set<AgentId> agentsOf(FrameworkId id) {
        Set<AgentId> agents = new LinkedHashSet<>();
        for (TaskRecord task : term.state.tasksOf(id)) {
            agents.add(task.agentId());
        }
        return agents;
    }

    private static long failoverTimeoutMs(FrameworkRecord framework) {
        return Math.max(0, (long) (framework.info().getFailoverTimeout() * 1000));
    }

    /** Returns the event that ends a subscription with words. */
    static Event error(String message) {
        return Event.newBuilder()
                .setType(Event.Type.ERROR)
                .setError(Event.Error.newBuilder().setMessage(message))
                .build();
    }

    static Mesos.FrameworkID protoId(FrameworkId id) {
        return Mesos.FrameworkID.newBuilder().setValue(id.value()).build();
    }

    /** Returns the update as the framework is told of it, and counts it. */
    void forward(FrameworkRecord framework, TaskStatus status) {
        term.counters.statusUpdates++;
        term.send(framework.id(), Statuses.event(framework, status));
    }

    /** Counts a task's end. */
    void countEnd(TaskState state) {
        switch (state) {
            case TASK_FINISHED -> term.counters.tasksFinished++;
            case TASK_FAILED -> term.counters.tasksFailed++;
            case TASK_KILLED -> term.counters.tasksKilled++;
            case TASK_ERROR -> term.counters.tasksError++;
            default -> term.counters.tasksLost++;
        }
    }
}
