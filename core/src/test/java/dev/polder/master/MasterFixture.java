package dev.polder.master;

import com.google.protobuf.ByteString;
import dev.polder.model.FrameworkId;
import dev.polder.model.Moment;
import dev.polder.model.TaskId;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.StatusUpdate;
import dev.polder.wire.proto.AgentLinkFrames.TaskReport;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.AgentInfo;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.Offer;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A leading master whose every turn is committed at once, with one agent's worth of words to talk to it. */
final class MasterFixture {
    static final String MASTER = "master-1";
    static final long WALL_MS = 1_700_000_000_000L;

    final MasterConfig config;
    Master master;
    long nowMs = 1_000;
    List<Fact> facts = List.of();
    Turn turn = new Turn(0, List.of(), List.of(), false);
    private int streams;
    private int uuids;
    private long term = 1;

    MasterFixture() {
        this(MasterConfig.DEFAULT);
    }

    MasterFixture(MasterConfig config) {
        this.config = config;
        master = new Master(config);
        took(master.serving(
                1,
                moment(),
                Mesos.MasterInfo.newBuilder()
                        .setId(MASTER)
                        .setIp(1)
                        .setPort(5050)
                        .build(),
                "cluster-1"));
    }

    Moment moment() {
        return new Moment(nowMs, WALL_MS + nowMs);
    }

    // ---- turns

    Turn decide(Command... commands) {
        Turn decided = master.decide(moment(), Arrays.asList(commands));
        master.checkInvariants();
        took(decided);
        return decided;
    }

    private void took(Turn decided) {
        turn = decided;
        facts = decided.facts();
        decided.effects().forEach(Effect::perform);
    }

    void advance(long ms) {
        nowMs += ms;
        decide();
    }

    List<Fact.KindCase> kinds() {
        return facts.stream().map(Fact::getKindCase).toList();
    }

