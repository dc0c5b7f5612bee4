package dev.polder.agent;

import dev.polder.agent.Container.Phase;
import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.Limitation;
import dev.polder.isolation.check.CheckEvent;
import dev.polder.model.FrameworkId;
import dev.polder.wire.proto.Mesos.FrameworkID;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.KillPolicy;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.Mesos.TaskStatus.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides over tasks and their containers: one container for each accepted task, launched at most once.
 *
 * <p>Owned by the agent thread. What must outlast this process stands in {@link AgentState}.
 */
final class Containers {
    /**
     * The launcher does not repeat a start that an earlier process may have heard of, and takes some 10 s to give up a
     * container whose process it does not find.
     */
    static final long SILENT_START_MS = 30_000;

    private final AgentProfile profile;
    private final AgentState state;
    private final RandomGenerator random;
    private final Statuses statuses;
    private final Map<ContainerId, Container> containers = new LinkedHashMap<>();
    /** Until when tasks with a maximum completion time may run. */
    private final ContainerDeadlines completions = new ContainerDeadlines();
    /** When recovered containers count as running of which the launcher says nothing. */
    private final ContainerDeadlines silences = new ContainerDeadlines();

    Containers(AgentProfile profile, AgentState state, RandomGenerator random) {
        this.profile = profile;
        this.state = state;
        this.random = random;
        this.statuses = new Statuses(state, profile.ip(), random);
    }

    /** Takes up what an earlier process left. */
    void recover(Turn turn, Set<ContainerId> found) {
        Map<String, ContainerId> byName = new LinkedHashMap<>();
        for (ContainerId id : found) {
            byName.put(id.toString(), id);
            containers.put(id, Container.recovered(id));
        }
        for (String name : List.copyOf(state.endingContainers())) {
            ContainerId id = byName.get(name);
            if (id == null) {
                turn.fact(NewFact.containerForgotten(name));
            }
        }
        for (AgentTask task : List.copyOf(state.tasks())) {
            ContainerId id = byName.get(task.containerId());
            if (id != null) {
                resume(turn, task, containers.get(id));
            } else if (!task.isTerminal()) {
                neverStarted(turn, task, "the agent was restarted before it launched the task");
            }
        }
        for (ContainerId id : found) {
            AgentTask task = state.taskIn(id.toString());
            if (task == null) {
                // ended with its framework, or acknowledged and not yet forgotten by the launcher
                turn.effect(
                        new AgentEffect.Kill(id, state.isEnding(id.toString()) ? profile.killGrace() : Duration.ZERO));
            }
        }
    }

    private void resume(Turn turn, AgentTask task, @Nullable Container container) {
        Duration grace = task.killGrace();
        if (container == null || task.isTerminal()) {
            return;
        }
        if (task.newest() != null) {
            container.enter(Phase.RUNNING);
        } else {
            silences.add(turn.now().nowMs() + SILENT_START_MS, container.id());
        }
        if (grace != null) {
            orderKill(turn, container, grace);
        } else if (task.state() == TaskState.TASK_RUNNING) {
            watchCompletion(turn, task, container);
        }
    }

    /** Accepts a task that is not known yet. */
    void launch(Turn turn, FrameworkInfo framework, TaskInfo info) {
        ContainerId id = new ContainerId(randomUuid());
        turn.fact(NewFact.taskAccepted(framework, TaskVolumes.withoutSecrets(info), id.toString()));
        AgentTask task = accepted(TaskKey.of(framework.getId(), info.getTaskId()));
        LaunchPlan plan = LaunchPlan.of(profile, state.knownAgentId(), framework, info, id);
        if (plan instanceof LaunchPlan.Run run) {
            containers.put(id, new Container(run.container()));
            turn.effect(new AgentEffect.PrepareSandbox(
                    run.container().task(), run.images(), run.fetches(), run.engineImage()));
            return;
        }
        LaunchPlan.Refuse refuse = (LaunchPlan.Refuse) plan;
        if (refuse.startingFirst()) {
            turn.report(task, statuses.ofCommand(turn.now(), task, TaskState.TASK_STARTING, null));
        }
        turn.report(task, statuses.ofAgent(turn.now(), task, refuse.state(), refuse.reason(), refuse.message()));
    }

    void sandboxReady(Turn turn, ContainerId id) {
        Container container = containers.get(id);
        ContainerSpec spec = container == null ? null : container.spec();
        if (container != null && container.is(Phase.PREPARING) && spec != null) {
            container.enter(Phase.LAUNCHED);
            turn.effect(new AgentEffect.Launch(spec));
        }
    }

