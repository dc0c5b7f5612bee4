package dev.polder.agent;

import dev.polder.model.AgentId;
import dev.polder.model.Moment;
import dev.polder.wire.proto.AgentLinkFrames.Acknowledge;
import dev.polder.wire.proto.AgentLinkFrames.Kill;
import dev.polder.wire.proto.AgentLinkFrames.Launch;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.Registered;
import dev.polder.wire.proto.AgentLinkFrames.ResendUpdates;
import dev.polder.wire.proto.AgentLinkFrames.TaskReport;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Mesos.AgentInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the agent does: takes commands, gives facts and effects. Pure: told the time, given its randomness, it does
 * no I/O. Owned by the agent thread.
 *
 * <p>A decision's facts are applied at once, so that the next decision knows them, and must be durable before any of its
 * effects is released. A new process builds its state from the durable facts and begins with {@code Recovered}; whatever
 * was asked of a master or of the launcher and may be lost with the old process is asked for again.
 */
public final class Agent {
    private final AgentProfile profile;
    private final AgentState state;
    private final Containers containers;
    private final StatusUpdates updates = new StatusUpdates();
    private final Session session = new Session();

    /**
     * Goes on from a state.
     *
     * @param random for container ids and the uuids of updates; two agents must not share a sequence
     */
    public Agent(AgentProfile profile, AgentState state, RandomGenerator random) {
        this.profile = profile;
        this.state = state;
        this.containers = new Containers(profile, state, random);
    }

    /** Decides one command. */
    public Decision decide(Moment now, AgentCommand command) {
        Turn turn = new Turn(now, state, updates, session);
        if (command instanceof AgentCommand.Recovered recovered) {
            containers.recover(turn, recovered.containers());
        } else if (command instanceof AgentCommand.Connected connected) {
            connect(turn, connected.connection());
        } else if (command instanceof AgentCommand.Disconnected disconnected) {
            if (session.is(disconnected.connection())) {
                disconnect();
            }
        } else if (command instanceof AgentCommand.FromMaster fromMaster) {
            if (session.is(fromMaster.connection())) {
                receive(turn, fromMaster.frame());
            }
        } else if (command instanceof AgentCommand.SandboxReady ready) {
            containers.sandboxReady(turn, ready.id());
        } else if (command instanceof AgentCommand.SandboxFailed failed) {
            containers.sandboxFailed(turn, failed.id(), failed.why());
        } else if (command instanceof AgentCommand.Attached attached) {
            containers.attached(attached.id(), attached.networks());
        } else if (command instanceof AgentCommand.Started started) {
            containers.started(turn, started.id(), started.pid());
        } else if (command instanceof AgentCommand.PullFailed failed) {
            containers.pullFailed(turn, failed.id(), failed.why());
        } else if (command instanceof AgentCommand.FetchFailed failed) {
            containers.fetchFailed(turn, failed.id(), failed.why());
        } else if (command instanceof AgentCommand.Limited limited) {
            containers.limited(limited.id(), limited.limitation());
        } else if (command instanceof AgentCommand.Exited exited) {
            containers.exited(turn, exited.id(), exited.status());
        } else if (command instanceof AgentCommand.NotStarted notStarted) {
            containers.notStarted(turn, notStarted.id(), notStarted.why());
        } else if (command instanceof AgentCommand.Lost lost) {
            containers.lost(turn, lost.id(), lost.why());
        } else if (command instanceof AgentCommand.Checked checked) {
            containers.checked(turn, checked.id(), checked.event());
        } else if (command instanceof AgentCommand.Timer) {
            timer(turn);
        }
        return turn.decision();
    }

    /** Returns when the next {@code Timer} is due, in monotonic ms; {@link Long#MAX_VALUE} for never. */
    public long deadlineMs() {
        return Math.min(session.deadlineMs(), Math.min(updates.deadlineMs(), containers.deadlineMs()));
    }

    private void connect(Turn turn, long connection) {
        updates.paused();
        session.open(connection, turn.now().nowMs());
        AgentInfo.Builder info = profile.info().toBuilder();
        AgentId id = state.agentId();
        if (id != null) {
            info.getIdBuilder().setValue(id.value());
        }
        Register.Builder register = Register.newBuilder()
                .setInfo(info)
                .setIncarnation(profile.incarnation())
                .setVersion(profile.version())
                .setIp(profile.ip());
        String cluster = state.clusterId();
        if (cluster != null) {
            register.setClusterId(cluster);
        }
        for (AgentTask task : state.tasks()) {
            register.addTasks(report(task));
        }
        turn.effect(session.send(register.build()));
    }

    private static TaskReport.Builder report(AgentTask task) {
        TaskReport.Builder report = TaskReport.newBuilder()
                .setFrameworkId(task.key().frameworkProto())
                .setTaskId(task.key().taskProto())
                .setState(task.state());
        TaskStatus newest = task.newest();
        return newest == null ? report : report.setUuid(newest.getUuid());
    }

    private void disconnect() {
        session.close();
        updates.paused();
    }

    private void end(Turn turn, String why) {
        turn.effect(session.end(why));
        disconnect();
    }