    /** Another master reads what this one knows, as a snapshot has it, and leads the next term. */
    void changeLeader() {
        ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
        try {
            MasterSnapshot.write(master.view(0), snapshot);
            CompletedTasks completed = new HeapCompletedTasks();
            master = Master.of(
                    config,
                    MasterSnapshot.read(new ByteArrayInputStream(snapshot.toByteArray()), 0, completed),
                    completed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        took(master.serving(
                ++term,
                moment(),
                Mesos.MasterInfo.newBuilder()
                        .setId("master-" + term)
                        .setIp(1)
                        .setPort(5050)
                        .build(),
                "cluster-of-nobody"));
    }

    @Nullable
    TaskRecord task(Framework framework, String id) {
        return master.leaderTerm().state.task(framework.id, new TaskId(id));
    }

    // ---- frameworks

    /** A subscribed framework. */
    final class Framework {
        final TestLink.Framework link;
        FrameworkId id = new FrameworkId("");

        Framework(TestLink.Framework link) {
            this.link = link;
        }

        Mesos.FrameworkID protoId() {
            return Mesos.FrameworkID.newBuilder().setValue(id.value()).build();
        }

        TestLink.Reply call(Call.Builder call) {
            TestLink.Reply reply = new TestLink.Reply();
            decide(new Command.FrameworkCall(
                    reply, link.streamId(), call.setFrameworkId(protoId()).build()));
            return reply;
        }

        TestLink.Reply accept(Offer offer, TaskInfo... tasks) {
            return call(acceptOf(offer, tasks));
        }

        TestLink.Reply acknowledge(TaskStatus status) {
            return call(Call.newBuilder()
                    .setType(Call.Type.ACKNOWLEDGE)
                    .setAcknowledge(Call.Acknowledge.newBuilder()
                            .setAgentId(status.getAgentId())
                            .setTaskId(status.getTaskId())
                            .setUuid(status.getUuid())));
        }

        TestLink.Reply kill(String task) {
            return call(Call.newBuilder()
                    .setType(Call.Type.KILL)
                    .setKill(Call.Kill.newBuilder().setTaskId(taskId(task))));
        }
    }

    static Call.Builder acceptOf(Offer offer, TaskInfo... tasks) {
        return Call.newBuilder()
                .setType(Call.Type.ACCEPT)
                .setAccept(Call.Accept.newBuilder().addOfferIds(offer.getId()).addOperations(launchOf(tasks)));
    }

    static Offer.Operation launchOf(TaskInfo... tasks) {
        return Offer.Operation.newBuilder()
                .setType(Offer.Operation.Type.LAUNCH)
                .setLaunch(Offer.Operation.Launch.newBuilder().addAllTaskInfos(List.of(tasks)))
                .build();
    }

    static FrameworkInfo.Builder info(Capability.Type... capabilities) {
        FrameworkInfo.Builder info =
                FrameworkInfo.newBuilder().setName("f").setUser("root").setFailoverTimeout(3600);
        for (Capability.Type capability : capabilities) {
            info.addCapabilities(Capability.newBuilder().setType(capability));
        }
        return info;
    }

    Framework subscribe(Capability.Type... capabilities) {
        return subscribe(info(capabilities));
    }

    Framework subscribe(FrameworkInfo.Builder info) {
        return subscribe(Call.Subscribe.newBuilder().setFrameworkInfo(info));
    }

    Framework subscribe(Call.Subscribe.Builder subscribe) {
        Framework framework = new Framework(new TestLink.Framework("stream-" + ++streams));
        decide(new Command.Subscribe(
                framework.link,
                Call.newBuilder()
                        .setType(Call.Type.SUBSCRIBE)
                        .setSubscribe(subscribe)
                        .build()));
        framework.link.events.stream()
                .filter(event -> event.hasSubscribed())
                .forEach(event -> framework.id =
                        new FrameworkId(event.getSubscribed().getFrameworkId().getValue()));
        return framework;
    }

    /** The same framework on a new stream. */
    Framework resubscribe(Framework framework, FrameworkInfo.Builder info) {
        return subscribe(info.setId(framework.protoId()));
    }

    // ---- agents

    /** A registered agent. */
    final class Agent {
        final String incarnation;
        final Resources resources;
        TestLink.Agent link = new TestLink.Agent();
        Mesos.AgentID id = Mesos.AgentID.getDefaultInstance();
        /** The value of the attribute {@code rack}; without it where empty. */
        String rack = "";

        Mesos.DomainInfo domain = Mesos.DomainInfo.getDefaultInstance();

        Agent(String incarnation, Resources resources) {
            this.incarnation = incarnation;
            this.resources = resources;
        }

        /** Connects anew and reports these tasks. */
        void register(TaskReport... tasks) {
            register(resources, tasks);
        }

        void register(Resources other, TaskReport... tasks) {
            link = new TestLink.Agent();
            AgentInfo.Builder info = AgentInfo.newBuilder()
                    .setHostname(incarnation)
                    .setPort(5051)
                    .addAllResources(ResourceCodec.resources(other));
            if (!id.getValue().isEmpty()) {
                info.setId(id);
            }
            if (domain.hasFaultDomain()) {
                info.setDomain(domain);
            }
            if (!rack.isEmpty()) {
                info.addAttributes(Mesos.Attribute.newBuilder()
                        .setName("rack")
                        .setType(Mesos.Value.Type.TEXT)
                        .setText(Mesos.Value.Text.newBuilder().setValue(rack)));
            }
            decide(new Command.AgentRegistering(
                    link,
                    Register.newBuilder()
                            .setInfo(info)
                            .setIncarnation(incarnation)
                            .setVersion("0.1.0")
                            .setIp("10.0.0.1")
                            .addAllTasks(List.of(tasks))
                            .build()));
            link.frames.stream()
                    .filter(frame -> frame.hasRegistered())
                    .forEach(frame -> id = frame.getRegistered().getAgentId());
        }

        void close() {
            decide(new Command.AgentClosed(link));
        }

        /** Reports an update with a uuid of its own. */
        TaskStatus update(Framework framework, String task, TaskState state) {
            TaskStatus status = status(task, state);
            send(framework, status);
            return status;
        }

        TaskStatus status(String task, TaskState state) {
            return TaskStatus.newBuilder()
                    .setTaskId(taskId(task))
                    .setAgentId(id)
                    .setState(state)
                    .setSource(TaskStatus.Source.SOURCE_EXECUTOR)
                    .setUuid(ByteString.copyFromUtf8("uuid-" + ++uuids))
                    .build();
        }

        void send(Framework framework, TaskStatus status) {
            decide(new Command.AgentUpdate(
                    link,
                    StatusUpdate.newBuilder()
                            .setFrameworkId(framework.protoId())
                            .setStatus(status)
                            .build()));
        }
    }

    Agent register(String incarnation, Resources resources) {
        Agent agent = new Agent(incarnation, resources);
        agent.register();
        return agent;
    }

    Agent register(String incarnation) {
        return register(incarnation, cpus(4_000));
    }

    static TaskReport report(Framework framework, String task, TaskState state) {
        return TaskReport.newBuilder()
                .setFrameworkId(framework.protoId())
                .setTaskId(taskId(task))
                .setState(state)
                .build();
    }

    // ---- tasks

    static Resources cpus(long thousandths) {
        return Resources.builder().scalar("cpus", thousandths).build();
    }

    static Mesos.TaskID taskId(String id) {
        return Mesos.TaskID.newBuilder().setValue(id).build();
    }

    static TaskInfo.Builder task(String id, Mesos.AgentID agent, Resources resources) {
        return TaskInfo.newBuilder()
                .setName(id)
                .setTaskId(taskId(id))
                .setAgentId(agent)
                .addAllResources(ResourceCodec.resources(resources))
                .setCommand(CommandInfo.newBuilder().setValue("sleep 1"));
    }

    static TaskInfo task(String id, Offer offer) {
        return task(id, offer.getAgentId(), cpus(1_000)).build();
    }
}