    void sandboxFailed(Turn turn, ContainerId id, String why) {
        Container container = containers.get(id);
        AgentTask task = state.taskIn(id.toString());
        if (container != null && container.is(Phase.PREPARING) && task != null) {
            containers.remove(id);
            TaskState dropped = Statuses.stateFor(task.framework(), TaskState.TASK_DROPPED);
            turn.report(task, statuses.ofAgent(turn.now(), task, dropped, Reason.REASON_EXECUTOR_TERMINATED, why));
        }
    }

    void pullFailed(Turn turn, ContainerId id, String why) {
        notPrepared(turn, id, why);
    }

    void fetchFailed(Turn turn, ContainerId id, String why) {
        notPrepared(turn, id, Statuses.fetchFailure(id, why));
    }

    private void notPrepared(Turn turn, ContainerId id, String why) {
        Container container = containers.get(id);
        AgentTask task = state.taskIn(id.toString());
        if (container != null && container.is(Phase.PREPARING) && task != null) {
            containers.remove(id);
            turn.report(task, launchFailed(turn, task, Statuses.launchFailure(why)));
        }
    }

    /** A framework's or an operator's kill; a kill after the first counts if it shortens what is left of the grace. */
    void kill(Turn turn, AgentTask task, KillPolicy policy) {
        Container container = containerOf(task);
        if (task.isTerminal() || container == null) {
            return;
        }
        if (container.is(Phase.PREPARING)) {
            containers.remove(container.id());
            turn.effect(new AgentEffect.StopPreparing(container.id()));
            turn.report(task, killedDuringLaunch(turn, task));
            return;
        }
        Duration grace = graceOf(task, policy);
        if (container.wouldBeKilledSooner(grace)) {
            accept(turn, task, container, grace, false);
        }
    }

    /** Ends everything of a framework and drops its updates. */
    void endFramework(Turn turn, FrameworkID framework) {
        List<AgentTask> tasks = state.tasksOf(new FrameworkId(framework.getValue()));
        if (tasks.isEmpty()) {
            return;
        }
        List<String> ending = new ArrayList<>();
        List<AgentEffect> effects = new ArrayList<>();
        for (AgentTask task : tasks) {
            Container container = containerOf(task);
            turn.dropUpdates(task);
            if (container == null) {
                continue;
            }
            if (container.is(Phase.PREPARING)) {
                containers.remove(container.id());
                effects.add(new AgentEffect.StopPreparing(container.id()));
            } else if (container.is(Phase.ENDED)) {
                containers.remove(container.id());
                effects.add(new AgentEffect.Forget(container.id()));
            } else {
                ending.add(task.containerId());
                effects.add(new AgentEffect.Kill(container.id(), graceOf(task, KillPolicy.getDefaultInstance())));
            }
        }
        turn.fact(NewFact.frameworkEnded(framework, ending));
        effects.forEach(turn::effect);
    }

    /** It is attached to networks. */
    void attached(ContainerId id, List<AttachedNetwork> networks) {
        Container container = containers.get(id);
        if (container != null) {
            container.attached(networks);
        }
    }

    /** The process exists; its number is null if the launcher did not say it to us. */
    void started(Turn turn, ContainerId id, @Nullable Long pid) {
        Container container = containers.get(id);
        AgentTask task = state.taskIn(id.toString());
        if (container == null || container.is(Phase.ENDED)) {
            return;
        }
        if (container.is(Phase.LAUNCHED)) {
            container.enter(Phase.RUNNING);
            if (task != null) {
                reportStart(turn, task, container, pid);
            }
        }
        if (task != null && pid != null && task.state() == TaskState.TASK_RUNNING && task.killGrace() == null) {
            startChecks(turn, task, id, pid);
        }
    }

    /** A task's health that was told once is told anew by who checks it now. */
    private void startChecks(Turn turn, AgentTask task, ContainerId id, long pid) {
        TaskStatus newest = task.newest();
        if (!TaskChecks.has(task.info()) || newest == null) {
            return;
        }
        LaunchPlan plan = LaunchPlan.of(profile, state.knownAgentId(), task.framework(), task.info(), id);
        if (plan instanceof LaunchPlan.Run run) {
            long runningMs = turn.now().wallMs() - Math.round(newest.getTimestamp() * 1000);
            turn.effect(new AgentEffect.StartChecks(
                    run.container(),
                    pid,
                    TaskChecks.of(task.info()),
                    Duration.ofMillis(Math.max(0, runningMs)),
                    newest.hasHealthy()));
        }
    }

