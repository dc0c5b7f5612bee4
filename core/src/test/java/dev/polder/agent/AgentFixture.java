package dev.polder.agent;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.TaskSpec;
import dev.polder.isolation.host.IsolatorName;
import dev.polder.model.Moment;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.AgentLinkFrames.Acknowledge;
import dev.polder.wire.proto.AgentLinkFrames.EndFramework;
import dev.polder.wire.proto.AgentLinkFrames.Kill;
import dev.polder.wire.proto.AgentLinkFrames.Launch;
import dev.polder.wire.proto.AgentLinkFrames.Ping;
import dev.polder.wire.proto.AgentLinkFrames.Registered;
import dev.polder.wire.proto.AgentLinkFrames.StatusUpdate;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.AgentInfo;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.KillPolicy;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/** An agent in virtual time with everything it said, and short words for what can be said to it. */
final class AgentFixture {
    static final String CLUSTER = "cluster-1";
    static final String AGENT = "m-S0";
    static final String FRAMEWORK = "m-0000";
    static final long WALL_MS = 1_800_000_000_000L;

    final List<AgentFact> durable = new ArrayList<>();
    final List<AgentEffect> effects = new ArrayList<>();
    private final boolean root;
    private final Random random = new Random(7);
    AgentState state = new AgentState();
    Set<IsolatorName> isolators = EnumSet.allOf(IsolatorName.class);
    AgentImages images = new AgentImages("", "registry.test");
    AgentVolumes volumes = AgentVolumes.ALL;
    Agent agent;
    long nowMs = 1_000;
    long term = 1;
    long connection;
    private long framesSent;

    AgentFixture() {
        this(true);
    }

    AgentFixture(boolean root) {
        this.root = root;
        this.agent = new Agent(profile(), state, random);
        decide(new AgentCommand.Recovered(Set.of()));
    }

    /** A registered agent. */
    static AgentFixture registered() {
        AgentFixture fixture = new AgentFixture();
        fixture.register();
        fixture.effects.clear();
        return fixture;
    }

    /** An agent that has none of what keeps tasks apart. */
    static AgentFixture registeredWithoutIsolators() {
        AgentFixture fixture = new AgentFixture();
        fixture.isolators = Set.of();
        fixture.restart(Set.of());
        fixture.register();
        fixture.effects.clear();
        return fixture;
    }

    /** An agent of an operator who has said otherwise of images. */
    static AgentFixture registered(AgentImages images) {
        AgentFixture fixture = new AgentFixture();
        fixture.images = images;
        fixture.restart(Set.of());
        fixture.register();
        fixture.effects.clear();
        return fixture;
    }

    private AgentProfile profile() {
        return new AgentProfile(
                AgentInfo.newBuilder().setHostname("localhost").setPort(5051).build(),
                "127.0.0.1",
                "incarnation-1",
                "0.1.0",
                Path.of("/data/sandboxes"),
                root ? "root" : "alice",
                root,
                Duration.ofSeconds(3),
                isolators,
                images,
                volumes);
    }

    Decision decide(AgentCommand command) {
        Decision decision = agent.decide(new Moment(nowMs, WALL_MS + nowMs), command);
        durable.addAll(decision.facts());
        effects.addAll(decision.effects());
        return decision;
    }

    /** Lets time pass, with the timers that fall into it. */
    void advance(long ms) {
        long until = nowMs + ms;
        while (agent.deadlineMs() <= until) {
            nowMs = Math.max(nowMs, agent.deadlineMs());
            decide(new AgentCommand.Timer());
        }
        nowMs = until;
    }

    void connect() {
        framesSent = 0;
        decide(new AgentCommand.Connected(++connection));
    }

    void register() {
        connect();
        registered(AGENT, CLUSTER);
    }

    Decision registered(String agentId, String clusterId) {
        return frame(ToAgent.newBuilder()
                .setRegistered(Registered.newBuilder()
                        .setAgentId(Mesos.AgentID.newBuilder().setValue(agentId))
                        .setClusterId(clusterId)
                        .setMasterId("master-1")));
    }

    Decision frame(ToAgent.Builder frame) {
        return decide(new AgentCommand.FromMaster(
                connection, frame.setSequence(++framesSent).setTerm(term).build()));
    }

    Decision ping() {
        return frame(ToAgent.newBuilder().setPing(Ping.getDefaultInstance()));
    }

    Decision launch(FrameworkInfo framework, TaskInfo task) {
        return frame(ToAgent.newBuilder()
                .setLaunch(Launch.newBuilder().setFramework(framework).setTask(task)));
    }

    Decision launch(TaskInfo task) {
        return launch(framework(), task);
    }

    Decision kill(String task) {
        return frame(ToAgent.newBuilder()
                .setKill(Kill.newBuilder()
                        .setFrameworkId(frameworkId(FRAMEWORK))
                        .setTaskId(Mesos.TaskID.newBuilder().setValue(task))));
    }

    Decision kill(String task, Duration grace) {
        return frame(ToAgent.newBuilder()
                .setKill(Kill.newBuilder()
                        .setFrameworkId(frameworkId(FRAMEWORK))
                        .setTaskId(Mesos.TaskID.newBuilder().setValue(task))
                        .setKillPolicy(policy(grace))));
    }

