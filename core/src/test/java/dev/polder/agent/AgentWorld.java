package dev.polder.agent;

import static dev.polder.agent.AgentFixture.framework;
import static dev.polder.agent.AgentFixture.frameworkId;
import static dev.polder.agent.AgentFixture.task;

import com.google.protobuf.ByteString;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus;
import dev.polder.model.Moment;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.AgentLinkFrames.Acknowledge;
import dev.polder.wire.proto.AgentLinkFrames.EndFramework;
import dev.polder.wire.proto.AgentLinkFrames.Kill;
import dev.polder.wire.proto.AgentLinkFrames.Launch;
import dev.polder.wire.proto.AgentLinkFrames.Ping;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.Registered;
import dev.polder.wire.proto.AgentLinkFrames.TaskReport;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.AgentInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An agent with a modelled master, launcher and checkpoint, in virtual time. Every step checks that nothing is released
 * before its fact is durable and that no task is started twice; {@link #settle} checks that every task came to one end.
 */
final class AgentWorld {
    enum Flaw {
        NONE,
        /** Effects leave before the facts are written. */
        EFFECTS_FIRST,
        /** A crash takes facts with it that were said to be durable. */
        FORGETFUL_DISK
    }

    private enum Stage {
        INTENT,
        RUNNING,
        EXITED,
        CANCELLED,
        LOST
    }

    private static final class MasterTask {
        private final TaskInfo info;
        private boolean killed;
        private boolean given;
        private boolean ended;
        private final Map<ByteString, TaskStatus> updates = new LinkedHashMap<>();

        private MasterTask(TaskInfo info) {
            this.info = info;
        }

        private boolean isTerminal() {
            return updates.values().stream().anyMatch(status -> Statuses.isTerminal(status.getState()));
        }
    }

    private final Flaw flaw;
    private final Random random;
    private final List<AgentFact> durable = new ArrayList<>();
    private final Map<String, MasterTask> tasks = new LinkedHashMap<>();
    private final Map<ContainerId, Stage> launcher = new LinkedHashMap<>();
    private final Map<ContainerId, String> taskOfContainer = new LinkedHashMap<>();
    private final Set<String> startedTasks = new HashSet<>();
    private final Set<ContainerId> toKill = new LinkedHashSet<>();
    private final Deque<ContainerId> preparing = new ArrayDeque<>();
    private final Deque<ToMaster> toMaster = new ArrayDeque<>();
    private Agent agent;
    private AgentState state;
    private long nowMs = 1;
    private long connection;
    private boolean connected;
    private boolean registered;
    private long frames;
    private boolean frameworkEnded;
    private int crashIn = -1;

    AgentWorld(long seed, Flaw flaw) {
        this.flaw = flaw;
        this.random = new Random(seed);
        this.state = new AgentState();
        this.agent = newAgent();
        decide(new AgentCommand.Recovered(Set.of()));
    }

    private Agent newAgent() {
        AgentProfile profile = new AgentProfile(
                AgentInfo.newBuilder().setHostname("localhost").build(),
                "127.0.0.1",
                "incarnation-1",
                "0.1.0",
                Path.of("/data/sandboxes"),
                "root",
                true,
                Duration.ofSeconds(3),
                Set.of(),
                AgentImages.none("none here"),
                AgentVolumes.none("none here"));
        return new Agent(profile, state, random);
    }

    void step(int action) {
        switch (action % 16) {
            case 0, 1, 2 -> launchTask();
            case 3 -> pick(tasks.values()).ifPresent(this::killTask);
            case 4, 5, 6 -> masterReads();
            case 7 -> reconnect();
            case 8, 9 -> sandboxDone(random.nextInt(10) > 0);
            case 10, 11, 12 -> processMoves();
            case 13 -> advance(random.nextInt(30_000));
            case 14 -> crashIn = random.nextInt(4);
            default -> rare();
        }
    }

    private void rare() {
        if (random.nextInt(12) == 0) {
            endFramework();
        } else {
            reconnect();
        }
    }

    /** Lets everything come to its end, then checks that it did. */
    void settle() {
        crashIn = -1;
        for (int round = 0; round < 400 && !isQuiet(); round++) {
            if (!registered) {
                reconnect();
            }
            while (!preparing.isEmpty()) {
                sandboxDone(true);
            }
            for (int i = 0; i < launcher.size() + 1; i++) {
                processMoves();
            }
            while (!toMaster.isEmpty()) {
                masterReads();
            }
            advance(10_000);
        }
        check(isQuiet(), "did not settle: tasks " + state.facts() + ", launcher " + launcher);
        check(launcher.isEmpty(), "containers were not forgotten: " + launcher);
        for (MasterTask task : tasks.values()) {
            if (task.given && !task.ended) {
                checkUpdates(task);
            }
        }
    }

    private boolean isQuiet() {
        return registered
                && toMaster.isEmpty()
                && state.tasks().isEmpty()
                && state.endingContainers().isEmpty()
                && launcher.isEmpty();
    }

    private static void checkUpdates(MasterTask task) {
        List<TaskState> states =
                task.updates.values().stream().map(TaskStatus::getState).toList();
        long ends = states.stream().filter(Statuses::isTerminal).count();
        check(ends == 1, task.info.getTaskId().getValue() + " ended " + ends + " times: " + states);
        List<TaskState> order = List.of(TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_KILLING);
        int last = -1;
        for (TaskState next : states) {
            int rank = Statuses.isTerminal(next) ? order.size() : order.indexOf(next);
            check(rank > last, "out of order: " + states);
            last = rank;
        }
    }

    private void launchTask() {
        if (frameworkEnded) {
            return;
        }
        String id = "t" + tasks.size();
        TaskInfo.Builder info = task(id, "sleep 1");
        if (random.nextInt(8) == 0) {
            info.setMaxCompletionTime(Mesos.DurationInfo.newBuilder().setNanoseconds(5_000_000_000L));
        }
        if (random.nextInt(8) == 0) {
            info.getCommandBuilder().clearValue();
        }
        MasterTask known = new MasterTask(info.build());
        tasks.put(id, known);
        if (registered) {
            give(known);
        }
    }

    private void give(MasterTask task) {
        task.given = true;
        frame(ToAgent.newBuilder()
                .setLaunch(Launch.newBuilder()
                        .setFramework(framework(Capability.Type.TASK_KILLING_STATE))
                        .setTask(task.info)));
        if (task.killed) {
            orderKill(task);
        }
    }

    private void killTask(MasterTask task) {
        task.killed = true;
        if (registered && task.given) {
            orderKill(task);
        }
    }

    private void orderKill(MasterTask task) {
        frame(ToAgent.newBuilder()
                .setKill(Kill.newBuilder()
                        .setFrameworkId(frameworkId(AgentFixture.FRAMEWORK))
                        .setTaskId(task.info.getTaskId())));
    }

    private void endFramework() {
        if (registered && !frameworkEnded) {
            frameworkEnded = true;
            tasks.values().forEach(task -> task.ended = true);
            frame(ToAgent.newBuilder()
                    .setEndFramework(EndFramework.newBuilder().setFrameworkId(frameworkId(AgentFixture.FRAMEWORK))));
        }
    }

    private void masterReads() {
        ToMaster frame = toMaster.poll();
        if (frame == null) {
            return;
        }
        if (frame.hasRegister()) {
            answer(frame.getRegister());
        } else if (frame.hasStatusUpdate()) {
            receive(frame.getStatusUpdate().getStatus());
        }
    }

    private void answer(Register register) {
        registered = true;
        frame(ToAgent.newBuilder()
                .setRegistered(Registered.newBuilder()
                        .setAgentId(Mesos.AgentID.newBuilder().setValue(AgentFixture.AGENT))
                        .setClusterId(AgentFixture.CLUSTER)
                        .setMasterId("master-1")));
        if (frameworkEnded) {
            frame(ToAgent.newBuilder()
                    .setEndFramework(EndFramework.newBuilder().setFrameworkId(frameworkId(AgentFixture.FRAMEWORK))));
            return;
        }
        Set<String> listed = new HashSet<>();
        for (TaskReport report : register.getTasksList()) {
            listed.add(report.getTaskId().getValue());
        }
        for (MasterTask task : List.copyOf(tasks.values())) {
            if (!registered) {
                return;
            }
            if (listed.contains(task.info.getTaskId().getValue())) {
                if (task.killed && !task.isTerminal()) {
                    orderKill(task);
                }
            } else if (task.updates.isEmpty()) {
                give(task);
            } else {
                check(task.isTerminal(), "the agent forgot " + task.info.getTaskId() + " " + task.updates.values());
            }
        }
    }

    private void receive(TaskStatus status) {
        MasterTask task = tasks.get(status.getTaskId().getValue());
        if (task == null || task.ended) {
            return;
        }
        task.updates.putIfAbsent(status.getUuid(), status);
        // a lost acknowledgement: the update must come again
        if (random.nextInt(4) > 0 && registered) {
            frame(ToAgent.newBuilder()
                    .setAcknowledge(Acknowledge.newBuilder()
                            .setFrameworkId(frameworkId(AgentFixture.FRAMEWORK))
                            .setTaskId(status.getTaskId())
                            .setUuid(status.getUuid())));
        }
    }

    private void reconnect() {
        disconnect();
        connected = true;
        frames = 0;
        decide(new AgentCommand.Connected(++connection));
    }

    private void disconnect() {
        boolean was = connected;
        connected = false;
        registered = false;
        toMaster.clear();
        if (was) {
            decide(new AgentCommand.Disconnected(connection));
        }
    }

    private void sandboxDone(boolean well) {
        ContainerId id = preparing.poll();
        if (id != null) {
            decide(well ? new AgentCommand.SandboxReady(id) : new AgentCommand.SandboxFailed(id, "no such user"));
        }
    }

    private void processMoves() {
        pick(launcher.keySet()).ifPresent(id -> {
            switch (launcher.getOrDefault(id, Stage.LOST)) {
                case INTENT -> {
                    if (toKill.contains(id)) {
                        launcher.put(id, Stage.CANCELLED);
                        decide(new AgentCommand.NotStarted(id, "killed"));
                    } else {
                        start(id);
                    }
                }
                case RUNNING -> {
                    launcher.put(id, Stage.EXITED);
                    decide(new AgentCommand.Exited(id, exitOf(id)));
                }
                case EXITED, CANCELLED, LOST -> {}
            }
        });
    }

    private void start(ContainerId id) {
        launcher.put(id, Stage.RUNNING);
        String task = taskOfContainer.get(id);
        check(task != null && startedTasks.add(task), task + " was started twice");
        decide(new AgentCommand.Started(id, 1_000));
    }

    private ExitStatus exitOf(ContainerId id) {
        return toKill.contains(id) ? new ExitStatus.Signaled(15) : new ExitStatus.Exited(random.nextInt(2));
    }

    private void advance(long ms) {
        long until = nowMs + ms;
        while (nowMs < until) {
            nowMs = Math.min(until, nowMs + 5_000);
            if (registered) {
                frame(ToAgent.newBuilder().setPing(Ping.getDefaultInstance()));
            }
            if (agent.deadlineMs() <= nowMs) {
                decide(new AgentCommand.Timer());
            }
        }
    }

    private void frame(ToAgent.Builder frame) {
        if (connected) {
            decide(new AgentCommand.FromMaster(
                    connection, frame.setSequence(++frames).setTerm(1).build()));
        }
    }

    private void decide(AgentCommand command) {
        Decision decision = agent.decide(new Moment(nowMs, AgentFixture.WALL_MS + nowMs), command);
        boolean crash = crashIn == 0;
        crashIn = Math.max(-1, crashIn - 1);
        if (crash && random.nextInt(3) == 0) {
            crash();
            return;
        }
        if (flaw == Flaw.EFFECTS_FIRST) {
            decision.effects().forEach(this::release);
            durable.addAll(decision.facts());
            return;
        }
        durable.addAll(decision.facts());
        int released = crash
                ? random.nextInt(decision.effects().size() + 1)
                : decision.effects().size();
        List.copyOf(decision.effects()).subList(0, released).forEach(this::release);
        if (crash) {
            crash();
        }
    }

    private void release(AgentEffect effect) {
        if (effect instanceof AgentEffect.Send send) {
            if (send.frame().hasStatusUpdate()) {
                ByteString uuid = send.frame().getStatusUpdate().getStatus().getUuid();
                check(
                        durable.stream()
                                .anyMatch(fact -> fact.getUpdateAdded()
                                        .getStatus()
                                        .getUuid()
                                        .equals(uuid)),
                        "sent before it was durable");
            }
            if (connected && send.connection() == connection && !send.frame().hasPong()) {
                toMaster.add(send.frame());
            }
        } else if (effect instanceof AgentEffect.PrepareSandbox prepare) {
            preparing.add(prepare.spec().id());
            taskOfContainer.put(
                    prepare.spec().id(), prepare.spec().environment().getOrDefault("MESOS_EXECUTOR_ID", ""));
        } else if (effect instanceof AgentEffect.Launch launch) {
            String id = launch.spec().id().toString();
            check(
                    durable.stream()
                            .anyMatch(fact ->
                                    fact.getTaskAccepted().getContainerId().equals(id)),
                    "launched before it was durable");
            check(launcher.put(launch.spec().id(), Stage.INTENT) == null, "launched twice");
        } else if (effect instanceof AgentEffect.Kill kill) {
            toKill.add(kill.id());
        } else if (effect instanceof AgentEffect.Forget forget) {
            Stage process = launcher.remove(forget.id());
            check(process != Stage.INTENT && process != Stage.RUNNING, "forgot a container that lives");
        } else if (effect instanceof AgentEffect.EndConnection) {
            connected = false;
            registered = false;
            toMaster.clear();
        }
    }

    /** The process dies; a new one begins with what is durable and with what the launcher finds. */
    private void crash() {
        crashIn = -1;
        if (flaw == Flaw.FORGETFUL_DISK && durable.size() > 3) {
            durable.subList(durable.size() - 3, durable.size()).clear();
        }
        connected = false;
        registered = false;
        toMaster.clear();
        preparing.clear();
        toKill.clear();
        state = new AgentState();
        durable.forEach(state::apply);
        if (random.nextBoolean()) {
            AgentState compact = new AgentState();
            state.facts().forEach(compact::apply);
            state = compact;
        }
        agent = newAgent();
        recoverLauncher();
    }

    private void recoverLauncher() {
        decide(new AgentCommand.Recovered(Set.copyOf(launcher.keySet())));
        for (ContainerId id : List.copyOf(launcher.keySet())) {
            Stage process = launcher.get(id);
            if (process == Stage.INTENT) {
                launcher.put(id, Stage.CANCELLED);
                process = Stage.CANCELLED;
            } else if (process == Stage.RUNNING && random.nextInt(20) == 0) {
                launcher.put(id, Stage.LOST);
                process = Stage.LOST;
            }
            tell(id, process);
        }
    }

    private void tell(ContainerId id, @Nullable Stage process) {
        if (process == Stage.EXITED) {
            decide(new AgentCommand.Exited(id, exitOf(id)));
        } else if (process == Stage.CANCELLED) {
            decide(new AgentCommand.NotStarted(id, "cancelled"));
        } else if (process == Stage.LOST) {
            decide(new AgentCommand.Lost(id, "gone"));
        } else if (process == Stage.RUNNING && random.nextBoolean()) {
            decide(new AgentCommand.Started(id, 1_000));
        }
    }

    private <T> Optional<T> pick(Iterable<T> all) {
        List<T> list = new ArrayList<>();
        all.forEach(list::add);
        return list.isEmpty() ? Optional.empty() : Optional.of(list.get(random.nextInt(list.size())));
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