    /** Tells how a task's checks go, and ends it if it is unhealthy for too long. */
    void checked(Turn turn, ContainerId id, CheckEvent event) {
        Container container = containers.get(id);
        AgentTask task = state.taskIn(id.toString());
        if (container == null || !container.is(Phase.RUNNING) || task == null || task.killGrace() != null) {
            return;
        }
        TaskStatus.Builder status = statuses.ofCommand(turn.now(), task, TaskState.TASK_RUNNING, null);
        if (event instanceof CheckEvent.Health health) {
            turn.report(
                    task,
                    status.setHealthy(health.healthy()).setReason(Reason.REASON_TASK_HEALTH_CHECK_STATUS_UPDATED));
            if (health.shouldKill()) {
                accept(turn, task, container, graceOf(task, KillPolicy.getDefaultInstance()), false);
            }
        } else if (event instanceof CheckEvent.Result result) {
            turn.report(
                    task,
                    status.setCheckStatus(TaskChecks.result(task.info().getCheck(), result.result()))
                            .setReason(Reason.REASON_TASK_CHECK_STATUS_UPDATED));
        }
    }

    /** It is being ended, or has ended, for that. */
    void limited(ContainerId id, Limitation limitation) {
        Container container = containers.get(id);
        if (container != null) {
            container.limited(limitation);
        }
    }

    void exited(Turn turn, ContainerId id, ExitStatus status) {
        AgentTask task = ended(turn, id);
        if (task == null) {
            return;
        }
        if (status instanceof ExitStatus.NotContained && task.killGrace() == null) {
            turn.report(task, launchFailed(turn, task, Statuses.message(task.info(), status)));
            return;
        }
        reportStart(turn, task, containers.get(id), null);
        if (reportLimitation(turn, task, containers.get(id))) {
            return;
        }
        TaskState end = TaskState.TASK_FAILED;
        if (task.completionTimeReached()) {
            turn.report(
                    task,
                    statuses.ofCommand(turn.now(), task, end, null)
                            .setReason(Reason.REASON_MAX_COMPLETION_TIME_REACHED)
                            .setMessage(Statuses.message(task.info(), status)));
            return;
        }
        if (task.killGrace() != null) {
            end = TaskState.TASK_KILLED;
        } else if (status.equals(new ExitStatus.Exited(0))) {
            end = TaskState.TASK_FINISHED;
        }
        turn.report(
                task,
                statuses.ofCommand(turn.now(), task, end, null).setMessage(Statuses.message(task.info(), status)));
    }

    /** What was not asked to end has failed by its limit. */
    private boolean reportLimitation(Turn turn, AgentTask task, @Nullable Container container) {
        Limitation limitation = container == null ? null : container.limitation();
        if (limitation == null || task.killGrace() != null) {
            return false;
        }
        turn.report(
                task,
                statuses.ofAgent(
                        turn.now(),
                        task,
                        TaskState.TASK_FAILED,
                        Statuses.reason(limitation.kind()),
                        limitation.message()));
        return true;
    }

    void notStarted(Turn turn, ContainerId id, String why) {
        Container container = containers.get(id);
        AgentTask task = ended(turn, id);
        if (task == null || container == null) {
            return;
        }
        if (task.killGrace() != null) {
            turn.report(task, killedDuringLaunch(turn, task));
        } else if (container.isRecovered()) {
            neverStarted(turn, task, why);
        } else {
            turn.report(task, launchFailed(turn, task, Statuses.launchFailure(why)));
        }
    }

    private TaskStatus.Builder launchFailed(Turn turn, AgentTask task, String words) {
        return statuses.ofAgent(turn.now(), task, TaskState.TASK_FAILED, Reason.REASON_CONTAINER_LAUNCH_FAILED, words);
    }

    void lost(Turn turn, ContainerId id, String why) {
        AgentTask task = ended(turn, id);
        if (task != null && !reportLimitation(turn, task, containers.get(id))) {
            turn.report(
                    task,
                    statuses.ofAgent(
                            turn.now(),
                            task,
                            Statuses.stateFor(task.framework(), TaskState.TASK_GONE),
                            Reason.REASON_EXECUTOR_TERMINATED,
                            "Nobody knows how the command ended: " + why));
        }
    }

    /** The task's terminal state is acknowledged. */
    void forget(Turn turn, AgentTask task) {
        Container container = containerOf(task);
        if (container != null && container.is(Phase.ENDED)) {
            containers.remove(container.id());
            turn.effect(new AgentEffect.Forget(container.id()));
        }
    }

    /** Ends the tasks that had their time, and takes note of those that were started unheard. */
    void timer(Turn turn) {
        while (silences.firstMs() <= turn.now().nowMs()) {
            started(turn, silences.removeFirst(), null);
        }
        while (completions.firstMs() <= turn.now().nowMs()) {
            Container container = containers.get(completions.removeFirst());
            AgentTask task =
                    container == null ? null : state.taskIn(container.id().toString());
            if (container != null && container.is(Phase.RUNNING) && !container.isBeingKilled() && task != null) {
                accept(turn, task, container, graceOf(task, KillPolicy.getDefaultInstance()), true);
            }
        }
    }