    private void receive(Turn turn, ToAgent frame) {
        if (!session.receive(frame, turn.now().nowMs())) {
            end(turn, "frame " + frame.getSequence() + " came where frame " + session.received() + " was due");
            return;
        }
        if (frame.getTerm() < state.term()) {
            end(
                    turn,
                    "the master's term " + frame.getTerm() + " is over: a leader of term " + state.term()
                            + " was seen");
            return;
        }
        if (frame.getTerm() > state.term()) {
            turn.fact(NewFact.termSeen(frame.getTerm()));
        }
        switch (frame.getKindCase()) {
            case PING -> turn.effect(session.sendPong());
            case REGISTERED -> register(turn, frame.getRegistered());
            case REFUSED -> refuse(turn, frame.getRefused().getReason());
            case LAUNCH, KILL, ACKNOWLEDGE, END_FRAMEWORK, RESEND_UPDATES -> {
                if (session.isRegistered()) {
                    obey(turn, frame);
                } else {
                    end(turn, "an order came before the registration was answered: " + frame.getKindCase());
                }
            }
            case KIND_NOT_SET ->
                end(turn, "a frame came of a kind that version " + profile.version() + " does not know");
        }
    }

    private void register(Turn turn, Registered registered) {
        AgentId id = new AgentId(registered.getAgentId().getValue());
        String mismatch = mismatch(id, registered.getClusterId());
        if (mismatch != null) {
            refuse(turn, mismatch);
            return;
        }
        if (state.agentId() == null) {
            turn.fact(NewFact.joined(id, registered.getClusterId()));
        }
        session.register();
        turn.effect(new AgentEffect.Admitted(id));
        for (AgentTask task : updates.registered(turn.now().nowMs(), state.tasks())) {
            resend(turn, task);
        }
    }

    private @Nullable String mismatch(AgentId id, String cluster) {
        AgentId knownId = state.agentId();
        String knownCluster = state.clusterId();
        if (knownId == null || knownCluster == null) {
            return null;
        }
        if (!knownCluster.equals(cluster)) {
            return "this agent belongs to cluster " + knownCluster + ", and the master to cluster " + cluster
                    + "; an agent with another data directory may join it";
        }
        return knownId.equals(id) ? null : "the master calls this agent " + id + ", but it is " + knownId;
    }

    private void refuse(Turn turn, String why) {
        turn.effect(new AgentEffect.Refused(why));
        disconnect();
    }

    private void obey(Turn turn, ToAgent frame) {
        switch (frame.getKindCase()) {
            case LAUNCH -> launch(turn, frame.getLaunch());
            case KILL -> kill(turn, frame.getKill());
            case ACKNOWLEDGE -> acknowledge(turn, frame.getAcknowledge());
            case RESEND_UPDATES -> resendAll(turn, frame.getResendUpdates());
            default -> containers.endFramework(turn, frame.getEndFramework().getFrameworkId());
        }
    }

    private void launch(Turn turn, Launch launch) {
        TaskKey key = TaskKey.of(launch.getFramework().getId(), launch.getTask().getTaskId());
        AgentTask known = state.task(key);
        TaskStatus head = known == null ? null : known.head();
        if (known != null && head != null && Statuses.isTerminal(head.getState())) {
            // an id is used again only when the end of its former task is acknowledged: that was lost on its way
            forget(turn, known, head);
            known = null;
        }
        if (known == null) {
            containers.launch(turn, launch.getFramework(), launch.getTask());
        }
    }

    private void kill(Turn turn, Kill kill) {
        AgentTask task = state.task(TaskKey.of(kill.getFrameworkId(), kill.getTaskId()));
        if (task != null) {
            containers.kill(turn, task, kill.getKillPolicy());
        }
    }

    /** An acknowledgement that is not of the outstanding update is a repeated one. */
    private void acknowledge(Turn turn, Acknowledge acknowledge) {
        AgentTask task = state.task(TaskKey.of(acknowledge.getFrameworkId(), acknowledge.getTaskId()));
        TaskStatus head = task == null ? null : task.head();
        if (task == null || head == null || !head.getUuid().equals(acknowledge.getUuid())) {
            return;
        }
        if (Statuses.isTerminal(head.getState())) {
            forget(turn, task, head);
        } else {
            turn.acknowledge(task, head);
        }
    }

    private void forget(Turn turn, AgentTask task, TaskStatus end) {
        turn.acknowledge(task, end);
        containers.forget(turn, task);
    }

    private void timer(Turn turn) {
        if (session.deadlineMs() <= turn.now().nowMs()) {
            end(turn, "nothing was heard of the master for " + Session.SILENCE_MS_MAX + " ms");
        }
        containers.timer(turn);
        for (AgentTask task : updates.due(turn.now().nowMs())) {
            resend(turn, task);
        }
    }

    /** The framework is back: it has not seen what was sent meanwhile. */
    private void resendAll(Turn turn, ResendUpdates order) {
        for (AgentTask task : state.tasks()) {
            if (task.key().frameworkProto().equals(order.getFrameworkId())) {
                resend(turn, task);
            }
        }
    }

    private void resend(Turn turn, AgentTask task) {
        TaskStatus head = task.head();
        if (head != null) {
            turn.effect(session.sendUpdate(task.key(), head));
        }
    }
}