    Decision acknowledge(TaskStatus status) {
        return frame(ToAgent.newBuilder()
                .setAcknowledge(Acknowledge.newBuilder()
                        .setFrameworkId(frameworkId(FRAMEWORK))
                        .setTaskId(status.getTaskId())
                        .setUuid(status.getUuid())));
    }

    Decision endFramework() {
        return frame(
                ToAgent.newBuilder().setEndFramework(EndFramework.newBuilder().setFrameworkId(frameworkId(FRAMEWORK))));
    }

    /** Launches, has the sandbox ready and the launcher told. */
    ContainerId launched(FrameworkInfo framework, TaskInfo task) {
        launch(framework, task);
        ContainerId id = container(task.getTaskId().getValue());
        decide(new AgentCommand.SandboxReady(id));
        return id;
    }

    ContainerId launched(TaskInfo task) {
        return launched(framework(), task);
    }

    ContainerId running(FrameworkInfo framework, TaskInfo task) {
        ContainerId id = launched(framework, task);
        decide(new AgentCommand.Started(id, 4711));
        acknowledgeAll();
        return id;
    }

    ContainerId running(TaskInfo task) {
        return running(framework(), task);
    }

    ContainerId container(String task) {
        AgentTask known = state.task(TaskKey.of(
                frameworkId(FRAMEWORK), Mesos.TaskID.newBuilder().setValue(task).build()));
        if (known == null) {
            throw new AssertionError("no task " + task);
        }
        return new ContainerId(UUID.fromString(known.containerId()));
    }

    /** Acknowledges whatever is outstanding, until nothing is; returns it in order. */
    List<TaskStatus> acknowledgeAll() {
        List<TaskStatus> acknowledged = new ArrayList<>();
        boolean more = true;
        while (more) {
            more = false;
            for (AgentTask task : List.copyOf(state.tasks())) {
                TaskStatus head = task.head();
                if (head != null) {
                    acknowledged.add(head);
                    acknowledge(head);
                    more = true;
                }
            }
        }
        return acknowledged;
    }

    /** The process is gone; a new one knows the durable facts and what the launcher found. */
    void restart(Set<ContainerId> found) {
        state = new AgentState();
        durable.forEach(state::apply);
        agent = new Agent(profile(), state, random);
        nowMs = 5;
        connection = 0;
        effects.clear();
        decide(new AgentCommand.Recovered(found));
    }

    static <T> List<T> only(Class<T> kind, List<?> all) {
        return all.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Updates that were sent, in order, repeated ones too. */
    List<TaskStatus> sentUpdates() {
        return sentUpdates(effects);
    }

    static List<TaskStatus> sentUpdates(List<AgentEffect> effects) {
        return only(AgentEffect.Send.class, effects).stream()
                .filter(send -> send.frame().hasStatusUpdate())
                .map(send -> send.frame().getStatusUpdate())
                .map(StatusUpdate::getStatus)
                .toList();
    }

    List<TaskSpec> launchedSpecs() {
        return only(AgentEffect.Launch.class, effects).stream()
                .map(AgentEffect.Launch::spec)
                .toList();
    }

    /** Writes an update the way the recorded answers of Mesos are abbreviated. */
    static String line(TaskStatus status) {
        StringBuilder line = new StringBuilder(status.getState().name());
        if (status.hasMessage()) {
            line.append(" '").append(status.getMessage()).append('\'');
        }
        line.append(' ').append(status.getSource());
        if (status.hasReason()) {
            line.append(' ').append(status.getReason());
        }
        if (status.hasContainerStatus()) {
            line.append(status.getContainerStatus().hasExecutorPid() ? " [CS]" : " [CS-nopid]");
        }
        return line.toString();
    }

    static List<String> lines(List<TaskStatus> statuses) {
        return statuses.stream().map(AgentFixture::line).toList();
    }

    static Mesos.FrameworkID frameworkId(String id) {
        return Mesos.FrameworkID.newBuilder().setValue(id).build();
    }

    static FrameworkInfo framework(FrameworkInfo.Capability.Type... capabilities) {
        FrameworkInfo.Builder info = FrameworkInfo.newBuilder()
                .setId(frameworkId(FRAMEWORK))
                .setUser("root")
                .setName("fw");
        for (FrameworkInfo.Capability.Type type : capabilities) {
            info.addCapabilitiesBuilder().setType(type);
        }
        return info.build();
    }

    static KillPolicy policy(Duration grace) {
        return KillPolicy.newBuilder()
                .setGracePeriod(Mesos.DurationInfo.newBuilder().setNanoseconds(grace.toNanos()))
                .build();
    }

    static TaskInfo.Builder task(String id, CommandInfo.Builder command) {
        return TaskInfo.newBuilder()
                .setName("n-" + id)
                .setTaskId(Mesos.TaskID.newBuilder().setValue(id))
                .setAgentId(Mesos.AgentID.newBuilder().setValue(AGENT))
                .addResources(Mesos.Resource.newBuilder()
                        .setName("cpus")
                        .setType(Mesos.Value.Type.SCALAR)
                        .setScalar(Mesos.Value.Scalar.newBuilder().setValue(0.5))
                        .setAllocationInfo(
                                Mesos.Resource.AllocationInfo.newBuilder().setRole("r1")))
                .setCommand(command);
    }

    static TaskInfo.Builder task(String id, String command) {
        return task(id, CommandInfo.newBuilder().setValue(command));
    }
}