    /** Returns when {@link #timer} has something to do; {@link Long#MAX_VALUE} for never. */
    long deadlineMs() {
        return Math.min(completions.firstMs(), silences.firstMs());
    }

    private void accept(Turn turn, AgentTask task, Container container, Duration grace, boolean completionTime) {
        turn.fact(NewFact.killAccepted(task.key(), grace, completionTime));
        if (task.state() == TaskState.TASK_RUNNING) {
            reportKilling(turn, task);
        }
        orderKill(turn, container, grace);
    }

    private void orderKill(Turn turn, Container container, Duration grace) {
        turn.effect(
                new AgentEffect.Kill(container.id(), container.kill(turn.now().nowMs(), grace)));
    }

    private void reportStart(Turn turn, AgentTask task, @Nullable Container container, @Nullable Long pid) {
        if (task.newest() != null || container == null) {
            return;
        }
        turn.report(task, statuses.ofStart(turn.now(), task, pid, container.networks()));
        turn.report(task, statuses.ofCommand(turn.now(), task, TaskState.TASK_RUNNING, pid));
        if (task.killGrace() != null) {
            reportKilling(turn, task);
        } else {
            watchCompletion(turn, task, container);
        }
    }

    private void reportKilling(Turn turn, AgentTask task) {
        if (task.hasCapability(FrameworkInfo.Capability.Type.TASK_KILLING_STATE)) {
            turn.report(task, statuses.ofCommand(turn.now(), task, TaskState.TASK_KILLING, null));
        }
    }

    /** After a restart the time already used is read off the wall clock, there is no other; it counts from 0 to the whole. */
    private void watchCompletion(Turn turn, AgentTask task, Container container) {
        TaskStatus running = task.newest();
        // as in Mesos 0 is no limit
        if (task.info().getMaxCompletionTime().getNanoseconds() == 0 || running == null) {
            return;
        }
        long maxMs = Duration.ofNanos(task.info().getMaxCompletionTime().getNanoseconds())
                .toMillis();
        long usedMs = turn.now().wallMs() - Math.round(running.getTimestamp() * 1000);
        long leftMs = Math.max(0, maxMs) - Math.max(0, Math.min(usedMs, maxMs));
        completions.add(turn.now().nowMs() + leftMs, container.id());
    }

    /** Returns the task whose end is to be reported; null if it is reported already or nobody wants to know. */
    private @Nullable AgentTask ended(Turn turn, ContainerId id) {
        Container container = containers.get(id);
        if (container == null || container.is(Phase.ENDED)) {
            return null;
        }
        container.enter(Phase.ENDED);
        String name = id.toString();
        AgentTask task = state.taskIn(name);
        if (task == null) {
            containers.remove(id);
            if (state.isEnding(name)) {
                turn.fact(NewFact.containerForgotten(name));
            }
            turn.effect(new AgentEffect.Forget(id));
            return null;
        }
        if (TaskChecks.has(task.info())) {
            turn.effect(new AgentEffect.StopChecks(id));
        }
        return task.isTerminal() ? null : task;
    }

    private void neverStarted(Turn turn, AgentTask task, String why) {
        turn.report(
                task,
                task.killGrace() != null
                        ? killedDuringLaunch(turn, task)
                        : statuses.ofAgent(
                                turn.now(),
                                task,
                                Statuses.stateFor(task.framework(), TaskState.TASK_DROPPED),
                                Reason.REASON_AGENT_RESTARTED,
                                "The command was never started: " + why));
    }

    private TaskStatus.Builder killedDuringLaunch(Turn turn, AgentTask task) {
        return statuses.ofAgent(
                turn.now(),
                task,
                TaskState.TASK_KILLED,
                Reason.REASON_TASK_KILLED_DURING_LAUNCH,
                "Killed before delivery to the executor");
    }

    private Duration graceOf(AgentTask task, KillPolicy policy) {
        if (policy.hasGracePeriod()) {
            return grace(policy);
        }
        KillPolicy ofTask = task.info().getKillPolicy();
        return ofTask.hasGracePeriod() ? grace(ofTask) : profile.killGrace();
    }

    private static Duration grace(KillPolicy policy) {
        return Duration.ofNanos(Math.max(0, policy.getGracePeriod().getNanoseconds()));
    }

    private @Nullable Container containerOf(AgentTask task) {
        return containers.get(new ContainerId(UUID.fromString(task.containerId())));
    }

    private AgentTask accepted(TaskKey key) {
        AgentTask task = state.task(key);
        if (task == null) {
            throw new IllegalStateException("task " + key + " was accepted, and is not there");
        }
        return task;
    }

    /** Version 4 of RFC 4122, from the given source of randomness. */
    private UUID randomUuid() {
        long high = (random.nextLong() & 0xffff_ffff_ffff_0fffL) | 0x4000L;
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
